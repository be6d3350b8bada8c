"""Plays one request from the terminal: opens the DM, connects accounts, asks, shows cards, clicks, prints receipts."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import ClientSession

from sandbox.playing.blocks import Button, buttons, render
from sandbox.playing.connecting import connect_all
from sandbox.playing.errors import PlayError
from sandbox.playing.page import Board, Json, Page
from sandbox.playing.story import ACTION, TURN, Deed, Story, payload

DONE, NOT_DONE, LEFT_WAITING = 0, 1, 2  # exit codes
_TIMEOUT_SECONDS = 120.0
# A reply without a turn (a refusal, a word of command) has no end mark: it is over when nothing stirs for so long.
_QUIET_SECONDS = 3.0
_WORKING = frozenset({"approved", "running", "undoing"})
_OPEN = _WORKING | {"proposed", "uncertain"}
_FRUITFUL = frozenset({"done", "partial"})
_WANTED = {"approve": "done", "reject": "rejected"}
_BUTTON = re.compile(r"[a-z]+")
_SPOKEN = {"y": "approve", "yes": "approve", "n": "reject", "no": "reject"}


@dataclass(frozen=True, slots=True)
class Play:
    """What to play, where."""

    page: str
    token: str
    ask: str
    answer: str | None = None
    options: tuple[int, ...] = ()  # which option to click on each question, from 1
    as_json: bool = False
    timeout: float = _TIMEOUT_SECONDS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m sandbox play`."""
    parser.add_argument("--page", required=True, metavar="URL", help="the page's address")
    parser.add_argument("--token", required=True, help="the token that opens the page")
    parser.add_argument("--ask", required=True, metavar="TEXT", help="the request, as one would type it")
    parser.add_argument(
        "--answer",
        type=read_answers,
        default=(None, ()),
        help="what to click on every card, and which option on a question: approve, reject, 2, or 2,approve; without it"
        " you are asked",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of a transcript")
    parser.add_argument("--timeout", type=float, default=_TIMEOUT_SECONDS, metavar="SECONDS", help="default: 120")


def read_arguments(options: argparse.Namespace) -> Play:
    answer, chosen = options.answer
    return Play(options.page, options.token, options.ask, answer, chosen, options.json, options.timeout)


def read_answers(text: str) -> tuple[str | None, tuple[int, ...]]:
    """ "2,approve": the second option on the first question, and approve on every card."""
    parts = [part.strip() for part in text.split(",")]
    words = [part for part in parts if not part.isdecimal()]
    if len(words) > 1 or not set(words) <= set(_WANTED):
        raise argparse.ArgumentTypeError(f"“{text}” is neither approve nor reject nor the number of an option")
    return (words[0] if words else None), tuple(int(part) for part in parts if part.isdecimal())


def main(arguments: Sequence[str] | None = None) -> int:
    """Plays and returns the exit code: 0 all done, 1 not, 2 a question or a card was left waiting."""
    parser = argparse.ArgumentParser(prog="python -m sandbox play", description=__doc__)
    add_arguments(parser)
    try:
        return asyncio.run(play(read_arguments(parser.parse_args(arguments))))
    except KeyboardInterrupt:
        return LEFT_WAITING


async def play(wanted: Play) -> int:
    """One request from beginning to end; prints what happens."""
    story = Story(quiet=wanted.as_json)
    try:
        error = await Player(wanted, story).run()
    except PlayError as failure:
        error = str(failure)
    if wanted.as_json:
        sys.stdout.write(json.dumps(story.as_json(error), ensure_ascii=False, indent=1) + "\n")
    elif error:
        sys.stderr.write(error + "\n")
    return NOT_DONE if error else _exit_code(story, wanted.answer)


def _exit_code(story: Story, answer: str | None) -> int:
    if story.asks or any(deed.status == "proposed" for deed in story.deeds):
        return LEFT_WAITING
    wanted = set(_WANTED.values()) if answer is None else {_WANTED[answer]}
    superseded = frozenset({"stale", "replaced"})  # another card stands for these
    outcomes = {deed.status for deed in story.deeds if deed.status not in superseded}
    return DONE if not story.failed and outcomes <= wanted else NOT_DONE


class Player:
    """One person, one request."""

    def __init__(self, wanted: Play, story: Story) -> None:
        self._wanted = wanted
        self._story = story
        self._thread = ""
        self._shown: set[str] = set()
        self._answered = 0
        self._options = list(wanted.options)
        self._clock: asyncio.Timeout | None = None

    async def run(self) -> str:
        """Why it ended early, or nothing."""
        board: Board | None = None
        try:
            async with asyncio.timeout(self._wanted.timeout) as self._clock, ClientSession() as session:
                page = Page(session, self._wanted.page, token=self._wanted.token)
                await page.enter()
                self._story.me = page.name
                async with page.watch(self._told) as board:
                    board.messages |= {message["ts"]: message for message in await page.past()}
                    await self._play(page, board)
            return ""
        except TimeoutError:
            what = board.waiting_for if board else "the page"
            return f"After {self._wanted.timeout:g} seconds we were still waiting for {what}."

    def _told(self, event: Json) -> None:
        if event["type"] == "status" and event.get("thread_ts") == self._thread:
            self._story.step(str((event.get("status") or {}).get("status", "")))
        elif event["type"] == "ephemeral":
            self._story.say("Steward (to you alone)", render(event["message"]), blocks=event["message"].get("blocks"))

    async def _play(self, page: Page, board: Board) -> None:
        await page.post("messages", channel=page.channel)
        for email in await connect_all(page, board):
            self._story.print(f"  (connected {email})")
        await self._say(page, board)
        await self._answer(board)
        await self._decide_all(page, board)
        while await self._chooses(page, board) or self._goes_on(board):
            await self._went_on(board)
            await self._decide_all(page, board)
        self._record(board)

    async def _chooses(self, page: Page, board: Board) -> bool:
        """Clicks an option of the question that stands open, if there is one and an answer to it."""
        question = next((message for message in reversed(self._turns(board)) if _choices(message)), None)
        if question is None or (button := await self._choice(_choices(question))) is None:
            return False
        await self._press(page, question, button)
        return True

    async def _choice(self, choices: Sequence[Button]) -> Button | None:
        if not self._options:
            for number, button in enumerate(choices, start=1):
                self._story.print(f"  {number}) {button.text}")
            typed = await self._typed(f"  1–{len(choices)}, anything else leaves it: ")
            self._options = [int(typed)] if typed.isdecimal() else []
        number = self._options.pop(0) if self._options else 0
        return choices[number - 1] if 0 < number <= len(choices) else None

    async def _decide_all(self, page: Page, board: Board) -> None:
        while (card := self._undecided(board)) is not None:
            await self._decide(page, board, card=card)

    def _goes_on(self, board: Board) -> bool:
        """Whether Steward said that more follows, and the cards have brought something to go on with."""
        self._record(board)
        statuses = {deed.status for deed in self._story.deeds}
        announced = bool(self._turn(board).get("then")) and bool(statuses & _FRUITFUL) and not statuses & _OPEN
        return announced or len(self._turns(board)) > self._answered

    async def _went_on(self, board: Board) -> None:
        await board.until(lambda: len(self._turns(board)) > self._answered or None, "Steward to go on")
        await self._ended(board)
        await self._answer(board)

    async def _say(self, page: Page, board: Board) -> None:
        self._story.say(page.name, self._wanted.ask)
        said = time.monotonic()
        self._thread = (await page.post("say", channel=page.channel, text=self._wanted.ask))["ts"]
        first = await board.until(lambda: board.signs.get(self._thread), "a first sign from Steward")
        self._story.first_sign_ms = _since(said, first)
        await self._ended(board)
        self._story.answer_ms = _since(said)

    async def _ended(self, board: Board) -> None:
        """Until the turn is over: its message says so, or Steward answered without a turn and nothing stirs."""

        def over() -> bool | None:
            state = self._turn(board).get("state")
            return state not in (None, "queued", "running") or None

        ended = asyncio.ensure_future(board.until(over, "Steward's answer"))
        try:
            rest = _QUIET_SECONDS
            while not (await asyncio.wait({ended}, timeout=rest))[0]:
                rest = _QUIET_SECONDS
                if self._answered_without_turn(board):
                    rest -= time.monotonic() - board.changed_at
                    if rest <= 0:
                        return
            await ended
        finally:
            ended.cancel()

    def _turns(self, board: Board) -> list[Json]:
        return [message for message in board.thread(self._thread) if payload(message, TURN) is not None]

    def _turn(self, board: Board) -> Json:
        turns = self._turns(board)
        return (payload(turns[-1], TURN) if turns else None) or {}

    def _answered_without_turn(self, board: Board) -> bool:
        messages = board.thread(self._thread)
        return bool(messages) and not self._turn(board) and not board.statuses.get(self._thread)

    async def _answer(self, board: Board) -> None:
        """Shows what Steward said; waits for as many cards as its reply announced."""
        turn, self._answered = self._turn(board), len(self._turns(board))
        since = float(self._turns(board)[-1]["ts"]) if turn else 0.0
        expected = int(turn.get("actions", 0))

        def announced() -> bool | None:
            return sum(float(card["ts"]) > since for card in self._cards(board)) >= expected or None

        await board.until(announced, f"{expected} cards of Steward")
        said = [message for message in board.thread(self._thread) if payload(message, ACTION) is None]
        words = [message for message in said if message["ts"] not in self._shown]
        self._shown |= {message["ts"] for message in words}
        for message in words:
            self._story.say("Steward", render(message), blocks=message.get("blocks"))
        self._story.failed = turn.get("state") != "ended"
        last = render(words[-1]) if words else ""
        self._story.asks = expected == 0 and not self._story.failed and (
            last.rstrip().endswith("?") or any(buttons(message) for message in words)
        )  # fmt: skip

    def _cards(self, board: Board) -> list[Json]:
        return [message for message in board.thread(self._thread) if payload(message, ACTION) is not None]

    def _undecided(self, board: Board) -> Json | None:
        """The next card that waits and hasn't been put to the person yet; each card is noted the first time."""
        for card in self._cards(board):
            deed = self._deed(card)
            if _status(card) == "proposed" and not deed.answered:
                return card
        return None

    def _deed(self, card: Json) -> Deed:
        told = payload(card, ACTION) or {}
        action = str(told.get("action", ""))
        deed = next((deed for deed in self._story.deeds if deed.id == action), None)
        if deed is None:
            deed = Deed(action, str(told.get("kind", "")), render(card), _status(card))
            self._story.deeds.append(deed)
            self._story.show_card(card)
        return deed

    async def _decide(self, page: Page, board: Board, *, card: Json) -> None:
        deed = self._deed(card)
        deed.answered = True
        answer = self._wanted.answer or await self._ask(deed)
        if answer is None:
            return
        ts, clicked = card["ts"], time.monotonic()
        while _status(card) == "proposed":
            await self._click(page, card, answer=answer)
            card = await self._moved(board, ts, before=card)  # a marked recipient needs a second click

        def settled() -> Json | None:
            now = board.messages[ts]
            return None if _status(now) in _WORKING else now

        card = await board.until(settled, f"the outcome of “{deed.kind}”")
        deed.click_to_done_ms = _since(clicked)
        self._note_outcome(deed, card)

    async def _moved(self, board: Board, ts: str, *, before: Json) -> Json:
        def changed() -> Json | None:
            now = board.messages[ts]
            return now if now.get("blocks") != before.get("blocks") or _status(now) != _status(before) else None

        return await board.until(changed, "the card to take the click")

    async def _click(self, page: Page, card: Json, *, answer: str) -> None:
        await self._press(page, card, _button(card, answer))

    async def _press(self, page: Page, message: Json, button: Button) -> None:
        container = {"type": "message", "channel": page.channel, "ts": message["ts"]}
        self._story.print(f"  → {button.text}")
        await page.post("click", container=container, block_id=button.block_id, action_id=button.action_id)

    async def _ask(self, deed: Deed) -> str | None:
        """Asks at the terminal; None leaves the card waiting."""
        return _SPOKEN.get(await self._typed(f"  {deed.kind}: approve? [y]es, [n]o, anything else leaves it: "))

    async def _typed(self, question: str) -> str:
        """What is typed at the terminal, nothing when nobody sits there. The clock stands still meanwhile."""
        if not sys.stdin.isatty() or self._story.quiet or self._clock is None:
            return ""
        self._clock.reschedule(None)
        try:
            typed = await asyncio.to_thread(input, question)
        except EOFError:
            typed = ""
        self._clock.reschedule(asyncio.get_running_loop().time() + self._wanted.timeout)
        return typed.strip().lower()

    def _note_outcome(self, deed: Deed, card: Json) -> None:
        deed.status, deed.receipt = _status(card), render(card)
        self._story.print(f"\n┌ {deed.status}")
        self._story.print("\n".join("│ " + line for line in deed.receipt.splitlines()) + "\n└")

    def _record(self, board: Board) -> None:
        """The last state of every card, those that nobody clicked included."""
        for card in self._cards(board):
            self._deed(card).status = _status(card)


def _status(card: Json) -> str:
    return str((payload(card, ACTION) or {}).get("status", ""))


def _choices(message: Json) -> list[Button]:
    """The options of a question that can still be clicked."""
    return [button for button in buttons(message) if button.action_id.startswith("answer:")]


def _button(card: Json, answer: str) -> Button:
    """The button whose action is this answer ("decide:approve" is "approve")."""
    for button in buttons(card):
        if answer in _BUTTON.findall(button.action_id.lower()):
            return button
    raise PlayError(f"The card has no button to {answer} it:\n{render(card)}")


def _since(start: float, end: float | None = None) -> float:
    return round(((time.monotonic() if end is None else end) - start) * 1000, 1)
