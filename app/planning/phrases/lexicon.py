"""The lexicon: every word or expression that is a time, a unit or a count by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

from app.planning.phrases.holidays import holiday_names
from app.planning.phrases.spans import Span, cyclic, floor, shift
from app.planning.phrases.spelling import ENOUGH, skeleton
from app.planning.phrases.times import Clock, Context, Number, Time, Unit, Value, at_clock, day_of, of_span, of_unit
from app.planning.phrases.values import Grain
from app.planning.phrases.words import MONTHS, SHY, UNITS, WEEKDAYS
from app.planning.phrases.years import month_time, weekday_time

Entry = Callable[[Context], Value]


def _day(offset: int) -> Entry:
    return lambda context: of_unit(day_of(context.now) + timedelta(days=offset), Grain.DAY, "day")


def _now(context: Context) -> Time:
    return of_unit(floor(context.now, Grain.SECOND), Grain.SECOND, "now")


def _clock(hour: int) -> Entry:
    return lambda context: at_clock(context, Clock(hour))


def part(first: int, last: int, *, latent: bool = False) -> Time:
    """A part of every day, from one hour to before another (24 is the next midnight)."""

    def make(day: datetime) -> list[Span]:
        return [Span(day + timedelta(hours=first), day + timedelta(hours=last), Grain.HOUR)]

    return Time(cyclic(Grain.DAY, make), Grain.HOUR, "part", latent=latent, number=first)


# Parts of the day by the clock, as Duckling has them.
PARTS = {
    "morning": (0, 12), "early morning": (0, 9), "early in the morning": (0, 9), "early hours of the morning": (0, 9),
    "late morning": (9, 12), "lunch": (12, 14), "lunch time": (12, 14), "lunchtime": (12, 14), "brunch": (10, 13),
    "breakfast": (7, 10), "breakfast time": (7, 10), "dinner": (18, 21), "dinner time": (18, 21),
    "dinnertime": (18, 21), "supper": (18, 21),
    "afternoon": (12, 19), "early afternoon": (12, 16), "late afternoon": (16, 19),
    "after noon": (12, 19), "evening": (18, 24), "early evening": (18, 21), "late evening": (21, 24),
    "night": (18, 24), "late night": (21, 24), "nite": (18, 24), "daytime": (8, 18), "business hours": (9, 17),
    "morn": (0, 12), "mid morning": (9, 11), "mid afternoon": (14, 16), "early in the day": (0, 12),
    "late in the day": (12, 24),  "after lunch": (13, 17), "after school": (15, 21), "after work": (17, 21),
    "office hours": (9, 17), "working hours": (9, 17), "lunch hour": (12, 14), "lunch break": (12, 14),
}  # fmt: skip


def _weekend(context: Context) -> Time:
    """Saturday and Sunday."""
    del context

    def make(week: datetime) -> list[Span]:
        return [Span(week + timedelta(days=5), week + timedelta(days=7), Grain.DAY)]

    return Time(cyclic(Grain.WEEK, make), Grain.DAY, "weekend")


def _season(first: tuple[int, int], last: tuple[int, int]) -> Entry:
    """A season from its first day to its last, both in the northern hemisphere's astronomical reckoning."""

    def make(year: datetime) -> list[Span]:
        start = year.replace(month=first[0], day=first[1])
        end = year.replace(year=year.year + (last < first), month=last[0], day=last[1]) + timedelta(days=1)
        return [Span(start, end, Grain.DAY)]

    return lambda context: Time(cyclic(Grain.YEAR, make), Grain.DAY, "season")


def _tonight(context: Context) -> Time:
    day = day_of(context.now)
    return of_span(Span(day + timedelta(hours=18), day + timedelta(days=1), Grain.HOUR), "part")


def _last_night(context: Context) -> Time:
    day = day_of(context.now)
    return of_span(Span(day - timedelta(hours=6), day, Grain.HOUR), "part")


def _asap(context: Context) -> Time:
    now = floor(context.now, Grain.SECOND)
    return Time(of_unit(now, Grain.SECOND).series, Grain.SECOND, "open", side="after", known=True)


def _beginning(grain: Grain) -> Entry:
    """The beginning of a unit, as a person abbreviates it: BOM."""

    def build(context: Context) -> Time:
        start = floor(context.now, grain)
        finer, count = _BEGIN[grain]
        return of_span(Span(start, shift(start, finer, count), finer), "range")

    return build


_BEGIN = {
    Grain.DAY: (Grain.HOUR, 12),
    Grain.WEEK: (Grain.DAY, 3),
    Grain.MONTH: (Grain.DAY, 10),
    Grain.YEAR: (Grain.MONTH, 3),
}


def _to_date(context: Context) -> Time:
    return Time(of_unit(day_of(context.now), Grain.DAY).series, Grain.DAY, "open", side="before", known=True)


