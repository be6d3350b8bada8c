"""Rules for decades and centuries, for what is over of a year or a month, and for seasons."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from itertools import pairwise

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.spans import FIRST_YEAR, Span, cyclic, floor, shift
from app.planning.phrases.times import Context, Number, Ordinal, Time, of_span
from app.planning.phrases.values import Grain
from app.planning.phrases.words import TENS
from app.planning.phrases.years import year_time

rule = GRAMMAR.rule


@rule("YEAR s", "the YEAR s", "the NUMBER s")
def decade(context: Context, year: Time | Number) -> Time | None:
    """The 1990s, the 90s."""
    del context
    first = year.number if isinstance(year, Time) else 1900 + int(year.value)
    if first % 10 or (isinstance(year, Number) and (year.written != 2 or year.value < 20)):
        return None
    begin = datetime(first, 1, 1)  # noqa: DTZ001
    # The 1800s are a century, the 2000s for now the years until 2009.
    years = 100 if first % 100 == 0 and first <= 1900 else 10
    return of_span(Span(begin, shift(begin, Grain.YEAR, years), Grain.YEAR), "range")


@rule("in|year NUMBER", "in the? year of? NUMBER", "the year of? NUMBER", cost=0.5)
def old_year(context: Context, number: Number) -> Time | None:
    """In 1066: before 1500 only with a word that says so."""
    del context
    year = number.whole
    return year_time(year) if year and number.written == 4 and FIRST_YEAR < year < 1500 else None


def _decade(word: str, first: int) -> None:
    @rule(f"the? {word}", f"the? nineteen {word}")
    def named(context: Context) -> Time | None:
        """The nineties."""
        return decade(context, Number(Fraction(first), written=2))


for _word, _first in TENS.items():
    _decade(_word.removesuffix("y") + "ies", _first)


@rule("the? ORDINAL century")
def century(context: Context, place: Ordinal) -> Time | None:
    del context
    if not 11 <= place.value <= 29:
        return None
    begin = datetime((place.value - 1) * 100, 1, 1)  # noqa: DTZ001
    return of_span(Span(begin, shift(begin, Grain.YEAR, 100), Grain.YEAR), "range")


def _so_far(word: str, size: Grain) -> None:
    @rule(word, f"{size.word} to date", f"the? {size.word} so far", f"so far this {size.word}")
    def so_far(context: Context) -> Time:
        """Year to date, until now."""
        return of_span(Span(floor(context.now, size), floor(context.now, Grain.DAY), Grain.DAY), "range")


_so_far("ytd", Grain.YEAR)
_so_far("qtd", Grain.QUARTER)
_so_far("mtd", Grain.MONTH)
_so_far("wtd", Grain.WEEK)


@rule("season|seasons")
def season(context: Context) -> Time:
    """Any of the four."""
    del context

    def make(year: datetime) -> list[Span]:
        starts = [year.replace(month=month, day=day) for month, day in _SEASONS]
        starts.append(year.replace(year=year.year + 1, month=_SEASONS[0][0], day=_SEASONS[0][1]))
        return [Span(begin, end, Grain.DAY) for begin, end in pairwise(starts)]

    return Time(cyclic(Grain.YEAR, make), Grain.DAY, "season")


# First days of spring, summer, autumn and winter in the north, give or take a day.
_SEASONS = ((3, 20), (6, 21), (9, 23), (12, 21))


_ERAS = {"decade": 10, "century": 100}


def _era(word: str, years: int) -> None:
    def around(context: Context, count: int) -> Time:
        begin = datetime(context.now.year // years * years + count * years, 1, 1)  # noqa: DTZ001
        return of_span(Span(begin, shift(begin, Grain.YEAR, years), Grain.YEAR), "range")

    @rule(f"this|current|the {word}", f"the current {word}")
    def this(context: Context) -> Time:
        """This decade: the years that share all digits but the last, as in the 2010s."""
        return around(context, 0)

    @rule(f"the? next|coming|following {word}")
    def following(context: Context) -> Time:
        return around(context, 1)

    @rule(f"the? last|past|previous {word}")
    def last(context: Context) -> Time:
        return around(context, -1)


for _name, _years in _ERAS.items():
    _era(_name, _years)
