"""The routes under /_sandbox, open only to who knows the control token."""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox.models.control import SWITCHES, Control, Script, UnknownSwitch
from sandbox.models.slots import Slots

HEADER = "X-Sandbox-Control"
Route = Callable[[web.Request], Awaitable[web.Response]]


def add_control(app: web.Application, control: Control, slots: Slots, *, token: str) -> None:
    """Add the control routes to the application."""
    routes = _Routes(control, slots)

    def guarded(route: Route) -> Route:
        async def checked(request: web.Request) -> web.Response:
            if not hmac.compare_digest(request.headers.get(HEADER, "").encode(), token.encode()):
                return web.json_response({"error": f"{HEADER} is missing or wrong"}, status=403)
            try:
                return await route(request)
            except (UnknownSwitch, ValueError) as error:
                return web.json_response({"error": str(error), "switches": sorted(SWITCHES)}, status=400)

        return checked

    app.router.add_get("/_sandbox/switches", guarded(routes.switches))
    app.router.add_post("/_sandbox/switches", guarded(routes.set_switches))
    app.router.add_post("/_sandbox/script", guarded(routes.script))
    app.router.add_get("/_sandbox/script", guarded(routes.scripts))
    app.router.add_delete("/_sandbox/script", guarded(routes.unscript))
    app.router.add_get("/_sandbox/log", guarded(routes.log))
    app.router.add_post("/_sandbox/hold", guarded(routes.hold))
    app.router.add_post("/_sandbox/release", guarded(routes.release))
    app.router.add_get("/_sandbox/held", guarded(routes.held))


class _Routes:
    def __init__(self, control: Control, slots: Slots) -> None:
        self.control = control
        self.slots = slots

    async def switches(self, _: web.Request) -> web.Response:
        return web.json_response(self.control.switches.values)

    async def set_switches(self, request: web.Request) -> web.Response:
        self.control.switches.set(await _object(request))
        self.slots.resize(self.control.switches["slots"])
        return web.json_response(self.control.switches.values)

    async def script(self, request: web.Request) -> web.Response:
        script = Script.of(await _object(request))
        if script.turns:
            self.control.scripts.waiting.append(script)
        return await self.scripts(request)

    async def scripts(self, _: web.Request) -> web.Response:
        waiting = [{"match": one.match, "turns": list(one.turns)} for one in self.control.scripts.waiting]
        return web.json_response({"scripts": waiting})

    async def unscript(self, request: web.Request) -> web.Response:
        self.control.scripts.waiting.clear()
        return await self.scripts(request)

    async def log(self, request: web.Request) -> web.Response:
        entries = list(self.control.log.entries)
        last = int(request.query.get("last", len(entries)))
        return web.json_response(
            {
                "requests": entries[len(entries) - min(last, len(entries)) :],
                "in_flight": self.slots.taken,
                "waiting": self.slots.waiting,
                "max_in_flight": self.slots.most_taken,
            }
        )

    async def hold(self, request: web.Request) -> web.Response:
        body = await _object(request)
        self.control.holds.want(str(body.get("match") or ""), str(body.get("when") or "before"))
        return web.json_response({"ok": True})

    async def release(self, request: web.Request) -> web.Response:
        body = await _object(request)
        return web.json_response({"released": self.control.holds.release(drop=bool(body.get("drop")))})

    async def held(self, _: web.Request) -> web.Response:
        return web.json_response({"held": self.control.holds.held()})


async def _object(request: web.Request) -> dict[str, Any]:
    text = await request.text()
    body = json.loads(text or "{}")
    if not isinstance(body, dict):
        raise ValueError("the body is a JSON object")
    return body
