"""The calendar behind the grammar: spans of wall-clock time and the endless series of them that words stand for.

Everything here is naive wall-clock time in the person's zone; zones and daylight saving come in at the end.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from app.planning.phrases.values import Grain

# Years within which the grammar computes; beyond them a series simply ends.
FIRST_YEAR, LAST_YEAR = 1000, 3000
# Cycles that one phrase may cost in all: the longest in earnest take some hundreds, nonsense such as "3/4 December
# weekend Christmas" would take millions.
MOST_CYCLES = 5_000
# Cycles searched for something that may never come, such as 30 February (a Friday 29 February comes after 40 years
# at most).
SEARCH = 64
# Spans in a row that a change may leave out: more than the weeks of five years.
MOST_LEFT_OUT = 300


# What is left of MOST_CYCLES for the phrase being read in this task or thread.
_left: ContextVar[list[int]] = ContextVar("cycles left")


class TooFarError(Exception):
    """The search for what a phrase means was given up."""


@contextmanager
def bounded() -> Iterator[None]:
    """Raises TooFarError inside once the series looked at there cost more than MOST_CYCLES."""
    token = _left.set([MOST_CYCLES])
    try:
        yield
    finally:
        _left.reset(token)


@dataclass(frozen=True, slots=True)
class Span:
    """From start until just before end, said with a grain."""

    start: datetime
    end: datetime
    grain: Grain


# series(moment, backwards): the spans ending after the moment, in order; or those starting before it, latest first.
Series = Callable[[datetime, bool], Iterator[Span]]


def floor(moment: datetime, grain: Grain) -> datetime:
    """The start of the unit around a moment; weeks start on Monday (ISO 8601)."""
    if grain < Grain.DAY:
        second = moment.second if grain is Grain.SECOND else 0
        minute = moment.minute if grain < Grain.HOUR else 0
        return moment.replace(minute=minute, second=second, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if grain is Grain.WEEK:
        return day - timedelta(days=day.weekday())
    if grain is Grain.MONTH:
        return day.replace(day=1)
    if grain is Grain.QUARTER:
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1) if grain is Grain.YEAR else day


_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}
_SECONDS = {Grain.SECOND: 1, Grain.MINUTE: 60, Grain.HOUR: 3600, Grain.DAY: 86400, Grain.WEEK: 604800}


def shift(moment: datetime, grain: Grain, amount: int) -> datetime:
    """A moment moved by whole units; a day that the month lacks becomes its last one."""
    if grain not in _MONTHS:
        return moment + timedelta(seconds=_SECONDS[grain] * amount)
    months = moment.year * 12 + moment.month - 1 + _MONTHS[grain] * amount
    year, month = divmod(months, 12)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise OverflowError(f"year {year}")
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


_FINER = {Grain.YEAR: (12, Grain.MONTH), Grain.QUARTER: (3, Grain.MONTH), Grain.MONTH: (30, Grain.DAY)}


def move(moment: datetime, parts: tuple[tuple[Fraction, Grain], ...], sign: int = 1) -> datetime:
    """A moment moved by a duration's parts; a fraction of a month counts as days of a 30-day month."""
    for amount, grain in parts:
        whole = int(amount)
        moment = shift(moment, grain, sign * whole)
        rest = amount - whole
        if rest and grain in _FINER:
            times, finer = _FINER[grain]
            moment = move(moment, ((rest * times, finer),), sign)
        elif rest:
            moment += timedelta(seconds=sign * float(rest * _SECONDS[grain]))
    return moment


def unit(moment: datetime, grain: Grain, amount: int = 0) -> Span:
    """The unit around a moment, or the one so many units later."""
    start = shift(floor(moment, grain), grain, amount)
    return Span(start, shift(start, grain, 1), grain)


def cyclic(cycle: Grain, make: Callable[[datetime], list[Span]]) -> Series:
    """The series of what `make` finds in each cycle (given its start), in order."""

    def series(moment: datetime, backwards: bool) -> Iterator[Span]:
        step = -1 if backwards else 1
        left = _left.get(None)
        try:
            start, empty = shift(floor(moment, cycle), cycle, -step), 0
            while empty < SEARCH:
                if left is not None:
                    left[0] -= 1
                    if left[0] < 0:
                        raise TooFarError
                spans = make(start)
                empty = 0 if spans else empty + 1
                for span in reversed(spans) if backwards else spans:
                    if span.start < moment if backwards else span.end > moment:
                        yield span
                start = shift(start, cycle, step)
        except (OverflowError, ValueError):
            return

    return series


def fixed(span: Span) -> Series:
    """The series of one span that is known already."""

    def series(moment: datetime, backwards: bool) -> Iterator[Span]:
        if span.start < moment if backwards else span.end > moment:
            yield span

    return series


def units(grain: Grain) -> Series:
    """Every day, every week, …"""
    return cyclic(grain, lambda start: [Span(start, shift(start, grain, 1), grain)])


def within(outer: Series, inner: Series) -> Series:
    """Every inner span that starts in an outer span ("Monday" in "March")."""

    def series(moment: datetime, backwards: bool) -> Iterator[Span]:
        for tries, around in enumerate(outer(moment, backwards)):
            if tries >= SEARCH:
                return
            found = list(inside(around, inner))
            for span in reversed(found) if backwards else found:
                if span.start < moment if backwards else span.end > moment:
                    yield span

    return series


def inside(around: Span, inner: Series, limit: int = 400) -> Iterator[Span]:
    """The inner spans that start in one span; at most `limit` (a year has 366 days)."""
    for count, span in enumerate(inner(around.start, False)):
        if span.start >= around.end or count >= limit:
            return
        if span.start >= around.start:
            yield span


def both(left: Series, right: Series) -> Series:
    """The spans of one series that another has too ("Friday" and "the 13th")."""

    def series(moment: datetime, backwards: bool) -> Iterator[Span]:
        for tries, span in enumerate(left(moment, backwards)):
            if tries >= SEARCH:
                return
            if any(other.start == span.start for other in inside(span, right)):
                yield span

    return series


def mapped(source: Series, change: Callable[[Span], Span | None], margin: timedelta = timedelta(days=2)) -> Series:
    """A series with every span changed (moved by at most the margin, cut, lengthened) or left out."""

    def series(moment: datetime, backwards: bool) -> Iterator[Span]:
        missing = 0
        # The change may move a span across the moment, so the search starts a little to the other side.
        for span in source(moment + margin if backwards else moment - margin, backwards):
            try:
                new = change(span)
            except (OverflowError, ValueError):
                return
            missing = 0 if new else missing + 1
            if missing > MOST_LEFT_OUT:
                return
            if new and (new.start < moment if backwards else new.end > moment):
                yield new

    return series


def nth(series: Series, moment: datetime, count: int) -> Span | None:
    """The count-th span from a moment: 0 is the first not yet over, -1 the last that is over."""
    spans = series(moment, count < 0)
    if count < 0:
        spans = (span for span in spans if span.end <= moment)
        count = -count - 1
    return next((span for at, span in enumerate(spans) if at == count), None)
