"""Quiet hours: when nothing is told that nobody asked for."""

from datetime import datetime, time
from zoneinfo import ZoneInfo


def is_quiet(now: datetime, hours: tuple[time, time] | None, zone: str) -> bool:
    """Whether an aware instant lies within these hours on the clocks of a zone; they may go over midnight, and hours
    that end when they begin are none. Raises ZoneInfoNotFoundError."""
    if hours is None:
        return False
    start, end = hours
    clock = now.astimezone(ZoneInfo(zone)).time()
    return start <= clock < end if start <= end else clock >= start or clock < end
