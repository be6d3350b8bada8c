"""Events as one calendar shows them: in its zone, with "self" on whoever it belongs to."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.google.calendar import times
from sandbox.google.calendar.book import Calendar

Event = dict[str, Any]
CANCELLED_INSTANCE = ("kind", "etag", "id", "status", "recurringEventId", "originalStartTime")


def link(calendar: Calendar, event_id: str) -> str:
    code = urlsafe_b64encode(f"{event_id} {calendar.id}".encode()).rstrip(b"=").decode()
    return f"https://www.google.com/calendar/event?eid={code}"


def event_in(calendar: Calendar, event: Event, *, zone: ZoneInfo | None = None, most: int | None = None) -> Event:
    """The event resource; `zone` is the response's, `most` is maxAttendees."""
    if event["status"] == "cancelled" and "recurringEventId" in event:
        found = {name: event[name] for name in CANCELLED_INSTANCE if name in event}
        return {**found, "originalStartTime": times.shown(event["originalStartTime"], zone or calendar.zone)}
    found = {**event, "htmlLink": link(calendar, event["id"])}
    for name in ("start", "end", "originalStartTime"):
        if name in event:
            found[name] = times.shown(event[name], zone or calendar.zone)
    for name in ("organizer", "creator"):
        own = event[name]["email"] in (calendar.id, calendar.owner if calendar.is_primary else calendar.id)
        found[name] = {**event[name], "self": True} if own else event[name]
    if event.get("attendees"):
        found["attendees"] = _attendees(calendar, event)
        if most is not None and len(found["attendees"]) > most:
            # "only the participant is returned": the documentation of maxAttendees
            found["attendees"] = [person for person in found["attendees"] if person.get("self")]
            found["attendeesOmitted"] = True
    return {name: value for name, value in found.items() if value not in (None, [])}


def _attendees(calendar: Calendar, event: Event) -> list[dict[str, Any]]:
    found = []
    for person in event["attendees"]:
        marks = {}
        if person["email"] == event["organizer"]["email"]:
            marks["organizer"] = True
        if person["email"] == calendar.owner and calendar.is_primary:
            marks["self"] = True
        found.append({**person, **marks})
    return found
