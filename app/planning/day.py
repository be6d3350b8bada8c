"""What fits into the rest of a day: tasks, one after the other, into the time that is free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.calendars import Period


@dataclass(frozen=True, slots=True)
class Need:
    """What a task takes."""

    length: timedelta
    until: datetime | None = None
    """By when it is of use (aware); None: whenever."""


def fitted(gaps: Iterable[Period], needs: Sequence[Need]) -> tuple[Period | None, ...]:
    """For each task, the first ones first, the earliest free time that holds it and ends in time; None where there is
    none. Gaps are by start and don't touch; no two tasks overlap."""
    free = [(gap.start, gap.end) for gap in gaps]
    found: list[Period | None] = []
    for need in needs:
        place = next((n for n, gap in enumerate(free) if _holds(gap, need)), None)
        if place is None:
            found.append(None)
            continue
        start, end = free[place]
        found.append(Period(start=start, end=start + need.length))
        free[place] = (start + need.length, end)
    return tuple(found)


def _holds(gap: tuple[datetime, datetime], need: Need) -> bool:
    start, end = gap
    return start + need.length <= min(end, need.until or end)
