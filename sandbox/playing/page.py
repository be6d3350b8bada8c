"""The page's person API from the side of a program: requests, and the socket of changes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar

from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, WSMsgType

from sandbox.playing.errors import PlayError

Json = dict[str, Any]
T = TypeVar("T")

TOKEN_HEADER = "X-Page-Token"  # noqa: S105 (a header's name)
_THREADS_READ = 30  # the newest threads of the DM that are read at the start


class Page:
    """One person at the page."""

    def __init__(self, session: ClientSession, url: str, *, token: str) -> None:
        self._session = session
        self._url = url.rstrip("/")
        self._headers = {TOKEN_HEADER: token}
        self.user = ""
        self.name = ""
        self.channel = ""
        self.bot = ""

    async def enter(self) -> None:
        """As the first person of the workspace, in their direct messages with Steward."""
        state = await self.get("state")
        me = state["me"]
        self.user, self.bot = me["id"], state["bot_user_id"]
        self.name = me.get("real_name") or me.get("profile", {}).get("real_name") or me["name"]
        channel = next((channel["id"] for channel in state["channels"] if channel.get("is_im")), None)
        if channel is None:
            raise PlayError(f"{self.name} has no direct messages with Steward in this workspace.")
        self.channel = channel

    async def get(self, path: str, **query: str) -> Json:
        return await self._ask("GET", path, params=query)

    async def post(self, path: str, **body: Any) -> Json:
        return await self._ask("POST", path, json={"user": self.user, **body})

    async def _ask(self, method: str, path: str, **content: Any) -> Json:
        try:
            async with self._session.request(
                method, f"{self._url}/api/{path}", headers=self._headers, **content
            ) as response:
                text = await response.text()
        except (ClientError, OSError) as error:
            raise PlayError(f"The page at {self._url} can't be reached: {error}.") from None
        try:
            answer: Json = json.loads(text)
        except json.JSONDecodeError:
            answer = {"error": text.strip()[:300]}
        if response.status >= 400:
            raise PlayError(f"The page refused “{path}” ({response.status}): {answer.get('error', text[:300])}")
        return answer

    async def past(self) -> list[Json]:
        """The messages of the DM, those in its newest threads included, oldest first."""
        roots = (await self.get("history", user=self.user, channel=self.channel))["messages"]
        found = {message["ts"]: message for message in roots}
        for root in [root for root in roots if root.get("reply_count")][-_THREADS_READ:]:
            thread = root["ts"]
            answer = await self.get("history", user=self.user, channel=self.channel, thread=thread, thread_ts=thread)
            found |= {message["ts"]: message for message in answer["messages"]}
        return sorted(found.values(), key=lambda message: float(message["ts"]))

    @asynccontextmanager
    async def watch(self, told: Callable[[Json], None]) -> AsyncIterator[Board]:
        """Everything that changes in the DM from now on; `told` hears each change as it comes."""
        address = f"{self._url}/api/events"
        try:
            socket = await self._session.ws_connect(address, headers=self._headers, params={"user": self.user})
        except (ClientError, OSError) as error:
            raise PlayError(f"The page's socket of changes can't be opened: {error}.") from None
        board = Board(self.channel, self.bot, told=told)
        reader = asyncio.create_task(board.read(socket))
        try:
            yield board
        finally:
            reader.cancel()
            with suppress(asyncio.CancelledError):
                await reader
            await socket.close()


class Board:
    """The DM as it stands now, and a way to wait until it stands otherwise."""

    def __init__(self, channel: str, bot: str, *, told: Callable[[Json], None]) -> None:
        self.messages: dict[str, Json] = {}
        self.statuses: dict[str, str] = {}
        self.signs: dict[str, float] = {}  # thread → when Steward first stirred in it, by time.monotonic()
        self.changed_at = time.monotonic()
        self.waiting_for = "the page"
        self._channel = channel
        self._bot = bot
        self._told = told
        self._stirred = asyncio.Condition()
        self._closed = False

    def is_steward(self, message: Json) -> bool:
        return message.get("user") == self._bot or "bot_id" in message

    def thread(self, thread_ts: str) -> list[Json]:
        """Steward's messages in a thread, oldest first."""
        found = (message for message in self.messages.values() if message.get("thread_ts") == thread_ts)
        return sorted(filter(self.is_steward, found), key=lambda message: float(message["ts"]))

    def all_of_steward(self) -> list[Json]:
        return sorted(filter(self.is_steward, self.messages.values()), key=lambda message: float(message["ts"]))

    async def until(self, found: Callable[[], T | None], what: str) -> T:
        """Waits until `found` finds something; `what` names it, should it never come."""
        self.waiting_for = what
        async with self._stirred:
            while (value := found()) is None:
                if self._closed:
                    raise PlayError(f"The page closed its socket while we waited for {what}.")
                await self._stirred.wait()
            return value

    async def read(self, socket: ClientWebSocketResponse) -> None:
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._apply(json.loads(frame.data))
        finally:
            self._closed = True
            async with self._stirred:
                self._stirred.notify_all()

    async def _apply(self, event: Json) -> None:
        if event.get("channel") != self._channel:
            return
        async with self._stirred:
            self._note(event)
            self.changed_at = time.monotonic()
            self._told(event)
            self._stirred.notify_all()

    def _note(self, event: Json) -> None:
        kind = event["type"]
        if kind in ("message", "message_changed"):
            self.messages[event["message"]["ts"]] = event["message"]
            if self.is_steward(event["message"]):
                self._sign(event["message"].get("thread_ts", event["message"]["ts"]))
        elif kind == "message_deleted":
            self.messages.pop(event.get("ts", ""), None)
        elif kind == "status":
            text = str((event.get("status") or {}).get("status", ""))
            self.statuses[event["thread_ts"]] = text
            if text:
                self._sign(event["thread_ts"])

    def _sign(self, thread_ts: str) -> None:
        self.signs.setdefault(thread_ts, time.monotonic())
