"""When the guests of a meeting are busy with something else than the meetings that are to be moved."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from app.domain.busy import Busy
from app.planning.hours import working
from app.planning.slots import Diary
from app.planning.stretches import instant, seconds, union, upward, without

Span = tuple[datetime, datetime]


class Stretch(Protocol):
    """A time at which somebody is busy."""

    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...


def away(busy: Iterable[Stretch], besides: Iterable[Span]) -> tuple[Span, ...]:
    """A guest's busy times, in UTC, without the meetings themselves, which stand in them too."""
    taken = union((seconds(period.start), upward(period.end)) for period in busy)
    moving = union((seconds(start), upward(end)) for start, end in besides)
    return tuple((instant(a), instant(b)) for a, b in without(taken, moving))


def absent(diary: Diary, span: Span, *, besides: Iterable[Span]) -> tuple[Busy, ...]:
    """When a guest can't be expected within a span: busy with something else, or outside their hours where those are
    known. Soft, as a meeting can be put there if it must."""
    found = list(away(diary.busy, besides))
    if diary.hours and diary.zone:
        start, end = span
        off = without([(seconds(start), upward(end))], working(diary.hours, diary.zone, start=start, end=end))
        found += [(instant(a), instant(b)) for a, b in off]
    return tuple(Busy(start, end, soft=True) for start, end in found)
