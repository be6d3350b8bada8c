"""A person who asks, answers what is asked back, approves every card, and waits until nothing is under way."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import psycopg
from sqlalchemy.engine import make_url

from app.store.schema import conninfo
from sandbox.playing.blocks import Button, buttons, render
from tests.acceptance.house import House
from tests.acceptance.people import ACTION, TURN, WORKING, Card, Json, Person, payload
from tests.acceptance.waiting import until

PATIENCE = 90.0
"""Seconds for a request with all that comes of it."""
MOST_ROUNDS = 6
"""Questions and waves of cards of one request; more would be going in circles."""
ANSWERS = "answer:"
FOR_ALL = "plan:approve"
UNDER_WAY = """
SELECT (SELECT count(*) FROM steward.inbox WHERE settled_at IS NULL)
     + (SELECT count(*) FROM steward.turns WHERE status IN ('queued', 'running'))
     + (SELECT count(*) FROM steward.turns WHERE status IN ('ended', 'failed') AND reply_ts = '' AND reply <> '')
     + (SELECT count(*) FROM steward.approvals WHERE status IN ('approved', 'running', 'undoing'))
"""


class Knowing(Protocol):
    """What a person knows that Steward may ask for."""

    def choose(self, words: str, options: Sequence[str]) -> int | None:
        """Which of the options of a question is right; None when none is."""
        ...

    def tell(self, words: str) -> str:
        """What they answer in their own words; "" when nothing is asked."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What a request came to."""

    words: str
    """Everything that was said to it, apart from cards."""
    cards: list[Card]
    """As they stand at the end."""
    questions: list[list[str]]
    """The options of every question."""
    answered: float
    """Seconds until the first answer stood there."""
    followed: list[float]
    """Seconds until each further one did, after an option that was clicked or words that were asked for."""
    clicked: list[float]
    """Seconds from each approval to what became of the card, or of all the cards that it was for."""

    @property
    def waited(self) -> float:
        """Seconds that the person waited in all: what they themselves take is left out."""
        return self.answered + sum(self.followed) + sum(self.clicked)

    @property
    def all(self) -> str:
        """Words and cards, as they are read."""
        return "\n".join([self.words, *(card.text for card in self.cards)])


async def at_rest(house: House) -> None:
    """Nothing is being thought, performed or still to be said."""
    admin = conninfo(make_url(house.database_admin_url))
    async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:

        async def quiet() -> bool:
            row = await (await connection.execute(UNDER_WAY)).fetchone()
            return row is not None and row[0] == 0

        await until(quiet, what="a house at rest", seconds=PATIENCE)


async def carried_out(house: House, person: Person, text: str, *, knowing: Knowing) -> Outcome:
    """Ask, answer every question, approve every card: with one click where one is offered for several."""
    began = time.perf_counter()
    asked = (await person.ask(text, seconds=PATIENCE)).asked
    answered, followed, clicked = time.perf_counter() - began, list[float](), list[float]()
    questions: list[list[str]] = []
    for _ in range(MOST_ROUNDS):
        await at_rest(house)
        if question := _offered(person, asked, ANSWERS):
            message, found = question
            questions.append([button.text for button in found])
            if (right := knowing.choose(render(message), questions[-1])) is None:
                began = time.perf_counter()
                await person.ask(knowing.tell(render(message)), thread=asked, seconds=PATIENCE)
                followed.append(time.perf_counter() - began)
            else:
                followed.append(await _answer(person, asked, message, found[right]))
        elif waiting := [card for card in person.cards(asked) if card.status == "proposed"]:
            if for_all := _offered(person, asked, FOR_ALL):
                clicked.append(await _approve_all(person, asked, *for_all))
            for card in [card for card in waiting if person.now(card).status == "proposed"]:
                began = time.perf_counter()
                await person.approve(card, seconds=PATIENCE)
                clicked.append(time.perf_counter() - began)
        elif answer := _asked_in_words(person, asked, knowing):
            began = time.perf_counter()
            await person.ask(answer, thread=asked, seconds=PATIENCE)
            followed.append(time.perf_counter() - began)
        else:
            break
    return Outcome(_words(person, asked), person.cards(asked), questions, answered, followed, clicked)


def _offered(person: Person, thread: str, action: str) -> tuple[Json, list[Button]] | None:
    """The first message with buttons whose action begins so, and these."""
    for message in person.screen.steward(person.dm, thread):
        if found := [button for button in buttons(message) if button.action_id.startswith(action)]:
            return message, found
    return None


async def _approve_all(person: Person, thread: str, plan: Json, offered: list[Button]) -> float:
    """Click, and wait for what becomes of every card it is for; the seconds that took."""
    (button,) = offered
    covered = int("".join(filter(str.isdigit, button.text)))
    waited = {card.id for card in person.cards(thread) if card.status == "proposed"}
    began = time.perf_counter()
    await _click(person, plan, button)

    def settled() -> bool:
        now = [card.status for card in person.cards(thread) if card.id in waited]
        return sum(status not in ("proposed", *WORKING) for status in now) == covered

    await person.screen.until(settled, what=f"what became of {covered} cards", seconds=PATIENCE)
    return time.perf_counter() - began


async def _click(person: Person, message: Json, button: Button) -> None:
    container = {"type": "message", "channel": person.dm, "ts": message["ts"]}
    await person.page.post("click", container=container, block_id=button.block_id, action_id=button.action_id)


def _asked_in_words(person: Person, thread: str, knowing: Knowing) -> str:
    """What the person says to Steward's last words, if there are no cards."""
    said = [m for m in person.screen.steward(person.dm, thread) if payload(m, TURN)]
    return "" if person.cards(thread) or not said else knowing.tell(render(said[-1]))


async def _answer(person: Person, thread: str, question: Json, button: Button) -> float:
    """Click, and wait for what is said to it; the seconds that took."""
    known = {message["ts"] for message in person.screen.steward(person.dm, thread)}
    began = time.perf_counter()
    await _click(person, question, button)

    def answered() -> bool:
        there = person.screen.steward(person.dm, thread)
        new = [message for message in there if message["ts"] not in known]
        return any(payload(message, TURN).get("state") in ("ended", "failed") for message in new)

    await person.screen.until(answered, what=f"what is said to “{button.text}”", seconds=PATIENCE)
    return time.perf_counter() - began


def _words(person: Person, thread: str) -> str:
    """All of Steward's messages in the thread that are no cards."""
    there = person.screen.steward(person.dm, thread)
    return "\n".join(render(message) for message in there if not payload(message, ACTION))
