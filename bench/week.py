"""How long the best week takes for thirty meetings, beside a greedy walk: each meeting to its nearest free time."""

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.planning.stretches import instant
from app.planning.week import PATIENCE, Grid, Meeting, Rules, Solution, Stuck, optimise
from app.planning.week.grid import STEP
from app.planning.week.solution import MISSING, fitting, price
from bench import weeks
from bench.measuring import Row, Table, median, percentile

MEETINGS, FIXED, ROUNDS = 30, 10, 20
"""Own meetings, others' meetings, and weeks."""
AT_MOST_S = 1.8
"""The floor for the p95 of 30 meetings."""
ANSWERED_S = 2.0
"""What any person's week may take, also one that no week can keep the rules of."""
PROVEN = 0.95
"""In how many of the random weeks at least the optimum shall be proven."""
CROWDED = 20
"""Weeks that no week can keep the rules of."""
WALKED = 5
"""The walk goes over every so many-th of the random weeks: it takes as long as the solver."""
UNHURRIED_S = 30.0
"""Patience where only the processor's time is counted, which a busy machine doesn't stretch."""
START = datetime(2026, 3, 23, tzinfo=ZoneInfo("Europe/Berlin"))
"""The clocks change on the Sunday of this week."""
RULES = Rules(zone="Europe/Berlin", buffer=timedelta(minutes=5), most_a_day=10, focus=3)


def week(seed: int) -> weeks.Week:
    """A full week, some of it outside working hours; the same at every run."""
    chance = random.Random(seed)
    return [_meeting(n, chance) for n in range(MEETINGS + FIXED)], RULES, (START, START + timedelta(days=7))


def _meeting(number: int, chance: random.Random) -> Meeting:
    start = START + timedelta(days=chance.randrange(5), hours=8, minutes=15 * chance.randrange(40))
    length = timedelta(minutes=chance.choice((15, 30, 30, 45)))
    return Meeting(str(number), start, start + length, movable=number < MEETINGS, guests=chance.randrange(6))


def greedy(meetings: Sequence[Meeting], rules: Rules, span: tuple[datetime, datetime]) -> int | None:
    """The cost of a week in which every meeting, the ones with most guests first, takes the cheapest time left."""
    placed = [m for m in meetings if not m.movable]
    cost = 0
    for meeting in sorted((m for m in meetings if m.movable), key=lambda m: -m.guests):
        grid = Grid([*placed, meeting], rules, *span)
        today = grid.today[meeting.id]
        free = [s for s in grid.candidates(meeting) if grid.held(grid.day(s)) < (rules.most_a_day or len(meetings))]
        if not free:
            return None
        at = min(free, key=lambda s: price(meeting, s, today))
        cost += price(meeting, at, today)
        start = instant(at)
        placed.append(replace(meeting, start=start, end=start + (meeting.end - meeting.start), movable=False))
    found = fitting(Grid(placed, rules, *span).free({}), rules.stretch, STEP)
    return cost + MISSING * max(rules.focus - len(found), 0)


@dataclass(frozen=True)
class Answered:
    """What came of one week, and in how many seconds, with the product's own patience."""

    seconds: float
    answer: Solution | Stuck

    @property
    def proven(self) -> bool:
        return isinstance(self.answer, Solution) and self.answer.optimal


def answered(given: Iterable[weeks.Week]) -> Iterator[Answered]:
    for meetings, rules, span in given:
        began = time.perf_counter()
        answer = optimise(meetings, rules, *span)
        yield Answered(time.perf_counter() - began, answer)


def walked(given: Iterable[weeks.Week]) -> Iterator[tuple[float, int | None]]:
    """In how many seconds the walk came to which cost."""
    for each in given:
        began = time.perf_counter()
        cost = greedy(*each)
        yield time.perf_counter() - began, cost


def alone(given: weeks.Week) -> bool:
    """Whether the optimum is proven in as much of the processor's time as the product's patience is long."""
    meetings, rules, span = given
    began = time.process_time()
    answer = optimise(meetings, rules, *span, patience=UNHURRIED_S)
    return isinstance(answer, Solution) and answer.optimal and time.process_time() - began <= PATIENCE


