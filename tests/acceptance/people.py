"""A person at the page: reads what they see, says, clicks, and waits for what comes of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from sandbox.playing.blocks import buttons, render
from sandbox.playing.page import TOKEN_HEADER, Page
from tests.acceptance.waiting import PATIENCE

Json = dict[str, Any]
T = TypeVar("T")
TURN, ACTION = "steward_turn", "steward_action"
ALEX = ["alex.rivera@larkspur.example", "alex@rivera-family.example"]
PRIYA = ["priya.raman@larkspur.example", "priya@ramanpost.example"]
"""Whose accounts the sandbox has, the work account first."""
WORKING = ("approved", "running", "undoing")
OVER = ("ended", "failed")


def payload(message: Json, event_type: str) -> Json:
    """What Steward's metadata on a message says, if it is of this type."""
    metadata = message.get("metadata") or {}
    return dict(metadata.get("event_payload") or {}) if metadata.get("event_type") == event_type else {}


@dataclass(frozen=True)
class Card:
    """A card as it stands in Slack now."""

    channel: str
    message: Json

    @property
    def ts(self) -> str:
        return str(self.message["ts"])

    @property
    def thread(self) -> str:
        return str(self.message.get("thread_ts", ""))

    @property
    def id(self) -> str:
        return str(payload(self.message, ACTION)["action"])

    @property
    def kind(self) -> str:
        return str(payload(self.message, ACTION)["kind"])

    @property
    def status(self) -> str:
        return str(payload(self.message, ACTION)["status"])

    @property
    def text(self) -> str:
        return render(self.message)

    @property
    def lines(self) -> list[str]:
        return [" ".join(line.split()) for line in self.text.splitlines()]

    @property
    def offers(self) -> list[str]:
        """The words on its buttons."""
        return [button.text for button in buttons(self.message)]

    def button(self, decision: str) -> Json:
        """Where to click for a decision, as the page tells it."""
        found = next(b for b in buttons(self.message) if b.action_id == f"decide:{decision}")
        container = {"type": "message", "channel": self.channel, "ts": self.ts}
        return {"container": container, "block_id": found.block_id, "action_id": found.action_id}


@dataclass(frozen=True)
class Answer:
    """What a request came to."""

    asked: str
    """The ts of the request."""
    state: str
    words: str
    cards: list[Card]

    @property
    def card(self) -> Card:
        """The only card."""
        (card,) = self.cards
        return card


