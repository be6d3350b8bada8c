"""Finds the IANA name of a zone that a calendar file calls something else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_WORD = re.compile(r"[A-Za-z]{3,}")
# Names like US/Eastern are kept for old programs only.
_REGIONS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Etc", "Europe", "Indian", "Pacific")
# Among zones that keep the same time one is taken that Windows' own table (from CLDR) names.
_WINDOWS_NAMES = {zone: name for name, zone in WINDOWS_TO_OLSON.items()}


def iana_by_name(tzid: str) -> str | None:
    """The zone that this TZID names: an IANA name, one behind a vendor's prefix, or a Windows name."""
    tzid = tzid.strip().strip('"')
    if tzid in WINDOWS_TO_OLSON:
        return str(WINDOWS_TO_OLSON[tzid])
    parts = tzid.strip("/").split("/")
    for length in (3, 2, 1):  # America/Argentina/Salta, Europe/Lisbon, UTC
        name = "/".join(parts[-length:])
        if name in available_timezones():
            return name
    return None


def iana_by_rules(zone: tzinfo, tzid: str, *, year: int) -> str | None:
    """A zone that kept the same time in that year as the one a file describes; the name decides among several."""
    return _matching(_offsets(zone, year), tuple(sorted(word.lower() for word in _WORD.findall(tzid))), year=year)


def _offsets(zone: tzinfo, year: int) -> tuple[float, ...]:
    """The offsets from UTC in seconds, twice a month: enough to tell apart any two rules that differ by weeks."""
    moments = [datetime(year, month, day, 12, tzinfo=zone) for month in range(1, 13) for day in (1, 15)]
    return tuple(moment.utcoffset().total_seconds() for moment in moments)  # type: ignore[union-attr]


@cache
def _matching(offsets: tuple[float, ...], words: tuple[str, ...], *, year: int) -> str | None:
    current = (name for name in available_timezones() if name.split("/")[0] in _REGIONS and "/" in name)
    found = [name for name in current if _offsets(ZoneInfo(name), year) == offsets]

    def rank(name: str) -> tuple[bool, bool, int, str]:
        windows = _WINDOWS_NAMES.get(name, "")
        spoken = {word.lower() for word in _WORD.findall(f"{name.replace('_', ' ')} {windows}")}
        return not spoken & set(words), not windows, len(windows), name

    return min(found, key=rank, default=None)


def is_utc(zone: tzinfo | None) -> bool:
    return zone is UTC or str(zone) in ("UTC", "Etc/UTC")
