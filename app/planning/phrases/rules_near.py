"""Rules for what lies beside something: the Monday after Easter, working days, the weekend of a holiday."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.spans import Span, cyclic, floor, inside, mapped, nth, unit
from app.planning.phrases.times import Context, Number, Ordinal, Time, choose, meet, of_span
from app.planning.phrases.values import Grain

rule = GRAMMAR.rule
_DAY = timedelta(days=1)


@rule("the? TIME after|following TIME", "the? first|next TIME after TIME", cost=0.2)
def following(context: Context, what: Time, mark: Time) -> Time | None:
    """The Monday after Easter."""
    return _beside(context, what, mark, 0)


@rule("the? TIME before|preceding TIME", "the? last TIME before TIME", cost=0.2)
def preceding(context: Context, what: Time, mark: Time) -> Time | None:
    """The Friday before Thanksgiving."""
    return _beside(context, what, mark, -1)


@rule("the? ORDINAL TIME after|following TIME", "NUMBER TIME after TIME")
def nth_following(context: Context, place: Ordinal | Number, what: Time, mark: Time) -> Time | None:
    """The second Friday after Easter."""
    return _beside(context, what, mark, int(place.value) - 1) if place.value >= 1 else None


def _beside(context: Context, what: Time, mark: Time, count: int) -> Time | None:
    """The count-th from the end of a mark, or back from its start."""
    vague = what.latent and what.kind != "workday"
    if (
        what.known
        or what.side
        or vague
        or mark.latent
        or mark.side
        or what.kind not in _COUNTED
        or mark.grain < Grain.DAY
    ):
        return None
    span = choose(mark, context.now)
    if span is None:
        return None
    found = nth(what.series, span.start if count < 0 else span.end, count)
    return replace(of_span(found, what.kind), dated=True, holiday=what.holiday) if found else None


_COUNTED = {"weekday", "holiday", "weekend", "month", "date", "workday"}


@rule("the? PART before TIME", cost=0.1)
def part_before(context: Context, part: Time, mark: Time) -> Time | None:
    """The night before Christmas."""
    return _part_beside(context, part, mark, -1)


@rule("the? PART after TIME", cost=0.1)
def part_after(context: Context, part: Time, mark: Time) -> Time | None:
    return _part_beside(context, part, mark, 1)


def _part_beside(context: Context, part: Time, mark: Time, step: int) -> Time | None:
    """A part of the day before or after a day."""
    if part.dated or part.known or mark.latent or mark.side or mark.grain is not Grain.DAY:
        return None
    span = choose(mark, context.now)
    day = unit(span.start, Grain.DAY, step) if span and span.end - span.start == _DAY else None
    return meet(of_span(day, "day"), part) if day else None


@rule("HOLIDAY WEEKEND", "the? WEEKEND of TIME", cost=-0.3)
def holiday_weekend(context: Context, first: Time, second: Time) -> Time | None:
    """Labor Day weekend: the weekend nearest to the day, with it when it adjoins."""
    holiday, _ = (first, second) if first.kind == "holiday" else (second, first)
    if holiday.kind == "weekend" or holiday.grain > Grain.DAY or holiday.latent or holiday.side:
        return None

    def change(span: Span) -> Span:
        day = span.start
        saturday = day + timedelta(days=5 - day.weekday()) if day.weekday() else day - 2 * _DAY
        if day.weekday() in {1, 2}:
            return Span(saturday, saturday + 2 * _DAY, Grain.DAY)
        return Span(min(day, saturday), max(day + _DAY, saturday + 2 * _DAY), Grain.DAY)

    del context
    return replace(holiday, series=mapped(holiday.series, change, timedelta(days=5)), kind="range", full=True)


def working_days(context: Context) -> Time:
    """Every day on which the person works."""
    days = context.hours.days or frozenset(range(5))

    def make(week: datetime) -> list[Span]:
        return [Span(week + day * _DAY, week + (day + 1) * _DAY, Grain.DAY) for day in sorted(days)]

    return Time(cyclic(Grain.WEEK, make), Grain.DAY, "workday")


_WORK = "working|business|work"


@rule(f"the? {_WORK} day", f"the? {_WORK} days", "workday|weekday", cost=0.3)
def a_working_day(context: Context) -> Time:
    return replace(working_days(context), latent=True)


@rule("next|following|coming WORKDAY", "the? next|following WORKDAY", cost=-0.5)
def next_working_day(context: Context, day: Time) -> Time | None:
    return _counted(context, day, 1)


@rule("last|previous WORKDAY", "the last|previous WORKDAY", cost=-0.5)
def last_working_day(context: Context, day: Time) -> Time | None:
    found = nth(day.series, floor(context.now, Grain.DAY), -1)
    return of_span(found, "day") if found else None


@rule("in NUMBER WORKDAY", "NUMBER WORKDAY from now|today", "NUMBER WORKDAY later|hence", cost=-0.5)
def in_working_days(context: Context, number: Number, day: Time) -> Time | None:
    return _counted(context, day, number.whole or 0)


@rule("NUMBER WORKDAY ago|back", cost=-0.5)
def working_days_ago(context: Context, number: Number, day: Time) -> Time | None:
    found = nth(day.series, floor(context.now, Grain.DAY), -number.whole) if number.whole else None
    return of_span(found, "day") if found else None


@rule("within|in the next NUMBER WORKDAY", "within NUMBER WORKDAY", "the? next NUMBER WORKDAY", cost=-0.7)
def within_working_days(context: Context, number: Number, day: Time) -> Time | None:
    last = choose(found, context.now) if (found := _counted(context, day, number.whole or 0)) else None
    start = floor(context.now, Grain.DAY) + _DAY
    return of_span(Span(start, last.end, Grain.DAY), "range") if last and last.end > start else None


@rule("the? NUMBER WORKDAY before|preceding TIME", "NUMBER WORKDAY prior to TIME", cost=-0.3)
def working_days_before(context: Context, number: Number, day: Time, mark: Time) -> Time | None:
    span = None if mark.latent or mark.side else choose(mark, context.now)
    found = nth(day.series, span.start, -(number.whole or 1)) if span else None
    return of_span(found, "day") if found else None


def _counted(context: Context, day: Time, count: int) -> Time | None:
    tomorrow = unit(context.now, Grain.DAY, 1).start
    found = nth(day.series, tomorrow, count - 1) if 0 < count < 1000 else None
    return of_span(found, "day") if found else None


@rule("the? NUMBER WORKDAY after|from|following TIME", cost=-0.3)
def working_days_after(context: Context, number: Number, day: Time, mark: Time) -> Time | None:
    span = None if mark.latent or mark.side else choose(mark, context.now)
    found = nth(day.series, span.end, (number.whole or 1) - 1) if span else None
    return of_span(found, "day") if found else None


@rule(
    "TIME after|past|from CLOCK",
    "TIME anytime after CLOCK",
    "TIME from CLOCK on|onward|onwards",
    cost=0.1,
)
def rest_of_day(context: Context, day: Time, clock: Time) -> Time | None:
    """Tomorrow after 3pm: until the day is over."""
    del context
    return _piece(day, clock, lambda whole, at: Span(at.start, whole.end, at.grain))


@rule("TIME before|until|till|by CLOCK", "TIME no later than CLOCK", cost=0.1)
def start_of_day(context: Context, day: Time, clock: Time) -> Time | None:
    """Friday before 10am."""
    del context
    return _piece(day, clock, lambda whole, at: Span(whole.start, at.start, at.grain))


@rule("TIME before PART", cost=0.1)
def day_before_part(context: Context, day: Time, part: Time) -> Time | None:
    """Friday before lunch."""
    del context
    return _piece(day, part, lambda whole, at: Span(whole.start, at.start, at.grain))


def _piece(day: Time, clock: Time, cut: Callable[[Span, Span], Span]) -> Time | None:
    """The part of each day before or after a clock."""
    if day.grain is not Grain.DAY or day.side or day.latent or clock.dated or clock.known:
        return None

    def change(span: Span) -> Span | None:
        at = next(inside(span, clock.series), None)
        piece = cut(span, at) if at else None
        return piece if piece and piece.start < piece.end else None

    return replace(
        day, series=mapped(day.series, change), grain=clock.grain, kind="range", half=clock.half, dated=True, clock=None
    )
