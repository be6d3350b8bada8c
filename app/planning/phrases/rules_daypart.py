"""Rules for hours and a part of the day: 8 in the evening, tonight after 8, Friday morning, first thing, this time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.lexicon import PARTS
from app.planning.phrases.lexicon import part as day_part
from app.planning.phrases.spans import Span, floor, mapped, shift
from app.planning.phrases.times import Clock, Context, Time, at_clock, choose, meet, of_span, of_unit
from app.planning.phrases.values import Grain

rule = GRAMMAR.rule


@rule("CLOCK PART", cost=-0.5)
def hour_of_part(context: Context, clock: Time, part: Time) -> Time | None:
    """9 tomorrow morning, but not "one night"."""
    return in_part(context, clock, part) if part.known or part.dated or not clock.latent else None


@rule("CLOCK in|during the|this? PART", "CLOCK at PART", "PART at|around|@? CLOCK", "the PART at CLOCK", cost=-0.5)
def in_part(context: Context, first: Time, second: Time) -> Time | None:
    """8 in the evening; this evening at 11: the half of the day is the part's."""
    clock, part = (first, second) if first.kind == "clock" else (second, first)
    if clock.clock is None or clock.dated or part.latent or _yearlike(clock, clock.clock):
        return None
    settled: Clock | None = clock.clock
    if clock.clock.twelve:
        span = _meant(part, context.now)
        settled = _settle(clock.clock, span) if span else None
    if settled is None:
        return None
    time = at_clock(context, settled)
    if part.known or part.dated:
        return meet(_after_midnight(context, part, settled), time)
    return time


@lru_cache(maxsize=64)
def _meant(part: Time, moment: datetime) -> Span | None:
    """The span a part means, looked up once for all the clocks beside it."""
    return choose(part, moment)


def _yearlike(time: Time, clock: Clock) -> bool:
    """Whether it is four digits that are rather a year, such as 2014."""
    return time.latent and clock.hour >= _YEARS_FROM and clock.grain is Grain.MINUTE and not clock.twelve


# From 1900 on four digits are rather a year than an hour.
_YEARS_FROM = 19


@rule("PART after|past|from CLOCK", cost=0.1)
def rest_of_part(context: Context, part: Time, clock: Time) -> Time | None:
    """Tonight after 8: until the part is over."""
    begin = in_part(context, part, clock)
    start, whole = (choose(time, context.now) if time else None for time in (begin, part))
    if start is None or whole is None or not whole.start <= start.start < whole.end:
        return None
    return of_span(Span(start.start, whole.end, start.grain), "range")


@rule("PART from|between? RANGE", "RANGE in? the? PART", cost=-0.3)
def range_in_part(context: Context, first: Time, second: Time) -> Time | None:
    """Friday afternoon between 2 and 4."""
    part, span = (first, second) if first.kind == "part" else (second, first)
    if span.grain >= Grain.DAY or (span.dated and part.dated) or span.known:
        return None
    hours = choose(part, context.now)
    if hours is None:
        return None
    settled = replace(_in_hours(span, hours), latent=False)
    sample = choose(settled, context.now)
    close = hours.end - floor(hours.start, Grain.DAY) + _OVER
    if sample is None or sample.end - floor(sample.start, Grain.DAY) > close:
        return None
    return meet(_days(part), settled) if part.known or part.dated else settled


@rule("PART before|until|till|by CLOCK", cost=-0.2)
def beginning_of_part(context: Context, part: Time, clock: Time) -> Time | None:
    """Tonight before 9: from when it begins."""
    until = in_part(context, part, clock)
    end, whole = (choose(time, context.now) if time else None for time in (until, part))
    if end is None or whole is None or not whole.start < end.start <= whole.end:
        return None
    return of_span(Span(whole.start, end.start, end.grain), "range")


@rule("WEEKDAY|DAY|DATE|HOLIDAY am", cost=2.5)
def morning_of(context: Context, day: Time) -> Time | None:
    """Friday am."""
    del context
    return None if day.latent else meet(day, day_part(*PARTS["morning"]))


@rule("WEEKDAY|DAY|DATE|HOLIDAY pm", cost=2.5)
def afternoon_of(context: Context, day: Time) -> Time | None:
    del context
    return None if day.latent else meet(day, day_part(*PARTS["afternoon"]))


# How long after a part of the day an interval in it may end: "ten to eight in the morning" is no interval.
_OVER = timedelta(hours=3)


def _in_hours(time: Time, part: Span) -> Time:
    """A range of the clock in the half of the day that a part lies in."""

    def change(span: Span) -> Span:
        hour = span.start.hour
        if part.start.time() < span.end.time() <= part.end.time():  # "11 to 1 in the afternoon"
            return span
        half = timedelta(
            hours=12 if hour < 12 <= part.start.hour else -12 if part.end.hour <= 12 <= hour and part.end.hour else 0
        )
        return Span(span.start + half, span.end + half, span.grain)

    return replace(time, series=mapped(time.series, change), half=0) if time.half else time


