"""Rules for the time of day: half past three, a quarter to noon, fifteen hundred hours, around six."""

from __future__ import annotations

from dataclasses import replace

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.times import Clock, Context, Length, Number, Time, at_clock
from app.planning.phrases.values import Grain

rule = GRAMMAR.rule


@rule("NUMBER", cost=1.0)
def bare_hour(context: Context, number: Number) -> Time | None:
    hour = number.whole
    if hour is None or not 0 <= hour <= 23 or number.written > 2:
        return None
    padded = number.written == 2 and hour < 10
    return at_clock(context, Clock(hour, twelve=1 <= hour <= 12 and not padded), latent=True)


@rule(
    "at|@|around|about CLOCK",
    "at about|around CLOCK",
    "at? sometime|anytime around|about CLOCK",
    "approximately|circa|exactly CLOCK",
    "CLOCK sharp|exactly|ish",
    "CLOCK - ish",
    "CLOCK on the dot",
)
def at(context: Context, clock: Time) -> Time:
    del context
    return replace(clock, latent=False)


@rule("CLOCK oclock", "at CLOCK oclock")
def oclock(context: Context, clock: Time) -> Time | None:
    del context
    return replace(clock, latent=False) if clock.grain is Grain.HOUR else None


@rule("NUMBER -? NUMBER", cost=1.0)
def hour_minute(context: Context, hour: Number, minute: Number) -> Time | None:
    """Three twenty."""
    first, second = hour.whole, minute.whole
    if first is None or second is None or hour.written or minute.written:
        return None
    if not 1 <= first <= 12 or not 10 <= second <= 59:
        return None
    # "Ten thirty" is a time by itself, "ten twenty" only beside a day.
    return at_clock(context, Clock(first, second, 0, Grain.MINUTE, twelve=True), latent=second % 15 != 0)


@rule("NUMBER NUMBER am", cost=-0.5)
def spaced_morning(context: Context, hour: Number, minute: Number) -> Time | None:
    """11 45 am."""
    return _spaced(context, hour, minute, 0)


@rule("NUMBER NUMBER pm", cost=-0.5)
def spaced_evening(context: Context, hour: Number, minute: Number) -> Time | None:
    return _spaced(context, hour, minute, 12)


def _spaced(context: Context, hour: Number, minute: Number, half: int) -> Time | None:
    first, second = hour.whole, minute.whole
    if first is None or second is None or not hour.written or minute.written != 2:
        return None
    if not 1 <= first <= 12 or second > 59:
        return None
    return at_clock(context, Clock(first % 12 + half, second, 0, Grain.MINUTE))


@rule("NUMBER oh|o NUMBER")
def hour_oh_minute(context: Context, hour: Number, minute: Number) -> Time | None:
    """Three oh five."""
    first, second = hour.whole, minute.whole
    if first is None or second is None or hour.written or minute.written:
        return None
    if not 1 <= first <= 12 or not 1 <= second <= 9:
        return None
    return at_clock(context, Clock(first, second, 0, Grain.MINUTE, twelve=True))


@rule("NUMBER hours|hrs", "NUMBER NUMBER hours|hrs", cost=-0.5)
def as_soldiers_say(context: Context, first: Number, second: Number | None = None) -> Time | None:
    """Fifteen hundred hours, fifteen thirty hours."""
    if first.whole is None or first.written or (second and (second.written or second.whole is None)):
        return None
    hour, minute = (first.whole, second.whole) if second and second.whole else divmod(first.whole, 100)
    # "Nine hundred hours" is a length, as "two thousand hours" is: no hour of the day is said so.
    said = 10 <= hour <= 23 and (second is not None or hour % 10 != 0)
    return at_clock(context, Clock(hour, minute, 0, Grain.MINUTE)) if said and minute < 60 else None


@rule("CLOCK am", "CLOCK in? the? morning")
def in_the_morning(context: Context, clock: Time) -> Time | None:
    return _halved(context, clock, 0)


@rule("CLOCK pm")
def after_noon(context: Context, clock: Time) -> Time | None:
    return _halved(context, clock, 12)


def _halved(context: Context, time: Time, half: int) -> Time | None:
    clock = time.clock
    if clock is None or not clock.twelve or time.dated or time.known:
        return None
    return at_clock(context, replace(clock, hour=clock.hour % 12 + half, twelve=False))


def _past(context: Context, time: Time, minutes: int) -> Time | None:
    clock = time.clock
    if clock is None or clock.grain is not Grain.HOUR or time.dated or time.known:
        return None
    total = (clock.hour * 60 + minutes) % (24 * 60)
    hour = total // 60
    if clock.twelve:
        hour = (hour - 1) % 12 + 1
    return at_clock(context, Clock(hour, total % 60, 0, Grain.MINUTE, twelve=clock.twelve))


@rule("half -? past|after CLOCK")
def half_past(context: Context, clock: Time) -> Time | None:
    return _past(context, clock, 30)


@rule("half CLOCK", cost=1.0)
def half(context: Context, clock: Time) -> Time | None:
    """Half three, as the British say: 3:30."""
    return _past(context, clock, 30)


@rule("a? quarter -? past|after CLOCK")
def quarter_past(context: Context, clock: Time) -> Time | None:
    return _past(context, clock, 15)


@rule("a? quarter -? to|till|before|of|til CLOCK")
def quarter_to(context: Context, clock: Time) -> Time | None:
    return _past(context, clock, -15)


# The minutes people say "to" with; "5 to 7" in digits is an interval.
_SPOKEN_MINUTES = {5, 10, 20, 25}


@rule("NUMBER past|after CLOCK")
def minutes_past(context: Context, minutes: Number, clock: Time) -> Time | None:
    return _past(context, clock, minutes.whole) if minutes.whole and minutes.whole < 60 else None


@rule("NUMBER to|till|til CLOCK", cost=0.2)
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


@rule("CLOCK noon", cost=-1.0)
def twelve_noon(context: Context, clock: Time) -> Time | None:
    """12:00 noon: the word says which half of the day it is."""
    return _halved(context, clock, 12) if clock.clock and clock.clock.hour == 12 else None


@rule("CLOCK midnight", cost=-1.0)
def twelve_midnight(context: Context, clock: Time) -> Time | None:
    return _halved(context, clock, 0) if clock.clock and clock.clock.hour == 12 else None
