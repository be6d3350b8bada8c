"""When the guests of a meeting are busy with something else than the meetings that are to be moved."""

from collections.abc import Iterable
from datetime import datetime

from app.domain.calendars import Period
from app.planning.stretches import instant, seconds, union, upward, without

Span = tuple[datetime, datetime]


def away(busy: Iterable[Period], besides: Iterable[Span]) -> tuple[Span, ...]:
    """A guest's busy times, in UTC, without the meetings themselves, which stand in them too."""
    taken = union((seconds(period.start), upward(period.end)) for period in busy)
    moving = union((seconds(start), upward(end)) for start, end in besides)
    return tuple((instant(a), instant(b)) for a, b in without(taken, moving))
