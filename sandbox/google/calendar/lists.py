"""The calendars of an account, its settings, and who is free when."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sandbox.google.api import Call, Reply
from sandbox.google.calendar import recurrence, sharing, times
from sandbox.google.calendar.book import Calendar, Event
from sandbox.google.calendar.listing import REMINDERS
from sandbox.google.errors import GoogleError, invalid

MOST_CALENDARS = 50  # freeBusy: "calendarExpansionMax … maximum value is 50"
LONGEST = timedelta(days=92)  # freeBusy: not in the reference; clients on GitHub report refusals beyond three months
COLOURS = (("14", "#9fe1e7"), ("7", "#42d692"), ("24", "#a47ae2"), ("5", "#ff7537"))
CONFERENCES = {"allowedConferenceSolutionTypes": ["hangoutsMeet"]}


def list_(call: Call) -> Reply:
    calendars = list(call.account.book.calendars.values())
    entries = [_entry(calendar, place) for place, calendar in enumerate(calendars)]
    etag = hashlib.sha256("".join(calendar.etag for calendar in calendars).encode()).hexdigest()[:16]
    body = {"kind": "calendar#calendarList", "etag": f'"p{etag}"', "nextSyncToken": f"C{etag}", "items": entries}
    if "syncToken" in call.params:
        if call.params["syncToken"] != body["nextSyncToken"]:
            message = "Sync token is no longer valid, a full sync is required."
            raise GoogleError(410, "fullSyncRequired", message=message, domain="calendar")
        body["items"] = []
    return Reply(body)


def get(call: Call) -> Reply:
    book = call.account.book
    calendar = book.calendar(call.params["calendarId"])
    return Reply(_entry(calendar, list(book.calendars).index(calendar.id)))


def get_calendar(call: Call) -> Reply:
    """A calendar of one's own, or a colleague's whose free and busy times one may see."""
    calendar = _visible(call, call.params["calendarId"])
    if calendar is None:
        raise GoogleError(404, "notFound", message="Not Found")
    return Reply({"kind": "calendar#calendar", **_common(calendar), "dataOwner": calendar.owner})


def _common(calendar: Calendar) -> dict[str, Any]:
    return {
        "etag": calendar.etag,
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.timezone,
        "conferenceProperties": CONFERENCES,
    }


def _entry(calendar: Calendar, place: int) -> dict[str, Any]:
    colour, background = COLOURS[place % len(COLOURS)]
    entry = {
        "kind": "calendar#calendarListEntry",
        **_common(calendar),
        "colorId": colour,
        "backgroundColor": background,
        "foregroundColor": "#000000",
        "selected": True,
        "accessRole": "owner",
        "defaultReminders": REMINDERS if calendar.is_primary else [],
    }
    return {**entry, "primary": True} if calendar.is_primary else entry


def _settings(call: Call) -> dict[str, str]:
    return {"timezone": call.account.timezone, "locale": "en", "weekStart": "1", "format24HourTime": "false"}


def _setting(name: str, value: str) -> dict[str, str]:
    etag = f'"{hashlib.sha256(f"{name}={value}".encode()).hexdigest()[:16]}"'
    return {"kind": "calendar#setting", "etag": etag, "id": name, "value": value}


def get_setting(call: Call) -> Reply:
    name = call.params["setting"]
    if name not in _settings(call):
        raise GoogleError(404, "notFound", message="Not Found")
    return Reply(_setting(name, _settings(call)[name]))


def list_settings(call: Call) -> Reply:
    items = [_setting(name, value) for name, value in _settings(call).items()]
    etag = hashlib.sha256("".join(item["etag"] for item in items).encode()).hexdigest()[:16]
    return Reply({"kind": "calendar#settings", "etag": f'"p{etag}"', "nextSyncToken": f"C{etag}", "items": items})


def free_busy(call: Call) -> Reply:
    """The busy spans of calendars: one's own, and the primary ones of everyone here, as colleagues share them."""
    span = []
    for name in ("timeMin", "timeMax"):
        text = call.body.get(name)
        if not text:
            raise GoogleError(400, "required", message=f"Missing {name} parameter.")
        moment = times.parameter(text)
        if moment.tzinfo is None:
            raise invalid("Bad Request", "badRequest")
        span.append(moment)
    if span[1] <= span[0]:
        raise GoogleError(400, "timeRangeEmpty", message="The specified time range is empty.", domain="calendar")
    if span[1] - span[0] > LONGEST:
        message = "The requested time range is too long."
        raise GoogleError(400, "timeRangeTooLong", message=message, domain="calendar")
    zone = call.body.get("timeZone") or "UTC"
    asked = [str(item.get("id", "")) for item in call.body.get("items") or ()]
    calendars = {}
    for place, calendar_id in enumerate(asked):
        calendar = _visible(call, calendar_id)
        if place >= min(int(call.body.get("calendarExpansionMax") or MOST_CALENDARS), MOST_CALENDARS):
            calendars[calendar_id] = _unknown("tooManyCalendarsRequested")
        elif calendar is None:
            calendars[calendar_id] = _unknown("notFound")
        else:
            calendars[calendar_id] = {"busy": _busy(calendar, span[0], end=span[1], zone=zone)}
    shown = {
        name: times.write(moment.astimezone(times.zone("UTC")))
        for name, moment in zip(("timeMin", "timeMax"), span, strict=True)
    }
    return Reply({"kind": "calendar#freeBusy", **shown, "calendars": calendars})


