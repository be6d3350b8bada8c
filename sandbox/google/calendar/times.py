"""Times as the Calendar API writes them: checked, normalised, and shown in a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.google.errors import GoogleError, invalid

When = dict[str, Any]  # {"date"} or {"dateTime", "timeZone"}


def zone(name: str, where: str = "timeZone") -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise GoogleError(400, "invalid", message=f"Invalid time zone definition for {where} time.") from None


def stamp(moment: datetime) -> str:
    """RFC 3339 with milliseconds, as `created` and `updated` are written."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def write(moment: datetime) -> str:
    """RFC 3339 to the second, with Z for UTC."""
    text = moment.replace(microsecond=0).isoformat()
    return text.removesuffix("+00:00") + "Z" if moment.utcoffset() == timedelta(0) else text


def is_all_day(event: dict[str, Any]) -> bool:
    return "date" in event["start"]


def moment(when: When, home: ZoneInfo) -> datetime:
    """The instant of a start or end; an all-day one is midnight in the calendar's zone."""
    if "date" in when:
        return datetime.combine(date.fromisoformat(when["date"]), time(), home)
    found = datetime.fromisoformat(when["dateTime"])
    return found if found.tzinfo else found.replace(tzinfo=zone(when["timeZone"]))


def span(event: dict[str, Any], home: ZoneInfo) -> tuple[datetime, datetime]:
    return moment(event["start"], home), moment(event["end"], home)


def read(body: dict[str, Any], home: str) -> dict[str, When]:
    """The start and end of a body, normalised; what Google refuses is refused."""
    found = {name: _read_one(body.get(name), name, home=home) for name in ("start", "end")}
    if ("date" in found["start"]) != ("date" in found["end"]):
        raise invalid("Invalid start time.", "invalid")
    first, last = (moment(found[name], zone(home)) for name in ("start", "end"))
    # An event may have no length, but an all-day one has at least a day.
    if last < first or (last == first and "date" in found["start"]):
        raise GoogleError(400, "timeRangeEmpty", message="The specified time range is empty.", domain="calendar")
    if body.get("recurrence") and "timeZone" not in found["start"] and "date" not in found["start"]:
        raise GoogleError(400, "required", message="Missing time zone definition for start time.")
    return found


def _read_one(when: Any, name: str, *, home: str) -> When:
    if not when or not (when.get("date") or when.get("dateTime")):
        raise GoogleError(400, "required", message=f"Missing {name} time.")
    if when.get("date"):
        if when.get("dateTime"):
            raise invalid(f"Invalid {name} time.", "invalid")
        return {"date": when["date"]}
    own = when.get("timeZone")
    found = datetime.fromisoformat(when["dateTime"])
    if found.tzinfo is None:
        if not own:
            raise GoogleError(400, "required", message=f"Missing time zone definition for {name} time.")
        found = found.replace(tzinfo=zone(own, name))
    normal: When = {"dateTime": write(found.astimezone(zone(own or home, name)))}
    # Google answers with the calendar's zone where a time came with an offset only.
    return {**normal, "timeZone": own} if own else normal


def shown(when: When, show: ZoneInfo) -> When:
    """A start or end as a response gives it: the instant in the response's zone, the event's own zone beside it."""
    if "date" in when:
        return when
    own = {"timeZone": when.get("timeZone", show.key)}
    return {"dateTime": write(datetime.fromisoformat(when["dateTime"]).astimezone(show)), **own}


def parameter(text: str) -> datetime:
    """timeMin and the like; milliseconds "may be provided but are ignored"."""
    return datetime.fromisoformat(text).replace(microsecond=0)
