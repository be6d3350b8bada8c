"""Rules for days that move: by weekday, by Easter, by the moon, by old calendars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Literal

from dateutil.easter import easter

from app.planning.phrases.astronomy import sun_reaches
from app.planning.phrases.calendars import chinese, hebrew, hindu, islamic, islamic_in, sankranti

# The days of a holiday in a year: the first one and how many.
Days = Callable[[int], Iterator[tuple[date, int]]]
_DAY = timedelta(days=1)


def weekday_of(month: int, weekday: int, place: int, *, plus: int = 0, days: int = 1) -> Days:
    """The place-th weekday (0 Monday) of a month, from the end when negative, and so many days later."""

    def find(year: int) -> Iterator[tuple[date, int]]:
        if place > 0:
            first = date(year, month, 1)
            day = first + ((weekday - first.weekday()) % 7 + 7 * (place - 1)) * _DAY
        else:
            last = date(year + month // 12, month % 12 + 1, 1) - _DAY
            day = last - ((last.weekday() - weekday) % 7) * _DAY
        yield day + plus * _DAY, days

    return find


def from_easter(offset: int, *, days: int = 1, orthodox: bool = False) -> Days:
    """So many days after Easter Sunday of the western or the orthodox church."""
    method: Literal[2, 3] = 2 if orthodox else 3  # EASTER_ORTHODOX, EASTER_WESTERN
    return lambda year: iter([(easter(year, method) + offset * _DAY, days)])


def of_islam(month: int, day: int, days: int = 1) -> Days:
    return lambda year: ((found, days) for found in sorted(islamic_in(year, month, day)))


def of_judaism(month: int, day: int, days: int = 1) -> Days:
    """A Hebrew feast: one of a day is dated by the evening it begins on, a longer one includes that evening's day."""
    return lambda year: iter([(hebrew(year, month, day) - _DAY, days + 1 if days > 1 else 1)])


def of_china(month: int, day: int) -> Days:
    return lambda year: iter([(chinese(year, month, day), 1)])


def of_india(month: int, tithi: int, hour: float = 6.0, *, plus: int = 0, days: int = 1) -> Days:
    def find(year: int) -> Iterator[tuple[date, int]]:
        found = hindu(year, month, tithi, hour)
        if found:
            yield found + plus * _DAY, days

    return find


def ramadan(year: int) -> Iterator[tuple[date, int]]:
    for first in sorted(islamic_in(year, 9, 1)):
        hijri = int((year - 622) * 33 / 32)
        end = next(
            (islamic(at, 10, 1) for at in range(hijri - 2, hijri + 3) if 0 < (islamic(at, 10, 1) - first).days < 40),
            first,
        )
        yield first, (end - first).days


def last_friday_of_ramadan(year: int) -> Iterator[tuple[date, int]]:
    for first, days in ramadan(year):
        last = first + (days - 1) * _DAY
        yield last - ((last.weekday() - 4) % 7) * _DAY, 1


def pongal(plus: int) -> Days:
    """Around the sun's entry into Makara; after sunset it counts for the next day."""

    def find(year: int) -> Iterator[tuple[date, int]]:
        moment = sankranti(year, 9, 1)
        yield moment.date() + ((1 if moment.hour >= 18 else 0) + plus) * _DAY, 1

    return find


def tax_day(year: int) -> Iterator[tuple[date, int]]:
    """15 April, or the next day that is neither a weekend nor Washington's Emancipation Day (16 April, observed)."""
    emancipation = date(year, 4, 16)
    shift = {5: -1, 6: 1}.get(emancipation.weekday(), 0)
    day = date(year, 4, 15)
    while day.weekday() >= 5 or day == emancipation + shift * _DAY:
        day += _DAY
    yield day, 1


def boss_day(year: int) -> Iterator[tuple[date, int]]:
    """The working day nearest to 16 October."""
    day = date(year, 10, 16)
    yield day + {5: -1, 6: 1}.get(day.weekday(), 0) * _DAY, 1


# Where it was not the first Tuesday of March.
_SUPER_TUESDAYS = {1996: (3, 12), 1992: (3, 10), 1988: (3, 8), 1984: (3, 13), 2008: (2, 5)}


