"""How long the best week takes for thirty meetings, beside a greedy walk: each meeting to its nearest free time."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.planning.stretches import instant
from app.planning.week import Grid, Meeting, Rules, Solution, optimise
from app.planning.week.grid import STEP
from app.planning.week.solution import MISSING, fitting, price
from bench.measuring import Row, Table, median, percentile

MEETINGS, FIXED, ROUNDS = 30, 10, 20
"""Own meetings, others' meetings, and weeks."""
AT_MOST_S = 1.8
"""The floor for the p95 of 30 meetings."""
START = datetime(2026, 3, 23, tzinfo=ZoneInfo("Europe/Berlin"))
"""The clocks change on the Sunday of this week."""
RULES = Rules(zone="Europe/Berlin", buffer=timedelta(minutes=5), most_a_day=10, focus=3)


def week(seed: int) -> list[Meeting]:
    """A full week, some of it outside working hours; the same at every run."""
    chance = random.Random(seed)
    return [_meeting(n, chance) for n in range(MEETINGS + FIXED)]


def _meeting(number: int, chance: random.Random) -> Meeting:
    start = START + timedelta(days=chance.randrange(5), hours=8, minutes=15 * chance.randrange(40))
    length = timedelta(minutes=chance.choice((15, 30, 30, 45)))
    return Meeting(str(number), start, start + length, movable=number < MEETINGS, guests=chance.randrange(6))


def greedy(meetings: Sequence[Meeting]) -> int | None:
    """The cost of a week in which every meeting, the ones with most guests first, takes the cheapest time left."""
    end = START + timedelta(days=7)
    placed = [m for m in meetings if not m.movable]
    cost = 0
    for meeting in sorted((m for m in meetings if m.movable), key=lambda m: -m.guests):
        grid = Grid([*placed, meeting], RULES, START, end)
        today = grid.today[meeting.id]
        free = [s for s in grid.candidates(meeting) if grid.held(grid.day(s)) < (RULES.most_a_day or len(meetings))]
        if not free:
            return None
        at = min(free, key=lambda s: price(meeting, s, today))
        cost += price(meeting, at, today)
        start = instant(at)
        placed.append(replace(meeting, start=start, end=start + (meeting.end - meeting.start), movable=False))
    found = fitting(Grid(placed, RULES, START, end).free({}), RULES.stretch, STEP)
    return cost + MISSING * max(RULES.focus - len(found), 0)


async def measure() -> Sequence[Table]:
    """The solver and the walk over the same weeks."""
    optimise([], RULES, START, START + timedelta(days=7))  # loads the solver's library
    ours, theirs, costs, walked, proven = [], [], [], [], 0
    for seed in range(ROUNDS):
        meetings = week(seed)
        began = time.perf_counter()
        answer = optimise(meetings, RULES, START, START + timedelta(days=7))
        ours.append(time.perf_counter() - began)
        began = time.perf_counter()
        plain = greedy(meetings)
        theirs.append(time.perf_counter() - began)
        if isinstance(answer, Solution):
            proven += answer.optimal
            if plain is not None:
                costs.append(answer.cost)
                walked.append(plain)
    table = Table(
        f"The best week for {MEETINGS} own meetings",
        "a greedy walk without a solver: each meeting in turn to its cheapest free time",
        (f"{FIXED} meetings of others beside them, three stretches of focus wished for; {ROUNDS} weeks.",),
    )
    note = f"proven best in {proven} of {ROUNDS}"
    table.rows += [
        Row("median", "s", median(ours), median(theirs), note=note),
        Row("p95", "s", percentile(ours, 0.95), percentile(theirs, 0.95), at_most=AT_MOST_S),
        Row("cost of the week, where both find one: median", "", median(costs), median(walked)),
    ]
    return [table]
