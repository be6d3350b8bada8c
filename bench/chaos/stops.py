"""Stops: keeps many actions waiting at the steps of their cells, all at once, until somebody is killed."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from bench.chaos.deed import class_of
from bench.chaos.lifelines import Lifeline, Moment, Step, Where
from bench.chaos.matrix import Cell, passage
from bench.chaos.stage import Stage

REACH_SECONDS = 7.0
"""How long all may take to come to their stops: a write that waits is given up by the product after ten seconds."""
SLOW_REACH_SECONDS = 20.0
"""The same where nobody waits in the database."""
LOOK_EVERY = 0.03
GATHERING = 0.3
"""Seconds for the others where some have sent several requests already."""


@dataclass(eq=False)
class Stop:
    """One place at which actions wait."""

    step: Step
    kind: str
    moment: str
    expected: int
    """Actions that should come here."""
    gate: int = 0

    def reached(self, waiting: int) -> int:
        """How many actions wait, of so many requests: an action makes several at once, or one after the other."""
        return min(self.expected, waiting)


def _gathers(stop: Stop) -> bool:
    """Whether more come than are counted: an action's further requests, or what another app writes beside."""
    return stop.step.times > 1 or stop.step.name.startswith("envelope")


class Stops:
    """The stops of one wave; each cell's actions come through its approach first, if it has one."""

    def __init__(self, stage: Stage, lifelines: Mapping[tuple[str, str], Lifeline], lanes: Sequence[Cell]) -> None:
        self._stage = stage
        self._final: dict[Cell, Stop] = {}
        self._first: dict[Cell, Stop] = {}
        stops: dict[tuple[object, ...], Stop] = {}
        for cell, count in Counter(lanes).items():
            assert cell.step is not None
            assert cell.index is not None
            moment = Moment.BEFORE if cell.moment is Moment.LATE else cell.moment or Moment.BEFORE
            key = (*passage(cell, cell.step, cell.kind), moment)
            stop = stops.setdefault(key, Stop(cell.step, cell.kind, moment, 0))
            stop.expected += count
            self._final[cell] = stop
            lifeline = lifelines[cell.verb, cell.kind]
            approach = lifeline.approach(cell.index)
            if approach is not None:
                self._first[cell] = Stop(lifeline.steps[approach], cell.kind, Moment.BEFORE, count)

    async def shut(self) -> None:
        """From now on whoever comes waits."""
        for stop in {self._first.get(cell, stop) for cell, stop in self._final.items()}:
            await self._shut(stop)

    async def _shut(self, stop: Stop) -> None:
        house, match = self._stage.house, stop.step.match
        if stop.step.where is Where.STORE:
            kindless = stop.step.name.startswith(("envelope", "turn"))
            stop.gate = await self._stage.gates.shut("" if kindless else class_of(stop.kind), match, stop.moment)
        elif stop.step.where is Where.GOOGLE:
            await house.google.hold(match, stop.moment)
        elif stop.step.where is Where.SLACK:
            await house.slack.hold(match, stop.moment)
        else:
            await house.models.hold(match, stop.moment)

    async def reached(self) -> dict[Cell, int]:
        """Wait until all wait, or no longer; how many of each cell's actions do."""
        if self._first:
            await self._all_wait(list(self._first.values()))
            for cell in self._first:
                await self._shut(self._final[cell])
            await self._pass(list(self._first.values()))
        waiting = await self._all_wait(list({*self._final.values()}))
        return {cell: waiting[stop] for cell, stop in self._final.items()}

    async def reached_again(self) -> bool:
        """Whether, after a kill, as many wait once more: the next attempts."""
        return all((await self._all_wait(list({*self._final.values()}), times=2)).values())

    async def _pass(self, stops: Sequence[Stop]) -> None:
        house = self._stage.house
        for stop in stops:
            if stop.step.where is Where.STORE:
                await self._stage.gates.open(stop.gate)
        for where, stand_in in ((Where.GOOGLE, house.google), (Where.SLACK, house.slack), (Where.MODEL, house.models)):
            if any(stop.step.where is where for stop in stops):
                await stand_in.release()

    async def _all_wait(self, stops: Sequence[Stop], *, times: int = 1) -> dict[Stop, int]:
        """How many wait at each, once these are all, or after the time for it."""
        in_store = any(stop.step.where is Where.STORE for stop in stops)
        limit = REACH_SECONDS if in_store else SLOW_REACH_SECONDS
        deadline = time.monotonic() + limit
        while True:
            counts = await self._waiting({stop.step.where for stop in stops})
            found = {stop: counts[self._sign(stop)] // times for stop in stops}
            reached = {stop: self._grouped(stop, count) for stop, count in found.items()}
            if all(reached[stop] >= stop.expected for stop in stops):
                await asyncio.sleep(GATHERING if any(_gathers(stop) for stop in stops) else 0)
                return reached
            if time.monotonic() > deadline:
                return reached
            await asyncio.sleep(LOOK_EVERY)

    def _grouped(self, stop: Stop, count: int) -> int:
        """One write may be that of everybody: envelopes are kept and settled many at once."""
        if stop.step.name.startswith("envelope") and count:
            return stop.expected
        return stop.reached(count)

    def _sign(self, stop: Stop) -> tuple[Where, str | int]:
        return stop.step.where, stop.gate if stop.step.where is Where.STORE else stop.step.match

    async def _waiting(self, places: Set[Where]) -> Counter[tuple[Where, str | int]]:
        """How many wait at these places, by what a stop there is known by."""
        house = self._stage.house
        found: Counter[tuple[Where, str | int]] = Counter()
        if Where.STORE in places:
            found.update({(Where.STORE, gate): count for gate, count in (await self._stage.gates.waiting()).items()})
        if Where.GOOGLE in places:
            found.update((Where.GOOGLE, held["method"]) for held in await house.google.held() if not held["of"])
        if Where.SLACK in places:
            found.update((Where.SLACK, held["match"]) for held in await house.slack.held())
        if Where.MODEL in places:
            found.update((Where.MODEL, held["path"]) for held in await house.models.held())
        return found

    async def open(self, *, drop: bool) -> None:
        """Let everybody go on; with `drop`, without an answer."""
        await self._stage.gates.open_all()
        for stand_in in (self._stage.house.google, self._stage.house.slack, self._stage.house.models):
            await stand_in.release(drop=drop)
