"""The next occurrences of a series that is made or moved, which are looked at for clashes beside the first one."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.domain.actions import Action, ChangeEvent, CreateEvent, Scope
from app.domain.actions.calendar_company import Ahead
from app.domain.calendars import Period
from app.planning.series import occurring

LOOKED_AT = 5
"""Occurrences in all: a working week of what is daily, a month of what is weekly; a card can name each."""
WITHIN = timedelta(weeks=8)
"""How far ahead at most: two of what is monthly, and no more than one question to Google about free and busy spans."""

_Change = TypeVar("_Change", bound=Action)


def looking_ahead(action: _Change) -> _Change:
    """A change with the occurrences that follow the one its card shows, where it makes or moves a series."""
    if isinstance(action, CreateEvent):
        return action.model_copy(update={"ahead": _made(action)})
    if isinstance(action, ChangeEvent):
        return action.model_copy(update={"ahead": _moved(action)})
    return action


def _made(action: CreateEvent) -> Ahead:
    if action.all_day:
        return Ahead()
    return Ahead(coming=_coming(action.recurrence, action.start, action.end, action.start, zone=action.zone))


def _moved(action: ChangeEvent) -> Ahead:
    """Those of the series as it becomes, and when those are now that it has."""
    after, becomes, was = action.after, action.becomes, action.was
    series = action.scope is not Scope.THIS or action.repeating
    if after.all_day or not series or not (action.start or action.repeating or action.added):
        return Ahead()
    length = after.end - after.start
    coming = _coming(becomes.recurrence, becomes.start, becomes.start + length, after.start, zone=was.zone)
    if not coming:
        return Ahead()
    first = Period(start=after.start, end=after.end)
    now = _times(was.recurrence, was.start, was.end, zone=was.zone)
    past = takewhile(lambda p: p.start < coming[-1].end, now)
    standing = tuple(p for p in past if any(p.start < c.end and c.start < p.end for c in (first, *coming)))
    return Ahead(coming=coming, standing=standing)


def _coming(lines: Sequence[str], start: datetime, end: datetime, shown: datetime, *, zone: str) -> tuple[Period, ...]:
    """The times of a series that follow the one that is shown."""
    near = takewhile(lambda p: p.start < shown + WITHIN, _times(lines, start, end, zone=zone))
    later = [period for period in near if period.start > shown]
    return tuple(later[: LOOKED_AT - 1])


def _times(lines: Sequence[str], start: datetime, end: datetime, *, zone: str) -> Iterator[Period]:
    return (Period(start=at, end=at + (end - start)) for at in occurring(lines, start.astimezone(ZoneInfo(zone))))
