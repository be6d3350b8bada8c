"""The app's small HTTP server: the way back from the consent page, health, readiness and metrics."""

from collections.abc import Awaitable, Callable
from html import escape

import structlog
from aiohttp import web

from app.accounts import Accounts
from app.domain.errors import StewardError
from app.domain.permissions import worded

OAUTH_PATH = "/oauth/google"
"""Where the consent page sends the browser back to."""
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>
:root {{ color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif }}
body {{ display: grid; place-items: center; min-height: 90vh; margin: 0; padding: 0 1.5rem }}
main {{ max-width: 30rem; text-align: center }} h1 {{ font-size: 1.6rem; margin: .6rem 0 }}
.sign {{ font-size: 2.6rem }} p {{ opacity: .8 }}
</style><main><div class="sign" aria-hidden="true">{sign}</div><h1>{title}</h1><p>{text}</p></main></html>"""

Check = Callable[[], Awaitable[bool]]
Render = Callable[[], tuple[bytes, str]]
log = structlog.get_logger(__name__)


class Http:
    """Handlers of the app's HTTP server."""

    def __init__(self, accounts: Accounts, *, checks: dict[str, Check], metrics: Render) -> None:
        self._accounts = accounts
        self._checks = checks
        self._metrics = metrics

    def app(self) -> web.Application:
        """The routes."""
        app = web.Application()
        app.add_routes(
            [
                web.get(OAUTH_PATH, self.oauth),
                web.get("/health", self.health),
                web.get("/ready", self.ready),
                web.get("/metrics", self.metrics),
            ]
        )
        return app

    async def oauth(self, request: web.Request) -> web.Response:
        """Back from the consent page."""
        asked = request.query
        try:
            account, missing, owner = await self._accounts.finish(
                state=asked.get("state", ""), code=asked.get("code", ""), error=asked.get("error", "")
            )
        except StewardError as failure:
            log.info("consent_failed", error=failure.code)
            return page("Not connected", failure.sentence, sign="✖️", status=400)
        whose = f"It belongs to the Steward of {owner} now. " if owner else ""
        less = f"You didn't allow it to {worded(missing, 'or')}. " if missing else ""
        done = f"{account.email} is connected as “{account.name}”."
        text = f"{done} {less}{whose}You can close this page and go back to Slack."
        return page("Connected", text, sign="✅", status=200)

    async def health(self, _: web.Request) -> web.Response:
        """The process runs."""
        return web.json_response({"status": "ok"})

    async def ready(self, _: web.Request) -> web.Response:
        """What it needs answers."""
        found = {name: await check() for name, check in self._checks.items()}
        ready = all(found.values())
        return web.json_response({"ready": ready, **found}, status=200 if ready else 503)

    async def metrics(self, _: web.Request) -> web.Response:
        """Prometheus' text format."""
        body, content_type = self._metrics()
        return web.Response(body=body, headers={"Content-Type": content_type})


def page(title: str, text: str, *, sign: str, status: int) -> web.Response:
    """A small page for a person's browser."""
    body = PAGE.format(title=escape(title), text=escape(text), sign=sign)
    return web.Response(text=body, content_type="text/html", charset="utf-8", status=status, headers=SECURITY)
