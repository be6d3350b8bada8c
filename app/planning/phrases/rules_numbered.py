"""Rules for numbered parts of a year: Q3 2018, the second half of May, 2018-H1, week 35, the 100th day of the year."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.spans import Span, mapped, shift, unit
from app.planning.phrases.times import Context, Number, Ordinal, Time, Unit, choose, meet, of_span, of_unit, yearly
from app.planning.phrases.values import Grain
from app.planning.phrases.years import full_year, year_time

rule = GRAMMAR.rule


@rule("the? ORDINAL quarter|qtr", "the? ORDINAL quarter of the year", "quarter|qtr NUMBER", cost=-0.5)
def quarter(context: Context, place: Ordinal | Number) -> Time | None:
    del context
    return quarter_time(int(place.value))


@rule("q -? NUMBER", "NUMBER q")
def quarter_number(context: Context, number: Number) -> Time | None:
    del context
    return quarter_time(number.whole) if number.whole else None


def quarter_time(place: int) -> Time | None:
    """A quarter of every year, from 1."""
    if not 1 <= place <= 4:
        return None
    return yearly(lambda year: [unit(datetime(year, place * 3, 1), Grain.QUARTER)], Grain.QUARTER, "quarter")  # noqa: DTZ001


@rule("the? latter half of TIME")
def latter_half(context: Context, time: Time) -> Time | None:
    return half(context, Ordinal(2), time)


@rule("the? ORDINAL half of? TIME", "h NUMBER of? TIME", "h NUMBER", "YEAR -? h NUMBER")
def half(context: Context, *values: Ordinal | Number | Time) -> Time | None:
    """The first half of 2018, H1 2018, 2018-H1."""
    place = next(value for value in values if isinstance(value, Ordinal | Number))
    time = next((value for value in values if isinstance(value, Time)), None)
    around = time or of_span(unit(context.now, Grain.YEAR))
    number = int(place.value)
    if around.grain not in _HALVES or number not in {1, 2} or around.side or around.kind == "range":
        return None
    finer, count = _HALVES[around.grain]

    def change(span: Span) -> Span:
        middle = shift(span.start, finer, count)
        return Span(span.start, middle, finer) if number == 1 else Span(middle, span.end, finer)

    return replace(around, series=mapped(around.series, change), grain=finer, kind="range", latent=False)


_HALVES = {
    Grain.YEAR: (Grain.MONTH, 6),
    Grain.MONTH: (Grain.DAY, 15),
    Grain.WEEK: (Grain.DAY, 3),
    Grain.DAY: (Grain.HOUR, 12),
}


@rule("the? latter|ORDINAL half of the? UNIT", cost=-0.2)
def half_unit(context: Context, *values: Ordinal | Unit) -> Time | None:
    """The second half of the week."""
    size = next(value for value in values if isinstance(value, Unit))
    place = next((value for value in values if isinstance(value, Ordinal)), Ordinal(2))
    return half(context, place, of_span(unit(context.now, size.grain)))


@rule("NUMBER h YEAR", "NUMBER h '? NUMBER")
def half_of_year(context: Context, place: Number, year: Time | Number) -> Time | None:
    """1H 2014."""
    if isinstance(year, Number):
        if year.written != 2:
            return None
        year = year_time(full_year(int(year.value)))
    return half(context, place, year) if place.written == 1 else None


@rule("NUMBER q NUMBER")
def year_quarter_number(context: Context, year: Number, number: Number) -> Time | None:
    """18q4, 4q18."""
    if (year.written, number.written) == (1, 2):
        year, number = number, year
    quarter = quarter_number(context, number)
    if quarter is None or year.written != 2:
        return None
    return meet(year_time(full_year(int(year.value))), quarter)


@rule("q NUMBER -|/? NUMBER")
def quarter_short_year(context: Context, number: Number, year: Number) -> Time | None:
    """Q1 14, Q1/14."""
    return year_quarter_number(context, year, number) if year.written == 2 else None


@rule("YEAR -? QUARTER", "QUARTER -|/ YEAR", cost=-0.2)
def year_quarter(context: Context, first: Time, second: Time) -> Time:
    del context
    year, quarter = (first, second) if first.kind == "year" else (second, first)
    return meet(year, quarter)


@rule("YEAR -? w -? NUMBER", "w NUMBER -|/? YEAR", cost=-0.2)
def week_short(context: Context, first: Time | Number, second: Time | Number) -> Time | None:
    """2016-W50."""
    year, number = (first, second) if isinstance(first, Time) else (second, first)
    if not isinstance(year, Time) or not isinstance(number, Number):
        return None
    return week_number(context, number, replace(year, latent=False))


@rule(
    "week NUMBER",
    "week NUMBER of? TIME",
    "week number|no|# NUMBER of? TIME",
    "week number|no|# NUMBER",
    "calendar? week|wk|kw|cw NUMBER",
    "wk|kw|cw NUMBER of? YEAR",
    "the? ORDINAL week of the year",
)
def week_number(context: Context, number: Number | Ordinal, year: Time | None = None) -> Time | None:
    """Week 35 of 2018, by ISO 8601."""
    span = choose(year, context.now) if year else unit(context.now, Grain.YEAR)
    value = int(number.value)
    if span is None or span.grain is not Grain.YEAR or not 1 <= value <= 53:
        return None
    fourth = span.start.replace(month=1, day=4)
    return of_span(unit(fourth, Grain.WEEK, value - 1), "cycle")


@rule("the? ORDINAL day of the? year", "the? ORDINAL day of YEAR", "day NUMBER of YEAR", cost=-0.2)
def day_number(context: Context, number: Number | Ordinal, year: Time | None = None) -> Time | None:
    """The 100th day of the year."""
    span = choose(year, context.now) if year else unit(context.now, Grain.YEAR)
    start = shift(span.start, Grain.DAY, int(number.value) - 1) if span and number.value >= 1 else None
    return of_unit(start, Grain.DAY) if span and start and start < span.end else None


@rule("the? calendar year YEAR", "cy -? YEAR")
def calendar_year(context: Context, year: Time) -> Time:
    del context
    return replace(year, latent=False)
