"""Rules for intervals: 13 to 15 July, between 9:30 and 11, from 4pm for half an hour, before noon, after Friday."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.rules_clock import bare_hour
from app.planning.phrases.rules_shift import travel
from app.planning.phrases.spans import Span, fixed, floor, mapped, unit
from app.planning.phrases.times import Context, Length, Number, Ordinal, Time, at_clock, choose, meet, of_span
from app.planning.phrases.values import Grain
from app.planning.phrases.years import date_time, month_day_time

rule = GRAMMAR.rule
_CLOCKS = {"clock", "zoned"}
_PARTS_OF_DAY = {"part", "range"}
_DAY, _MOMENT = timedelta(days=1), timedelta(seconds=1)
_DAYS = "WEEKDAY|DAY|DATE|HOLIDAY"


def last_moment(span: Span, kind: str) -> Span:
    """Where an interval up to a span ends: after the day it names, but at the minute it names."""
    return replace(span, start=span.end) if span.grain >= Grain.DAY or kind in _PARTS_OF_DAY else span


def span_range(first: Time, second: Time) -> Time:
    """From each first to the next second."""

    def close(span: Span) -> Span | None:
        for end in second.series(span.start, False):
            if end.start < span.start:
                return None
            last = last_moment(end, second.kind).start
            if last > span.start:
                return Span(span.start, last, min(span.grain, end.grain))
        return None

    return Time(
        mapped(first.series, close),
        min(first.grain, second.grain),
        "range",
        known=first.known,
        later=first.later or (first.dated and not first.known),
        half=max(first.half, second.half),
        dated=first.dated,
        latent=first.latent and second.latent,
    )


@rule(
    "from TIME to|till|until|til|through|thru|- TIME",
    "between TIME and|to|- TIME",
    "TIME to|till|until|til|through|thru|- TIME",
    "after|since TIME and|but? before|until|till TIME",
    "later than TIME but|and before TIME",
    "starting|beginning? from? TIME and? ending|until TIME",
    cost=0.4,
)
def ranged(context: Context, first: Time, second: Time) -> Time | None:
    if first.side or second.side or not _pair(first, second):
        return None
    first, second = _same_half(context, first, second)
    if not second.known or first.known or first.kind in _CLOCKS:
        return span_range(first, second)
    end = choose(second, context.now)
    start = next(iter(first.series(end.start, True)), None) if end else None
    if end is None or start is None:
        return None
    return of_span(Span(start.start, last_moment(end, second.kind).start, min(start.grain, end.grain)), "range")


def _pair(first: Time, second: Time) -> bool:
    """Whether two times can be the ends of one interval: two clocks, or two days, not one of each."""
    if _of_hours(first) or _of_hours(second) or "open" in {first.kind, second.kind}:
        return False
    if "range" in {first.kind, second.kind}:  # from mid November to early December
        return first.grain == second.grain and not (first.full or second.full)
    if first.kind in {"now", "shift", "end", "close"} or second.kind in {"now", "shift", "end", "close"}:
        return not (first.latent or second.latent)
    bare = [time.kind in _CLOCKS | {"part"} and not time.dated and not time.known for time in (first, second)]
    if bare[0] != bare[1]:
        return bare[1] and first.kind in _CLOCKS | {"part"}
    if first.latent != second.latent and first.kind in _CLOCKS:
        return True
    return not (first.latent and second.latent) or all(time.kind == "clock" for time in (first, second))


def _same_half(context: Context, first: Time, second: Time) -> tuple[Time, Time]:
    """2:00 - 2:30 pm, 10 to 2, 5 to 7: one end tells the other's half of the day."""
    start, end = first.clock, second.clock
    if end and end.twelve and first.kind == "now" and not second.dated:
        over = (end.hour % 12, end.minute) <= (context.now.hour % 12, context.now.minute)
        shown = end.hour % 12 + (12 if (context.now.hour >= 12) != over else 0)
        return first, at_clock(context, replace(end, hour=shown, twelve=False))
    if not start or not end or not (start.twelve or end.twelve):
        return first, second
    if start.twelve and not end.twelve:
        for hour in (start.hour % 12 + 12, start.hour % 12):
            if (hour, start.minute) < (end.hour, end.minute) and not first.dated:
                return at_clock(context, replace(start, hour=hour, twelve=False)), second
        return first, second
    if second.dated:
        return first, second
    begin = context.half_day(start)
    later = end.hour % 12 + (0 if (end.hour % 12, end.minute) > (begin.hour, begin.minute) else 12)
    if (later, end.minute) <= (begin.hour, begin.minute):
        later = end.hour % 12
    return first, at_clock(context, replace(end, hour=later, twelve=False), latent=second.latent)


@rule("at|from RANGE", "between NUMBER and NUMBER", "from NUMBER to|till|until|through|- NUMBER", cost=0.2)
def marked_range(context: Context, *ends: Time | Number) -> Time | None:
    """From 9 to 11: the word says that hours are meant."""
    if isinstance(ends[0], Time):
        return replace(ends[0], latent=False) if ends[0].grain < Grain.DAY else None
    found = hours(context, *ends)  # type: ignore[arg-type]
    return replace(found, latent=False) if found else None


