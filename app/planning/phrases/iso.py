"""ISO 8601 as tools and programs write it: dates, date-times with or without offset, intervals with a slash."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from app.planning.phrases.clocks import aware
from app.planning.phrases.spans import shift
from app.planning.phrases.values import Grain, Instant, Interval

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")
# "2026-12-01 09:00-10:00" is an hour, as long as nothing else says that a program wrote it.
_HOURS = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}-\d{2}:?\d{2}$")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(\.\d+)?\s?(Z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)


def read_iso(text: str, zone: str) -> Instant | Interval | None:
    """The value of an ISO text, or None; without an offset it is wall-clock time in the zone."""
    left, slash, right = text.strip().partition("/")
    if not slash:
        return _point(left, zone)
    start, end = _point(left, zone), _point(right, zone)
    if start is None or end is None or end.start < start.start:
        return None
    last = (
        end.start if end.timed else shift(end.start.replace(tzinfo=None), Grain.DAY, 1).replace(tzinfo=ZoneInfo(zone))
    )
    return Interval(start.start, last, min(start.grain, end.grain), start.shifted or end.shifted)


def _point(text: str, zone: str) -> Instant | None:
    text = text.strip()
    match = _DATETIME.match(text)
    if (not match and not _DATE.match(text)) or _HOURS.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    grain = Grain.DAY if not match else Grain.SECOND if match[1] and match[1] != ":00" else Grain.MINUTE
    if moment.tzinfo is not None:
        return Instant(moment.astimezone(ZoneInfo(zone)), grain, grain)
    start, shifted = aware(moment, zone)
    return Instant(start, grain, grain, shifted)
