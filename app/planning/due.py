"""When something that comes once a day is due, on a person's own clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LATE = timedelta(minutes=15)
"""From so long after its time it says that it is late: a scheduler ticks every minute, and a restart takes less."""
EXPIRED = timedelta(hours=8)
"""So long after its time it comes although its day is over, where its time is late in the evening."""
WEEK = 7
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Daily:
    """A time of day, in a zone (IANA name), on some days of the week (0 for Monday to 6 for Sunday)."""

    at: time
    zone: str
    days: frozenset[int] = EVERY_DAY


@dataclass(frozen=True, slots=True)
class Due:
    """For which local day something is due, and since when (aware, UTC)."""

    day: date
    since: datetime
    late: bool = False
    missed: date | None = None
    """The last day before on which one was wanted, where there was none."""


def due(now: datetime, daily: Daily, last: date | None) -> Due | None:
    """What is due at `now` (aware) when the last one was for the local day `last`; None when nothing is. However late,
    it is due as long as its day lasts.

    No local day comes twice, also when a person travels west and lives a day again. A time that the clocks skip is the
    instant of the change; of a time that comes twice, the first counts. Raises ZoneInfoNotFoundError.
    """
    zone = ZoneInfo(daily.zone)
    today = now.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        since = _instant(day, daily.at, zone)
        if since <= now and (day == today or now < since + EXPIRED):
            wanted = day.weekday() in daily.days and (last is None or day > last)
            return Due(day, since, now - since >= LATE, _missed(day, daily, last)) if wanted else None
    return None


def _missed(day: date, daily: Daily, last: date | None) -> date | None:
    """The day before of those wanted, if the last one was for a day before that."""
    earlier = (day - timedelta(days=n) for n in range(1, WEEK + 1))
    before = next((each for each in earlier if each.weekday() in daily.days), None)
    return before if before is not None and last is not None and last < before else None


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which a clock of the zone shows this time or a later one of that day."""
    utc = ZoneInfo("UTC")
    instant = datetime.combine(day, at, tzinfo=zone).astimezone(utc)
    if instant.astimezone(zone).time() == at:
        return instant
    # The time is skipped: by the old offset it would lie beyond the change, by the new one before it.
    before = datetime.combine(day, at, tzinfo=zone).replace(fold=1).astimezone(utc)
    while before.astimezone(zone).utcoffset() != instant.astimezone(zone).utcoffset():
        before += timedelta(minutes=1)
    return before
