"""Rules for intervals: 13 to 15 July, between 9:30 and 11, from 4pm for half an hour, after lunch, the end of the month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.rules_shift import travel
from app.planning.phrases.spans import Series, Span, mapped
from app.planning.phrases.times import Context, Length, Number, Ordinal, Time, at_clock
from app.planning.phrases.values import Grain
from app.planning.phrases.years import date_time

rule = GRAMMAR.rule


def span_range(first: Time, second: Time) -> Time:
    """From the first to the second; the end includes the day it names, but not the minute."""

    def close(span: Span) -> Span | None:
        end = next(iter(second.series(span.start, False)), None)
        if end is None or end.start < span.start:
            return None
        last = end.end if end.grain >= Grain.DAY or second.kind == "part" else end.start
        return Span(span.start, last, min(span.grain, end.grain)) if last > span.start else None

    series = mapped(first.series, close)
    known = first.known
    if second.known and not first.known:
        series, known = _before(first, second), True
    grain = min(first.grain, second.grain)
    return Time(series, grain, "range", known=known, half=first.half or second.half)


def _before(first: Time, second: Time) -> Series:
    """The range that ends at a known time: it begins at the last first before it."""

    def series(moment: datetime, backwards: bool) -> Iterator[Span]:
        end = next(iter(second.series(datetime.min, False)), None)
        start = next(iter(first.series(end.start, True)), None) if end else None
        if end and start:
            last = end.end if end.grain >= Grain.DAY else end.start
            span = Span(start.start, last, min(start.grain, end.grain))
            if span.start < moment if backwards else span.end > moment:
                yield span

    return series


@rule(
    "from TIME to|till|until|til|through|thru|- TIME",
    "between TIME and|to|- TIME",
    "TIME to|till|until|til|through|thru|- TIME",
    cost=0.4,
)
def ranged(context: Context, first: Time, second: Time) -> Time | None:
    if first.side or second.side or (first.latent and second.latent) or _apart(first, second):
        return None
    first, second = _same_half(context, first, second)
    return span_range(first, second)


def _apart(first: Time, second: Time) -> bool:
    clocks = {"clock", "part", "zoned"}
    return (second.kind == "range" or first.kind == "range") or (
        first.kind not in clocks and second.kind in clocks and not second.known and first.grain >= Grain.DAY
    )


def _same_half(context: Context, first: Time, second: Time) -> tuple[Time, Time]:
    """2:00 - 2:30 pm: what is said of one end holds for the other where it can."""
    start, end = first.clock, second.clock
    if start and end and start.twelve and not end.twelve:
        for hour in (start.hour % 12 + 12, start.hour % 12):
            if (hour, start.minute) <= (end.hour, end.minute):
                return at_clock(context, replace(start, hour=hour, twelve=False)), second
    return first, second


@rule(
    "from? NUMBER|ORDINAL to|till|until|through|thru|- NUMBER|ORDINAL of? MONTH",
    "from? the NUMBER|ORDINAL to|till|until|through|thru|- the NUMBER|ORDINAL of? MONTH",
    "from the NUMBER|ORDINAL to|through|- NUMBER|ORDINAL of? MONTH",
    "between the? NUMBER|ORDINAL and the? NUMBER|ORDINAL of? MONTH",
    cost=-1.0,
)
def days_month(context: Context, first: Number | Ordinal, last: Number | Ordinal, month: Time) -> Time | None:
    """From 13 to 15 July."""
    del context
    start, end = date_time(month.number, int(first.value)), date_time(month.number, int(last.value))
    return span_range(start, end) if start and end and not month.known and first.value < last.value else None


@rule(
    "from? MONTH the? NUMBER|ORDINAL to|till|until|through|thru|- the? NUMBER|ORDINAL",
    "between MONTH the? NUMBER|ORDINAL and the? NUMBER|ORDINAL",
    cost=-1.0,
)
def month_days(context: Context, month: Time, first: Number | Ordinal, last: Number | Ordinal) -> Time | None:
    """July 13 to 15."""
    return days_month(context, first, last, month)


@rule(
    "from TIME for LENGTH",
    "for LENGTH from|starting|beginning|at|on TIME",
    "TIME for LENGTH",
    "LENGTH from|starting TIME",
    cost=0.6,
)
def lasting(context: Context, first: Time | Length, second: Time | Length) -> Time | None:
    """From 18th Dec for 10 days."""
    time, length = (first, second) if isinstance(first, Time) else (second, first)
    if not isinstance(time, Time) or not isinstance(length, Length) or time.side or time.latent:
        return None

    def extend(span: Span) -> Span:
        end = travel(context, span.start, length.parts)
        return Span(span.start, end, min(span.grain, length.finest))

    return replace(
        time, series=mapped(time.series, extend), grain=min(time.grain, length.finest), kind="range", clock=None
    )


@rule(
    "after|since TIME",
    "anytime after|since TIME",
    "any time after TIME",
    "sometime after TIME",
    "later than TIME",
    cost=0.6,
)
def open_after(context: Context, time: Time) -> Time | None:
    del context
    return None if time.side or time.latent else replace(time, side="after")


@rule(
    "before|until|till|til|through TIME",
    "up to|until TIME",
    "prior to TIME",
    "anytime before TIME",
    "earlier than TIME",
    cost=0.6,
)
def open_before(context: Context, time: Time) -> Time | None:
    del context
    return None if time.side or time.latent else replace(time, side="before")
