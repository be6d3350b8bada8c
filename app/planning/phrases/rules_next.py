"""Rules for what comes next and what was last: next week, the last 3 days, this Friday, two Mondays from now."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.rules_length import length_of
from app.planning.phrases.rules_shift import travel
from app.planning.phrases.spans import Span, floor, nth, shift, unit
from app.planning.phrases.times import Context, Length, Number, Ordinal, Time, Unit, choose, day_of, of_span
from app.planning.phrases.values import Grain

rule = GRAMMAR.rule


@rule("this|current|present UNIT", "the same UNIT", "the current UNIT", "this current UNIT")
def this_unit(context: Context, size: Unit) -> Time | None:
    return None if size.plural else of_span(unit(context.now, size.grain), "cycle")


@rule("this|same UNIT CYCLE", "the same UNIT CYCLE", cost=-0.3)
def this_unit_of(context: Context, size: Unit, around: Time) -> Time | None:
    """This month last year."""
    span = choose(around, context.now) if around.grain is Grain.YEAR and size.grain < Grain.YEAR else None
    if span is None or size.grain < Grain.WEEK:
        return None
    return of_span(unit(shift(context.now, Grain.YEAR, span.start.year - context.now.year), size.grain), "cycle")


@rule("the UNIT")
def the_unit(context: Context, size: Unit) -> Time | None:
    """The month; "the second" is a day of it."""
    return None if size.grain is Grain.SECOND else this_unit(context, size)


@rule(
    "next|coming|following|upcoming UNIT",
    "the next|following|coming|upcoming UNIT",
    "this coming UNIT",
    "UNIT after this",
)
def next_unit(context: Context, size: Unit) -> Time:
    return of_span(unit(context.now, size.grain, 1), "cycle")


@rule(
    "last|past|previous|prior|preceding UNIT",
    "the last|past|previous|prior|preceding UNIT",
    "this past UNIT",
    "in the last|past UNIT",
)
def last_unit(context: Context, size: Unit) -> Time:
    return of_span(unit(context.now, size.grain, -1), "cycle")


@rule("the? UNIT after next")
def after_next(context: Context, size: Unit) -> Time:
    return of_span(unit(context.now, size.grain, 2), "cycle")


@rule("the? UNIT before last")
def before_last(context: Context, size: Unit) -> Time:
    return of_span(unit(context.now, size.grain, -2), "cycle")


@rule("the? next|following|coming LENGTH", "LENGTH coming", "over|during the next|coming LENGTH")
def next_units(context: Context, length: Length) -> Time | None:
    return _run(context, length, 1)


@rule("the? last|past|previous|prior LENGTH", "in|over|during|within the last|past|previous LENGTH")
def last_units(context: Context, length: Length) -> Time | None:
    return _run(context, length, -1)


@rule("the? NUMBER last|past|previous LETTER", cost=0.8)
def last_counted(context: Context, number: Number, size: Unit) -> Time | None:
    return _run(context, length_of(number.value, size.grain), -1) if size.plural else None


@rule("the? NUMBER next|following|coming LETTER", cost=0.8)
def next_counted(context: Context, number: Number, size: Unit) -> Time | None:
    return _run(context, length_of(number.value, size.grain), 1) if size.plural else None


def _run(context: Context, length: Length, sign: int) -> Time | None:
    """Whole units before or after the current one; a compound length starts right now."""
    amount, grain = length.parts[0]
    if len(length.parts) > 1 or amount.denominator != 1:
        other = travel(context, context.now, length.parts, sign)
        grain = Grain.SECOND if length.finest < Grain.DAY else Grain.DAY
        begin, end = sorted((floor(context.now, grain), floor(other, grain)))
        return of_span(Span(begin, end, grain), "range")
    count = int(amount)
    if sign > 0:
        begin = unit(context.now, grain, 1).start
        return of_span(Span(begin, shift(begin, grain, count), grain), "range")
    end = unit(context.now, grain).start
    return of_span(Span(shift(end, grain, -count), end, grain), "range")


@rule("coming|following|upcoming TIME", "the coming|following|upcoming TIME", "this next|coming TIME", "TIME coming")
def coming_time(context: Context, time: Time) -> Time | None:
    return _nth(context, time, 0)


@rule("the? next TIME", "TIME next")
def next_time(context: Context, time: Time) -> Time | None:
    """Next Friday, said on a Monday, is this week's for some and next week's for others."""
    first = _nth(context, time, 0)
    return _of_week(context, time, first, 1)


@rule("the? last|previous TIME", "TIME last|past")
def last_time(context: Context, time: Time) -> Time | None:
    """Last Monday, said on a Friday, is this week's for some and last week's for others."""
    return _of_week(context, time, _nth(context, time, -1), -1)


@rule("the? past TIME", "this past|last TIME")
def past_time(context: Context, time: Time) -> Time | None:
    return _nth(context, time, -1)


def _of_week(context: Context, time: Time, near: Time | None, weeks: int) -> Time | None:
    """The weekday, or weekend, of the next (1) or last (-1) week, with the nearer one as the alternative."""
    if near is None or time.kind not in {"weekday", "weekend"} or time.known:
        return near
    week = unit(context.now, Grain.WEEK, weeks)
    span = next(iter(time.series(week.start, False)))
    if choose(near, context.now) == span:
        return near
    return replace(of_span(span, time.kind), dated=True, alternative=near)


@rule("this|current TIME", "the current TIME", cost=-0.2)
def this_time(context: Context, time: Time) -> Time | None:
    if time.known or time.side or time.kind == "clock":
        return None
    if time.kind == "month":  # of this calendar year, over or not
        span = nth(time.series, unit(context.now, Grain.YEAR).start, 0)
    elif time.kind == "part":
        span = nth(time.series, day_of(context.now), 0)
    else:
        span = choose(replace(time, later=False), context.now)
    return replace(of_span(span, time.kind), holiday=time.holiday, dated=True) if span else None


def _nth(context: Context, time: Time, count: int) -> Time | None:
    if time.known or time.side or time.kind == "clock":
        return None
    ahead = replace(time, later=True)
    span = choose(ahead, context.now, count) if count >= 0 else nth(time.series, context.now, count)
    return replace(of_span(span, time.kind), holiday=time.holiday, dated=True) if span else None


@rule("NUMBER TIME ago|back", cost=-0.2)
def times_ago(context: Context, number: Number, time: Time) -> Time | None:
    return _nth(context, time, -number.whole) if number.whole else None


@rule("NUMBER TIME from now", "NUMBER TIME hence|later", "in NUMBER TIME", cost=-0.2)
def times_ahead(context: Context, number: Number, time: Time) -> Time | None:
    return _nth(context, time, number.whole - 1) if number.whole else None


@rule("the? ORDINAL TIME from now|today", cost=-0.2)
def nth_ahead(context: Context, place: Ordinal, time: Time) -> Time | None:
    """The second Monday from now."""
    return _nth(context, time, place.value - 1) if place.value > 0 else None


@rule("the? TIME after next")
def time_after_next(context: Context, time: Time) -> Time | None:
    return _nth(context, time, 1)


@rule("the? TIME before last")
def time_before_last(context: Context, time: Time) -> Time | None:
    return _nth(context, time, -2)


@rule("upcoming LENGTH", "the upcoming LENGTH", cost=-0.2)
def upcoming(context: Context, length: Length) -> Time | None:
    """The upcoming two weeks; for Duckling "upcoming two weeks" is the second week from now."""
    return _upcoming(context, length)


@rule("the? NUMBER upcoming LETTER", cost=-0.4)
def counted_upcoming(context: Context, number: Number, size: Unit) -> Time | None:
    return _upcoming(context, length_of(number.value, size.grain))


def _upcoming(context: Context, length: Length) -> Time | None:
    run = _run(context, length, 1)
    amount, grain = length.parts[0]
    if run is None or len(length.parts) > 1 or amount.denominator != 1:
        return run
    return replace(run, alternative=of_span(unit(context.now, grain, int(amount)), "cycle"))


@rule("in? the? next|coming UNIT and LENGTH", "within the next|coming UNIT and LENGTH", cost=-0.2)
def next_compound(context: Context, size: Unit, length: Length) -> Time | None:
    """Within the next day and 5 hours."""
    return _run(context, Length(((Fraction(1), size.grain), *length.parts)), 1)


@rule("in? the? last|past UNIT and LENGTH", "within the last|past UNIT and LENGTH", cost=-0.2)
def last_compound(context: Context, size: Unit, length: Length) -> Time | None:
    return _run(context, Length(((Fraction(1), size.grain), *length.parts)), -1)


@rule("in|for? the? last|past UNIT and a half", cost=-0.2)
def last_and_half(context: Context, size: Unit) -> Time | None:
    """The past hour and a half."""
    return _run(context, length_of(Fraction(3, 2), size.grain), -1)


@rule("in|for? the? next|coming UNIT and a half", cost=-0.2)
def next_and_half(context: Context, size: Unit) -> Time | None:
    return _run(context, length_of(Fraction(3, 2), size.grain), 1)


@rule("in the new year")
def new_year(context: Context) -> Time:
    """The year that comes, not its first day."""
    return of_span(unit(context.now, Grain.YEAR, 1), "cycle")
