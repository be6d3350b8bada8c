"""Counting in working days, on a person's own days of work."""

from datetime import date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from app.planning.phrases import WorkingHours

LONGEST = 370
"""Days looked ahead: somebody who works on no day of the week has no working day."""


def working_day(day: date, hours: WorkingHours) -> bool:
    return bool(hours.on(day.weekday()))


def after(day: date, count: int, hours: WorkingHours) -> date:
    """The day so many working days after another; the other itself counts as none. With 0, the first working day that
    isn't before it. Raises ValueError for somebody who never works."""
    days = (day + timedelta(days=ahead) for ahead in range(min(count, 1), LONGEST))
    worked = (d for d in days if working_day(d, hours))
    found = next(islice(worked, max(count - 1, 0), None), None)
    if found is None:
        raise ValueError("no working day in a year")
    return found


def a_day_on(now: datetime, hours: WorkingHours, zone: str) -> datetime:
    """The instant one working day later: the same time of the next working day, by the zone's clock. What comes on a
    day off counts as come when the next working day begins. Raises ValueError for somebody who never works, and
    ZoneInfoNotFoundError."""
    local = now.astimezone(ZoneInfo(zone))
    if working_day(local.date(), hours):
        return datetime.combine(after(local.date(), 1, hours), local.timetz())
    first = after(local.date(), 1, hours)
    return datetime.combine(first + timedelta(days=1), time(), ZoneInfo(zone))


def between(start: date, end: date, hours: WorkingHours) -> int:
    """How many working days lie after one day, up to and with another; 0 when the other isn't later."""
    return sum(working_day(start + timedelta(days=n), hours) for n in range(1, (end - start).days + 1))
