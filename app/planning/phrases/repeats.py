"""From a recurrence in the making to its rule (RFC 5545) and its first occurrence."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from app.planning.phrases.clocks import aware
from app.planning.phrases.spans import Series, Span, inside, mapped, move, units
from app.planning.phrases.times import Context, Repeat, Time, choose, meet
from app.planning.phrases.values import Grain, Recurrence

_FREQUENCY = {
    Grain.SECOND: "SECONDLY", Grain.MINUTE: "MINUTELY", Grain.HOUR: "HOURLY", Grain.DAY: "DAILY", Grain.WEEK: "WEEKLY",
    Grain.MONTH: "MONTHLY", Grain.YEAR: "YEARLY",
}  # fmt: skip
# A day to look from for feasts that keep their date.
_SOME_DAY = datetime(2020, 1, 1)  # noqa: DTZ001
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def recur(context: Context, repeat: Repeat) -> Recurrence | None:
    """The recurrence; None when no rule can say it or nothing comes."""
    rule = _rule(repeat)
    first = _first(context, repeat)
    if rule is None or first is None:
        return None
    start, moved = aware(first.start, context.zone)
    rule += _until(context, repeat, first)
    lasting = repeat.at or (repeat.times[0] if repeat.times else None)
    length = first.end - first.start if lasting and lasting.kind in {"range", "part"} else None
    if repeat.length:
        length = move(first.start, repeat.length.parts) - first.start
    return Recurrence(start, rule, first.grain, length, moved)


def _rule(repeat: Repeat) -> str | None:
    """FREQ and what belongs to it."""
    if repeat.unit is not None:
        quarters = repeat.unit is Grain.QUARTER
        rule = _frequency(Grain.MONTH if quarters else repeat.unit, repeat.interval * (3 if quarters else 1))
        return f"{rule};BYDAY={repeat.place}{_DAYS[repeat.times[0].number]}" if repeat.place else rule
    first = repeat.times[0]
    if len({time.kind for time in repeat.times}) > 1:
        return None
    if first.weekday is not None:
        days = ",".join(
            _DAYS[day] for day in sorted({time.weekday for time in repeat.times if time.weekday is not None})
        )
        return _frequency(Grain.WEEK, repeat.interval) + f";BYDAY={days}"
    if first.kind == "holiday":
        return _frequency(Grain.YEAR, repeat.interval) if _same_every_year(first) else None
    if first.kind not in _BY_KIND:
        return _frequency(Grain.DAY, repeat.interval) if not first.dated else None
    grain, detail = _BY_KIND[first.kind]
    numbers = ",".join(map(str, sorted({time.number for time in repeat.times})))
    return _frequency(grain, repeat.interval) + detail.format(numbers=numbers)


_BY_KIND = {
    "monthday": (Grain.MONTH, ";BYMONTHDAY={numbers}"),
    "month": (Grain.YEAR, ";BYMONTH={numbers}"),
    "date": (Grain.YEAR, ""),
    "weekend": (Grain.WEEK, ";BYDAY=SA"),
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
        days = _placed(repeat.times[0].series, repeat.place)
        times = [Time(days, Grain.DAY, "date")]
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


def _placed(days: Series, place: int) -> Series:
    def change(month: Span) -> Span | None:
        found = list(inside(month, days))
        index = place - 1 if place > 0 else place
        return found[index] if -len(found) <= index < len(found) else None

    return mapped(units(Grain.MONTH), change)


def _until(context: Context, repeat: Repeat, first: Span) -> str:
    """UNTIL in UTC, the last moment included."""
    end: datetime | None = None
    if repeat.until and (last := choose(repeat.until, first.start)):
        end = last.end - timedelta(seconds=1)
    if repeat.span:
        end = move(datetime.combine(first.start.date(), time()), repeat.span.parts) - timedelta(seconds=1)
    if end is None:
        return ""
    return ";UNTIL=" + end.replace(tzinfo=ZoneInfo(context.zone)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
