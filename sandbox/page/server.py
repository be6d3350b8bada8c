"""The page's server: its files, the person API and the guard around both, as one application."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.page.api import PersonApi, Workspace, answer_refusals
from sandbox.page.control import Control
from sandbox.page.guard import add_security_headers, guard

STATIC = Path(__file__).parent / "static"
# Slack takes at most 40,000 characters in a message; a modal holds a hundred inputs of 3,000.
LARGEST_BODY = 512 * 1024


def build_page(
    workspace: Workspace, *, token: str, control_token: str, banner: Callable[[], dict[str, Any]]
) -> web.Application:
    """`token` opens the page, `control_token` its switches; `banner()` gives {"text", "details"?}."""
    control = Control(control_token)
    api = PersonApi(workspace, banner=banner, control=control)
    app = web.Application(
        middlewares=[guard(token), control.middleware, answer_refusals],
        client_max_size=LARGEST_BODY,
    )
    app.on_response_prepare.append(add_security_headers)
    app.router.add_get("/", _index)
    app.router.add_static("/static", STATIC)
    api.add_to(app)
    control.add_to(app)
    _connect(app, workspace, api=api, control=control)
    return app


def _connect(app: web.Application, workspace: Workspace, *, api: PersonApi, control: Control) -> None:
    unsubscribe = workspace.subscribe(api.listeners.publish)

    async def switched() -> None:
        if control.switches["refuse_events"]:
            await api.listeners.close()

    async def stop_listening(_: web.Application) -> None:
        unsubscribe()
        await api.listeners.close()

    control.on_switch = switched
    app.on_shutdown.append(stop_listening)


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")
