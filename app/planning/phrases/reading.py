"""The reading of a phrase: lex, parse, settle, and say when two readings are equally good."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.planning.phrases import (
    rules_clock,
    rules_date,
    rules_daypart,
    rules_era,
    rules_length,
    rules_move,
    rules_near,
    rules_next,
    rules_numbered,
    rules_part,
    rules_place,
    rules_range,
    rules_repeat,
    rules_shift,
    rules_zone,
)
from app.planning.phrases.grammar import GRAMMAR
from app.planning.phrases.iso import read_iso
from app.planning.phrases.lexer import LONGEST, Lexer, tidy
from app.planning.phrases.settle import settle, undecided
from app.planning.phrases.spans import TooFarError, bounded
from app.planning.phrases.times import Context, Order, Time, Value
from app.planning.phrases.values import Ambiguous, Instant, Interval, Meaning, Shift, WorkingHours

# The modules that fill the grammar; named so that they stay imported.
RULES = (
    rules_clock,
    rules_date,
    rules_daypart,
    rules_era,
    rules_length,
    rules_move,
    rules_near,
    rules_next,
    rules_numbered,
    rules_part,
    rules_place,
    rules_range,
    rules_repeat,
    rules_shift,
    rules_zone,
)
# Two numbers that may be a day and a month.
_PAIR = re.compile(r"\d ?[/ -] ?\d")
# Words and marks of the longest phrase that is still read: the chart grows with the cube of them.
MOST_ATOMS = 30
STANDARD_HOURS = WorkingHours()
# A shift is the same whenever it is said.
_ANY_MOMENT = datetime(2020, 1, 1)  # noqa: DTZ001


def resolve(
    phrase: str,
    *,
    at: datetime,
    zone: str,
    working_hours: WorkingHours = STANDARD_HOURS,
    either_order: bool = False,
) -> Meaning | None:
    """What an English time phrase, or an ISO 8601 text, means when it is said at an aware instant in an IANA zone.

    Results are in the zone. None is for what is no time phrase as a whole; nothing is ever guessed from a part of it.
    Without am or pm an hour is taken in the half of the day nearer to the working hours. In 3/4 the month comes first
    unless that gives no date; with `either_order` such a date is Ambiguous where the other order gives one too. Raises
    ValueError when `at` is naive, ZoneInfoNotFoundError for an unknown zone, and nothing else.
    """
    if at.tzinfo is None:
        raise ValueError("the reference instant needs a zone")
    if len(phrase) > LONGEST:
        return None
    if (written := read_iso(phrase, zone)) is not None:
        return written
    now = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    try:
        with bounded():
            context = Context(now, zone, working_hours)
            return (_read_either_way if either_order else _read)(tidy(phrase), context)
    except (TooFarError, OverflowError):
        return None


def shift_of(phrase: str) -> Shift | None:
    """How much later or earlier something is to be than it is ("by half an hour later"); None for anything else."""
    if len(phrase) > LONGEST:
        return None
    try:
        with bounded():
            found = _values(tidy(phrase), Context(_ANY_MOMENT, "UTC", STANDARD_HOURS))
    except (TooFarError, OverflowError):
        return None
    return next((value for value in found if isinstance(value, Shift)), None)


def _read_either_way(text: str, context: Context) -> Meaning | None:
    """What a text means to somebody who may put the day first or the month: all of it in one order, if that is
    possible."""
    usual = _read(text, context)
    if not isinstance(usual, Instant | Interval | Ambiguous) or not _PAIR.search(text):
        return usual
    orders = (Order.MONTH_FIRST, Order.DAY_FIRST)
    found = [meaning for order in orders if (meaning := _read(text, replace(context, order=order))) is not None]
    options = tuple(dict.fromkeys(option for meaning in found for option in _options(meaning)))
    return Ambiguous(options) if len(options) > 1 else next(iter(options), usual)


def _options(meaning: Meaning) -> tuple[Instant | Interval, ...]:
    if isinstance(meaning, Ambiguous):
        return meaning.options
    return (meaning,) if isinstance(meaning, Instant | Interval) else ()


def _read(text: str, context: Context) -> Meaning | None:
    half: Meaning | None = None
    for value in _values(text, context):
        if isinstance(value, Time) and value.half and not value.latent:
            flipped = next(
                (other for other in _values(text, replace(context, flip=True)) if _alike(value, other)), None
            )
            meaning = undecided(context, value, flipped=flipped)
        else:
            meaning = settle(context, value)
        # Of "tomorrow at 3 or Friday at 4" no reading counts that loses one of the two while another keeps both.
        if meaning is not None and isinstance(value, Time) and value.alternative and not isinstance(meaning, Ambiguous):
            half = half or meaning
        elif meaning is not None:
            return meaning
    return half


def _values(text: str, context: Context) -> list[Value]:
    """Every reading of the whole text, the likeliest first."""
    lexer = Lexer(text, context, GRAMMAR.words)
    if not lexer.words or len(lexer.words) > MOST_ATOMS:
        return []
    return [item.value for item in GRAMMAR.parse(context, len(lexer.words), lexer.items()) if item.value is not None]


def _alike(value: Time, other: Value) -> bool:
    return isinstance(other, Time) and (other.kind, other.grain, other.half) == (value.kind, value.grain, value.half)
