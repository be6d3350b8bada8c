"""Deadlines that a mail names, found by what usually stands before one and read as a time phrase."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.planning.hours import USUAL
from app.planning.phrases import Instant, Interval, WorkingHours, resolve
from app.planning.sanitising import visible

WORDS = 6
"""Words in which a time is said after "by" and the like; "the end of the day on Friday" has the most in use."""
READ = 4_000
"""Characters of a mail that are searched: who sets a deadline says so early."""
LOOKED_AT = 12
"""Places looked at in one mail."""
_BEFORE = re.compile(
    r"\b(?:by|before|until|till|due(?: (?:on|by|date is))?|deadline(?: is|:)?|not? later than|latest by)\s+",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(
    r"\b(?:asap|as soon as possible|right away|immediately|end of (?:the )?day|eod|cob)\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"[.!?;,()\n]")


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something is wanted, and the words that say so."""

    at: datetime
    """Aware: the last instant that is in time; the end of the day where only a day was said."""
    words: str


def deadline(text: str, *, at: datetime, zone: str, hours: WorkingHours = USUAL) -> Deadline | None:
    """The first deadline to come that a mail names, received `at` (aware) by someone in `zone` (IANA name) who
    works these hours; None when it names none. Raises ZoneInfoNotFoundError."""
    found = [d for d in _named(visible(text)[:READ], at, zone, hours) if d.at > at]
    return min(found, key=lambda d: d.at, default=None)


def pressing(text: str) -> str:
    """The words by which a mail asks for something at once; empty when it doesn't."""
    found = _AT_ONCE.search(visible(text)[:READ])
    return found[0] if found else ""


def _named(text: str, at: datetime, zone: str, hours: WorkingHours) -> Iterator[Deadline]:
    for place, match in enumerate(_BEFORE.finditer(text)):
        if place == LOOKED_AT:
            return
        words = _SENTENCE.split(text[match.end() : match.end() + 80])[0].split()[:WORDS]
        for length in range(len(words), 0, -1):
            phrase = " ".join(words[:length])
            if (until := _end(phrase, at, zone, hours)) is not None:
                yield Deadline(until, f"{match[0].strip()} {phrase}")
                break


def _end(phrase: str, at: datetime, zone: str, hours: WorkingHours) -> datetime | None:
    meaning = resolve(phrase, at=at, zone=zone, working_hours=hours)
    if isinstance(meaning, Instant):
        return meaning.start if meaning.timed else meaning.span().end
    return meaning.end if isinstance(meaning, Interval) else None
