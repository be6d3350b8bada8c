"""The control endpoints: switches, log, holds, cut sockets, people, bursts."""

import json
import secrets
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.slack.backend import Backend
from sandbox.slack.burst import Burst
from sandbox.slack.faults import SlackError


class Control:
    def __init__(self, backend: Backend, burst: Burst, control_token: str) -> None:
        self._backend, self._burst, self._token = backend, burst, control_token

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/switches", self._switches)
        app.router.add_post("/switches", self._turn)
        app.router.add_get("/log", self._log)
        app.router.add_delete("/log", self._clear_log)
        app.router.add_post("/hold", self._hold)
        app.router.add_post("/release", self._release)
        app.router.add_get("/held", self._held)
        app.router.add_get("/sockets", self._sockets)
        app.router.add_post("/refresh", self._refresh)
        app.router.add_post("/cut_sockets", self._cut)
        app.router.add_post("/burst", self._burst_now)
        app.router.add_post("/people", self._add_person)
        app.router.add_post("/user_change", self._user_change)
        app.router.add_post("/uninstall", self._uninstall)
        app.router.add_post("/install", self._install)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get("X-Sandbox-Control", "")
        if not secrets.compare_digest(given.encode(), self._token.encode()):
            return web.json_response({"error": "X-Sandbox-Control is missing or wrong"}, status=403)
        try:
            return await handler(request)
        except json.JSONDecodeError:
            return web.json_response({"error": "the body must be a JSON object"}, status=400)
        except (ValueError, KeyError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)
        except SlackError as error:
            return web.json_response({"error": error.code}, status=400)

    async def _switches(self, _request: web.Request) -> web.Response:
        return web.json_response(self._backend.switches.shown())

    async def _turn(self, request: web.Request) -> web.Response:
        self._backend.switches.turn(await request.json())
        return web.json_response(self._backend.switches.shown())

    async def _log(self, request: web.Request) -> web.Response:
        """`?after=n` gives what came after entry n."""
        return web.json_response(self._backend.log.entries(after=int(request.query.get("after", 0))))

    async def _clear_log(self, _request: web.Request) -> web.Response:
        self._backend.log.clear()
        return web.json_response({})

    async def _hold(self, request: web.Request) -> web.Response:
        body = await request.json()
        self._backend.holds.add(body["match"], body["when"])
        return web.json_response({})

    async def _release(self, request: web.Request) -> web.Response:
        body = await _body(request)
        return web.json_response({"released": self._backend.holds.release(drop=bool(body.get("drop")))})

    async def _held(self, _request: web.Request) -> web.Response:
        return web.json_response(self._backend.holds.held())

    async def _sockets(self, _request: web.Request) -> web.Response:
        return web.json_response(self._backend.hub.waiting())

    async def _refresh(self, request: web.Request) -> web.Response:
        """`{"count": n}` asks only so many sockets to reconnect."""
        return web.json_response({"asked": self._backend.hub.refresh((await _body(request)).get("count"))})

    async def _cut(self, _request: web.Request) -> web.Response:
        return web.json_response({"cut": await self._backend.hub.cut()})

    async def _burst_now(self, request: web.Request) -> web.Response:
        return web.json_response(await self._burst.run(await request.json()))

    async def _add_person(self, request: web.Request) -> web.Response:
        return web.json_response(self._backend.directory.add_person(await request.json()))

    async def _user_change(self, request: web.Request) -> web.Response:
        """`{"user": id, "changes": {"deleted": true, "tz": …}}`: the directory changes and the app is told."""
        body = await request.json()
        user = self._backend.directory.change_user(body["user"], body["changes"])
        event = {"type": "user_change", "user": user, "cache_ts": user["updated"], "event_ts": self._backend.ids.ts()}
        return web.json_response({"event_id": self._backend.conversations.emit(event)})

    async def _uninstall(self, _request: web.Request) -> web.Response:
        """The tokens are revoked and the app is told of both; `install` lets it work again."""
        emit, bot = self._backend.conversations.emit, self._backend.directory.bot_user_id
        ts = self._backend.ids.ts
        revoked = emit({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}, "event_ts": ts()})
        uninstalled = emit({"type": "app_uninstalled", "event_ts": ts()})
        self._backend.directory.set_installed(False)
        return web.json_response({"event_ids": [revoked, uninstalled]})

    async def _install(self, _request: web.Request) -> web.Response:
        self._backend.directory.set_installed(True)
        return web.json_response({})


async def _body(request: web.Request) -> dict[str, Any]:
    body: dict[str, Any] = await request.json() if request.can_read_body else {}
    return body
