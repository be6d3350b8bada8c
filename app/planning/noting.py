"""Until when something is to be done that somebody notes down for themself, if its beginning or end says so."""

from datetime import datetime

from app.planning.deadlines import deadline
from app.planning.hours import USUAL
from app.planning.phrases import Grain, Instant, Interval, WorkingHours, resolve

WORDS = 7
"""Words of the longest time that is looked for: "the last Friday of next month at noon"."""
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


def _until(phrase: str, at: datetime, zone: str, hours: WorkingHours) -> datetime | None:
    meaning = resolve(phrase, at=at, zone=zone, working_hours=hours)
    end = None
    if isinstance(meaning, Instant) and meaning.stated < Grain.MONTH:
        end = meaning.start if meaning.timed else meaning.span().end
    elif isinstance(meaning, Interval) and meaning.grain < Grain.MONTH:
        end = meaning.end
    return end if end is not None and end > at else None
