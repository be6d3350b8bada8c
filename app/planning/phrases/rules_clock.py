"""Rules for the time of day: half past three, a quarter to noon, 8 in the evening, 4pm CET."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.spans import Span, floor, mapped
from app.planning.phrases.times import Clock, Context, Length, Number, Time, at_clock, choose, meet
from app.planning.phrases.values import Grain
from app.planning.phrases.words import PLACES, ZONES

rule = GRAMMAR.rule


@rule("NUMBER", cost=1.0)
def bare_hour(context: Context, number: Number) -> Time | None:
    hour = number.whole
    if hour is None or not 0 <= hour <= 23 or number.written > 2:
        return None
    padded = number.written == 2 and hour < 10
    return at_clock(context, Clock(hour, twelve=1 <= hour <= 12 and not padded), latent=True)


@rule(
    "at|@|around|about CLOCK", "at about|around CLOCK", "approximately|circa|exactly CLOCK", "CLOCK sharp|exactly|ish"
)
def at(context: Context, clock: Time) -> Time:
    del context
    return replace(clock, latent=False)


@rule("CLOCK oclock", "at CLOCK oclock")
def oclock(context: Context, clock: Time) -> Time | None:
    del context
    return replace(clock, latent=False) if clock.grain is Grain.HOUR else None


@rule("NUMBER NUMBER", cost=1.0)
def hour_minute(context: Context, hour: Number, minute: Number) -> Time | None:
    """Three twenty."""
    first, second = hour.whole, minute.whole
    if first is None or second is None or hour.written or minute.written:
        return None
    if not 1 <= first <= 12 or not 10 <= second <= 59:
        return None
    # "Ten thirty" is a time by itself, "ten twenty" only beside a day.
    return at_clock(context, Clock(first, second, 0, Grain.MINUTE, twelve=True), latent=second % 15 != 0)


@rule("CLOCK am", "CLOCK in? the? morning")
def in_the_morning(context: Context, clock: Time) -> Time | None:
    return _halved(context, clock, 0)


@rule("CLOCK pm")
def after_noon(context: Context, clock: Time) -> Time | None:
    return _halved(context, clock, 12)


def _halved(context: Context, time: Time, half: int) -> Time | None:
    clock = time.clock
    if clock is None or not clock.twelve:
        return None
    return at_clock(context, replace(clock, hour=clock.hour % 12 + half, twelve=False))


def _past(context: Context, time: Time, minutes: int) -> Time | None:
    clock = time.clock
    if clock is None or clock.grain is not Grain.HOUR:
        return None
    total = (clock.hour * 60 + minutes) % (24 * 60)
    hour = total // 60
    if clock.twelve:
        hour = (hour - 1) % 12 + 1
    return at_clock(context, Clock(hour, total % 60, 0, Grain.MINUTE, twelve=clock.twelve))


@rule("half past|after CLOCK")
def half_past(context: Context, clock: Time) -> Time | None:
    return _past(context, clock, 30)


@rule("half CLOCK", cost=1.0)
def half(context: Context, clock: Time) -> Time | None:
    """Half three, as the British say: 3:30."""
    return _past(context, clock, 30)


@rule("a? quarter past|after CLOCK")
def quarter_past(context: Context, clock: Time) -> Time | None:
    return _past(context, clock, 15)


@rule("a? quarter to|till|before|of|til CLOCK")
def quarter_to(context: Context, clock: Time) -> Time | None:
    return _past(context, clock, -15)


# The minutes people say "to" with; "5 to 7" in digits is an interval.
_SPOKEN_MINUTES = {5, 10, 20, 25}


@rule("NUMBER past CLOCK")
def minutes_past(context: Context, minutes: Number, clock: Time) -> Time | None:
    return _past(context, clock, minutes.whole) if minutes.whole and minutes.whole < 60 else None


@rule("NUMBER to|till|til CLOCK", cost=0.5)
def minutes_to(context: Context, minutes: Number, clock: Time) -> Time | None:
    if minutes.whole in _SPOKEN_MINUTES and not minutes.written:
        return _past(context, clock, -minutes.whole)
    return None


@rule("LENGTH past|after CLOCK", cost=-0.5)
def length_past(context: Context, length: Length, clock: Time) -> Time | None:
    minutes = _minutes(length)
    return _past(context, clock, minutes) if minutes else None


@rule("LENGTH to|till|til|before CLOCK", cost=-0.5)
def length_to(context: Context, length: Length, clock: Time) -> Time | None:
    minutes = _minutes(length)
    return _past(context, clock, -minutes) if minutes else None


def _minutes(length: Length) -> int | None:
    """The minutes of a length shorter than an hour that is said in minutes."""
    if len(length.parts) != 1 or length.parts[0][1] is not Grain.MINUTE or length.parts[0][0] >= 60:
        return None
    return int(length.parts[0][0])


@rule("CLOCK in|during? the|this? PART", "CLOCK at? PART", "PART at|around|@? CLOCK", "the PART at CLOCK", cost=-0.5)
def in_part(context: Context, first: Time, second: Time) -> Time | None:
    """8 in the evening; this evening at 11: the half of the day is the part's."""
    clock, part = (first, second) if first.kind == "clock" else (second, first)
    if clock.clock is None or clock.dated:
        return None
    span = choose(part, context.now)
    settled = _settle(clock.clock, span) if span else None
    if settled is None:
        return None
    time = at_clock(context, settled)
    if part.known or part.dated:
        days = mapped(part.series, lambda span: Span(floor(span.start, Grain.DAY), _next_day(span.start), Grain.DAY))
        return meet(Time(days, Grain.DAY, "day", known=part.known), time)
    return time


def _next_day(moment: datetime) -> datetime:
    return floor(moment, Grain.DAY) + timedelta(days=1)


def _settle(clock: Clock, part: Span) -> Clock | None:
    """The clock with the half of the day that lies in a part of the day; "1 at night" is after midnight."""
    if not clock.twelve:
        return clock
    for hour in (clock.hour % 12, clock.hour % 12 + 12):
        moment = part.start.replace(hour=hour, minute=clock.minute)
        if part.start <= moment < part.end:
            return replace(clock, hour=hour, twelve=False)
    return replace(clock, hour=clock.hour % 12 + (12 if 12 <= part.start.hour < 18 else 0), twelve=False)


def _zone(word: str) -> tzinfo:
    return ZoneInfo(PLACES[word]) if word in PLACES else timezone(timedelta(hours=ZONES[word]))


def _in_zone(word: str) -> None:
    @rule(f"CLOCK {word}", f"RANGE {word}", f"CLOCK {word} time", f"CLOCK in {word}")
    def zoned(context: Context, time: Time) -> Time:
        """4pm CET, told on the person's own clock."""
        theirs, ours = _zone(word), ZoneInfo(context.zone)

        def local(moment: datetime) -> datetime:
            return moment.replace(tzinfo=theirs).astimezone(UTC).astimezone(ours).replace(tzinfo=None)

        clock = replace(time.clock, twelve=False) if time.clock else None
        series = mapped(time.series, lambda span: Span(local(span.start), local(span.end), span.grain))
        return replace(time, series=series, clock=clock, latent=False, kind="zoned")


for _word in (*ZONES, *PLACES):
    _in_zone(_word)
