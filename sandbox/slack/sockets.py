"""One Socket Mode connection: its hello, its queue of envelopes, its end."""

import asyncio
import json
from collections import deque

from aiohttp import web

from sandbox.slack.switches import Switches

MAX_SOCKETS = 10  # per app
HEARTBEAT_S = 10  # Slack pings too; a client that does not answer is gone
CLOSE_WITHIN_S = 1.0  # how long a client may take to say goodbye
REORDER_WINDOW_S = 0.05  # envelopes of this time arrive in reverse order when the switch is on
CONNECTION_TIME_S = 18_060  # what Slack's hello says of how long a connection will live


class Socket:
    """Sending never waits: frames queue up and one task writes them in order."""

    def __init__(self, switches: Switches, host: str) -> None:
        self._switches, self._host = switches, host
        self.ws = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S, timeout=CLOSE_WITHIN_S, compress=False, max_msg_size=1 << 20
        )
        self._queue: deque[str] = deque()
        self._first: deque[str] = deque()  # hello and disconnect keep their place whatever is reordered
        self._wake = asyncio.Event()
        self._request: web.Request | None = None
        self.usable = True  # gets new envelopes
        self.port = 0  # the client's own, by which its process can be told

    async def prepare(self, request: web.Request) -> None:
        self._request = request
        await self.ws.prepare(request)
        peer = request.transport.get_extra_info("peername") if request.transport is not None else None
        self.port = peer[1] if peer else 0

    def hello(self, app_id: str, num_connections: int) -> None:
        self._say(
            {
                "type": "hello",
                "num_connections": num_connections,
                "debug_info": {
                    "host": self._host,
                    "build_number": 1,
                    "approximate_connection_time": CONNECTION_TIME_S,
                },
                "connection_info": {"app_id": app_id},
            }
        )

    def _say(self, frame: dict[str, object]) -> None:
        self._first.append(json.dumps(frame))
        self._wake.set()

    def send(self, frame: str) -> None:
        self._queue.append(frame)
        self._wake.set()

    async def write(self) -> None:
        """Runs until cancelled or the connection is gone."""
        while True:
            await self._wake.wait()
            if self._switches.reorder_envelopes:
                await asyncio.sleep(REORDER_WINDOW_S)
                self._queue.reverse()
            self._wake.clear()
            while self._first or self._queue:
                await self.ws.send_str((self._first or self._queue).popleft())

    def disconnect(self, reason: str) -> None:
        """Tells the app to go; no new envelopes come here."""
        self.usable = False
        self._say({"type": "disconnect", "reason": reason, "debug_info": {"host": self._host}})

    def refresh(self, close_after_s: float) -> None:
        """refresh_requested: the app should open another socket; this one ends a little later."""
        self.disconnect("refresh_requested")
        asyncio.get_running_loop().call_later(close_after_s, self.cut)

    def cut(self) -> None:
        self.usable = False
        transport = self._request.transport if self._request is not None else None
        if transport is not None:
            transport.abort()

    async def refuse(self) -> None:
        frame = {"type": "disconnect", "reason": "too_many_websockets", "debug_info": {"host": self._host}}
        await self.ws.send_str(json.dumps(frame))
        await self.close()

    async def close(self) -> None:
        self.usable = False
        await self.ws.close()
