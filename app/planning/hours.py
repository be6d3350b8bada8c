"""When somebody works, as stretches of time: their working hours laid over the days of their zone."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.planning.phrases import WorkingHours
from app.planning.stretches import SECOND, Stretch, common, instant, seconds, union

USUAL = WorkingHours()
"""Monday to Friday, 9 to 17: what Google Calendar takes for working hours until its user says otherwise."""
DAY = timedelta(days=1)
FARTHEST = timedelta(hours=26)
"""No zone has ever been farther from UTC than 16 hours; with a margin for a clock that is changed on the day."""


def working(hours: WorkingHours, zone: str, *, start: datetime, end: datetime) -> list[Stretch]:
    """The working time within [start, end): every instant whose wall clock in the zone shows working hours.

    What that means when the clocks change: hours that are skipped are not worked, hours that come twice are worked
    twice. Raises ZoneInfoNotFoundError.
    """
    place = ZoneInfo(zone)
    first, last = start.astimezone(place).date() - DAY, end.astimezone(place).date() + DAY
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return common(union(s for day in days for s in _worked(hours, zone, day)), [(seconds(start), seconds(end))])


@lru_cache(maxsize=4096)
def _worked(hours: WorkingHours, zone: str, day: date) -> tuple[Stretch, ...]:
    """The working time of one day. Where the clocks change about it, its hours are read by the old offset before the
    change and by the new one from then on."""
    worked = hours.on(day.weekday())
    if not worked:
        return ()
    place = ZoneInfo(zone)
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    low, high = seconds(midnight - FARTHEST), seconds(midnight + DAY + FARTHEST)
    old, new = _offset(place, low), _offset(place, high)
    spans = [_clocked(midnight, start, end) for start, end in worked]
    if old == new:
        return tuple((start - old, end - old) for start, end in spans)
    turn = _turn(place, low, high)
    before = [(start - old, min(end - old, turn)) for start, end in spans]
    after = [(max(start - new, turn), end - new) for start, end in spans]
    return tuple(union(before + after))


def _clocked(midnight: datetime, start: time, end: time) -> Stretch:
    """Hours of a day as they would be in UTC."""
    closing = midnight + DAY if end == time() else datetime.combine(midnight.date(), end, tzinfo=UTC)
    return seconds(datetime.combine(midnight.date(), start, tzinfo=UTC)), seconds(closing)


def _offset(place: ZoneInfo, at: int) -> int:
    return (instant(at).astimezone(place).utcoffset() or timedelta()) // SECOND


def _turn(place: ZoneInfo, low: int, high: int) -> int:
    """The first second in (low, high] at which the offset is no longer that at `low`, given that it changes once."""
    old = _offset(place, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(place, middle) == old else (low, middle)
    return high