def _days(part: Time) -> Time:
    """The days that the spans of a time begin on."""
    series = mapped(part.series, lambda span: Span(floor(span.start, Grain.DAY), _next_day(span.start), Grain.DAY))
    return Time(series, Grain.DAY, "day", known=part.known, weekday=part.weekday)


@rule("SHIFT at? CLOCK|PART", "at? CLOCK SHIFT", cost=-0.3)
def shifted_at(context: Context, first: Time, second: Time) -> Time | None:
    """3 days ago at noon."""
    del context
    day, time = (first, second) if first.kind == "shift" else (second, first)
    if day.stated is None or day.stated < Grain.DAY or time.dated or time.known:
        return None
    return meet(_days(day), replace(time, latent=False))


@rule("close|end of business|play", "cob|eob", "the? close of business")
def close_of_business(context: Context) -> Time:
    """When the person's working day ends."""
    end = context.hours.end
    return at_clock(context, Clock(end.hour, end.minute, 0, Grain.MINUTE if end.minute else Grain.HOUR))


@rule("first thing", "first thing in the? morning", "the? start of business|play")
def first_thing(context: Context) -> Time:
    begin = context.hours.start
    return at_clock(context, Clock(begin.hour, begin.minute, 0, Grain.MINUTE if begin.minute else Grain.HOUR))


@rule("this|same time", "at? the same time")
def same_time(context: Context) -> Time:
    """This time tomorrow."""
    return at_clock(context, Clock(context.now.hour, context.now.minute, 0, Grain.MINUTE), latent=True)


@rule("this|same time TIME", "at? the same time TIME", "TIME at? this|same time", "TIME at the same time", cost=-0.2)
def same_time_on(context: Context, day: Time) -> Time | None:
    day = _same_day(context, day) or day
    return meet(day, replace(same_time(context), latent=False)) if day.grain is Grain.DAY and not day.latent else None


@rule("the? same day CYCLE", "the? same day of CYCLE")
def same_day_of(context: Context, around: Time) -> Time | None:
    """The same day next week."""
    return _same_day(context, around)


def _same_day(context: Context, around: Time) -> Time | None:
    """Today's place in a week, by its name, or in a month or a year, by its date."""
    span = choose(around, context.now) if around.kind == "cycle" else None
    if span is None or span.grain not in {Grain.WEEK, Grain.MONTH, Grain.YEAR}:
        return None
    if span.grain is Grain.WEEK:
        return of_unit(shift(span.start, Grain.DAY, context.now.weekday()), Grain.DAY, "day")
    today = floor(context.now, Grain.DAY)
    months = (span.start.year - today.year) * 12
    months += span.start.month - today.month if span.grain is Grain.MONTH else 0
    return of_unit(shift(today, Grain.MONTH, months), Grain.DAY, "day")


def _next_day(moment: datetime) -> datetime:
    return floor(moment, Grain.DAY) + timedelta(days=1)


def _after_midnight(context: Context, part: Time, clock: Clock) -> Time:
    """The days of a part: midnight and the small hours "tonight" are tomorrow's, once today's are over."""
    days = _days(part)
    if clock.hour > _SMALL_HOURS:
        return days
    span = choose(days, context.now)
    evening = choose(part, context.now)
    if span is None or evening is None or evening.start.hour < _NIGHTFALL:
        return days
    if span.start + timedelta(hours=clock.hour, minutes=clock.minute) >= context.now:
        return days if context.now.hour <= _SMALL_HOURS and clock.hour else _tomorrow(days)
    return _tomorrow(days)


_SMALL_HOURS, _NEARLY_EVENING, _NIGHTFALL = 5, 5, 18


def _tomorrow(days: Time) -> Time:
    return replace(days, series=mapped(days.series, lambda span: Span(span.end, _next_day(span.end), Grain.DAY)))


def _settle(clock: Clock, part: Span) -> Clock | None:
    """The clock with the half of the day that lies in a part of the day; "1 at night" is after midnight."""
    for hour in (clock.hour % 12, clock.hour % 12 + 12):
        moment = part.start.replace(hour=hour, minute=clock.minute)
        if part.start <= moment < part.end:
            return replace(clock, hour=hour, twelve=False)
    # "Five in the evening" is an hour before it begins; earlier hours "tonight" are those after midnight.
    early = part.start.hour >= _NIGHTFALL and clock.hour % 12 != _NEARLY_EVENING
    return replace(clock, hour=clock.hour % 12 + (12 if part.start.hour >= 12 and not early else 0), twelve=False)