async def measure() -> Sequence[Table]:
    """The solver and the walk over the same weeks."""
    optimise([], RULES, START, START + timedelta(days=7))  # loads the solver's library
    return [_full(), _any(), _crowded()]


def _full() -> Table:
    ours = list(answered(map(week, range(ROUNDS))))
    theirs = list(walked(map(week, range(ROUNDS))))
    both = [(a.answer.cost, c) for a, (_, c) in zip(ours, theirs, strict=True) if isinstance(a.answer, Solution) and c]
    table = Table(
        f"The best week for {MEETINGS} own meetings",
        "a greedy walk without a solver: each meeting in turn to its cheapest free time",
        (f"{FIXED} meetings of others beside them, three stretches of focus wished for; {ROUNDS} weeks.",),
    )
    took, walk = [a.seconds for a in ours], [seconds for seconds, _ in theirs]
    note = f"proven best in {sum(a.proven for a in ours)} of {ROUNDS}"
    table.rows += [
        Row("median", "s", median(took), median(walk), note=note),
        Row("p95", "s", percentile(took, 0.95), percentile(walk, 0.95), at_most=AT_MOST_S),
        Row("cost of the week, where both find one: median", "", *(median(c) for c in zip(*both, strict=True))),
    ]
    return table


def _any() -> Table:
    """Whether the optimum is proven in the time the product has."""
    seeds = range(weeks.WEEKS)
    ours = list(answered(map(weeks.week, seeds)))
    full = ours[:: weeks.FULL]
    proven = {n: a.answer.cost for n, a in enumerate(ours) if isinstance(a.answer, Solution) and a.proven}
    late = [alone(weeks.week(n)) for n in seeds if n not in proven]
    walk = dict(zip(seeds[::WALKED], walked(map(weeks.week, seeds[::WALKED])), strict=True))
    same = [cost == proven[n] for n, (_, cost) in walk.items() if n in proven]
    best = 100 * sum(same) / len(same) if same else None
    table = Table(
        f"{weeks.WEEKS} weeks at random, of up to {weeks.OWN} own meetings",
        "the same walk, and in how many of the weeks it comes to the cheapest, without knowing it",
        (f"{len(full)} of them with {weeks.OWN} own meetings; the walk over every {WALKED}th.",),
    )
    table.rows += [
        Row("proven best", "%", 100 * len(proven) / len(ours), best, at_least=100 * PROVEN),
        Row("… had it a core to itself", "%", 100 * (len(proven) + sum(late)) / len(ours), note="by processor time"),
        Row(f"… of those with {weeks.OWN}", "%", 100 * sum(a.proven for a in full) / len(full)),
        Row("median", "s", median(a.seconds for a in ours), median(seconds for seconds, _ in walk.values())),
        Row("slowest", "s", max(a.seconds for a in ours), max(s for s, _ in walk.values()), at_most=ANSWERED_S),
    ]
    return table


def _crowded() -> Table:
    """How long it takes to say that there is no week, and why."""
    ours = list(answered(map(weeks.crowded, range(CROWDED))))
    walk = list(walked(map(weeks.crowded, range(CROWDED))))
    told = sum(isinstance(a.answer, Stuck) and bool(a.answer.reasons) for a in ours)
    table = Table(
        f"No week for {weeks.OWN} own meetings, and why",
        "the same walk, which gives up and can't say why, nor that there is none",
        (f"{CROWDED} weeks that no week can keep the rules of.",),
    )
    table.rows += [
        Row("told, with the rule to blame", "%", 100 * told / CROWDED, 0.0, at_least=100 * PROVEN),
        Row("median", "s", median(a.seconds for a in ours), median(seconds for seconds, _ in walk)),
        Row("slowest", "s", max(a.seconds for a in ours), max(s for s, _ in walk), at_most=ANSWERED_S),
    ]
    return table
