"""The page's own switches, holds and log, for tests: everything under /_sandbox/."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.page.guard import same_token

CONTROL_HEADER = "X-Sandbox-Control"
# Enough for the longest test; a person who leaves the page open for weeks must not fill the memory.
LOG_LENGTH = 10_000


class Held:
    """One request kept open until a test lets it go."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.drop = False
        self.released = asyncio.Event()


class Control:
    """Switches, one hold rule, and the log of what people did on the page."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.switches: dict[str, bool] = {"refuse_posts": False, "refuse_events": False}
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LENGTH)
        self.held: list[Held] = []
        self.on_switch: Callable[[], Awaitable[None]] | None = None
        self._rule: dict[str, str] | None = None

    def add_to(self, app: web.Application) -> None:
        app.router.add_get("/_sandbox/switches", self._show_switches)
        app.router.add_post("/_sandbox/switches", self._set_switches)
        app.router.add_get("/_sandbox/log", self._show_log)
        app.router.add_post("/_sandbox/hold", self._hold)
        app.router.add_post("/_sandbox/release", self._release)
        app.router.add_get("/_sandbox/held", self._show_held)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/_sandbox/"):
            if not same_token(request.headers.get(CONTROL_HEADER, ""), self.token):
                raise web.HTTPForbidden(text="The control token is missing or wrong.")
            return await handler(request)
        if request.method != "POST":
            return await handler(request)
        return await self._post(request, handler)

    async def _post(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        what = f"{request.method} {request.path}"
        entry: dict[str, Any] = {"request": what, "body": await request.text(), "status": None}
        self.log.append(entry)
        if self.switches["refuse_posts"]:
            entry["status"] = 503
            return web.json_response({"error": "The sandbox was told to refuse this."}, status=503)
        await self._wait("before", what)
        response = await handler(request)
        entry["status"] = response.status
        await self._wait("after", what)
        return response

    async def _wait(self, when: str, what: str) -> None:
        rule = self._rule
        if rule is None or rule["when"] != when or rule["match"] not in what:
            return
        held = Held(what)
        self.held.append(held)
        await held.released.wait()
        if held.drop:
            raise web.HTTPServiceUnavailable(text="Dropped while held.")

    async def _show_switches(self, request: web.Request) -> web.Response:
        return web.json_response(self.switches)

    async def _set_switches(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        if not isinstance(wanted, dict) or any(name not in self.switches for name in wanted):
            return web.json_response({"error": "unknown switch", "known": sorted(self.switches)}, status=400)
        self.switches.update({name: bool(value) for name, value in wanted.items()})
        if self.on_switch is not None:
            await self.on_switch()
        return web.json_response(self.switches)

    async def _show_log(self, request: web.Request) -> web.Response:
        return web.json_response(list(self.log))

    async def _hold(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        self._rule = {"match": str(wanted["match"]), "when": str(wanted.get("when", "before"))}
        return web.json_response({})

    async def _release(self, request: web.Request) -> web.Response:
        wanted = await request.json() if request.can_read_body else {}
        self._rule = None
        count = len(self.held)
        while self.held:
            held = self.held.pop()
            held.drop = bool(wanted.get("drop", False))
            held.released.set()
        return web.json_response({"released": count})

    async def _show_held(self, request: web.Request) -> web.Response:
        return web.json_response([held.what for held in self.held])
