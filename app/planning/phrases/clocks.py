"""Wall-clock time put into a zone, through the gaps and folds of daylight saving."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def aware(wall: datetime, zone: str) -> tuple[datetime, bool]:
    """A wall time in a zone: one that the clocks skip is moved on by the gap (True), a repeated one is the first."""
    local = wall.replace(tzinfo=ZoneInfo(zone))
    back = local.astimezone(UTC).astimezone(ZoneInfo(zone))
    if back.replace(tzinfo=None, fold=0) != wall.replace(fold=0):
        return back, True
    return local, False
