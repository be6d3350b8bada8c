"""Rules for numbered parts of a year: Q3 2018, the second half of May, 2018-H1, week 35, the 100th day of the year."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.spans import Span, mapped, shift, unit
from app.planning.phrases.times import Context, Number, Ordinal, Time, choose, meet, of_span, yearly
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


_HALVES = {Grain.YEAR: (Grain.MONTH, 6), Grain.MONTH: (Grain.DAY, 15), Grain.DAY: (Grain.HOUR, 12)}


@rule("NUMBER q NUMBER")
def year_quarter_number(context: Context, year: Number, number: Number) -> Time | None:
    """18q4."""
    quarter = quarter_number(context, number)
    if quarter is None or year.written != 2:
        return None
    return meet(year_time(full_year(int(year.value))), quarter)


@rule("YEAR -? QUARTER", "QUARTER / YEAR", cost=-0.2)
def year_quarter(context: Context, first: Time, second: Time) -> Time:
    del context
    year, quarter = (first, second) if first.kind == "year" else (second, first)
    return meet(year, quarter)


@rule("week NUMBER", "week NUMBER of TIME", "week number NUMBER of? TIME", "the? ORDINAL week of the year")
def week_number(context: Context, number: Number | Ordinal, year: Time | None = None) -> Time | None:
    """Week 35 of 2018, by ISO 8601."""
    span = choose(year, context.now) if year else unit(context.now, Grain.YEAR)
    value = int(number.value)
    if span is None or span.grain is not Grain.YEAR or not 1 <= value <= 53:
        return None
    fourth = span.start.replace(month=1, day=4)
    return of_span(unit(fourth, Grain.WEEK, value - 1), "cycle")