@rule("NUMBER - NUMBER", "NUMBER to|till|until NUMBER", cost=0.5)
def hours(context: Context, first: Number, last: Number) -> Time | None:
    """12-4: hours, if a day stands beside them."""
    begin, end = first.whole, last.whole
    if begin is None or end is None or not 1 <= begin <= 24 or not 1 <= end <= 24 or begin == end:
        return None
    start, stop = bare_hour(context, first), bare_hour(context, last)
    if start is None or stop is None:
        return None
    return replace(span_range(*_same_half(context, start, stop)), latent=True)


@rule(f"{_DAYS} RANGE", f"{_DAYS} from|between RANGE", f"RANGE on? {_DAYS}", cost=-2.5)
def day_hours(context: Context, first: Time, second: Time) -> Time | None:
    """Monday 12-4."""
    del context
    day, span = (second, first) if first.kind == "range" else (first, second)
    return meet(day, span) if span.grain < Grain.DAY and not span.dated and not span.known else None


@rule(
    "from? the? NUMBER|ORDINAL to|till|until|through|thru|- the? NUMBER|ORDINAL of? MONTH",
    "between the? NUMBER|ORDINAL and the? NUMBER|ORDINAL of? MONTH",
    cost=-1.5,
)
def days_month(context: Context, first: Number | Ordinal, last: Number | Ordinal, month: Time) -> Time | None:
    """From 13 to 15 July."""
    del context
    start, end = date_time(month.number, int(first.value)), date_time(month.number, int(last.value))
    if start is None or end is None or month.known or first.value >= last.value:
        return None
    return replace(span_range(start, end), full=True)


@rule(
    "from? MONTH the? NUMBER|ORDINAL to|till|until|through|thru|- the? NUMBER|ORDINAL",
    "between MONTH the? NUMBER|ORDINAL and the? NUMBER|ORDINAL",
    cost=-1.5,
)
def month_days(context: Context, month: Time, first: Number | Ordinal, last: Number | Ordinal) -> Time | None:
    """July 13 to 15."""
    return days_month(context, first, last, month)


@rule(
    "from? the? NUMBER|ORDINAL to|until|through|- the? NUMBER|ORDINAL of|in? TIME",
    "between the? NUMBER|ORDINAL and the? NUMBER|ORDINAL of|in? TIME",
    cost=-0.5,
)
def days_of_known(context: Context, first: Number | Ordinal, last: Number | Ordinal, month: Time) -> Time | None:
    """From 4-23 in next month."""
    span = choose(month, context.now) if month.grain is Grain.MONTH and month.kind == "cycle" else None
    if span is None or not 0 < first.value < last.value <= 31:
        return None
    start, end = (unit(span.start, Grain.DAY, int(day.value) - 1) for day in (first, last))
    return of_span(Span(start.start, min(end.end, span.end), Grain.DAY), "range") if start.start < span.end else None


@rule("from NUMBER for LENGTH", cost=0.2)
def hour_lasting(context: Context, hour: Number, length: Length) -> Time | None:
    """From 9 for 2.5 hours."""
    clock = bare_hour(context, hour)
    return _lasting(context, replace(clock, latent=False), length) if clock and length.finest < Grain.DAY else None


@rule(
    "from MONTHDAY|WEEKDAY to|till|until|through|- ORDINAL",
    "between MONTHDAY and ORDINAL",
    "ORDINAL to|through|- ORDINAL",
)
def ordinals(context: Context, first: Time | Ordinal, last: Ordinal) -> Time | None:
    """From the 4th to the 8th, of this month or the next."""
    start = month_day_time(first.value) if isinstance(first, Ordinal) else first
    end = month_day_time(last.value)
    return ranged(context, start, end) if start and end else None


@rule(
    "from TIME for LENGTH",
    "for LENGTH from|starting|beginning|at|on TIME",
    "TIME for LENGTH",
    "LENGTH starting|beginning TIME",
    "for LENGTH TIME",
    "LENGTH long? starting|beginning at|on|from TIME",
    "starting|beginning at|on|from? TIME for LENGTH",
    cost=0.6,
)
def lasting(context: Context, first: Time | Length, second: Time | Length) -> Time | None:
    """From 18th Dec for 10 days."""
    time, length = (first, second) if isinstance(first, Time) else (second, first)
    if not isinstance(time, Time) or not isinstance(length, Length) or time.side or time.latent:
        return None
    # Two hours on Friday, or this afternoon: nobody said when they begin.
    unplaced = length.finest < Grain.DAY and (time.grain >= Grain.DAY or time.kind == "part")
    return None if unplaced else _lasting(context, time, length)


@rule("LENGTH at|on TIME", cost=0.6)
def lasting_at(context: Context, length: Length, time: Time) -> Time | None:
    """45 minutes on Friday at 9:30."""
    return lasting(context, length, time) if time.kind == "clock" and length.finest < Grain.DAY else None


def _lasting(context: Context, time: Time, length: Length) -> Time:
    grain = min(time.grain, length.finest)

    def extend(span: Span) -> Span:
        return Span(span.start, travel(context, span.start, length.parts), min(span.grain, length.finest))

    return replace(time, series=mapped(time.series, extend), grain=grain, kind="range", clock=None)


