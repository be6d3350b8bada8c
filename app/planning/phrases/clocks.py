"""Wall-clock time put into a zone and moved there, through the gaps and folds of daylight saving."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.planning.phrases.spans import move
from app.planning.phrases.values import Grain, Shift


def aware(wall: datetime, zone: str) -> tuple[datetime, bool]:
    """A wall time in a zone: one that the clocks skip is moved on by the gap (True), a repeated one is the first."""
    local = wall.replace(tzinfo=ZoneInfo(zone))
    back = local.astimezone(UTC).astimezone(ZoneInfo(zone))
    if back.replace(tzinfo=None, fold=0) != wall.replace(fold=0):
        return back, True
    return local, False


def shifted(moment: datetime, shift: Shift, zone: str) -> datetime:
    """An aware instant moved in a zone: days and more by its calendar, hours and less by the time that passes."""
    by_date = tuple(part for part in shift.parts if part[1] >= Grain.DAY)
    by_clock = tuple(part for part in shift.parts if part[1] < Grain.DAY)
    day, _ = aware(move(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None), by_date, shift.sign), zone)
    passing = move(day.astimezone(UTC).replace(tzinfo=None), by_clock, shift.sign)
    return passing.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
