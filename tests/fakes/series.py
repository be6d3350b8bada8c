"""The occurrences of a series in memory, worked out from its rules in its own zone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from app.domain.types import Event


def occurrences(series: Event, start: datetime, end: datetime) -> Iterator[Event]:
    """Those that touch [start, end) while nobody has changed them."""
    home = ZoneInfo(series.zone)
    length = series.end - series.start
    first = series.start.astimezone(home).replace(tzinfo=None)
    rule = rrulestr("\n".join(_local(line, home) for line in series.recurrence), dtstart=first, forceset=True)
    for wall in rule.xafter((start - length).astimezone(home).replace(tzinfo=None), inc=True):
        at = wall.replace(tzinfo=home)
        if at >= end:
            return
        if at + length > start:
            yield occurrence(series, at)


def occurrence(series: Event, at: datetime) -> Event:
    """The one that starts then."""
    day = at if series.all_day else at.astimezone(UTC)
    return series.model_copy(
        update={
            "id": f"{series.id}_{day:%Y%m%d}" if series.all_day else f"{series.id}_{day:%Y%m%dT%H%M%SZ}",
            "start": at,
            "end": at + (series.end - series.start),
            "series": series.id,
            "original_start": at,
            "recurrence": (),
        }
    )


def _local(line: str, home: ZoneInfo) -> str:
    """A rule whose UNTIL is wall time, as its start is; without a day of its own zone for EXDATE."""
    name, _, value = line.partition(":")
    if name.startswith("EXDATE"):
        return f"EXDATE:{','.join(_wall(text, home, day='T000000') for text in value.split(','))}"
    parts = (f"UNTIL={_wall(p[6:], home)}" if p.startswith("UNTIL=") else p for p in value.split(";"))
    return f"{name}:{';'.join(parts)}"


def _wall(text: str, home: ZoneInfo, *, day: str = "T235959") -> str:
    """A time in wall time; `day` is the time of a date that has none."""
    if not text.endswith("Z"):
        return text if "T" in text else f"{text}{day}"
    moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return f"{moment.astimezone(home):%Y%m%dT%H%M%S}"
