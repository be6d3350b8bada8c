"""The WebSocket of changes: each person hears only what that person may see."""

import asyncio
import json
from typing import Any, Protocol

from aiohttp import WSCloseCode, web

# A browser tab that sleeps longer is closed and comes back by itself; shorter than common proxies' 60 s.
HEARTBEAT_SECONDS = 20.0
# What everybody in the channel sees; anything else belongs to the one person it names.
SHARED = frozenset({"message", "message_changed", "message_deleted", "status", "prompts"})


class Channels(Protocol):
    """What the filter needs to know of the workspace."""

    def channels(self, user: str) -> list[dict[str, Any]]: ...


def may_see(workspace: Channels, user: str, event: dict[str, Any]) -> bool:
    """Whether this person may hear of this change; what belongs to nobody is heard by nobody."""
    if event.get("type") not in SHARED:
        return bool(event.get("user") == user)
    channel = event.get("channel")
    return channel is not None and any(seen["id"] == channel for seen in workspace.channels(user))


class Outbox:
    """Writes to one socket in order, so that a slow tab never holds the workspace up."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._task = asyncio.create_task(self._write())

    def put(self, text: str) -> None:
        self._waiting.put_nowait(text)

    def close(self) -> None:
        self._task.cancel()

    async def _write(self) -> None:
        try:
            while True:
                await self._socket.send_str(await self._waiting.get())
        except ConnectionError:
            return  # the reader notices the same and ends the visit


class Listeners:
    """The open sockets, by person."""

    def __init__(self, workspace: Channels) -> None:
        self._workspace = workspace
        self._open: dict[web.WebSocketResponse, str] = {}
        self._writing: dict[web.WebSocketResponse, Outbox] = {}

    def publish(self, event: dict[str, Any]) -> None:
        """Called by the workspace, in its order, from the event loop."""
        text = json.dumps(event)
        for socket, user in self._open.items():
            if may_see(self._workspace, user, event):
                self._writing[socket].put(text)

    async def serve(self, request: web.Request, user: str) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
        await socket.prepare(request)
        outbox = Outbox(socket)
        self._open[socket], self._writing[socket] = user, outbox
        try:
            outbox.put(json.dumps({"type": "hello"}))
            async for _ in socket:
                pass  # nothing is said on this socket; reading notices its end
        finally:
            del self._open[socket], self._writing[socket]
            outbox.close()
        return socket

    async def close(self) -> None:
        for socket in list(self._open):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the sandbox is stopping")
