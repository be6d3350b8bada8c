"""From the grammar's values to the meanings people get: one span chosen, put on the person's clock."""

from __future__ import annotations

from dataclasses import replace

from app.planning.phrases.clocks import aware
from app.planning.phrases.repeats import readings
from app.planning.phrases.spans import Span, shift
from app.planning.phrases.times import Context, Length, Repeat, Time, Value, choose
from app.planning.phrases.values import Ambiguous, Duration, Instant, Interval, Meaning


def settle(context: Context, value: Value) -> Meaning | None:
    """The value of a whole phrase; None for what is no time by itself."""
    if isinstance(value, Length):
        return Duration(value.parts)
    if isinstance(value, Repeat):
        return readings(context, value)
    if not isinstance(value, Time) or value.latent:
        return None
    meaning = _one(context, value)
    other = _one(context, value.alternative) if value.alternative else None
    if meaning and other and meaning != other:
        return Ambiguous((meaning, other))
    return meaning or other


def _one(context: Context, time: Time) -> Instant | Interval | None:
    span = choose(time, context.now)
    return on_clock(context, time, span) if span else None


def undecided(context: Context, value: Value, *, flipped: Value | None) -> Meaning | None:
    """The meaning of a time whose half of the day was not said, given the reading in the other half.

    The half nearer to the working hours holds, unless it is over and the other is not; when the working hours cannot
    tell, both are offered.
    """
    first = settle(context, value)
    second = settle(replace(context, flip=True), flipped) if flipped is not None else None
    if (
        not isinstance(value, Time)
        or not isinstance(first, Instant | Interval)
        or not isinstance(second, Instant | Interval)
    ):
        return first
    ahead = [meaning for meaning in (first, second) if _lies_ahead(context, meaning)]
    if len(ahead) == 1:
        return ahead[0]
    if value.half == 2 and first != second:
        return Ambiguous((first, second) if _begin(first) <= _begin(second) else (second, first))
    return first


def _lies_ahead(context: Context, meaning: Instant | Interval) -> bool:
    now, _ = aware(context.now, context.zone)
    return _begin(meaning) >= now.timestamp()


def _begin(meaning: Instant | Interval) -> float:
    if isinstance(meaning, Instant):
        return meaning.start.timestamp()
    bound = meaning.start or meaning.end
    return bound.timestamp() if bound else 0.0


def on_clock(context: Context, time: Time, span: Span) -> Instant | Interval:
    """A span as the person reads it."""
    start, moved = aware(span.start, context.zone)
    if time.side == "after":
        return Interval(start, None, span.grain, moved)
    if time.side == "before":
        return Interval(None, start, span.grain, moved)
    if time.kind not in {"range", "end", "close"} and is_unit(span):
        stated = time.stated if time.stated is not None else span.grain
        return Instant(start, span.grain, stated, moved, time.holiday)
    end, end_moved = aware(span.end, context.zone)
    return Interval(start, max(start, end), span.grain, moved or end_moved)


def is_unit(span: Span) -> bool:
    """Whether a span is exactly one unit of its grain: an instant said so precisely."""
    return shift(span.start, span.grain, 1) == span.end
