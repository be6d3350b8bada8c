"""Plays the matrix: learns what there is to disturb, tries every cell, and asks the judge at the end."""

import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import accumulate, pairwise, zip_longest
from math import inf
from random import Random

from app.domain.actions import Action
from bench.chaos.deed import Deed, class_of
from bench.chaos.deeds import DEEDS
from bench.chaos.faults import fault, silenced
from bench.chaos.gates import gates
from bench.chaos.judging import APPROVE, Judge, Trial
from bench.chaos.lifelines import Lifeline, Step, Watch
from bench.chaos.matrix import ASK, DOWN, EVIDENCE_GONE, HOLD, LONG, NO_ANSWER, PERFORM, UNDO, Cell, cells, packed
from bench.chaos.stage import LONG_WORKERS, UNDISTURBED, Lane, Stage, end_workers, many_workers, offers, peopled, waking
from bench.chaos.waves import Wave, cast
from sandbox.playing.errors import PlayError
from tests.acceptance.house import House
from tests.acceptance.people import Card, Person
from tests.acceptance.waiting import until

QUIET = """
SELECT NOT EXISTS (SELECT FROM steward.inbox WHERE settled_at IS NULL)
    AND NOT EXISTS (SELECT FROM steward.approvals WHERE drawn IS DISTINCT FROM status AND status <> 'replaced')
    AND NOT EXISTS (SELECT FROM steward.turns WHERE status IN ('queued', 'running') OR reply <> '' AND reply_ts = '')
"""
"""Whether nothing is left to be done."""
SETTLING_SECONDS = 60.0
LONG_SECONDS = 360.0
"""Twelve tries and the pauses between them are about four minutes."""
ASIDE = (*LONG, *NO_ANSWER)
"""What goes on beside everything else, as it takes minutes: each cell has people of its own."""
LONG_LANES = 2
"""People for each cell that takes long; one is enough where all that is waited for is an answer."""
AGAIN = 3
"""Times that what was missed is tried once more: calls made side by side don't always come in the order learnt."""


