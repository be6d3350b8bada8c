"""Rules for days of a month by their place: the last Friday of every month, the 1st and 15th, every first Monday."""

from __future__ import annotations

from dataclasses import replace

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.times import Context, Ordinal, Place, Repeat, Time, Unit
from app.planning.phrases.values import Grain

rule = GRAMMAR.rule
# A month has at most so many of a weekday, and so many working days and days at all.
_MOST_WEEKDAYS, _MOST_WORKDAYS, _MOST_DAYS = 5, 23, 31
_UNITS = {Grain.MONTH, Grain.QUARTER, Grain.YEAR}


@rule("the? ORDINAL WEEKDAY|WORKDAY")
def nth_day(context: Context, place: Ordinal, day: Time) -> Place | None:
    """The second Tuesday, the first working day."""
    return _placed(context, day, place.value)


@rule("the? last|final WEEKDAY|WORKDAY")
def last_day(context: Context, day: Time) -> Place | None:
    return _placed(context, day, -1)


@rule("the? penultimate WEEKDAY|WORKDAY")
def last_but_one(context: Context, day: Time) -> Place | None:
    return _placed(context, day, -2)


@rule("the? ORDINAL to? last WEEKDAY|WORKDAY")
def nth_last(context: Context, place: Ordinal, day: Time) -> Place | None:
    return _placed(context, day, -place.value)


def _placed(context: Context, day: Time, place: int) -> Place | None:
    if day.kind == "workday":
        days = tuple(sorted(context.hours.days or range(5)))
        return Place((place,), days) if 0 < abs(place) <= _MOST_WORKDAYS else None
    fits = 0 < abs(place) <= _MOST_WEEKDAYS and not day.known and day.weekday is not None
    return Place((place,), (day.number,)) if fits else None


@rule("the? ORDINAL", "the? ORDINAL UNIT")
def month_day(context: Context, place: Ordinal, size: Unit | None = None) -> Place | None:
    """The 15th, the first day."""
    del context
    if size is not None and size.grain is not Grain.DAY:
        return None
    return Place((place.value,)) if 0 < place.value <= _MOST_DAYS else None


@rule("the? last|final UNIT")
def last_month_day(context: Context, size: Unit) -> Place | None:
    del context
    return Place((-1,)) if size.grain is Grain.DAY else None


@rule("the? ORDINAL and|&? PLACE")
def places(context: Context, first: Ordinal, others: Place) -> Place | None:
    """The first and third Monday, the 1st and 15th."""
    del context
    most = _MOST_WEEKDAYS if others.weekdays else _MOST_DAYS
    if not 0 < first.value <= most or first.value in others.places:
        return None
    return replace(others, places=(first.value, *others.places))


@rule("on? PLACE of|in? REPEAT", "REPEAT on? PLACE", cost=-0.5)
def of_each(context: Context, first: Place | Repeat, second: Place | Repeat) -> Repeat | None:
    """The last Friday of every month, every month on the 15th, the fourth Thursday of every November."""
    del context
    place, repeat = (first, second) if isinstance(first, Place) else (second, first)
    if not isinstance(place, Place) or not isinstance(repeat, Repeat) or repeat.place:
        return None
    if repeat.times:
        months = tuple(sorted(time.number for time in repeat.times))
        found = all(time.kind == "month" for time in repeat.times) and not repeat.at
        return replace(repeat, unit=Grain.YEAR, times=(), place=place, months=months) if found else None
    return replace(repeat, place=place) if repeat.unit in _UNITS else None


@rule("every|each PLACE of|in the UNIT", "every|each PLACE of|in REPEAT", cost=-0.5)
def every_place_of(context: Context, place: Place, around: Unit | Repeat) -> Repeat | None:
    """Every last Friday of the month."""
    if isinstance(around, Repeat):
        return of_each(context, place, around)
    return Repeat(1, around.grain, place=place) if around.grain in _UNITS else None


@rule("every|each PLACE of|in MONTH", "PLACE of|in MONTH REPEAT", "REPEAT on? PLACE of|in MONTH", cost=-0.5)
def place_of_month(context: Context, *values: Place | Repeat | Time) -> Repeat | None:
    """Every fourth Thursday in November; the first Monday of January every year."""
    del context
    place = next(value for value in values if isinstance(value, Place))
    month = next(value for value in values if isinstance(value, Time))
    repeat = next((value for value in values if isinstance(value, Repeat)), Repeat(1, Grain.YEAR))
    if month.known or repeat.unit is not Grain.YEAR or repeat.place:
        return None
    return replace(repeat, place=place, months=(month.number,))


@rule("every|each ORDINAL WEEKDAY", "on every ORDINAL WEEKDAY", cost=-0.5)
def every_nth(context: Context, place: Ordinal, day: Time) -> Repeat | None:
    """Every first Monday is the month's; every third one may be that or one in three weeks."""
    found = _placed(context, day, place.value)
    if place.value < 1 or day.known:
        return None
    if place.value == 1:
        return Repeat(1, Grain.MONTH, place=found)
    certain = place.value == 2 and not place.written  # "every second Monday" is said for every other one
    return Repeat(place.value, times=(day,), torn=None if certain else found)


@rule("every|each PLACE", "on every|each PLACE", cost=0.3)
def every_place(context: Context, place: Place) -> Repeat | None:
    """Every last Friday, every first and third Monday, every first working day."""
    del context
    several = len(place.places) > 1 and (place.weekdays or max(place.places) > _MOST_WEEKDAYS)
    month = place.places[0] < 0 or (place.places == (1,) and len(place.weekdays) > 1)
    return Repeat(1, Grain.MONTH, place=place) if several or (place.weekdays and month) else None


@rule("every|each ORDINAL", "on every|each ORDINAL", cost=0.3)
def every_month_day(context: Context, place: Ordinal) -> Repeat | None:
    """Every 15th."""
    fits = place.written and 0 < place.value <= _MOST_DAYS
    return every_place_of(context, Place((place.value,)), Unit(Grain.MONTH)) if fits else None
