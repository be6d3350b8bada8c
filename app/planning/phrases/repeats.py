"""From a recurrence in the making to its rule (RFC 5545) and its first occurrence."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from app.planning.phrases.clocks import aware
from app.planning.phrases.spans import Series, Span, cyclic, move, units
from app.planning.phrases.times import Context, Place, Repeat, Time, choose, meet
from app.planning.phrases.values import Grain, Recurrence, Rhythms

_FREQUENCY = {
    Grain.SECOND: "SECONDLY", Grain.MINUTE: "MINUTELY", Grain.HOUR: "HOURLY", Grain.DAY: "DAILY", Grain.WEEK: "WEEKLY",
    Grain.MONTH: "MONTHLY", Grain.YEAR: "YEARLY",
}  # fmt: skip
# A day to look from for feasts that keep their date.
_SOME_DAY = datetime(2020, 1, 1)  # noqa: DTZ001
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def readings(context: Context, repeat: Repeat) -> Recurrence | Rhythms | None:
    """What a recurrence in the making may mean: "every third Monday" of the month, or every third week."""
    found = [_recur(context, form) for form in _forms(repeat)]
    known = tuple(dict.fromkeys(meaning for meaning in found if meaning is not None))
    return Rhythms(known) if len(known) > 1 else next(iter(known), None)


def _forms(repeat: Repeat) -> list[Repeat]:
    """A recurrence in each of the ways it may be read: its rhythm, its end and its beginning."""
    if repeat.torn:
        sure = replace(repeat, torn=None)
        return [*_forms(replace(sure, interval=1, unit=Grain.MONTH, times=(), place=repeat.torn)), *_forms(sure)]
    if repeat.until and repeat.until.alternative:
        ends = (replace(repeat.until, alternative=None), repeat.until.alternative)
        return [form for end in ends for form in _forms(replace(repeat, until=end))]
    if repeat.begin and repeat.begin.alternative:
        begins = (replace(repeat.begin, alternative=None), repeat.begin.alternative)
        return [form for begin in begins for form in _forms(replace(repeat, begin=begin))]
    return [repeat]


def _recur(context: Context, repeat: Repeat) -> Recurrence | None:
    """The recurrence; None when no rule can say it or nothing comes."""
    rule = _rule(repeat)
    first = _first(context, repeat) if rule else None
    if rule is None or first is None:
        return None
    start, moved = aware(first.start, context.zone)
    end = _end(context, repeat, first)
    if end and end < first.start:
        return None
    rule += f";COUNT={repeat.count}" if repeat.count else _until(context, end)
    lasting = repeat.at or (repeat.times[0] if repeat.times else None)
    length = first.end - first.start if lasting and lasting.kind in {"range", "part"} else None
    if repeat.length:
        length = move(first.start, repeat.length.parts) - first.start
    return Recurrence(start, rule, first.grain, length, moved)


def _rule(repeat: Repeat) -> str | None:
    """FREQ and what belongs to it."""
    if repeat.place is not None:
        return _placed(repeat, repeat.place)
    if repeat.unit is not None:
        quarters = repeat.unit is Grain.QUARTER
        return _frequency(Grain.MONTH if quarters else repeat.unit, repeat.interval * (3 if quarters else 1))
    return _timed(repeat, repeat.times[0])


def _timed(repeat: Repeat, first: Time) -> str | None:
    """A rule for times that come back, the first of them given."""
    if len({time.kind for time in repeat.times}) > 1:
        return None
    if first.weekday is not None:
        return _frequency(Grain.WEEK, repeat.interval) + f";BYDAY={_listed(time.weekday for time in repeat.times)}"
    if first.kind == "holiday":
        return _frequency(Grain.YEAR, repeat.interval) if _same_every_year(first) else None
    if first.kind not in _BY_KIND:
        return _frequency(Grain.DAY, repeat.interval) if not first.dated else None
    grain, detail = _BY_KIND[first.kind]
    numbers = ",".join(map(str, sorted({time.number for time in repeat.times})))
    return _frequency(grain, repeat.interval) + detail.format(numbers=numbers)


def _listed(weekdays: Iterable[int | None]) -> str:
    return ",".join(_DAYS[day] for day in sorted({day for day in weekdays if day is not None}))


def _placed(repeat: Repeat, place: Place) -> str | None:
    """A rule for the places of days in their months."""
    months = _months(repeat, place)
    unit = Grain.MONTH if repeat.unit is Grain.QUARTER else repeat.unit
    several = len(place.weekdays) > 1
    if unit is None or months is None or (repeat.unit is Grain.QUARTER and repeat.interval > 1):
        return None
    if several and len(months) > 1 and unit is Grain.YEAR:  # BYSETPOS would count in the whole year
        return None
    rule = _frequency(unit, repeat.interval)
    rule += f";BYMONTH={','.join(map(str, months))}" if months else ""
    places = ",".join(map(str, place.places))
    if several:
        return f"{rule};BYDAY={_listed(place.weekdays)};BYSETPOS={places}"
    if place.weekdays:
        return f"{rule};BYDAY={','.join(f'{number}{_DAYS[place.weekdays[0]]}' for number in place.places)}"
    return f"{rule};BYMONTHDAY={places}"


def _months(repeat: Repeat, place: Place) -> tuple[int, ...] | None:
    """The months in which the days lie, empty for all of them; None when the places don't tell."""
    if repeat.months or repeat.unit is Grain.MONTH:
        return repeat.months
    certain = 4 if place.weekdays else 28  # every month has so many
    ends = {number > 0 for number in place.places}
    if len(ends) > 1 or any(abs(number) > certain for number in place.places):
        return None
    return (_STARTING if ends == {True} else _ENDING)[repeat.unit or Grain.YEAR]


