"""Rules for parts of a time: the end of the month, early in the week, the rest of the year, the first week of May."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.rules_shift import travel
from app.planning.phrases.spans import Span, floor, mapped, nth, shift, unit
from app.planning.phrases.times import Context, Length, Ordinal, Time, Unit, choose, of_span
from app.planning.phrases.values import Grain

rule = GRAMMAR.rule
# Begin, middle and end of a unit, as offsets from its start in a finer unit (None: to its end); as in Duckling.
_CUTS: dict[Grain, tuple[Grain, dict[str, tuple[int, int | None]]]] = {
    Grain.DAY: (Grain.HOUR, {"begin": (0, 12), "middle": (10, 15), "end": (17, None)}),
    Grain.WEEK: (Grain.DAY, {"begin": (0, 3), "middle": (2, 4), "end": (4, None)}),
    Grain.MONTH: (Grain.DAY, {"begin": (0, 10), "middle": (10, 20), "end": (20, None)}),
    Grain.QUARTER: (Grain.MONTH, {"begin": (0, 1), "middle": (1, 2), "end": (2, None)}),
    Grain.YEAR: (Grain.MONTH, {"begin": (0, 3), "middle": (4, 8), "end": (8, None)}),
}


def _cut(time: Time, where: str) -> Time | None:
    """A part of every span of a time."""
    if time.side or time.latent or time.kind in {"clock", "now", "open", "end", "close"}:
        return None

    def change(span: Span) -> Span | None:
        if span.grain not in _CUTS or shift(span.start, span.grain, 1) != span.end:
            return _third(span, where)
        finer, cuts = _CUTS[span.grain]
        first, last = cuts[where]
        end = span.end if last is None else shift(span.start, finer, last)
        return Span(shift(span.start, finer, first), end, finer)

    grain = _CUTS[time.grain][0] if time.grain in _CUTS else time.grain
    return replace(
        time, series=mapped(time.series, change), grain=grain, kind="end" if where == "end" else "range", later=False
    )


def _third(span: Span, where: str) -> Span:
    """Three hours at either end of a part of the day; a third of what is longer, in whole years or days."""
    if span.grain is Grain.YEAR:
        years = (span.end.year - span.start.year) // 3
        early, late = shift(span.start, Grain.YEAR, years), shift(span.end, Grain.YEAR, -years)
        begin, end = {"begin": (span.start, early), "middle": (early, late), "end": (late, span.end)}[where]
        return Span(begin, end, span.grain)
    length = (span.end - span.start) / 3
    piece = min(length * 1.5, timedelta(hours=3)) if span.grain < Grain.DAY else timedelta(days=round(length.days))
    if where == "begin":
        return Span(span.start, span.start + piece, span.grain)
    if where == "end":
        return Span(span.end - piece, span.end, span.grain)
    return Span(span.start + piece, span.end - piece, span.grain)


@rule(
    "at? the? beginning|start of TIME",
    "TIME beginning|start",
    "at the? beginning|start of the TIME",
    cost=0.2,
)
def beginning(context: Context, time: Time) -> Time | None:
    del context
    return _cut(time, "begin")


@rule("early in the new year")
def early_next_year(context: Context) -> Time | None:
    return _cut(of_span(unit(context.now, Grain.YEAR, 1)), "begin")


@rule("early -|in? TIME", "early in the TIME", cost=0.2)
def early(context: Context, time: Time) -> Time | None:
    return None if time.kind in {"part", "holiday"} else beginning(context, time)


@rule("in|around? the? middle of TIME", "mid|middle -? TIME", "mid|middle of? TIME", cost=0.2)
def middle(context: Context, time: Time) -> Time | None:
    del context
    return None if time.kind == "part" else _cut(time, "middle")


@rule(
    "at|towards|around|near? the? end|ending of TIME",
    "TIME end",
    "late in? TIME",
    "late in the TIME",
    "late - TIME",
    cost=0.2,
)
def ending(context: Context, time: Time) -> Time | None:
    del context
    return _cut(time, "end")


@rule("in|during|at RANGE|END", "in|during the RANGE|END", cost=0.1)
def in_stretch(context: Context, time: Time) -> Time | None:
    """In early March, during the second half of May."""
    del context
    return time if time.grain >= Grain.DAY and not time.latent and not time.side else None


@rule("at|by? the? beginning|start of UNIT", "the beginning|start of the UNIT", cost=-0.2)
def unit_beginning(context: Context, size: Unit) -> Time | None:
    return _cut(of_span(unit(context.now, size.grain)), "begin")


@rule("at|in? the? middle of UNIT", "mid -? UNIT", cost=-0.2)
def unit_middle(context: Context, size: Unit) -> Time | None:
    return _cut(of_span(unit(context.now, size.grain)), "middle")


@rule("at? the? end of UNIT", "UNIT -? end", "the UNIT -? end", "the CLOSE", "at the? CLOSE", cost=-0.2)
def unit_ending(context: Context, size: Unit | Time) -> Time | None:
    if isinstance(size, Time):
        return size
    return replace(found, kind="end") if (found := _cut(of_span(unit(context.now, size.grain)), "end")) else None


@rule("TIME CLOSE", "CLOSE on? TIME", "at? end of the? day on? TIME", "TIME at? end of the? day", cost=-0.2)
def day_end(context: Context, first: Time, second: Time | None = None) -> Time | None:
    """Tomorrow EOD, EOD Friday."""
    del context
    time = second if second and first.kind == "close" else first
    return _cut(time, "end") if time.grain is Grain.DAY else None


@rule("early PART", "early in the? PART", cost=-0.6)
def early_part(context: Context, part: Time) -> Time | None:
    """Early tomorrow morning: the early hours of the part."""
    del context
    return _hours(part, _EARLY, "begin")


@rule("mid|middle -? PART", "in? the? middle of the? PART", cost=-0.6)
def mid_part(context: Context, part: Time) -> Time | None:
    del context
    return _hours(part, _MID, "middle")


# The early hours of a morning, an afternoon and an evening, and those in the middle, by the hour they begin at.
_EARLY = {0: (0, 9), 12: (12, 16), 18: (18, 21)}
_MID = {0: (9, 11), 12: (14, 16), 18: (20, 22)}


def _hours(part: Time, table: dict[int, tuple[int, int]], where: str) -> Time | None:
    """Some of the hours of a part of the day."""
    if part.side or part.latent:
        return None

    def change(span: Span) -> Span:
        if span.start.hour not in table or span.end - span.start < timedelta(hours=6):
            return _third(span, where)
        first, last = (timedelta(hours=hour - span.start.hour) for hour in table[span.start.hour])
        return Span(span.start + first, span.start + last, span.grain)

    return replace(part, series=mapped(part.series, change))


@rule("later|late PART", cost=-0.6)
def later_part(context: Context, part: Time) -> Time | None:
    """Later tonight: what is left of it, and not less than its last hours."""
    span = choose(part, context.now) if part.known else None
    if span is None or not span.start <= context.now < span.end:
        return _cut(part, "end")
    return of_span(Span(floor(context.now, Grain.MINUTE), span.end, span.grain), "range")


@rule("earlier PART", cost=-0.6)
def earlier_part(context: Context, part: Time) -> Time | None:
    """Earlier this morning: from its start until now."""
    span = choose(part, context.now) if part.known else None
    if span is None or span.start >= context.now:
        return None
    return of_span(Span(span.start, min(floor(context.now, Grain.MINUTE), span.end), span.grain), "range")


@rule(
    "at? sometime|anytime TIME",
    "at? any|some|one time|day|point|stage in|on|during? TIME",
    "in|during|over the course of TIME",
    "sometime in|on|during TIME",
    "all day TIME",
    "TIME all day",
    cost=0.2,
)
def sometime(context: Context, time: Time) -> Time | None:
    del context
    return None if time.latent or time.side or time.kind == "clock" else time


@rule("later TIME", "later in|on? TIME", "later in the TIME", cost=-0.3)
def later(context: Context, time: Time) -> Time | None:
    """Later this week: its second half, or what is left of that."""
    return _half(context, time, late=True)


@rule("earlier TIME", "earlier in|on? TIME", "earlier in the TIME", cost=-0.3)
def earlier(context: Context, time: Time) -> Time | None:
    """Earlier this year: from its start until today."""
    return _half(context, time, late=False)


_MIDDLE = {
    Grain.WEEK: (Grain.DAY, 3),
    Grain.MONTH: (Grain.DAY, 15),
    Grain.QUARTER: (Grain.DAY, 45),
    Grain.YEAR: (Grain.MONTH, 6),
}


def _half(context: Context, time: Time, *, late: bool) -> Time | None:
    span = choose(time, context.now) if time.known and time.kind in {"cycle", "month", "day"} else None
    if span is None or span.grain < Grain.DAY:
        return None
    today = floor(context.now, Grain.DAY)
    finer, count = _MIDDLE.get(span.grain, (Grain.HOUR, 12))
    middle = shift(span.start, finer, count)
    if late:
        start = max(middle, today) if today < span.end and span.grain > Grain.DAY else middle
        return of_span(Span(start, span.end, min(finer, Grain.DAY)), "range")
    end = today if span.start < today < span.end else middle
    return of_span(Span(span.start, end, min(finer, Grain.DAY)), "range")


@rule(
    "the? rest|remainder of TIME",
    "the? rest|remainder of the UNIT",
    "the? rest of UNIT",
    "the? remaining UNIT",
    cost=-0.2,
)
def remainder(context: Context, what: Time | Unit) -> Time | None:
    span = unit(context.now, what.grain) if isinstance(what, Unit) else choose(what, context.now)
    if span is None or not span.start <= context.now < span.end:
        return None
    start = floor(context.now, Grain.DAY if span.grain > Grain.DAY else Grain.SECOND)
    return of_span(Span(start, span.end, min(span.grain, Grain.DAY)), "range")


@rule("all|entire|whole UNIT", "all the UNIT", "the? entire|whole UNIT", "the? whole of the UNIT", cost=-0.2)
def whole(context: Context, size: Unit) -> Time:
    span = unit(context.now, size.grain)
    return of_span(Span(span.start, span.end, min(size.grain, Grain.DAY)), "range")


@rule(
    "all|entire|whole TIME",
    "the? entire|whole TIME",
    "all|whole|entirety of TIME",
    "the whole|entirety of TIME",
    "all through TIME",
    "over|throughout|within TIME",
    cost=0.2,
)
def whole_time(context: Context, time: Time) -> Time | None:
    del context
    return time if not time.latent and not time.side and time.kind != "clock" else None


@rule("around|about|circa|approximately|roughly|~ TIME", "TIME or so", cost=0.2)
def roughly(context: Context, time: Time) -> Time | None:
    del context
    return None if time.latent else time


@rule(
    "the? week of|starting|commencing|beginning|containing|ending on? TIME",
    "the? week of the TIME",
    "the? week of the ORDINAL",
    "w / c|e TIME",
    "HOLIDAY week",
    cost=-0.2,
)
def week_of(context: Context, time: Time | Ordinal) -> Time | None:
    if isinstance(time, Ordinal) or time.grain > Grain.DAY or time.latent or time.side:
        return None
    span = choose(time, context.now)
    return of_span(unit(span.start, Grain.WEEK), "cycle") if span else None


@rule("first|1 LENGTH of|in TIME", "the? first LENGTH of|in TIME", "the first LENGTH of the TIME", cost=-0.4)
def first_length(context: Context, length: Length, time: Time) -> Time | None:
    return _stretch(context, length, time, start=True)


@rule("the? last|final LENGTH of|in TIME", "the? last LENGTH of the TIME", cost=-0.4)
def last_length(context: Context, length: Length, time: Time) -> Time | None:
    return _stretch(context, length, time, start=False)


def _stretch(context: Context, length: Length, time: Time, *, start: bool) -> Time | None:
    """The first or the last so-and-so-long of a time."""
    if time.grain < length.finest or time.side or time.latent:
        return None

    weeks = length.finest is Grain.WEEK < time.grain

    def change(span: Span) -> Span | None:
        if start:  # weeks are those that lie wholly in it, as "the first week of May" is
            begin = floor(span.start + timedelta(days=6), Grain.WEEK) if weeks else span.start
            return Span(begin, travel(context, begin, length.parts), length.finest)
        end = floor(span.end, Grain.WEEK) if weeks else span.end
        return Span(travel(context, end, length.parts, -1), end, length.finest)

    return replace(time, series=mapped(time.series, change), grain=length.finest, kind="range", later=False)


@rule("the? UNIT before|prior TIME", "the? UNIT prior to TIME", "the UNIT before", "the? eve of TIME", cost=-0.3)
def unit_before(context: Context, *values: Unit | Time) -> Time | None:
    return _beside(context, values, -1)


@rule("the? UNIT after|following TIME", "the UNIT after", "the UNIT after that", cost=-0.3)
def unit_after(context: Context, *values: Unit | Time) -> Time | None:
    return _beside(context, values, 1)


def _beside(context: Context, values: tuple[Unit | Time, ...], step: int) -> Time | None:
    """The unit before or after a time; without a time, before or after today's."""
    size = values[0].grain if isinstance(values[0], Unit) else Grain.DAY
    time = next((value for value in values if isinstance(value, Time)), None)
    if time is None:
        return of_span(unit(context.now, size, step)) if size >= Grain.DAY else None
    span = None if time.latent or time.side else choose(time, context.now)
    if span is None or (span.grain < Grain.DAY <= size):
        return None
    start = span.start if step < 0 else span.end - timedelta(seconds=1)
    return of_span(unit(start, size, step))


@rule("the? closest|nearest TIME to|from TIME", "the? ORDINAL closest|nearest TIME to TIME", cost=-0.2)
def closest(context: Context, *values: Ordinal | Time) -> Time | None:
    """The closest Monday to 5 October."""
    times = [value for value in values if isinstance(value, Time)]
    place = values[0].value if isinstance(values[0], Ordinal) else 1
    point = choose(times[1], context.now)
    if point is None or times[0].known or times[0].latent:
        return None
    near = [nth(times[0].series, point.start, count) for count in range(-place, place + 1)]
    spans = sorted((span for span in near if span), key=lambda span: abs(span.start - point.start))
    return replace(of_span(spans[place - 1]), holiday=times[0].holiday) if len(spans) >= place else None


@rule("the? month of MONTH", "the? month of the? TIME")
def month_of(context: Context, time: Time) -> Time | None:
    del context
    return replace(time, latent=False) if time.grain is Grain.MONTH else None