@dataclass
class Play:
    """A stage, the lifelines that were seen on it, and what the matrix makes of them."""

    stage: Stage
    lifelines: dict[tuple[str, str], Lifeline] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)
    tools: set[str] = field(default_factory=set)
    """Those whose use has been seen: a request runs the same way whatever its tool proposes."""
    waves: int = 0
    planned: int = 0
    """Waves that it takes to try every cell once."""
    began: float = field(default_factory=time.monotonic)

    # Learning.

    async def learn(self, kinds: Iterable[str]) -> None:
        """See every verb of these kinds once, undisturbed. Raises LookupError for a kind without a deed."""
        if missing := {*Action.KINDS} - {class_of(kind) for kind in DEEDS}:
            raise LookupError(f"bench/chaos/deeds.py has no deed for {', '.join(sorted(missing))}")
        await self.stage.rest()
        for kind in kinds:
            await self._learn(self.stage.lanes[0], kind)
            print(f"{self.progress()}   learnt {kind}", file=sys.stderr, flush=True)

    async def _learn(self, lane: Lane, kind: str) -> None:
        stage, watch = self.stage, Watch(self.stage.house, self.stage.gates)
        deed = stage.new(lane, kind)
        tool = await stage.script(deed)
        cards: list[Card] = []

        async def ask() -> None:
            cards.append(stage.known(deed, (await lane.person.ask(deed.ask)).card))
            await self.quiet()

        async def decide(decision: str, status: str) -> None:
            await lane.person.click(lane.person.now(cards[0]), decision)
            await lane.person.until_shows(cards[0], status)
            await self.quiet()

        steps = await watch.steps(ask())
        if tool not in self.tools:
            self._keep(ASK, kind, steps)
        self.tools.add(tool)
        self._keep(PERFORM, kind, await watch.steps(decide("approve", "done")))
        if kind in Action.KINDS and Action.KINDS[kind].held:
            self.held.add(kind)
        await self._took(deed, "done", lane.person.now(cards[0]).status)
        if offers(lane.person.now(cards[0]), "undo"):
            self._keep(UNDO, kind, await watch.steps(decide("undo", "undone")))
            await self._took(deed, UNDO, "undone")

    def _keep(self, verb: str, kind: str, steps: Sequence[Step]) -> None:
        self.lifelines[verb, kind] = Lifeline(verb, kind, tuple(steps))

    async def _took(self, deed: Deed, verb: str, status: str) -> None:
        await self.stage.read_journal()
        decision = UNDO if verb == UNDO else APPROVE
        self.stage.judge.take(Trial(UNDISTURBED[deed.kind], deed, decision, status))

    async def quiet(self) -> None:
        """Nothing is left to be done: every envelope has had its effect, every card shows its row."""

        async def rests() -> bool:
            ((found,),) = await self.stage.gates.rows(QUIET)
            return bool(found)

        await until(rests, what="quiet", seconds=SETTLING_SECONDS)

    # Playing.

    async def whole(self, owners: Sequence[Person], *, actions: int, until: float) -> None:
        """Every cell, and more of the deeds until so many were approved; nothing is begun any more when it is time
        (monotonic) to end."""
        found = list(cells(self.lifelines, held=self.held))
        self.stage.judge.expect(found)
        aside, others = [c for c in found if c.fault in ASIDE], [c for c in found if c.fault not in ASIDE]
        waves = self._packed(others)
        self.planned = len(waves)
        if until - time.monotonic() < LONG_SECONDS:  # a look at it, of whatever comes by chance
            await self._waves(waves, until)
            return
        # What is asked is approved afterwards, and what is done is taken back after that.
        waves.sort(key=lambda wave: (ASK, HOLD, PERFORM, UNDO).index(wave[0].verb))
        asked = [wave for wave in waves if wave[0].verb == ASK]
        async with self._beside(aside, owners):
            await self._waves(asked, until)
        await self._waves(waves[len(asked) :], until)
        await self._missed(others, until)
        if time.monotonic() < until and (missed := [c for c in aside if not self.stage.judge.scores[c].hits]):
            async with self._beside(missed, owners):
                pass  # there is nothing else left
        deeds = [cell for cell in others if cell.verb == PERFORM]
        while self.stage.judge.approved < actions and time.monotonic() < until:
            await self.wave(self._packed(deeds)[0])

    async def _waves(self, waves: Sequence[Sequence[Cell]], until: float = inf) -> None:
        for wave in waves:
            if time.monotonic() < until:
                await self.wave(wave)

    def _packed(self, found: Sequence[Cell]) -> list[list[Cell]]:
        return packed(found, self.lifelines, self.stage.dice, most=len(self.stage.lanes))

    async def sampled(self, waves: int) -> None:
        """So many waves, by chance; each verb, and what only waits, at least once."""
        found = [c for c in cells(self.lifelines, held=self.held) if c.fault not in ASIDE]
        by_verb: dict[str, list[list[Cell]]] = defaultdict(list)
        for wave in self._packed(found):
            by_verb[wave[0].verb].append(wave)
        chosen = [wave for turn in zip_longest(*by_verb.values()) for wave in turn if wave][:waves]
        self.stage.judge.expect(cell for wave in chosen for cell in wave)
        await self._waves(chosen)
        await self._missed([cell for wave in chosen for cell in wave])

    async def _missed(self, found: Sequence[Cell], until: float = inf) -> None:
        """Try what was not hit once more."""
        for _ in range(AGAIN):
            await self._waves(self._packed([c for c in found if not self.stage.judge.scores[c].hits]), until)

    async def wave(self, found: Sequence[Cell]) -> None:
        """Try some cells side by side; a wave that gets stuck is a broken promise, not the end."""
        began, stage = [time.monotonic()], self.stage
        try:
            wave = await self._cast(found, stage.lanes)
            began.append(time.monotonic())
            await fault(found[0])(wave)
            began.append(time.monotonic())
            async with stage.waker.keen() if found[0].moment else nullcontext():
                await wave.rest()
            began.append(time.monotonic())
            await stage.rest()
            await wave.judge()
        except (AssertionError, PlayError, LookupError) as stuck:
            for cell in found:
                stage.judge.broke("stuck", cell, str(stuck).splitlines()[0])
            await stage.rest()
        self.waves += 1
        began.append(time.monotonic())
        took = " ".join(f"{b - a:5.1f}" for a, b in pairwise(began))
        names = "; ".join(cell.name for cell in found)
        print(f"{self.progress()} {took} s  {names}", file=sys.stderr, flush=True)

    def progress(self) -> str:
        """How long it has taken so far, in minutes and seconds, and how far it has come."""
        judge, took = self.stage.judge, round(time.monotonic() - self.began)
        hit = sum(score.hits > 0 for score in judge.scores.values())
        waves = f"{self.waves:4}" + (f"/{self.planned}" if self.planned else "")
        return (
            f"{took // 60:3}:{took % 60:02} {waves} waves {hit:5,}/{len(judge.scores):,} cells"
            f" {judge.approved:6,} actions {len(judge.broken)} broken"
        )

    async def _cast(self, found: Sequence[Cell], lanes: Sequence[Lane]) -> Wave:
        return Wave(self.stage, self.lifelines, found[0].verb, await cast(self.stage, found, lanes))

    @asynccontextmanager
    async def _beside(self, found: Sequence[Cell], owners: Sequence[Person]) -> AsyncIterator[None]:
        """Begin what takes long, each cell with people of its own; when the block ends it is waited for and judged."""
        packs = self._packed(found)
        lanes = [len(pack) * (1 if pack[0].fault in NO_ANSWER else LONG_LANES) for pack in packs]
        async with peopled(self.stage.house, owners, sum(lanes)) as people:
            places = pairwise([0, *accumulate(lanes)])
            waves = [await self._cast(pack, people[a:b]) for pack, (a, b) in zip(packs, places, strict=True)]
            for wave in (w for w in waves if w.fault in EVIDENCE_GONE):
                await fault(wave.cells[0])(wave)
            await self._unanswered([wave for wave in waves if wave.fault in NO_ANSWER])
            for wave in (w for w in waves if w.fault == DOWN):  # from now on whoever tries the same fails, too
                await fault(wave.cells[0])(wave)
            yield
            for wave in waves:
                await wave.rest(seconds=LONG_SECONDS)
            self.stage.standing.clear()
            await self.stage.rest()
            for wave in waves:
                await wave.judge()

    async def _unanswered(self, waves: Sequence[Wave]) -> None:
        """What gets no answer, all at once and before anything else: each keeps a worker from its work meanwhile."""
        for wave in waves:
            await fault(wave.cells[0])(wave)
        for wave in waves:
            await wave.rest(seconds=LONG_SECONDS)
        if waves:
            await silenced(waves)
        print(f"{self.progress()}   gave up what got no answer", file=sys.stderr, flush=True)

    async def alone(self) -> None:
        """From now on one app and one worker do it all, as where nobody has asked for more."""
        await self.quiet()
        await self.stage.one_app()
        await end_workers(self.stage.house)

    async def finish(self) -> None:
        """When everything is quiet, judge it all once more: what arrives late counts, too."""
        await self.stage.rest()
        try:
            await self.quiet()
        except AssertionError:
            left = await self.stage.gates.rows(LEFT)
            self.stage.judge.broken += [f"left: {what} {ident}, {status}" for what, ident, status in left]
        await self.stage.read_journal()
        self.stage.judge.finish(await self.stage.rows())