_STARTING = {Grain.YEAR: (1,), Grain.QUARTER: (1, 4, 7, 10)}
_ENDING = {Grain.YEAR: (12,), Grain.QUARTER: (3, 6, 9, 12)}


_BY_KIND = {
    "monthday": (Grain.MONTH, ";BYMONTHDAY={numbers}"),
    "month": (Grain.YEAR, ";BYMONTH={numbers}"),
    "date": (Grain.YEAR, ""),
    "season": (Grain.YEAR, ""),
    "weekend": (Grain.WEEK, ";BYDAY=SA,SU"),
}


def _same_every_year(holiday: Time) -> bool:
    days = [span.start for span in islice(holiday.series(_SOME_DAY, False), 4)]
    return len({(day.month, day.day) for day in days}) == 1


def _frequency(grain: Grain, interval: int) -> str:
    return f"FREQ={_FREQUENCY[grain]}" + (f";INTERVAL={interval}" if interval > 1 else "")


def _first(context: Context, repeat: Repeat) -> Span | None:
    """The first occurrence that has not begun yet, from the stated beginning on."""
    moment = context.now
    if repeat.begin:
        begin = choose(repeat.begin, context.now)
        if begin is None:
            return None
        moment = begin.start - timedelta(seconds=1)
    found = []
    for at in _occurrences(repeat):
        ahead = (span for span in at.series(moment, False) if span.start > moment)
        if span := next(ahead, None):
            found.append(span)
    return min(found, key=lambda span: span.start, default=None)


def _occurrences(repeat: Repeat) -> list[Time]:
    """The times of which the earliest comes first."""
    if repeat.place:
        times = [Time(_days(repeat.place, _months(repeat, repeat.place) or ()), Grain.DAY, "date")]
    elif repeat.times:
        times = list(repeat.times)
    elif repeat.unit is not None and repeat.unit < Grain.DAY:
        times = [Time(units(repeat.unit), repeat.unit, "unit")]
    elif repeat.unit is Grain.DAY or repeat.at:
        times = [Time(units(Grain.DAY), Grain.DAY, "unit")]
    else:
        step = repeat.unit or Grain.WEEK
        times = [Time(units(step), step, "unit")]
    return [meet(time, repeat.at) for time in times] if repeat.at else times


def _days(place: Place, months: tuple[int, ...]) -> Series:
    """The days at their places in each of the months."""

    def make(month: datetime) -> list[Span]:
        if months and month.month not in months:
            return []
        days = [month.replace(day=number + 1) for number in range(monthrange(month.year, month.month)[1])]
        found = [day for day in days if not place.weekdays or day.weekday() in place.weekdays]
        picked = {found[at - (at > 0)] for at in place.places if -len(found) <= at - (at > 0) < len(found)}
        return [Span(day, day + timedelta(days=1), Grain.DAY) for day in sorted(picked)]

    return cyclic(Grain.MONTH, make)


def _end(context: Context, repeat: Repeat, first: Span) -> datetime | None:
    """The last moment of a recurrence, if it ends."""
    if repeat.span:
        return move(datetime.combine(first.start.date(), time()), repeat.span.parts) - timedelta(seconds=1)
    moment = context.now if repeat.begin is repeat.until else first.start  # the days that both begin and end it
    last = choose(repeat.until, moment) if repeat.until else None
    return last.end - timedelta(seconds=1) if last else None


def _until(context: Context, end: datetime | None) -> str:
    """UNTIL in UTC, the last moment included."""
    if end is None:
        return ""
    return ";UNTIL=" + end.replace(tzinfo=ZoneInfo(context.zone)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