@rule(
    "by TIME",
    "no|not later than TIME",
    "by TIME at the? latest",
    "TIME at the? latest",
    "at the? latest by|on? TIME",
    cost=0.6,
)
def by(context: Context, time: Time) -> Time | None:
    """From now until it begins, or until the end of a part: by Friday, by 2pm, by the end of the month."""
    span = None if time.side or _weak(time) else choose(time, context.now)
    now = floor(context.now, Grain.SECOND)
    if span is None or span.end <= now:
        return None
    named = time.kind in {"part", "end", "close", "range"}
    return of_span(Span(now, max(span.end if named else span.start, now), Grain.SECOND), "range")


def _weak(time: Time) -> bool:
    """Latent, and no hour either, which "after" and "by" need no more words for."""
    return time.latent and time.kind != "clock"


def _of_hours(time: Time) -> bool:
    """From an hour to another; the middle of a month has a before and an after, as a day has."""
    return time.kind == "range" and time.grain < Grain.DAY


def _open(context: Context, time: Time, side: str, *, beyond: bool) -> Time | None:
    """Everything on one side of a time; beyond counts from its end."""
    if time.side or _weak(time) or _of_hours(time):
        return None
    if beyond:
        span = choose(time, context.now)
        if span is None:
            return None
        time = replace(time, series=fixed(Span(span.end, span.end + _DAY, span.grain)), known=True, later=False)
    return replace(time, side=side, kind="open", clock=None, latent=False)


@rule(
    "anytime|sometime since TIME",
    "on or after TIME",
    "not before TIME",
    "no|not earlier|sooner than TIME",
    "from TIME on|onward|onwards|forward",
    "TIME onward|onwards",
    "starting|beginning from|on|at? TIME",
    "as of|from TIME",
    "effective from? TIME",
    "with effect from TIME",
    "TIME at the? earliest",
    "TIME or later",
    "> = TIME",
    "from TIME",
    cost=0.8,
)
def open_from(context: Context, time: Time) -> Time | None:
    """From May 3 on."""
    return _open(context, time, "after", beyond=False)


@rule("after|past|beyond TIME", "anytime|sometime after TIME", "later than TIME", cost=0.8)
def open_after(context: Context, time: Time) -> Time | None:
    """After Friday begins on Saturday, after 3pm at three."""
    return _open(
        context, time, "after", beyond=time.kind != "shift" and (time.grain >= Grain.DAY or time.kind == "part")
    )


@rule("since TIME", "ever since TIME", cost=0.6)
def since(context: Context, time: Time) -> Time | None:
    """Since Monday: the last one."""
    if time.side or _weak(time) or _of_hours(time):
        return None
    span = None if time.known else next(iter(time.series(context.now, True)), None)
    return (
        replace(of_span(span, time.kind), side="after", kind="open", clock=None)
        if span
        else replace(time, side="after", kind="open", clock=None, latent=False)
    )


@rule("> TIME", "after the? end of TIME", cost=0.5)
def open_beyond(context: Context, time: Time) -> Time | None:
    """After all of it."""
    return _open(context, time, "after", beyond=True)


@rule(
    "before|until|till|til TIME",
    "up to|until TIME",
    "prior to TIME",
    "anytime|sometime before|until TIME",
    "earlier|sooner than TIME",
    "< TIME",
    cost=0.8,
)
def open_before(context: Context, time: Time) -> Time | None:
    del context
    if time.side or _weak(time) or _of_hours(time):
        return None
    if time.kind in {"end", "close"}:
        time = replace(
            time, series=mapped(time.series, lambda span: replace(span, start=span.end, end=span.end + _MOMENT))
        )
    return replace(time, side="before", kind="open", clock=None, latent=False)


@rule("before|until|till CLOCK on? WEEKDAY|DAY|DATE", cost=0.3)
def open_before_hour(context: Context, clock: Time, day: Time) -> Time | None:
    """Before 9 tomorrow."""
    found = _hour_of(clock, day)
    return open_before(context, found) if found else None


@rule("after CLOCK on? WEEKDAY|DAY|DATE", "anytime|sometime after CLOCK on? WEEKDAY|DAY|DATE", cost=0.3)
def open_after_hour(context: Context, clock: Time, day: Time) -> Time | None:
    found = _hour_of(clock, day)
    return open_after(context, found) if found else None


def _hour_of(clock: Time, day: Time) -> Time | None:
    """An hour, said without am or pm or the word at, of a day."""
    return meet(day, replace(clock, latent=False)) if clock.latent and not day.latent and not day.side else None


@rule("< = TIME", "on or before TIME", "not|never after TIME", "through TIME", "through the? end of TIME", cost=0.5)
def open_through(context: Context, time: Time) -> Time | None:
    """Up to and including it."""
    del context
    if time.side or time.latent:
        return None
    return replace(
        time,
        series=mapped(time.series, lambda span: replace(span, start=span.end, end=span.end + _MOMENT)),
        side="before",
        kind="open",
        clock=None,
    )