LEFT = """
SELECT 'envelope', key, '' FROM steward.inbox WHERE settled_at IS NULL
UNION ALL SELECT 'card', id::text, status FROM steward.approvals WHERE drawn IS DISTINCT FROM status
UNION ALL SELECT 'turn', id::text, status FROM steward.turns
    WHERE status IN ('queued', 'running') OR reply <> '' AND reply_ts = ''
"""


@asynccontextmanager
async def play(
    house: House, owners: Sequence[Person], *, lanes: int, dice: Random, kinds: Iterable[str] = DEEDS, **settings: str
) -> AsyncIterator[Play]:
    """A play in this house, with so many people, workers for all of them and for what is tried again meanwhile, and
    both of its apps."""
    kinds = list(kinds)
    long = LONG_WORKERS if any(DEEDS[kind].people < lanes for kind in kinds) else 1
    async with (
        many_workers(house, lanes + lanes // 2, long=long),
        gates(house.database_admin_url) as gated,
        peopled(house, owners, lanes) as people,
        waking(house) as waker,
    ):
        stage = Stage(house, gated, people, Judge(), dice, waker, settings)
        found = Play(stage)
        stage.judge.journal.skip(await house.google.mark())
        try:
            await found.learn(kinds)
            await stage.all_apps()
            yield found
        finally:
            await stage.settle()
