"""Reads .ics files: their calendars and events, with the oddities set right that real programs write."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import icalendar

from sandbox.world.own.zones import iana_by_name
from sandbox.world.types import WorldError

_FOLD = re.compile(rb"\r?\n[ \t]")
# A date under a time zone (old Google exports) is a day all the same.
_DAY_WITH_ZONE = re.compile(
    rb"^(DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)(?:;[^:\r\n]*)?:(\d{8}(?:,\d{8})*)[ \t]*\r?$",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class IcsFile:
    """The calendars of one file."""

    path: Path
    calendars: list[Any]  # icalendar.Calendar; the library has no types

    @property
    def title(self) -> str:
        names = [str(calendar["X-WR-CALNAME"]) for calendar in self.calendars if "X-WR-CALNAME" in calendar]
        return names[0].strip() if names and names[0].strip() else self.path.stem

    @property
    def zone(self) -> str | None:
        """The zone the file says it is in, as an IANA name."""
        names = [str(calendar["X-WR-TIMEZONE"]) for calendar in self.calendars if "X-WR-TIMEZONE" in calendar]
        return iana_by_name(names[0]) if names else None

    @property
    def events(self) -> list[Any]:
        return [event for calendar in self.calendars for event in calendar.walk("VEVENT")]

    @property
    def others(self) -> int:
        """How many tasks and journal entries it holds, which have no place on a calendar."""
        return sum(len(calendar.walk(kind)) for calendar in self.calendars for kind in ("VTODO", "VJOURNAL"))


def find_ics(path: Path) -> list[Path]:
    """The file itself, or every .ics file in the folder; WorldError when there is none."""
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix.lower() == ".ics" and file.is_file())
        if not found:
            raise WorldError(f"There is no .ics file in {path}.")
        return found
    if not path.exists():
        raise WorldError(f"There is no file or folder {path}.")
    return [path]


def read_ics(path: Path) -> IcsFile:
    """WorldError when the file can't be read or holds no calendar."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WorldError(f"{path} can't be read: {error.strerror}.") from None
    unfolded = _DAY_WITH_ZONE.sub(rb"\1;VALUE=DATE:\2", _FOLD.sub(b"", content))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of zones with a vendor's prefix, which `zones` reads itself
            found = icalendar.Calendar.from_ical(unfolded, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise WorldError(f"{path} is not a calendar file: {_first_line(error)}.") from None
    calendars = [calendar for calendar in found if calendar.name == "VCALENDAR"]
    if not calendars:
        raise WorldError(f"{path} is not a calendar file: no VCALENDAR stands in it.")
    return IcsFile(path, calendars)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
