"""From the grammar's times to the values people get: one span chosen, put on the person's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.planning.phrases.spans import Span, shift
from app.planning.phrases.times import Context, Length, Repeat, Time, Value, choose
from app.planning.phrases.values import Duration, Instant, Interval, Recurrence


def aware(wall: datetime, zone: str) -> tuple[datetime, bool]:
    """A wall time in a zone: one that the clocks skip is moved forward by the gap (True), a repeated one is the first."""
    local = wall.replace(tzinfo=ZoneInfo(zone))
    back = local.astimezone(UTC).astimezone(ZoneInfo(zone))
    if back.replace(tzinfo=None, fold=0) != wall.replace(fold=0):
        return back, True
    return local, False


def settle(context: Context, value: Value) -> Instant | Interval | Duration | Recurrence | None:
    """The value of a whole phrase; None for what is no time by itself."""
    if isinstance(value, Length):
        return Duration(value.parts)
    if isinstance(value, Repeat):
        return None
    if not isinstance(value, Time) or value.latent:
        return None
    span = choose(value, context.now)
    return on_clock(context, value, span) if span else None


def on_clock(context: Context, time: Time, span: Span) -> Instant | Interval:
    """A span as the person reads it."""
    start, moved = aware(span.start, context.zone)
    if time.side == "after":
        return Interval(start, None, span.grain, moved)
    if time.side == "before":
        return Interval(None, start, span.grain, moved)
    if time.kind != "range" and is_unit(span):
        stated = time.stated if time.stated is not None else span.grain
        return Instant(start, span.grain, stated, moved, time.holiday)
    end, end_moved = aware(span.end, context.zone)
    return Interval(start, max(start, end), span.grain, moved or end_moved)


def is_unit(span: Span) -> bool:
    """Whether a span is exactly one unit of its grain: an instant said so precisely."""
    return shift(span.start, span.grain, 1) == span.end
