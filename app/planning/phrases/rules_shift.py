"""Rules for what lies a length of time from somewhere: in 2 hours, a week ago, 3 days after Easter, within a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.rules_length import length_of
from app.planning.phrases.spans import Span, floor, mapped, move, nth, shift
from app.planning.phrases.times import (
    Context,
    Length,
    Parts,
    Time,
    Unit,
    choose,
    day_of,
    of_span,
    of_unit,
)
from app.planning.phrases.values import NOMINAL_SECONDS, Duration, Grain

rule = GRAMMAR.rule
# What comes once a year: "two weeks after Christmas" may be counted from the one that is over.
_YEARLY = {"date", "holiday", "month", "season", "quarter"}
# Where a series moved by a length is searched from, at most: a few years.
_FARTHEST = timedelta(days=2000)
# What a shift by a unit is precise to, as Duckling has it: "in 3 days" is about this hour in three days.
_PRECISION = {
    Grain.SECOND: Grain.SECOND,
    Grain.MINUTE: Grain.SECOND,
    Grain.HOUR: Grain.MINUTE,
    Grain.DAY: Grain.HOUR,
    Grain.WEEK: Grain.DAY,
    Grain.MONTH: Grain.DAY,
    Grain.QUARTER: Grain.MONTH,
    Grain.YEAR: Grain.MONTH,
}


def travel(context: Context, moment: datetime, parts: Parts, sign: int = 1) -> datetime:
    """A moment moved by a length: days and more by the calendar, hours and less by the time that passes."""
    by_date = tuple(part for part in parts if part[1] >= Grain.DAY)
    by_clock = tuple(part for part in parts if part[1] < Grain.DAY)
    moment = move(moment, by_date, sign)
    if not by_clock:
        return moment
    passing = move(moment.replace(tzinfo=ZoneInfo(context.zone)).astimezone(UTC), by_clock, sign)
    return passing.astimezone(ZoneInfo(context.zone)).replace(tzinfo=None)


def _shifted(context: Context, length: Length, sign: int) -> Time:
    moment = travel(context, context.now, length.parts, sign)
    # Half an hour is thirty minutes, and as precise as they are; half a year is not said to the hour.
    finest = Duration(length.parts).grain if length.finest <= Grain.DAY else length.finest
    grain = _PRECISION[finest]
    if length.parts[-1][0].denominator != 1 and length.finest > Grain.DAY:
        grain = min(grain, Grain.DAY)
    return of_unit(floor(moment, grain), grain, "shift", stated=length.finest)


@rule(
    "in LENGTH",
    "LENGTH from now",
    "LENGTH hence|later",
    "in another? LENGTH time",
    "LENGTH from right now",
    "in LENGTH from now",
    "in the next LENGTH",
)
def ahead(context: Context, length: Length) -> Time:
    return _shifted(context, length, 1)


@rule("LENGTH ago|back|earlier|prior|beforehand", "LENGTH before", "LENGTH before now", "LENGTH in the past")
def ago(context: Context, length: Length) -> Time:
    return _shifted(context, length, -1)


@rule("LENGTH after|from|past TIME", cost=0.3)
def after(context: Context, length: Length, time: Time) -> Time | None:
    return _from(context, length, time, 1)


@rule("LENGTH ago DAY", cost=0.3)
def ago_on(context: Context, length: Length, day: Time) -> Time | None:
    """A year ago today."""
    return _from(context, length, day, -1)


@rule("LENGTH before|prior TIME", "LENGTH prior to TIME", "LENGTH ahead of TIME", cost=0.3)
def before(context: Context, length: Length, time: Time) -> Time | None:
    return _from(context, length, time, -1)


@rule("the LENGTH before|preceding TIME", "the LENGTH leading up to TIME", "the LENGTH up|prior to TIME", cost=0.1)
def days_before(context: Context, length: Length, time: Time) -> Time | None:
    """The two weeks before Christmas: all of them."""
    return _beside(context, length, time, -1)


@rule("the LENGTH after|following|from TIME", cost=0.1)
def days_after(context: Context, length: Length, time: Time) -> Time | None:
    return _beside(context, length, time, 1)


def _beside(context: Context, length: Length, time: Time, sign: int) -> Time | None:
    span = None if time.side or time.latent else choose(time, context.now)
    if span is None:
        return None
    mark = span.end if sign > 0 and span.grain >= Grain.DAY else span.start
    begin, end = sorted((mark, travel(context, mark, length.parts, sign)))
    return of_span(Span(begin, end, min(span.grain, length.finest)), "range")


def _from(context: Context, length: Length, time: Time, sign: int) -> Time | None:
    """Every span of a time moved by the length; which one is meant is decided as for the time itself."""
    if time.side or time.latent:
        return None
    days = length.finest >= Grain.DAY and time.grain >= Grain.DAY
    grain = Grain.DAY if days else min(time.grain, length.finest)

    def change(span: Span) -> Span:
        start = floor(travel(context, _point(time, span), length.parts, sign), grain)
        return Span(start, shift(start, grain, 1), grain)

    if grain is Grain.HOUR and any(amount.denominator != 1 for amount, _ in length.parts):
        grain = Grain.MINUTE
    stated = length.finest if time.kind == "now" else None
    if not time.known and time.kind not in _YEARLY:
        span = choose(time, context.now)
        return of_span(change(span), "shift") if span else None
    margin = timedelta(seconds=2 * sum(int(amount + 1) * NOMINAL_SECONDS[unit] for amount, unit in length.parts))
    series = mapped(time.series, change, min(margin, _FARTHEST))
    return Time(series, grain, "shift", known=time.known, half=time.half, dated=time.dated, stated=stated)


def _point(time: Time, span: Span) -> datetime:
    """Where something is counted from: the end of the month is its last day, any other time begins."""
    if time.kind not in {"end", "close"}:
        return span.start
    return span.end - timedelta(days=1) if span.grain >= Grain.DAY else span.end


@rule("TIME SHIFT", "SHIFT on|at? TIME", cost=0.3)
def coming_then(context: Context, first: Time, second: Time) -> Time | None:
    """Thanksgiving in 9 months; Saturday 3 days from now: the first one from then on."""
    what, point = (first, second) if second.kind == "shift" else (second, first)
    if what.known or what.latent or what.kind in {"clock", "part"}:
        return None
    span = choose(point, context.now)
    found = nth(what.series, day_of(span.start), 0) if span else None
    return replace(of_span(found), holiday=what.holiday) if found else None


@rule(
    "within|inside LENGTH",
    "within LENGTH or so",
    "within a period of LENGTH",
    "in less than LENGTH",
    "in under LENGTH",
    "in at most LENGTH",
    "in no more than LENGTH",
    "within the next|coming LENGTH",
    "in the next LENGTH",
    cost=-0.5,
)
def within_length(context: Context, length: Length) -> Time:
    grain = _PRECISION[length.finest]
    end = floor(travel(context, context.now, length.parts), grain)
    return of_span(Span(floor(context.now, Grain.SECOND), end, Grain.SECOND), "range")


@rule("within|in the next|coming UNIT")
def within_unit(context: Context, size: Unit) -> Time:
    return within_length(context, length_of(Fraction(1), size.grain))


@rule("WEEKDAY|DAY fortnight", cost=-1.5)
def day_fortnight(context: Context, day: Time) -> Time | None:
    """Tuesday fortnight: two weeks after the coming one."""
    return weeks_on(context, Length(((Fraction(2), Grain.WEEK),)), day)


@rule("a week last WEEKDAY", cost=0.2)
def week_last(context: Context, day: Time) -> Time | None:
    """A week before last Friday."""
    found = None if day.known else nth(day.series, context.now, -2)
    return of_span(found, "day") if found else None


@rule("WEEKDAY|DAY week", "a week on|from WEEKDAY|DAY", cost=0.2)
def day_week(context: Context, day: Time) -> Time | None:
    """Monday week, as the British say: the Monday after the coming one."""
    return weeks_on(context, Length(((Fraction(1), Grain.WEEK),)), day)


@rule("LENGTH on WEEKDAY|DAY", "LENGTH DAY", cost=0.2)
def weeks_on(context: Context, length: Length, day: Time) -> Time | None:
    """Two weeks on Tuesday."""
    span = choose(day, context.now)
    if span is None or length.finest is not Grain.WEEK:
        return None
    return of_unit(travel(context, span.start, length.parts), Grain.DAY)


@rule("more|longer than LENGTH ago", "over LENGTH ago", "LENGTH or more ago", "at least LENGTH ago", cost=-0.3)
def long_ago(context: Context, length: Length) -> Time:
    return replace(_shifted(context, length, -1), side="before", kind="open", clock=None)


@rule("less than LENGTH ago", "within LENGTH ago", "under LENGTH ago", cost=-0.3)
def not_long_ago(context: Context, length: Length) -> Time:
    start = _shifted(context, length, -1)
    span = choose(start, context.now)
    now = floor(context.now, Grain.SECOND)
    return of_span(Span(span.start, now, start.grain), "range") if span and span.start < now else start


@rule("less than|under|within LENGTH after|from TIME", cost=0.1)
def shortly_after(context: Context, length: Length, time: Time) -> Time | None:
    """Less than 3 days after tomorrow."""
    span = None if time.side or time.latent else choose(time, context.now)
    if span is None:
        return None
    start = span.end if span.grain >= Grain.DAY else span.start
    return of_span(Span(start, travel(context, start, length.parts), min(span.grain, length.finest)), "range")


@rule(
    "more than LENGTH from now|later",
    "at least LENGTH from now|later",
    "in more than LENGTH",
    "in at least LENGTH",
    "after LENGTH",
    cost=-0.3,
)
def far_ahead(context: Context, length: Length) -> Time:
    return replace(_shifted(context, length, 1), side="after", kind="open", clock=None)


@rule("LENGTH after|thereafter")
def length_after(context: Context, length: Length) -> Time:
    return _shifted(context, length, 1)