def _ending(grain: Grain) -> Entry:
    """The end of the day, as a moment to be ready by: EOD."""

    def build(context: Context) -> Time:
        start = floor(context.now, grain)
        end = shift(start, grain, 1)
        begin = {Grain.DAY: start.replace(hour=17), Grain.WEEK: start + timedelta(days=4)}.get(grain)
        if grain is Grain.MONTH:
            begin = start.replace(day=21)
        if grain is Grain.YEAR:
            begin = start.replace(month=9)
        return of_span(Span(begin or start, end, _END_GRAIN[grain]), "close")

    return build


_END_GRAIN = {Grain.DAY: Grain.HOUR, Grain.WEEK: Grain.DAY, Grain.MONTH: Grain.DAY, Grain.YEAR: Grain.MONTH}


_DAYS_AROUND = {
    -2: "day before yesterday",
    -1: "yesterday|yesterdays",
    0: "today|todays|at this time",
    1: "tomorrow|tomorrows|tmrw|tmr|tmw|tomorow|tommorow|tommorrow",
    2: "day after tomorrow",
}


_NAMED_HOURS = {
    12: "noon|12 noon|mid day|noonish|12 oclock noon",
    0: "midnight|mid night|12 midnight|12 oclock midnight",
}
# Parts of the day that are counted: two nights ago.
_COUNTED_PARTS = ("morning", "afternoon", "evening", "night")
# First and last day in the northern hemisphere, give or take one.
_SEASONS = {
    "spring": ((3, 20), (6, 21)),
    "summer": ((6, 21), (9, 23)),
    "fall": ((9, 23), (12, 21)),
    "autumn": ((9, 23), (12, 21)),
    "winter": ((12, 21), (3, 20)),
}


def _phrases() -> dict[str, Entry]:
    table: dict[str, Entry] = {}
    for name, day in WEEKDAYS.items():
        table[name] = lambda context, day=day, name=name: weekday_time(day)  # type: ignore[misc]
    for name, month in MONTHS.items():
        table[name] = lambda context, month=month, name=name: month_time(month, latent=name in SHY)  # type: ignore[misc]
    for name, (first, last) in PARTS.items():
        table[name] = lambda context, first=first, last=last: part(first, last)  # type: ignore[misc]
    for name in _COUNTED_PARTS:
        table[f"{name}s"] = lambda context, hours=PARTS[name]: part(*hours, latent=True)  # type: ignore[misc]
    for name, grain in UNITS.items():
        table[name] = lambda context, grain=grain, name=name: Unit(
            grain, len(name) == 1, name.endswith("s") and len(name) > 1
        )  # type: ignore[misc]
    for offset, names in _DAYS_AROUND.items():
        table |= dict.fromkeys(names.split("|"), _day(offset))
    for hour, names in _NAMED_HOURS.items():
        table |= dict.fromkeys(names.split("|"), _clock(hour))
    now = "now|right now|just now|at the moment|atm|immediately|at this moment|at the minute|at this minute|currently|"
    now += "at present|presently|at the present time|at this very moment|this very moment|this instant|this moment"
    table |= dict.fromkeys(now.split("|"), _now)
    table |= dict.fromkeys(["weekend", "week end", "weekends"], _weekend)
    for name, (begin, end) in _SEASONS.items():
        table[name] = _season(begin, end)
        table[f"{name}s"] = lambda context, build=table[name]: replace(build(context), latent=True)  # type: ignore[misc]
    table |= dict.fromkeys(["tonight", "tonite", "to night"], _tonight)
    table |= {"last night": _last_night, "asap": _asap, "as soon as possible": _asap}
    for letter, grain in {"d": Grain.DAY, "w": Grain.WEEK, "m": Grain.MONTH, "y": Grain.YEAR}.items():
        table |= {f"eo{letter}": _ending(grain), f"bo{letter}": _beginning(grain)}
    table["to date"] = _to_date
    table |= dict.fromkeys(["couple", "couple of", "pair", "pair of"], lambda context: Number(Fraction(2)))
    table |= dict.fromkeys(["few", "several"], lambda context: Number(Fraction(3)))
    table |= dict.fromkeys(["half a dozen", "half dozen"], lambda context: Number(Fraction(6)))
    table |= dict.fromkeys(["dozen", "a dozen"], lambda context: Number(Fraction(12)))
    table["two dozen"] = lambda context: Number(Fraction(24))
    return {**holiday_names(), **table}


PHRASES = _phrases()
# Holidays by how their names sound, where the names are long enough to vary in spelling.
SOUNDS = {key: build for name, build in holiday_names(foreign=True).items() if len(key := skeleton(name)) >= ENOUGH}


def word_value(context: Context, key: str) -> Value:
    """The value of an entry, for this context."""
    return PHRASES[key](context)
