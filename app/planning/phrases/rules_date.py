"""Rules for dates: 5 March 2014, the last Thursday of November, the second quarter of 2018, Friday the 13th."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.spans import Span, inside, mapped, shift, units
from app.planning.phrases.times import Context, Number, Ordinal, Time, Unit, choose, meet, of_span, of_unit
from app.planning.phrases.values import Grain
from app.planning.phrases.years import clocklike, date_time, full_year, month_day_time, year_time

rule = GRAMMAR.rule
# What needs a day to be in, and what gives one.
_IN_A_DAY = {"clock", "part", "range", "zoned"}


@rule("MONTH the? NUMBER", "MONTH -|/ NUMBER", "MONTH the? ORDINAL", "MONTH -|/ ORDINAL", cost=-0.5)
def month_day(context: Context, month: Time, day: Number | Ordinal) -> Time | None:
    del context
    return _date(month, day)


@rule("the? NUMBER of? MONTH", "NUMBER -|/|. MONTH", "the? ORDINAL day? of? MONTH", "ORDINAL -|/ MONTH", cost=-0.5)
def day_month(context: Context, day: Number | Ordinal, month: Time) -> Time | None:
    del context
    return _date(month, day)


def _date(month: Time, day: Number | Ordinal) -> Time | None:
    value = day.value if isinstance(day, Ordinal) else day.whole
    return date_time(month.number, value) if value and month.number and not month.known else None


_LONGEST_MONTH, _HALF_A_DAY = 31, 12


@rule("DATE NUMBER", "DATE / NUMBER", cost=0.5)
def short_year(context: Context, date: Time, year: Number) -> Time | None:
    """January first 12: two digits are a year, and so is what is said like them but is no hour."""
    del context
    spoken = year.whole is not None and not year.written and _HALF_A_DAY < year.whole < 100
    if year.whole is None or date.known or not date.full or not (spoken or year.written == 2):
        return None
    return meet(year_time(full_year(year.whole)), date)


@rule("DATE - NUMBER", cost=0.5)
def dashed_short_year(context: Context, date: Time, year: Number) -> Time | None:
    """Dec-25-14; but Nov 15-17 are three days."""
    days = year.whole is not None and date.number < year.whole <= _LONGEST_MONTH
    return None if days else short_year(context, date, year)


@rule("NUMBER -|/ MONTH -|/ NUMBER", cost=-0.5)
def day_month_short_year(context: Context, day: Number, month: Time, year: Number) -> Time | None:
    """05-Mar-14."""
    date = _date(month, day)
    return short_year(context, date, year) if date else None


@rule("DATE -|/ YEAR", "MONTH -|/ YEAR", cost=-0.5)
def joined_year(context: Context, date: Time, year: Time) -> Time | None:
    del context
    return None if date.known else meet(year, date)


@rule("MONTH -|/ YEAR -|/ NUMBER", cost=-0.5)
def month_year_day(context: Context, month: Time, year: Time, day: Number) -> Time | None:
    """September-2020-23."""
    date = _date(month, day)
    return joined_year(context, date, year) if date else None


@rule(
    "the? ORDINAL last UNIT of|in TIME",
    "the? ORDINAL last UNIT of the TIME",
    "the? ORDINAL to last UNIT of|in TIME",
    cost=-0.4,
)
def unit_from_end(context: Context, place: Ordinal, size: Unit, around: Time) -> Time | None:
    """The third last week of 2018."""
    return nth_unit(context, Ordinal(-place.value), size, around)


@rule(
    "the? ORDINAL last TIME of|in TIME",
    "the? ORDINAL last TIME of the TIME",
    "the? ORDINAL to last TIME of|in TIME",
    cost=-0.4,
)
def time_from_end(context: Context, place: Ordinal, what: Time, around: Time) -> Time | None:
    return nth_time(context, Ordinal(-place.value), what, around)


@rule(
    "the? penultimate UNIT|TIME of|in TIME",
    "the? penultimate UNIT|TIME of|in the TIME",
    "the? next to last UNIT|TIME of|in TIME",
    "the? last but one UNIT|TIME of|in TIME",
    cost=-0.4,
)
def penultimate(context: Context, what: Unit | Time, around: Time) -> Time | None:
    last_but_one = Ordinal(-2)
    if isinstance(what, Unit):
        return nth_unit(context, last_but_one, what, around)
    return nth_time(context, last_but_one, what, around)


@rule("the? year of? YEAR", "in YEAR", "in the year of? YEAR")
def in_year(context: Context, year: Time) -> Time:
    del context
    return replace(year, latent=False)


@rule("the? ides of? MONTH")
def ides(context: Context, month: Time) -> Time | None:
    del context
    return date_time(month.number, 15 if month.number in {3, 5, 7, 10} else 13) if month.number else None


@rule("the? last of CYCLE")
def last_of_cycle(context: Context, month: Time) -> Time | None:
    """The last of this month."""
    span = choose(month, context.now) if month.grain is Grain.MONTH else None
    return of_unit(shift(span.end, Grain.DAY, -1), Grain.DAY) if span else None


@rule("the? ORDINAL of|in? CYCLE", "the? ORDINAL day of? CYCLE", cost=-0.2)
def day_of_cycle(context: Context, day: Ordinal, month: Time) -> Time | None:
    """The 5th of next month."""
    span = choose(month, context.now) if month.grain is Grain.MONTH and day.value > 0 else None
    start = shift(span.start, Grain.DAY, day.value - 1) if span else None
    return of_unit(start, Grain.DAY) if span and start and start < span.end else None


@rule("CYCLE on? the? ORDINAL", cost=-0.2)
def cycle_day(context: Context, month: Time, day: Ordinal) -> Time | None:
    """Next month on the 20th."""
    return day_of_cycle(context, day, month)


@rule("the ORDINAL", "on the? ORDINAL", "the ORDINAL day", cost=0.5)
def day_of_month(context: Context, day: Ordinal) -> Time | None:
    del context
    return month_day_time(day.value)


@rule("WEEKDAY the? ORDINAL", "WEEKDAY the? NUMBER", cost=0.5)
def weekday_day(context: Context, weekday: Time, day: Ordinal | Number) -> Time | None:
    """Thursday the 14th: the coming one, unless that is months ahead and one is just over."""
    place = day.value if isinstance(day, Ordinal) else day.whole
    number = month_day_time(place) if place else None
    if number is None or weekday.number < 0:
        return None
    agreed = meet(number, weekday)
    hour = isinstance(day, Number) and place and place <= _HOURS  # "Friday 10" is a day only if it comes soon
    coming, over = (next(iter(agreed.series(context.now, backwards)), None) for backwards in (False, True))
    recent = over and context.now - over.start <= _JUST_OVER
    if over and recent and (coming is None or coming.start - context.now > 2 * _JUST_OVER):
        return replace(of_span(over), dated=True)
    return None if hour and (coming is None or coming.start - context.now > _JUST_OVER) else agreed


_HOURS = 24
# How long ago "Thursday the 14th" is still spoken of.
_JUST_OVER = timedelta(days=31)


@rule(
    "on|this|the|for|during TIME",
    "in the? MONTH",
    "in|during|at the? PART",
    "in the? SEASON",
    "in CYCLE",
    "at the? WEEKEND|HOLIDAY",
    "TIME :",
    cost=0.1,
)
def marked(context: Context, time: Time) -> Time | None:
    """A time with the little words that only mark it as one."""
    del context
    return None if time.latent and time.kind in {"clock", "part"} else replace(time, latent=False)


@rule(
    "TIME TIME",
    "TIME in|on|of|for|by|from|during TIME",
    "TIME in|on|of|for|during the TIME",
    "TIME - TIME",
    cost=0.2,
)
def together(context: Context, first: Time, second: Time) -> Time | None:
    """Two times that narrow each other: the finer one lies in the coarser one."""
    outer, inner = (first, second) if first.grain >= second.grain else (second, first)
    if inner.known and outer.kind == "weekday" and outer.grain is inner.grain:
        return known_on_weekday(context, inner, outer)
    if not _fit(outer, inner):
        return None
    weekday = outer if outer.kind == "weekday" else inner
    date = inner if weekday is outer else outer
    if weekday.kind == "weekday" and date.full and not date.known:
        return _on_weekday(context, date, weekday)
    found = meet(outer, inner)
    impossible = outer.kind == "year" and inner.full and choose(found, context.now) is None
    return None if impossible else found


@rule("TIME at TIME", cost=0.2)
def at_hour(context: Context, first: Time, second: Time) -> Time | None:
    """At is said of hours, not of years."""
    counted = first.kind == "shift" and second.grain >= Grain.DAY
    return None if second.kind == "year" or counted else together(context, first, second)


# How far ahead, and back, "Fri, Jul 18" is believed to be in a year in which that is a Friday.
_BELIEVED, _REMEMBERED = timedelta(days=731), timedelta(days=200)


def _on_weekday(context: Context, date: Time, weekday: Time) -> Time | None:
    """A date with a weekday: the year in which they agree, if it is near; else the date, or the weekday beside it."""
    agreed = meet(date, weekday)
    coming = choose(date, context.now)
    for backwards in (False, True):
        span = next(iter(agreed.series(context.now, backwards)), None)
        if span is None or coming is None or abs(span.start - context.now) <= (_REMEMBERED if backwards else _BELIEVED):
            return replace(of_span(span), dated=True, full=True) if span and backwards else replace(agreed, full=True)
    if coming is None:
        return None
    return _beside(date, weekday, coming)


def _beside(date: Time, weekday: Time, span: Span) -> Time:
    """A date whose weekday is another one, or else the day of that weekday nearest to it."""
    ahead = (weekday.number - span.start.weekday() + 3) % 7 - 3
    beside = of_unit(span.start + timedelta(days=ahead), Grain.DAY)
    return replace(date, alternative=replace(beside, dated=True))


def known_on_weekday(context: Context, date: Time, weekday: Time) -> Time | None:
    """A whole date with a weekday: the date if that is its weekday, else the person is to choose."""
    span = choose(date, context.now)
    if span is None or not date.full or weekday.known:
        return None
    return date if span.start.weekday() == weekday.number else _beside(date, weekday, span)


@rule("TIME or the UNIT after|following", "TIME or the following UNIT", cost=0.5)
def or_after(context: Context, first: Time, size: Unit) -> Time | None:
    """Tomorrow or the day after."""
    span = None if first.side or first.latent else choose(first, context.now)
    if span is None or size.grain < Grain.DAY or first.alternative or first.grain is not size.grain:
        return None
    return replace(first, alternative=of_unit(span.end, size.grain))


@rule("TIME or TIME", "either TIME or TIME", cost=1.0)
def either(context: Context, first: Time, second: Time) -> Time | None:
    """Tomorrow or Friday: for the person to choose."""
    del context
    if first.alternative or second.alternative or first.side or second.side or first.latent or second.latent:
        return None
    return replace(first, alternative=second) if first.grain == second.grain else None


def _fit(outer: Time, inner: Time) -> bool:
    """Whether the inner time narrows the outer one."""
    unfit = outer.side or inner.side or {"now", "end", "close", "open"} & {outer.kind, inner.kind}
    named = inner.full or inner.kind == "range" or (inner.kind == "month" and outer.kind == "year")
    digits = inner.clock is not None and inner.clock.hour < 19 and inner.grain is Grain.MINUTE  # "Friday 1530"
    weak = (inner.latent and not named and not digits) or (
        outer.latent and (outer.kind != "year" or clocklike(outer.number))
    )
    if unfit or weak or inner.known or (inner.full and outer.kind == "month"):
        return False
    if outer.grain == inner.grain:
        kinds = {outer.kind, inner.kind}
        return outer.grain is Grain.DAY and len(kinds) == 2 and "weekday" in kinds and "range" not in kinds
    if inner.kind in _IN_A_DAY and inner.grain < Grain.DAY and not inner.dated:
        return outer.kind not in _IN_A_DAY | {"season"} and outer.grain in {Grain.DAY, Grain.WEEK}
    # A year behind an interval belongs to its end ("Nov-Feb 5th, 2017"), unless both ends share the month.
    return outer.grain > Grain.HOUR and (inner.kind != "range" or inner.full)


@rule("MONTH the? ORDINAL WEEKDAY", cost=-0.8)
def month_nth(context: Context, month: Time, place: Ordinal, what: Time) -> Time | None:
    """October first Monday."""
    return nth_time(context, place, what, month)


@rule("MONTH the? ORDINAL UNIT")
def month_nth_unit(context: Context, month: Time, place: Ordinal, size: Unit) -> Time | None:
    return nth_unit(context, place, size, month)


@rule("the? ORDINAL TIME of|in|from TIME", "the? ORDINAL TIME in|of the TIME", "the? ORDINAL TIME TIME")
def nth_time(context: Context, place: Ordinal, what: Time, around: Time) -> Time | None:
    """The second Wednesday of October."""
    del context
    vague = what.latent and what.kind != "workday"
    hours = what.kind in {"clock", "zoned"} or (what.kind == "range" and what.grain < Grain.DAY)
    if around.grain <= what.grain or what.known or vague or hours or what.kind == "date":
        return None
    return _pick(around, what, place.value)


@rule("the? last|final TIME of|in|from TIME", "the? last TIME of|in the TIME")
def last_time(context: Context, what: Time, around: Time) -> Time | None:
    del context
    return _pick(around, what, -1) if around.grain > what.grain and not what.known else None


@rule("the? ORDINAL UNIT of|in|from TIME", "the? ORDINAL UNIT in|of the TIME", "the? ORDINAL UNIT TIME")
def nth_unit(context: Context, place: Ordinal, size: Unit, around: Time) -> Time | None:
    """The third week of January: weeks that lie wholly in it."""
    del context
    if around.grain <= size.grain and around.kind not in {"range", "season", "weekend", "holiday"}:
        return None
    what = Time(units(size.grain), size.grain, "unit")
    return _pick(around, what, place.value)


@rule("the? last|final UNIT of|in|from TIME", "the? last UNIT of|in the TIME", cost=-0.2)
def last_unit(context: Context, size: Unit, around: Time) -> Time | None:
    return nth_unit(context, Ordinal(-1), size, around)


def _pick(around: Time, what: Time, place: int) -> Time:
    """The place-th of something in each of a series, counted from the end when negative."""

    def change(span: Span) -> Span | None:
        found = [one for one in inside(span, what.series) if one.end <= span.end]
        index = place - 1 if place > 0 else place
        return found[index] if -len(found) <= index < len(found) else None

    return Time(mapped(around.series, change), what.grain, "date", known=around.known, holiday=what.holiday)
