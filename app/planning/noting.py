"""Until when something is to be done that somebody notes down for themself, and how long it takes, where it says so."""

from datetime import datetime

from app.planning.deadlines import deadline
from app.planning.hours import USUAL
from app.planning.phrases import Duration, Grain, Instant, Interval, Meaning, WorkingHours, resolve

WORDS = 7
"""Words of the longest time that is looked for: "the last Friday of next month at noon"."""
LOOKED_AT = 40
"""Words of a note in which its length is looked for."""
LONGEST = 8 * 3600
"""Seconds of a working day: whoever says more speaks of something else."""
INCLUSIVE = frozenset({"by", "until", "till"})
"""Before a day these mean that it is in time on that day."""


def due(words: str, *, at: datetime, zone: str, hours: WorkingHours = USUAL) -> datetime | None:
    """The last instant that is in time; None when the words name no time to come, or none narrower than a month. `at`
    is aware, `zone` an IANA name; the hours are those somebody works. Raises ZoneInfoNotFoundError."""
    parts = [word.strip(",.:!?") for word in words.split()]
    for length in range(min(WORDS, len(parts) - 1), 0, -1):
        for phrase in (parts[-length:], parts[:length]):
            if phrase[0].lower() not in INCLUSIVE and (until := _until(" ".join(phrase), at, zone, hours)):
                return until
    found = deadline(words, at=at, zone=zone, hours=hours)
    return found.at if found else None


def minutes(words: str, *, at: datetime, zone: str) -> int:
    """How long it takes, in whole minutes; 0 when no length of at most a working day is named. `at` is aware, `zone` an
    IANA name."""
    parts = [word.strip(",.:!?()") for word in words.split()][:LOOKED_AT]

    def said(first: int, end: int) -> Meaning | None:
        return resolve(" ".join(parts[first:end]), at=at, zone=zone) if first >= 0 else None

    for size in range(min(WORDS, len(parts)), 0, -1):
        for first in range(len(parts) - size + 1):
            end = first + size
            length = said(first, end)
            if isinstance(length, Duration) and 0 < length.seconds <= LONGEST:
                # "in 30 minutes" and "30 minutes later" are no lengths, "half an hour tomorrow" is one
                before, after = said(first - 1, end), said(first, end + 1)
                shifted = isinstance(before, Instant | Interval) or isinstance(after, Instant)
                return 0 if shifted else length.seconds // 60
    return 0


def _until(phrase: str, at: datetime, zone: str, hours: WorkingHours) -> datetime | None:
    meaning = resolve(phrase, at=at, zone=zone, working_hours=hours)
    end = None
    if isinstance(meaning, Instant) and meaning.stated < Grain.MONTH:
        end = meaning.start if meaning.timed else meaning.span().end
    elif isinstance(meaning, Interval) and meaning.grain < Grain.MONTH:
        end = meaning.end
    return end if end is not None and end > at else None
