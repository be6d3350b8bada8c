"""The typed values of the grammar: times as series of spans, clocks, numbers, and the context they are read in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from fractions import Fraction

from app.planning.phrases.spans import FIRST_YEAR, Series, Span, both, cyclic, fixed, floor, shift, within
from app.planning.phrases.values import Grain, Shift, WorkingHours

Parts = tuple[tuple[Fraction, Grain], ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A count; `written` is how many digits were typed, 0 for words."""

    value: Fraction
    written: int = 0

    @property
    def whole(self) -> int | None:
        return int(self.value) if self.value.denominator == 1 else None


@dataclass(frozen=True, slots=True)
class Ordinal:
    """A place in a row, from 1; -1 is the last. `written` says that it stood in digits."""

    value: int
    written: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of time; `short` for a single letter, which needs its number; `plural` when it was said so."""

    grain: Grain
    short: bool = False
    plural: bool = False


@dataclass(frozen=True, slots=True)
class Length:
    """A duration in the making; `bound` when it is only the most or the least, which nothing is counted from."""

    parts: Parts
    bound: bool = False

    @property
    def finest(self) -> Grain:
        return min(grain for _, grain in self.parts)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; `twelve` says that only the face of a twelve-hour clock is known."""

    hour: int
    minute: int = 0
    second: int = 0
    grain: Grain = Grain.HOUR
    twelve: bool = False


@dataclass(frozen=True, slots=True)
class Time:
    """Something that lies in time: every span it could be.

    `latent` is too weak to stand alone ("the year 2014" may be said "2014", but "7" alone is no time). `later`
    asks for a span that has not begun yet. `half` is 1 when its half of the day was chosen by the working hours and 2
    when they could not tell; `dated` says that a day is in it, `full` that it is a month and its day. `alternative` is
    another honest reading.
    """

    series: Series
    grain: Grain
    kind: str
    latent: bool = False
    later: bool = False
    half: int = 0
    dated: bool = False
    full: bool = False
    known: bool = False
    clock: Clock | None = None
    number: int = 0
    weekday: int | None = None
    stated: Grain | None = None
    holiday: str | None = None
    side: str = ""
    alternative: Time | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Days of a month by their places in it, from 1, or from -1 backwards: of these weekdays, or of all its days."""

    places: tuple[int, ...]
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Repeat:
    """A recurrence in the making: every `interval`-th `unit`, or every `interval`-th of `times`.

    `place` says on which days of the unit, in these `months` of it; `torn` is the place that "every third Monday" may
    mean instead of every third week. `length` is how long each one is, `span` how long they come, `count` how often.
    """

    interval: int
    unit: Grain | None = None
    times: tuple[Time, ...] = ()
    at: Time | None = None
    begin: Time | None = None
    until: Time | None = None
    length: Length | None = None
    span: Length | None = None
    count: int = 0
    place: Place | None = None
    months: tuple[int, ...] = ()
    torn: Place | None = None


# "At 7" with working hours from 9 to 17: below this difference (in minutes) nobody can tell morning from evening.
TORN_MINUTES = 60


class Order(Enum):
    """How day and month are told apart in 3/4."""

    USUAL = "month first, unless that gives no date"
    MONTH_FIRST = "month first, or it is no date"
    DAY_FIRST = "day first, or it is no date"


@dataclass(frozen=True, slots=True)
class Context:
    """What a phrase is read against: now (naive, in the zone), the zone, the hours; `flip` takes the other half day."""

    now: datetime
    zone: str
    hours: WorkingHours
    flip: bool = False
    order: Order = Order.USUAL

    def half_day(self, clock: Clock) -> Clock:
        """The clock with its half of the day settled: the one nearer to working hours."""
        if not clock.twelve:
            return clock
        morning = (clock.hour % 12) * 60 + clock.minute
        late = self._outside(morning + 720) < self._outside(morning)
        hour = clock.hour % 12 + (12 if late != self.flip else 0)
        return replace(clock, hour=hour, twelve=False)

    def torn(self, clock: Clock) -> bool:
        """Whether the working hours are about as far from the one half of the day as from the other."""
        morning = (clock.hour % 12) * 60 + clock.minute
        return abs(self._outside(morning + 720) - self._outside(morning)) < TORN_MINUTES

    def _outside(self, minute: int) -> int:
        begin = self.hours.start.hour * 60 + self.hours.start.minute
        end = self.hours.end.hour * 60 + self.hours.end.minute
        return max(begin - minute, minute - end, 0)


Value = Time | Number | Ordinal | Unit | Length | Place | Repeat | Shift


def at_clock(context: Context, clock: Clock, *, latent: bool = False) -> Time:
    """The time of day of a clock, every day."""
    chosen = context.half_day(clock)

    def make(day: datetime) -> list[Span]:
        start = day + timedelta(hours=chosen.hour, minutes=chosen.minute, seconds=chosen.second)
        return [Span(start, shift(start, chosen.grain, 1), chosen.grain)]

    half = (2 if context.torn(clock) else 1) if clock.twelve else 0
    return Time(cyclic(Grain.DAY, make), clock.grain, "clock", latent=latent, half=half, clock=clock)


def of_span(span: Span, kind: str = "date", *, stated: Grain | None = None) -> Time:
    """A time that is known already."""
    return Time(fixed(span), span.grain, kind, known=True, stated=stated)


def of_unit(start: datetime, grain: Grain, kind: str = "date", *, stated: Grain | None = None) -> Time:
    return of_span(Span(start, shift(start, grain, 1), grain), kind, stated=stated)


def yearly(make: Callable[[int], Iterable[Span]], grain: Grain, kind: str) -> Time:
    """What comes by a rule of the year."""
    return Time(cyclic(Grain.YEAR, lambda start: list(make(start.year))), grain, kind)


def day_span(year: int, month: int, day: int, days: int = 1) -> Span:
    start = datetime(year, month, day)  # noqa: DTZ001 - wall-clock time by design
    return Span(start, start + timedelta(days=days), Grain.DAY)


def meet(outer: Time, inner: Time) -> Time:
    """The inner time within the outer one: "9:30" on "Thursday", "Thursday" in "March"."""
    series = both(outer.series, inner.series) if outer.grain == inner.grain else within(outer.series, inner.series)
    return Time(
        series,
        min(outer.grain, inner.grain),
        inner.kind if inner.kind in {"clock", "range", "part"} else "date",
        half=max(outer.half, inner.half),
        dated=True,
        full=inner.full and outer.grain is Grain.YEAR,
        known=outer.known,
        later=outer.kind == "weekday" and outer.later and inner.kind == "clock",
        clock=inner.clock,
        weekday=inner.weekday if inner.weekday is not None else outer.weekday,
        holiday=inner.holiday,
        alternative=_other(outer, inner),
    )


def _other(outer: Time, inner: Time) -> Time | None:
    if outer.alternative:
        return meet(outer.alternative, inner)
    return meet(outer, inner.alternative) if inner.alternative else None


_LONG_AGO = datetime(FIRST_YEAR, 1, 2)  # noqa: DTZ001


def choose(time: Time, moment: datetime, count: int = 0) -> Span | None:
    """The span a time means at a moment: the coming one, else the last one."""
    ahead = time.series(moment, False)
    for at, span in enumerate(span for span in ahead if not (time.later and span.start <= moment)):
        if at == count:
            return span
    if count:
        return None
    # What is known and over may still come twice, as the feasts of the moon do in one year: then the first one.
    return next(iter(time.series(_LONG_AGO if time.known else moment, not time.known)), None)


def day_of(moment: datetime) -> datetime:
    return floor(moment, Grain.DAY)