def _unknown(reason: str) -> dict[str, Any]:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _visible(call: Call, calendar_id: str) -> Calendar | None:
    """One's own calendars, and the primary ones of colleagues, which a company's people may see as free or busy."""
    try:
        return call.account.book.calendar(calendar_id)
    except GoogleError:
        other = call.state.account(calendar_id)
        if other is None or not _may_see(call, other.book.primary):
            return None
        return other.book.primary


def _may_see(call: Call, calendar: Calendar) -> bool:
    me = call.account.email
    granted = {("user", me), ("domain", me.partition("@")[2]), ("default", "")}
    if calendar.owner.partition("@")[2] == me.partition("@")[2]:
        return True
    found = sharing.rules(call.state.store, calendar)
    return any((rule["scope"]["type"], rule["scope"].get("value", "")) in granted for rule in found)


def _busy(calendar: Calendar, start: datetime, *, end: datetime, zone: str) -> list[dict[str, str]]:
    spans: list[list[datetime]] = []
    for first, last in sorted(_spans(calendar, start, end=end)):
        if spans and first <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], last)
        else:
            spans.append([first, last])
    show = times.zone(zone)
    return [{"start": times.write(a.astimezone(show)), "end": times.write(b.astimezone(show))} for a, b in spans]


def _spans(calendar: Calendar, start: datetime, *, end: datetime) -> list[tuple[datetime, datetime]]:
    found = []
    for event in calendar.events.values():
        if not _takes_time(calendar, event):
            continue
        happening = [event]
        if event.get("recurrence"):
            changed = calendar.exceptions(event["id"])
            moments = recurrence.starts(event, calendar.zone, after=start, before=end)
            happening = [recurrence.instance(event, moment, calendar_zone=calendar.zone) for moment in moments]
            happening = [instance for instance in happening if instance["id"] not in changed]
        for instance in happening:
            first, last = times.span(instance, calendar.zone)
            if last > start and first < end and last > first:
                found.append((max(first, start), min(last, end)))
    return found


def _takes_time(calendar: Calendar, event: Event) -> bool:
    if event["status"] == "cancelled" or event.get("transparency") == "transparent":
        return False
    mine = next((p for p in event.get("attendees", ()) if p["email"] == calendar.owner), None)
    return not (mine and mine.get("responseStatus") == "declined") and event.get("eventType") != "workingLocation"
