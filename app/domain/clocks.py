"""When clocks are changed, and what that does to a time that people in several zones share."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
AHEAD = timedelta(days=366)
"""How far a series is looked through: every change of a year."""


def clock_changes(zone: str, start: datetime, end: datetime) -> tuple[date, ...]:
    """The days of the zone within [start, end] on which its clocks are changed."""
    days = list(_days(zone, start, end))
    offsets = [_noon(zone, day).utcoffset() for day in days]
    return tuple(day for day, before, after in zip(days[1:], offsets, offsets[1:], strict=False) if before != after)


def warnings(zone: str, others: Mapping[str, str], *, since: datetime, start: datetime, series: bool) -> Iterator[str]:
    """What to know of the clocks in the zone of the person and in those of others (by address), for something that
    starts then: changes until then, and for a series the weeks in which it is at another time for others."""
    changed = [(z, clock_changes(z, since, start)) for z in dict.fromkeys((zone, *others.values()))]
    if told := [f"in {z} on {spoken(days[-1])}" for z, days in changed if days]:
        yield f"Clocks change before this: {' and '.join(told)}."
    if not series:
        return
    if days := clock_changes(zone, start, start + AHEAD):
        clock = f"{start.astimezone(ZoneInfo(zone)):%H:%M}"
        yield f"It stays at {clock} in {zone} when clocks change there on {spoken(days[0])}."
    for other in dict.fromkeys(others.values()):
        yield from _apart(zone, other, start)


def _apart(zone: str, other: str, start: datetime) -> Iterator[str]:
    """The first weeks in which a series that keeps its time in one zone is at another time in the other one."""
    local = start.astimezone(ZoneInfo(zone))
    usual = _there(local, local.date(), other)
    days = _days(zone, start, start + AHEAD)
    for clock, span in groupby(days, key=lambda day: _there(local, day, other)):
        if clock != usual:
            first, *rest = span
            last = rest[-1] if rest else first
            yield (
                f"In {other} it is at {clock:%H:%M} instead of {usual:%H:%M} from {spoken(first)} to {spoken(last)}, "
                "because clocks change there on other days."
            )
            return


def _there(local: datetime, day: date, other: str) -> time:
    return datetime.combine(day, local.time(), local.tzinfo).astimezone(ZoneInfo(other)).time()


def _days(zone: str, start: datetime, end: datetime) -> Iterator[date]:
    place = ZoneInfo(zone)
    first, last = start.astimezone(place).date(), end.astimezone(place).date()
    return (first + n * DAY for n in range((last - first).days + 1))


def _noon(zone: str, day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(zone))


def spoken(day: date) -> str:
    return f"{day:%a %-d %b %Y}"