class Screen:
    """What one person's page shows, kept up to date by its socket."""

    def __init__(self, bot: str) -> None:
        self.bot = bot
        self.messages: dict[tuple[str, str], Json] = {}
        self.statuses: list[tuple[str, str]] = []
        """Every status that was shown, with its thread."""
        self.whispers: list[str] = []
        self._changed = asyncio.Condition()
        self._closed = False

    def steward(self, channel: str, thread: str) -> list[Json]:
        """Steward's messages in a thread, oldest first; in none are those at the top."""
        found = [
            m
            for (place, _), m in self.messages.items()
            if place == channel and m.get("thread_ts", "") == thread and m.get("user") == self.bot
        ]
        return sorted(found, key=lambda message: float(message["ts"]))

    def showing(self, thread: str) -> str:
        """The status that a thread shows now."""
        return next((text for place, text in reversed(self.statuses) if place == thread), "")

    async def until(self, condition: Callable[[], T | None], *, what: str, seconds: float = PATIENCE) -> T:
        """What the condition gives, as soon as the page shows it."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                while not (found := condition()):
                    assert not self._closed, f"the page closed its socket before this was seen: {what}"
                    await self._changed.wait()
                return found
        except TimeoutError:
            shown = "\n".join(render(m) for m in list(self.messages.values())[-6:])
            raise AssertionError(f"never seen: {what}; the last messages are:\n{shown}") from None

    async def read(self, socket: ClientWebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                async with self._changed:
                    self._note(json.loads(frame.data))
                    self._changed.notify_all()
        async with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _note(self, event: Json) -> None:
        kind, channel = event["type"], event.get("channel", "")
        if kind in ("message", "message_changed"):
            self.messages[channel, event["message"]["ts"]] = event["message"]
        elif kind == "message_deleted":
            self.messages.pop((channel, event["ts"]), None)
        elif kind == "status":
            self.statuses.append((event["thread_ts"], str((event.get("status") or {}).get("status", ""))))
        elif kind == "ephemeral":
            self.whispers.append(render(event["message"]))


class Person:
    """One person, their direct messages with Steward, and their accounts."""

    def __init__(self, page: Page, screen: Screen, *, about: Json, accounts: list[str]) -> None:
        self.page = page
        self.screen = screen
        self.user = page.user
        self.name = page.name
        self.dm = page.channel
        self.zone = str(about["tz"])
        self.accounts = accounts
        """Addresses, the work account first."""

    @classmethod
    @asynccontextmanager
    async def entered(
        cls, session: ClientSession, url: str, *, token: str, about: Json, accounts: list[str]
    ) -> AsyncIterator[Self]:
        """Someone who opens the page, and leaves it after the block."""
        page = Page(session, url, token=token)
        state = await page.get("state", user=about["id"])
        page.user, page.name, page.bot = about["id"], about["real_name"], state["bot_user_id"]
        page.channel = next(channel["id"] for channel in state["channels"] if channel.get("is_im"))
        screen = Screen(page.bot)
        socket = await session.ws_connect(
            f"{url}/api/events", headers={TOKEN_HEADER: token}, params={"user": page.user}
        )
        reader = asyncio.create_task(screen.read(socket))
        try:
            yield cls(page, screen, about=about, accounts=accounts)
        finally:
            await socket.close()
            await reader

    # Speaking.

    async def say(
        self, text: str, *, thread: str | None = None, channel: str = "", files: list[Json] | None = None
    ) -> str:
        """Post a message; its ts."""
        more = {name: value for name, value in (("thread_ts", thread), ("files", files)) if value}
        return str((await self.page.post("say", channel=channel or self.dm, text=text, **more))["ts"])

    async def ask(self, text: str, *, thread: str | None = None, seconds: float = PATIENCE) -> Answer:
        """Say something and wait for the whole answer."""
        return await self.answered(await self.say(text, thread=thread), thread=thread, seconds=seconds)

    async def answered(self, asked: str, *, thread: str | None = None, seconds: float = PATIENCE) -> Answer:
        """The whole answer to what was asked, once it stands there, cards included."""
        place = asked if thread is None else thread

        def whole() -> Answer | None:
            since = [m for m in self.screen.steward(self.dm, place) if float(m["ts"]) > float(asked)]
            for message in since:
                told = payload(message, TURN)
                cards = [Card(self.dm, m) for m in since if payload(m, ACTION)]
                if told.get("state") in OVER and len(cards) >= told["actions"]:
                    return Answer(asked, told["state"], render(message), cards)
            return None

        return await self.screen.until(whole, what=f"the answer to {asked}", seconds=seconds)

    async def told(self, text: str, *, thread: str | None = None, files: list[Json] | None = None) -> str:
        """Say something that isn't a request, or will be refused; what Steward says to it."""
        asked = await self.say(text, thread=thread, files=files)
        return await self.heard(asked, thread=thread)

    async def heard(self, asked: str, *, thread: str | None = None, channel: str = "") -> str:
        """Steward's first words in a thread after a message."""

        def words() -> str | None:
            there = self.screen.steward(channel or self.dm, thread or asked)
            return next((render(m) for m in there if float(m["ts"]) > float(asked)), None)

        return await self.screen.until(words, what=f"a word after {asked}")

    async def until_invited(self, thread: str) -> Json:
        """The card that leads to the consent page, once it stands in a thread."""

        def invited() -> Json | None:
            cards = [m for m in self.screen.steward(self.dm, thread) if "Connect a Google account" in render(m)]
            return cards[0] if cards else None

        return await self.screen.until(invited, what="the way to the consent page")

    async def command(self, text: str) -> str:
        """/steward …; what Steward posts to it at the top of the DM."""
        before = set(self.screen.messages)
        answer = await self.page.post("command", channel=self.dm, command="/steward", text=text)
        assert answer == {}, answer

        def words() -> str | None:
            new = [m for key, m in self.screen.messages.items() if key not in before and "thread_ts" not in m]
            return next((render(m) for m in new if m.get("user") == self.screen.bot), None)

        return await self.screen.until(words, what=f"the answer to /steward {text}")

    # Deciding.

    def cards(self, thread: str) -> list[Card]:
        """The cards of a thread as they stand now, oldest first."""
        return [Card(self.dm, m) for m in self.screen.steward(self.dm, thread) if payload(m, ACTION)]

    def waiting(self) -> list[Card]:
        """Every card in the direct messages that waits."""
        found = [Card(self.dm, m) for (channel, _), m in self.screen.messages.items() if channel == self.dm]
        return [card for card in found if payload(card.message, ACTION) and card.status == "proposed"]

    async def click(self, card: Card, decision: str) -> None:
        await self.page.post("click", **card.button(decision))

    def now(self, card: Card) -> Card:
        """The card as it stands now."""
        return Card(card.channel, self.screen.messages[card.channel, card.ts])

    async def until_shows(self, card: Card, *statuses: str, seconds: float = PATIENCE) -> Card:
        """The card, once it shows one of these."""

        def shown() -> Card | None:
            now = self.now(card)
            return now if now.status in statuses else None

        return await self.screen.until(shown, what=f"{' or '.join(statuses)} on the card", seconds=seconds)

    async def approve(self, card: Card, *, seconds: float = PATIENCE) -> Card:
        """Approve with as many clicks as it takes, and wait for what becomes of it."""
        while self.now(card).status == "proposed":
            before = self.now(card).message
            await self.click(self.now(card), "approve")
            await self.screen.until(lambda b=before: self.now(card).message != b, what="a change of the card")  # type: ignore[misc]

        def settled() -> Card | None:
            now = self.now(card)
            return None if now.status in WORKING else now

        return await self.screen.until(settled, what=f"what became of {card.kind}", seconds=seconds)

    # Reading.

    async def history(self, channel: str = "", thread: str | None = None) -> list[Json]:
        """What Slack keeps of a conversation, as this person may read it."""
        where = {"thread_ts": thread} if thread else {}
        found = await self.page.get("history", user=self.user, channel=channel or self.dm, **where)
        return list(found["messages"])

    async def channel(self, name: str) -> str:
        state = await self.page.get("state", user=self.user)
        return str(next(c["id"] for c in state["channels"] if c.get("name") == name))
