"""Time phrases: from what a person says and when to an instant, an interval, a duration or a recurrence."""

from app.planning.phrases.clocks import shifted
from app.planning.phrases.reading import resolve, shift_of
from app.planning.phrases.values import (
    Ambiguous,
    Duration,
    Grain,
    Instant,
    Interval,
    Meaning,
    Recurrence,
    Rhythms,
    Shift,
    WorkingHours,
)

__all__ = [
    "Ambiguous",
    "Duration",
    "Grain",
    "Instant",
    "Interval",
    "Meaning",
    "Recurrence",
    "Rhythms",
    "Shift",
    "WorkingHours",
    "resolve",
    "shift_of",
    "shifted",
]
