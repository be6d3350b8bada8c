"""Time phrases: from what a person says and when to an instant, an interval, a duration or a recurrence."""

from app.planning.phrases.reading import resolve
from app.planning.phrases.values import (
    Ambiguous,
    Duration,
    Grain,
    Instant,
    Interval,
    Meaning,
    Recurrence,
    Rhythms,
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
    "WorkingHours",
    "resolve",
]
