"""Holidays as times: every name that people write, with the days it means in any year."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

from app.planning.phrases.fixed_days import FIXED_DAYS
from app.planning.phrases.moving_days import MOVING_DAYS
from app.planning.phrases.moving_rules import Days
from app.planning.phrases.spans import Span, cyclic
from app.planning.phrases.times import Time, day_span
from app.planning.phrases.values import Grain

_CHOICE = re.compile(r"\[([^\]]*)\]")


def spellings(pattern: str) -> Iterator[str]:
    """Every name of a pattern: "|" outside brackets separates names, [a|b] is a choice inside one."""
    for name in re.split(r"\|(?![^\[]*\])", pattern):
        pieces = _CHOICE.split(name)
        choices = [piece.split("|") if at % 2 else [piece] for at, piece in enumerate(pieces)]
        for chosen in product(*choices):
            yield " ".join("".join(chosen).split())


# English words in the names that are not transliterated; the others keep their one spelling.
_ENGLISH = re.compile(
    r"\b(day|friday|fri|monday|mon|sunday|thursday|saturday|tuesday|wednesday|new year|world|lent|easter|christi)\b"
)


def _is_foreign(pattern: str) -> bool:
    first = next(spellings(pattern))
    return not _ENGLISH.search(first)


def _fixed(month: int, day: int) -> Days:
    def find(year: int) -> Iterator[tuple[date, int]]:
        yield date(year, month, day), 1

    return find


def _holiday(name: str, days: Days) -> Time:
    def make(start: datetime) -> list[Span]:
        return [day_span(day.year, day.month, day.day, count) for day, count in days(start.year)]

    title = name.title()
    return replace(Time(cyclic(Grain.YEAR, make), Grain.DAY, "holiday"), holiday=title)


def _earth_hour(name: str, days: Days) -> Time:
    def make(start: datetime) -> list[Span]:
        evening = [datetime(day.year, day.month, day.day, 20, 30) for day, _ in days(start.year)]  # noqa: DTZ001
        return [Span(begin, begin + timedelta(hours=1), Grain.MINUTE) for begin in evening]

    return Time(cyclic(Grain.YEAR, make), Grain.MINUTE, "holiday", holiday=name.title())


def holiday_names(*, foreign: bool = False) -> dict[str, Callable[[object], Time]]:
    """Entries for the lexicon: what each name means; or only those from other scripts, whose spelling varies."""
    rules: list[tuple[Days, str]] = [row for row in MOVING_DAYS if not foreign or _is_foreign(row[1])]
    for line in [] if foreign else FIXED_DAYS.strip().splitlines():
        when, _, pattern = line.partition(" ")
        month, day = map(int, when.split("/"))
        rules.append((_fixed(month, day), pattern))
    table: dict[str, Callable[[object], Time]] = {}
    for days, pattern in rules:
        names = [name for name in spellings(pattern) if name]
        build = _earth_hour if "earth hour" in names else _holiday
        time = build(names[0], days)
        for name in names:
            table.setdefault(name, lambda context, time=time, name=name: replace(time, holiday=name.title()))  # type: ignore[misc]
    return table
