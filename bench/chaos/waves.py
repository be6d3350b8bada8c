"""A wave: people who act at the same time, each in a cell of the matrix, and what becomes of them."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from bench.chaos.deed import Deed
from bench.chaos.deeds import DEEDS
from bench.chaos.judging import APPROVE, REJECT, Trial
from bench.chaos.lifelines import Lifeline
from bench.chaos.matrix import ASK, MEANWHILE, REFUSED, UNDO, Cell
from bench.chaos.stage import ANSWER_SECONDS, Lane, Stage, gathered, offers
from bench.chaos.stops import Stops
from tests.acceptance.people import OVER, TURN, WORKING, Card, Json, payload

REJECTED = 0.1
"""Share of the cards that are rejected, and of which nothing may ever be done."""

PER_CELL = 5
"""People of one cell in a wave: more show nothing new."""


@dataclass(eq=False)
class Actor:
    """One person, what it is about, and in which cell."""

    lane: Lane
    cell: Cell
    deed: Deed
    card: Card | None = None
    """None until the message is answered."""
    before: Json | None = None
    """The card as it was when they clicked."""
    asked: str = ""
    status: str = ""
    waited: bool = False
    """Whether what they did last was waited for, to its end or in vain."""

    @property
    def now(self) -> Card:
        assert self.card is not None
        return self.lane.person.now(self.card)


@dataclass
class Wave:
    """Everybody, and the stage they are on."""

    stage: Stage
    lifelines: Mapping[tuple[str, str], Lifeline]
    verb: str
    actors: Sequence[Actor]

    @property
    def cells(self) -> list[Cell]:
        return [actor.cell for actor in self.actors]

    @property
    def fault(self) -> str:
        return self.cells[0].fault

    def stops(self) -> Stops:
        return Stops(self.stage, self.lifelines, self.cells)

    def hit(self, reached: Mapping[Cell, int] | None = None) -> None:
        """The fault has struck: everybody, or so many of each cell; a stop's hits are those of all who share it."""
        for cell in {*self.cells}:
            playing = self.cells.count(cell)
            self.stage.judge.hit(cell, playing if reached is None else min(reached[cell], playing))

    # Acting.

    async def act(self) -> None:
        """Everybody says what they want, or clicks."""
        await gathered(*(self.one(actor) for actor in self.actors))

    async def one(self, actor: Actor) -> None:
        if self.verb == ASK:
            actor.asked = await actor.lane.person.say(actor.deed.ask)
        else:
            await self.click(actor, UNDO if self.verb == UNDO else APPROVE)

    async def click(self, actor: Actor, decision: str) -> None:
        """Click on the card as it is now."""
        assert actor.card is not None
        actor.before, actor.waited = actor.now.message, False
        await self.stage.click(actor.lane, actor.card, decision)

    async def rest(self, seconds: float = ANSWER_SECONDS) -> None:
        """Wait until every message is answered, and every card shows what it came to, but no longer than this."""
        settle = self._answered if self.verb == ASK else self._settled
        await gathered(*(settle(actor, seconds) for actor in self.actors if not actor.waited))
        await self.stage.read_journal()

    async def _settled(self, actor: Actor, seconds: float) -> None:
        actor.status, actor.waited = "", True
        with suppress(AssertionError):
            screen = actor.lane.person.screen
            actor.status = await screen.until(lambda: self._came_to(actor), what="rest", seconds=seconds)

    def _came_to(self, actor: Actor) -> str:
        """The status in which a card rests since it was clicked; empty until it does."""
        now = actor.now
        # What is to be taken back stays done only where that was refused.
        stays = "proposed" if self.verb != UNDO else "" if self.fault == REFUSED else "done"
        return now.status if now.message != actor.before and now.status not in (stays, *WORKING) else ""

    def under_way(self) -> Counter[Cell]:
        """How many of each cell have asked or clicked, and haven't got what comes of it yet."""
        return Counter(actor.cell for actor in self.actors if self._busy(actor))

    def _busy(self, actor: Actor) -> bool:
        if self.verb == ASK:
            there = actor.lane.person.screen.steward(actor.lane.person.dm, actor.asked)
            return bool(actor.asked) and not any(payload(m, TURN).get("state") in OVER for m in there)
        return actor.before is not None and not self._came_to(actor)

    async def _answered(self, actor: Actor, seconds: float) -> None:
        person, actor.waited = actor.lane.person, True
        with suppress(AssertionError):
            answer = await person.answered(actor.asked, seconds=seconds)
            actor.status = "done" if answer.cards else "failed"
            if answer.cards:
                actor.card = self.stage.known(actor.deed, answer.cards[0])

    # Judging.

    async def judge(self) -> None:
        """Hand everything that came to rest to the judge."""
        rows = await self.stage.rows()
        for actor in self.actors:
            if self.verb == ASK:
                self._judge_answer(actor)
                continue
            decision = UNDO if self.verb == UNDO else APPROVE
            trial = Trial(actor.cell, actor.deed, decision, actor.status, rows.get(actor.deed.action, ""))
            self.stage.judge.take(trial)
            # What its person was at meanwhile is theirs: taking that back is rightly refused.
            if actor.status == "done" and offers(actor.now, UNDO) and actor.cell.fault not in MEANWHILE:
                actor.lane.stock.append((UNDO, actor.deed, actor.now))
        if self.verb == ASK:
            await gathered(*(self._decided(actor) for actor in self.actors if actor.card))

    def _judge_answer(self, actor: Actor) -> None:
        """A message has one answer, and every card once."""
        there = actor.lane.person.screen.steward(actor.lane.person.dm, actor.asked)
        answers = [m for m in there if payload(m, TURN).get("state") in OVER]
        cards = [card.id for card in actor.lane.person.cards(actor.asked)]
        self.stage.judge.answered(actor.cell, actor.status, actor.asked)
        if len(answers) > 1 or len({*cards}) < len(cards) or len(cards) > 1:
            self.stage.judge.broke("twice", actor.cell, f"{len(answers)} answers and {len(cards)} cards to a message")

    async def _decided(self, actor: Actor) -> None:
        """Some cards are rejected at once; the others wait to be approved in another wave."""
        assert actor.card is not None
        if self.stage.dice.random() >= REJECTED:
            actor.lane.stock.append((APPROVE, actor.deed, actor.card))
            return
        await self.stage.click(actor.lane, actor.card, REJECT)
        with suppress(AssertionError):
            await actor.lane.person.until_shows(actor.card, "rejected", seconds=ANSWER_SECONDS)
            actor.status = "rejected"
        self.stage.judge.take(Trial(actor.cell, actor.deed, REJECT, actor.status))


