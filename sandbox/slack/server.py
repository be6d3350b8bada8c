"""The stand-in's server: Web API, Socket Mode, response URLs and the control endpoints on one port."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.slack.api import MAX_BODY, Api
from sandbox.slack.backend import Backend, Tokens, assemble
from sandbox.slack.burst import Burst
from sandbox.slack.control import Control
from sandbox.slack.methods import METHODS
from sandbox.slack.responses import Responses
from sandbox.slack.sockets import Socket
from sandbox.slack.workspace import Workspace


class SlackServer:
    def __init__(self, backend: Backend, control_token: str) -> None:
        self._backend = backend
        self.tokens: Tokens = backend.tokens
        self.workspace = Workspace(
            backend.conversations, backend.surfaces, interactions=backend.interactions, ids=backend.ids
        )
        self.app = web.Application(client_max_size=MAX_BODY)
        api, responses = Api(backend, METHODS), Responses(backend)
        self.app.router.add_route("GET", "/api/{method}", api.answer)
        self.app.router.add_route("POST", "/api/{method}", api.answer)
        self.app.router.add_get("/socket", self._socket)
        self.app.router.add_post("/response/{team}/{secret}", responses.answer)
        self.app.add_subapp("/_sandbox", Control(backend, Burst(backend), control_token).app())
        self.app.on_shutdown.append(self._shut)

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not self._backend.tickets.sockets.use(request.query.get("ticket", "")):
            return web.Response(status=404, text="invalid ticket")
        socket = Socket(self._backend.switches, request.host)
        await socket.prepare(request)
        writer = asyncio.create_task(socket.write())
        try:
            await self._converse(socket)
        finally:
            self._backend.hub.leave(socket)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await writer
        return socket.ws

    async def _converse(self, socket: Socket) -> None:
        hub = self._backend.hub
        if not hub.join(socket):
            await socket.refuse()
            return
        socket.hello(self._backend.directory.app_id, len(hub.sockets))
        hub.flush()
        async for message in socket.ws:
            if message.type is WSMsgType.TEXT:
                hub.heard(message.data)

    async def _shut(self, _app: web.Application) -> None:
        self._backend.holds.release(drop=True)
        await self._backend.hub.close()

    async def close(self) -> None:
        """Ends sockets and timers and writes what is left; the file can be opened again afterwards."""
        self._backend.holds.release(drop=True)
        await self._backend.hub.close()
        self._backend.surfaces.close()
        self._backend.store.close()


async def build(
    home: Path, *, people: list[dict[str, Any]], control_token: str, public_url: Callable[[], str]
) -> SlackServer:
    """`people` are dicts of name, real_name, email, tz and optionally kind (member, guest, stranger)."""
    return SlackServer(assemble(home, people, public_url), control_token)