def super_tuesday(year: int) -> Iterator[tuple[date, int]]:
    """The day on which most states of the US hold their primaries."""
    if year in _SUPER_TUESDAYS:
        yield date(year, *_SUPER_TUESDAYS[year]), 1
    elif year % 4 == 0:
        yield from weekday_of(3, 1, 1)(year)


def emancipation(year: int) -> Iterator[tuple[date, int]]:
    """16 April in Washington, on the working day nearest to it."""
    day = date(year, 4, 16)
    yield day + {5: -1, 6: 1}.get(day.weekday(), 0) * _DAY, 1


def kings_day(year: int) -> Iterator[tuple[date, int]]:
    """27 April in the Netherlands, a day earlier when that is a Sunday."""
    day = date(year, 4, 27)
    yield day - (_DAY if day.weekday() == 6 else 0 * _DAY), 1


def inauguration(year: int) -> Iterator[tuple[date, int]]:
    if year % 4 == 1:
        day = date(year, 1, 20)
        yield day + (_DAY if day.weekday() == 6 else 0 * _DAY), 1


def administrative(year: int) -> Iterator[tuple[date, int]]:
    """Wednesday of the last full week of April."""
    last = date(year, 4, 27)
    yield last - ((last.weekday() - 2) % 7) * _DAY, 1


def election(year: int) -> Iterator[tuple[date, int]]:
    yield next(weekday_of(11, 0, 1, plus=1)(year))


def parsi(year: int) -> Iterator[tuple[date, int]]:
    """A calendar of 365 days without leap days (Shahenshahi)."""
    for count in (year - 2018, year - 2017):
        day = date(2018, 8, 17) + 365 * count * _DAY
        if day.year == year:
            yield day, 1


def turn_of_the_sun(degrees: float, month: int, *, ahead: int = 0) -> Days:
    """The day in a month on which the sun's longitude is so many degrees, by a clock so many hours before UTC's."""

    def find(year: int) -> Iterator[tuple[date, int]]:
        yield (sun_reaches(degrees, datetime(year, month, 15)) + timedelta(hours=ahead)).date(), 1  # noqa: DTZ001

    return find


def victoria(year: int) -> Iterator[tuple[date, int]]:
    """The last Monday before 25 May."""
    day = date(year, 5, 24)
    yield day - day.weekday() * _DAY, 1


def advent(year: int) -> Iterator[tuple[date, int]]:
    """The fourth Sunday before Christmas."""
    christmas = date(year, 12, 25)
    yield christmas - (christmas.isoweekday() + 21) * _DAY, 1


def rabindra(year: int) -> Iterator[tuple[date, int]]:
    """25 Boishakh of the Bengali calendar, whose year begins the day after the sun's entry into Mesha."""
    yield sankranti(year, 0, 4).date() + 25 * _DAY, 1


def vaisakhi(year: int) -> Iterator[tuple[date, int]]:
    yield sankranti(year, 0, 4).date(), 1


def after_labor_day(year: int) -> Iterator[tuple[date, int]]:
    yield next(weekday_of(9, 0, 1, plus=6)(year))


def tisha(year: int) -> Iterator[tuple[date, int]]:
    """9 Av; on a Sabbath the fast waits for Sunday."""
    day = hebrew(year, 5, 9)
    day += _DAY if day.weekday() == 5 else 0 * _DAY
    yield day - _DAY, 1


def independence(year: int) -> Iterator[tuple[date, int]]:
    """5 Iyar, moved so that neither it nor the day before touches a Sabbath."""
    day = hebrew(year, 2, 5)
    day += {4: -1, 5: -2, 0: 1}.get(day.weekday(), 0) * _DAY
    yield day - _DAY, 1


def shoah(year: int) -> Iterator[tuple[date, int]]:
    """27 Nisan, moved away from a Friday or a Sunday."""
    day = hebrew(year, 1, 27)
    day += {4: -1, 6: 1}.get(day.weekday(), 0) * _DAY
    yield day - _DAY, 1


def dhanteras_to_bhai_dooj(plus: int) -> Days:
    return of_india(6, 30, 18, plus=plus)
