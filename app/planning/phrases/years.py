"""Times made of calendar numbers: years, months, days of the month, weekdays and full dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from app.planning.phrases.spans import Span, cyclic, shift
from app.planning.phrases.times import Time, day_span, of_span, of_unit, yearly
from app.planning.phrases.values import Grain


def year_time(year: int, *, latent: bool = False) -> Time:
    """The year; latent when only its number was said."""
    return replace(of_unit(datetime(year, 1, 1), Grain.YEAR, "year"), latent=latent, number=year)  # noqa: DTZ001


# Until then a number of four digits is rather an hour than a year.
_LONG_AGO = 1900


def clocklike(year: int) -> bool:
    """Whether a year is rather half past three, as 1530 is, than a year."""
    return year < _LONG_AGO and year % 100 < 60


def full_year(value: int) -> int:
    """Two digits as a year: up to 49 in this century, from 50 on in the last."""
    if value >= 100:
        return value
    return value + (2000 if value < 50 else 1900)


def month_time(month: int, *, latent: bool = False) -> Time:
    """A month of every year."""

    def make(start: datetime) -> list[Span]:
        first = start.replace(month=month)
        return [Span(first, shift(first, Grain.MONTH, 1), Grain.MONTH)]

    return Time(cyclic(Grain.YEAR, make), Grain.MONTH, "month", latent=latent, number=month)


def weekday_time(day: int, *, latent: bool = False) -> Time:
    """A day of every week; Monday is 0. Said alone it means the next one, not today."""

    def make(week: datetime) -> list[Span]:
        start = week + timedelta(days=day)
        return [Span(start, start + timedelta(days=1), Grain.DAY)]

    return Time(cyclic(Grain.WEEK, make), Grain.DAY, "weekday", latent=latent, later=True, number=day, weekday=day)


def month_day_time(day: int, *, latent: bool = False) -> Time | None:
    """A day of every month that has it."""
    if not 1 <= day <= 31:
        return None

    def make(month: datetime) -> list[Span]:
        start = month + timedelta(days=day - 1)
        return [Span(start, start + timedelta(days=1), Grain.DAY)] if start.month == month.month else []

    return Time(cyclic(Grain.MONTH, make), Grain.DAY, "monthday", latent=latent, number=day)


def date_time(month: int, day: int, year: int | None = None) -> Time | None:
    """A date, with or without its year; None when no year has it."""
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    try:
        if year is not None:
            return replace(of_span(day_span(year, month, day)), full=True)
        day_span(2000, month, day)  # a leap year: every date that exists at all exists in it
    except ValueError:
        return None

    def make(at: int) -> Iterator[Span]:
        leap = at % 4 == 0 and (at % 100 != 0 or at % 400 == 0)
        if (month, day) != (2, 29) or leap:
            yield day_span(at, month, day)

    return replace(yearly(make, Grain.DAY, "date"), full=True, number=day)


def written_date(first: int, second: int, year: int | None, *, european: bool = False) -> Time | None:
    """ "4/25" or "25.4.": the order of the country, or the only one that gives a date."""
    month, day = (second, first) if european else (first, second)
    return date_time(month, day, year) or date_time(day, month, year)
