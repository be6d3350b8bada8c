"""What a time phrase can mean: the frozen values that resolve() returns.

Zones: every datetime here is aware and carries the person's own zone (a ZoneInfo of an IANA name), whatever
zone the phrase named. Daylight saving: a wall time that the clocks skip is moved forward by the gap and flagged
(`shifted`); a wall time that happens twice is the first of the two. Every interval is half-open: `end` is the
first instant that is no longer meant ("13 to 15 July" ends on the 16th at midnight, "1pm-2pm" at 2 pm).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import IntEnum
from fractions import Fraction

from dateutil.relativedelta import relativedelta


class Grain(IntEnum):
    """How precisely something was said, finest first, so that grains compare."""

    SECOND = 0
    MINUTE = 1
    HOUR = 2
    DAY = 3
    WEEK = 4
    MONTH = 5
    QUARTER = 6
    YEAR = 7

    @property
    def word(self) -> str:
        return self.name.lower()


# Nominal lengths in seconds, used only where a duration must become one number: a month is 30 days and a year 365,
# as in Recognizers-Text.
NOMINAL_SECONDS = {
    Grain.SECOND: 1,
    Grain.MINUTE: 60,
    Grain.HOUR: 3600,
    Grain.DAY: 86400,
    Grain.WEEK: 7 * 86400,
    Grain.MONTH: 30 * 86400,
    Grain.QUARTER: 90 * 86400,
    Grain.YEAR: 365 * 86400,
}

_STEP = {
    Grain.SECOND: relativedelta(seconds=1),
    Grain.MINUTE: relativedelta(minutes=1),
    Grain.HOUR: relativedelta(hours=1),
    Grain.DAY: relativedelta(days=1),
    Grain.WEEK: relativedelta(weeks=1),
    Grain.MONTH: relativedelta(months=1),
    Grain.QUARTER: relativedelta(months=3),
    Grain.YEAR: relativedelta(years=1),
}


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """When a person works, in their own zone; days are 0 for Monday to 6 for Sunday."""

    start: time = time(9)
    end: time = time(17)
    """An end at midnight, here and below, is the end of the day."""
    days: frozenset[int] = frozenset(range(5))
    own: tuple[tuple[int, time, time], ...] = ()
    """Days with hours of their own instead: (day, start, end), several for a day with a break."""

    def on(self, day: int) -> tuple[tuple[time, time], ...]:
        """The stretches worked on this day of the week, in the order given."""
        if found := tuple((start, end) for which, start, end in self.own if which == day):
            return found
        return ((self.start, self.end),) if day in self.days else ()


@dataclass(frozen=True, slots=True)
class Interval:
    """From start until just before end; one of them is None when the phrase leaves that side open.

    `grain` is the finest one said; `shifted` tells that a bound fell into a gap of daylight saving and was moved.
    """

    start: datetime | None
    end: datetime | None
    grain: Grain
    shifted: bool = False


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time said with a precision: "Friday" is Friday's midnight with grain DAY.

    `stated` is the unit the phrase spoke in. It is coarser than `grain` only for shifts: "in 3 days" said at 10:40
    is 10:00 with grain HOUR, but stated in days, so it has no time of day that anyone said.
    """

    start: datetime
    grain: Grain
    stated: Grain
    shifted: bool = False
    holiday: str | None = None

    @property
    def timed(self) -> bool:
        """Whether a time of day was said, so that a meeting can start at it."""
        return self.stated < Grain.DAY

    def span(self) -> Interval:
        """All the time the phrase names: the whole day for "Friday" or "in 3 days", the whole week for "next week"."""
        wall = self.start.replace(tzinfo=None)
        if self.stated >= Grain.DAY:
            wall = datetime.combine(wall.date(), time())
        start = wall.replace(tzinfo=self.start.tzinfo) if self.stated >= Grain.DAY else self.start
        end = (start.replace(tzinfo=None) + _STEP[self.stated]).replace(tzinfo=self.start.tzinfo)
        return Interval(start, end, self.grain, self.shifted)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as it was said, in parts: "2 hours and 10 minutes" is ((2, HOUR), (10, MINUTE))."""

    parts: tuple[tuple[Fraction, Grain], ...]

    @property
    def seconds(self) -> int:
        """Length in seconds; months and years by NOMINAL_SECONDS."""
        return int(sum(amount * NOMINAL_SECONDS[grain] for amount, grain in self.parts))

    @property
    def timedelta(self) -> timedelta:
        return timedelta(seconds=self.seconds)

    @property
    def grain(self) -> Grain:
        """The coarsest unit, not coarser than the finest said, that counts this duration in whole numbers."""
        finest = min(grain for _, grain in self.parts)
        if all(amount.denominator == 1 for amount, _ in self.parts):
            return finest
        units = [g for g in reversed(Grain) if g < finest and g is not Grain.QUARTER]
        return next((g for g in units if self.seconds % NOMINAL_SECONDS[g] == 0), Grain.SECOND)

    @property
    def value(self) -> int:
        """How many of `grain`: 90 (MINUTE) for "an hour and a half"."""
        if len(self.parts) == 1 and self.parts[0][1] == self.grain:
            return int(self.parts[0][0])
        months = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}
        if self.grain in months and all(grain in months for _, grain in self.parts):
            return int(sum(amount * months[grain] for amount, grain in self.parts)) // months[self.grain]
        return self.seconds // NOMINAL_SECONDS[self.grain]


@dataclass(frozen=True, slots=True)
class Shift:
    """How much later (sign 1) or earlier (-1) than before something is to be: "half an hour earlier"."""

    parts: tuple[tuple[Fraction, Grain], ...]
    sign: int

    @property
    def of_days(self) -> bool:
        """Whether it leaves the time of day alone."""
        return all(grain >= Grain.DAY and amount.denominator == 1 for amount, grain in self.parts)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Something that comes back: the first occurrence from the reference on, and an RFC 5545 rule without DTSTART.

    `length` is how long each occurrence lasts, where the phrase says it ("every Monday 9-11").
    """

    start: datetime
    rrule: str
    grain: Grain
    length: timedelta | None = None
    shifted: bool = False


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The readings between which only the person can choose, the likelier one first."""

    options: tuple[Instant | Interval, ...]


@dataclass(frozen=True, slots=True)
class Rhythms:
    """Recurrences between which only the person can choose: "every third Monday" of the month, or in three weeks."""

    options: tuple[Recurrence, ...]


Meaning = Instant | Interval | Duration | Recurrence | Ambiguous | Rhythms
