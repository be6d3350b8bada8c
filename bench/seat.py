"""A person at the sandbox's page, who notes when each change arrives."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp

from bench.programs import Json, NotMeasured, Sandbox
from sandbox.playing.blocks import Button, buttons
from sandbox.playing.page import Board, Page

PATIENCE_SECONDS = 30.0


class Seat:
    """The first person of the workspace, in their direct messages."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.board: Board
        self._seen: list[tuple[float, Json]] = []

    def note(self, change: Json) -> None:
        """A change has arrived."""
        self._seen.append((time.perf_counter(), change))

    async def say(self, text: str) -> tuple[float, str]:
        """When they pressed Enter, and their message's ts."""
        self._seen.clear()
        began = time.perf_counter()
        return began, str((await self.page.post("say", channel=self.page.channel, text=text))["ts"])

    async def click(self, card: Json, action: str) -> float:
        """When they pressed the button of a card."""
        button = next((b for b in buttons(card) if b.action_id == action), None)
        if button is None:
            raise LookupError(f"the card offers no {action}")
        self._seen.clear()
        began = time.perf_counter()
        await self.page.post("click", **self._click(card, button))
        return began

    def _click(self, card: Json, button: Button) -> Json:
        container = {"type": "message", "channel": self.page.channel, "ts": card["ts"]}
        return {"container": container, "block_id": button.block_id, "action_id": button.action_id}

    async def first(self, fits: Callable[[Json], bool], what: str) -> tuple[float, Json]:
        """When the first change that fits has arrived, and the change."""

        def found() -> tuple[float, Json] | None:
            return next((stamped for stamped in self._seen if fits(stamped[1])), None)

        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self.board.until(found, what)
        except TimeoutError as late:
            came = [str(change.get("message", change))[:1000] for _, change in self._seen]
            raise NotMeasured(f"{what} did not come, but {came}") from late


@asynccontextmanager
async def seat(session: aiohttp.ClientSession, where: Sandbox) -> AsyncIterator[Seat]:
    """Take the first person's seat."""
    page = Page(session, where.page, token=where.page_token)
    await page.enter()
    taken = Seat(page)
    async with page.watch(taken.note) as board:
        taken.board = board
        yield taken


def signs(thread: str) -> Callable[[Json], bool]:
    """A first sign that somebody works on a request: a status, or a message in its thread."""

    def fits(change: Json) -> bool:
        if change.get("thread_ts") != thread:
            return False
        if change["type"] == "status":
            return bool((change.get("status") or {}).get("status"))
        return change["type"] == "message" and "bot_id" in change["message"]

    return fits


def shows(status: str, thread: str = "", card: str = "") -> Callable[[Json], bool]:
    """A card that shows a status: in a thread, or this very card."""

    def fits(change: Json) -> bool:
        message = change.get("message") or {}
        there = (not card or message.get("ts") == card) and (not thread or message.get("thread_ts") == thread)
        return there and bool(message.get("metadata", {}).get("event_payload", {}).get("status") == status)

    return fits
