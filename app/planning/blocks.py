"""Blocks of time for undisturbed work: long ones, at the times of day that suit, spread over the days."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.calendars import Period
from app.planning.hours import working
from app.planning.phrases import WorkingHours
from app.planning.slots import STEP
from app.planning.stretches import SECOND, Stretch, common, instant, seconds, union, upward, without

FOCUS_TITLE = "Focus time"
"""What a block is called when nobody said."""
SHORTEST = timedelta(hours=1)
"""Less is eaten by getting into the work and out of it again."""
LONGEST = timedelta(hours=3)
"""More at a stretch is not deep any more; a second block may follow on the same day."""


@dataclass(frozen=True, slots=True)
class Goal:
    """How much undisturbed time is wanted, in what pieces, and when best."""

    total: timedelta
    shortest: timedelta = SHORTEST
    longest: timedelta = LONGEST
    prefer: tuple[time, time] | None = None
    """The time of day that suits best, on the person's clock."""


def blocks(gaps: Iterable[Period], goal: Goal, zone: str) -> tuple[Period, ...]:
    """As much of the goal as the gaps hold, by start, in the zone: the best place is taken first, until none is left.
    A rest that is too short for a block stays missing. Raises ZoneInfoNotFoundError."""
    free = union((upward(gap.start), seconds(gap.end)) for gap in gaps)
    suits, place = _suiting(free, goal, zone), ZoneInfo(zone)
    missing = goal.total // SECOND
    chosen: list[Stretch] = []
    days: Counter[date] = Counter()
    while missing > 0:
        found = [s for gap in free for s in _fitting(gap, *_lengths(goal, missing), suits)]
        if not found:
            break
        block = max(found, key=lambda s: _worth(s, free, suits, days[_day(s, place)]))
        chosen.append(block)
        days[_day(block, place)] += 1
        free = without(free, [block])
        missing -= block[1] - block[0]
    return tuple(
        Period(start=instant(a).astimezone(place), end=instant(b).astimezone(place)) for a, b in sorted(chosen)
    )


def _suiting(free: Sequence[Stretch], goal: Goal, zone: str) -> list[Stretch]:
    """The time of day that suits, on every day of the free time."""
    if goal.prefer is None or not free:
        return []
    daily = WorkingHours(*goal.prefer, frozenset(range(7)))
    return working(daily, zone, start=instant(free[0][0]), end=instant(free[-1][1]))


def _lengths(goal: Goal, missing: int) -> tuple[int, int]:
    """The shortest and the longest block that is of use now: the rest it leaves is none or enough for a block."""
    shortest = min(goal.shortest, goal.total) // SECOND
    longest = min(goal.longest // SECOND, missing)
    if 0 < missing - longest < shortest <= missing - shortest:
        longest = missing - shortest
    return shortest, longest


def _fitting(gap: Stretch, shortest: int, longest: int, suits: Iterable[Stretch]) -> list[Stretch]:
    """The longest blocks a gap holds: at its beginning, on the quarter of an hour after it, at its end, and where the
    time of day that suits begins."""
    start, end = gap
    length = min(longest, end - start)
    if length < shortest:
        return []
    even = start + -start % (STEP // SECOND)
    begins = {start, even, end - length, *(begin for begin, _ in suits)}
    return [(begin, begin + length) for begin in begins if start <= begin <= end - length]


def _worth(
    block: Stretch, free: Iterable[Stretch], suits: Sequence[Stretch], others: int
) -> tuple[float, int, bool, int]:
    """Greater is better: its length, with what of it is at the time of day that suits counted twice, divided among the
    blocks of its day; then how little free time it cuts in two, whether it begins on a quarter of an hour, and how
    soon."""
    start, end = block
    suiting = sum(b - a for a, b in common([block], suits))
    cuts = sum(a < start and end < b for a, b in free)
    return (end - start + suiting) / (1 + others), -cuts, start % (STEP // SECOND) == 0, -start


def _day(block: Stretch, place: ZoneInfo) -> date:
    return instant(block[0]).astimezone(place).date()
