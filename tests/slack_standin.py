"""The Slack stand-in on a real port, a person in it, and raw Socket Mode connections."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer, build

CONTROL = "control-token-of-this-test"
PATIENCE_S = 10  # how long a condition may take before a test gives up on it
ADA = {"name": "ada", "real_name": "Ada Byron", "email": "ada@example.com", "tz": "Europe/Berlin"}
BEN = {"name": "ben", "real_name": "Ben Okri", "email": "ben@example.com", "tz": "America/New_York"}


class Changes:
    """What the workspace shows, in order."""

    def __init__(self, server: SlackServer) -> None:
        self.seen: list[dict[str, Any]] = []
        self._more = asyncio.Event()
        self.stop = server.workspace.subscribe(self._hear)

    def _hear(self, change: dict[str, Any]) -> None:
        self.seen.append(change)
        self._more.set()

    async def until(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for change in self.seen:
                    if fits(change):
                        return change
                self._more.clear()
                await self._more.wait()

    async def of(self, kind: str) -> dict[str, Any]:
        return await self.until(lambda change: change["type"] == kind)


class RawSocket:
    """One Socket Mode connection without a library: the test decides what is acked."""

    def __init__(self, ws: ClientWebSocketResponse) -> None:
        self.ws = ws

    @property
    def port(self) -> int:
        """Our own, by which Slack's side can tell us from others."""
        return int(self.ws.get_extra_info("sockname")[1])

    async def close(self) -> None:
        await self.ws.close()

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            frame: dict[str, Any] = json.loads(await self.ws.receive_str())
        return frame

    async def closed(self) -> bool:
        async with asyncio.timeout(PATIENCE_S):
            message = await self.ws.receive()
        return message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR)

    async def ack(self, envelope: dict[str, Any], payload: dict[str, Any] | None = None) -> None:
        body: dict[str, Any] = {"envelope_id": envelope["envelope_id"]}
        await self.ws.send_json(body if payload is None else {**body, "payload": payload})

    async def acked(self) -> dict[str, Any]:
        """The next envelope, acknowledged."""
        envelope = await self.receive()
        await self.ack(envelope)
        return envelope


class Standin:
    def __init__(self, server: SlackServer, base: str, session: ClientSession) -> None:
        self.server, self.base, self.session = server, base, session
        self.workspace = server.workspace
        self.changes = Changes(server)
        self._sockets: list[RawSocket] = []  # an unreferenced socket would be closed by the garbage collector
        self.ada, self.ben, *_ = [person["id"] for person in self.workspace.people()]

    def client(self, token: str | None = None) -> AsyncWebClient:
        """slack_sdk's client; without retries, so that every call of a test is one call."""
        token = self.server.tokens.bot if token is None else token
        return AsyncWebClient(token=token, base_url=f"{self.base}/api/", retry_handlers=[])

    def dm(self, user: str | None = None) -> str:
        return str(self.workspace.channels(user or self.ada)[0]["id"])

    def general(self) -> str:
        return str(self.workspace.channels(self.ada)[1]["id"])

    async def control(self, verb: str, path: str, body: Any = None) -> Any:
        headers = {"X-Sandbox-Control": CONTROL}
        async with self.session.request(verb, f"{self.base}/_sandbox/{path}", json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def turn(self, **switches: Any) -> None:
        await self.control("POST", "switches", switches)

    async def log(self, kind: str = "api") -> list[dict[str, Any]]:
        return [entry for entry in await self.control("GET", "log") if entry["kind"] == kind]

    async def connect(self) -> RawSocket:
        """A socket that has said hello."""
        socket = await self.knock()
        assert (await socket.receive())["type"] == "hello"
        return socket

    async def knock(self) -> RawSocket:
        opened = await self.client(self.server.tokens.app).apps_connections_open(app_token=self.server.tokens.app)
        self._sockets.append(RawSocket(await self.session.ws_connect(opened["url"])))
        return self._sockets[-1]

    async def until(self, fits: Callable[[dict[str, int]], bool]) -> None:
        """Waits until the sockets' state fits."""
        async with asyncio.timeout(PATIENCE_S):
            while not fits(await self.control("GET", "sockets")):
                await asyncio.sleep(0.01)


@asynccontextmanager
async def standin(home: Path, people: list[dict[str, Any]] | None = None) -> AsyncIterator[Standin]:
    base = ""
    server = await build(home, people=people or [ADA, BEN], control_token=CONTROL, public_url=lambda: base)
    runner = web.AppRunner(server.app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with ClientSession() as session:
        try:
            yield Standin(server, base, session)
        finally:
            await server.close()
            await runner.cleanup()