async def cast(stage: Stage, cells: Sequence[Cell], lanes: Sequence[Lane]) -> list[Actor]:
    """Everybody with what they need to begin: a request, a card to approve, or one to take back."""
    return list(await asyncio.gather(*(_ready(stage, lane, cell) for lane, cell in shared(cells, lanes))))


def shared(cells: Sequence[Cell], lanes: Sequence[Lane]) -> list[tuple[Lane, Cell]]:
    """The lanes that play, each with its cell: every cell has as many, as far as its deed allows, and who has a fitting
    card already plays where it fits."""
    free, found = [*lanes], []
    rounds = (cell for n in range(PER_CELL) for cell in cells if n < DEEDS[cell.kind].people)
    for cell in islice(rounds, len(lanes)):
        decision = UNDO if cell.verb == UNDO else APPROVE
        fitting = (lane for lane in free if cell.verb != ASK and lane.has(decision, cell.kind))
        lane = next(fitting, free[0])
        free.remove(lane)
        found.append((lane, cell))
    return found


async def _ready(stage: Stage, lane: Lane, cell: Cell) -> Actor:
    if cell.verb == ASK:
        deed = stage.new(lane, cell.kind)
        await stage.script(deed)
        return Actor(lane, cell, deed)
    if cell.verb == UNDO:
        return Actor(lane, cell, *await stage.performed(lane, cell.kind))
    return Actor(lane, cell, *await stage.proposed(lane, cell.kind))
