"""From a request's body to an event: what may be written, merged into what is there."""

from __future__ import annotations

import copy
import hashlib
import re
from typing import Any

from sandbox.google.api import Call
from sandbox.google.calendar import recurrence, times
from sandbox.google.calendar.book import Calendar, Event
from sandbox.google.errors import GoogleError, invalid

# "lowercase letters a-v and digits 0-9", "between 5 and 1024 characters": the discovery document's Event.id
OWN_ID = re.compile(r"[0-9a-v]{5,1024}")
READ_ONLY = frozenset({
    "kind", "etag", "htmlLink", "created", "updated", "creator", "organizer", "hangoutLink", "locked", "id",
    "iCalUID", "recurringEventId", "originalStartTime", "privateCopy", "attendeesOmitted",
})  # fmt: skip
KEPT = READ_ONLY | {"sequence", "eventType"}  # what an update that leaves it out doesn't clear
MOST_ATTENDEES = 200  # support.google.com/calendar/answer/2580788
MOST_REMINDERS = 5  # the discovery document's reminders.overrides
REMINDER_MINUTES = range(40321)  # "between 0 and 40320": EventReminder
RESPONSES = {"needsAction", "declined", "tentative", "accepted"}
ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


def drafted(call: Call, calendar: Calendar, *, before: Event | None, merge: bool) -> Event:
    """The event a body makes of `before` (None: a new one); `merge` is patch, otherwise the body is the whole event."""
    body = {name: copy.deepcopy(value) for name, value in call.body.items() if name not in READ_ONLY}
    if int(call.params.get("conferenceDataVersion", 0)) < 1:
        body.pop("conferenceData", None)
    if not call.params.get("supportsAttachments"):
        body.pop("attachments", None)
    if before is not None and call.body.get("attendeesOmitted"):
        body["attendees"] = _participants(before, body.get("attendees") or [])
    if before is None:
        event = body
    elif merge:
        event = merged(before, body)
    else:
        kept = {name: before[name] for name in (*KEPT, "conferenceData", "attachments") if name in before}
        event = {**copy.deepcopy(kept), **body}
    event = {name: value for name, value in event.items() if value is not None}
    event |= times.read(event, calendar.timezone)
    _check(event, calendar)
    _check_sequence(event, before)
    event["attendees"] = _attendees(event.get("attendees") or [], before)
    if not event["attendees"]:
        del event["attendees"]
    _conference(event, before)
    return event


def merged(before: Any, change: Any) -> Any:
    """Patch semantics: objects are merged, arrays replaced, null clears."""
    if not isinstance(before, dict) or not isinstance(change, dict):
        return change
    found = {**copy.deepcopy(before)}
    for name, value in change.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(before.get(name), value)
    return found


def own_id(event_id: Any) -> str:
    if not isinstance(event_id, str) or not OWN_ID.fullmatch(event_id):
        raise invalid("Invalid resource id value.", "invalid")
    return event_id


def _check(event: Event, calendar: Calendar) -> None:
    if event.get("status", "confirmed") not in ("confirmed", "tentative", "cancelled"):
        raise invalid("Invalid value for status.", "invalid")
    if event.get("recurrence"):
        recurrence.check(event, calendar.zone)
    overrides = (event.get("reminders") or {}).get("overrides") or []
    if len(overrides) > MOST_REMINDERS:
        raise invalid("Too many override reminders.", "invalid")
    for reminder in overrides:
        if reminder.get("method") not in ("email", "popup") or reminder.get("minutes") not in REMINDER_MINUTES:
            raise invalid("Invalid reminder.", "invalid")
    if overrides and event["reminders"].get("useDefault"):
        message = "Cannot specify both default reminders and overrides at the same time."
        raise GoogleError(400, "cannotUseDefaultRemindersAndSpecifyOverride", message=message, domain="calendar")


def _check_sequence(event: Event, before: Event | None) -> None:
    if before is None:
        return
    if event.get("sequence", 0) < before.get("sequence", 0):
        raise invalid(
            "Invalid sequence value. The specified sequence number is below the current sequence number of the "
            "resource. Re-fetch the resource and use its sequence number on the following request.",
            "invalid",
        )
    if any(event.get(name) != before.get(name) for name in ("start", "end", "recurrence")):
        event["sequence"] = before.get("sequence", 0) + 1


def _attendees(people: list[dict[str, Any]], before: Event | None) -> list[dict[str, Any]]:
    if len(people) > MOST_ATTENDEES:
        raise invalid("Too many attendees.", "invalid")
    known = {person["email"]: person for person in (before or {}).get("attendees", ())}
    found: dict[str, dict[str, Any]] = {}
    for person in people:
        email = str(person.get("email", "")).strip().lower()
        if not ADDRESS.fullmatch(email):
            raise invalid("Invalid attendee email.", "invalid")
        response = person.get("responseStatus") or known.get(email, {}).get("responseStatus", "needsAction")
        if response not in RESPONSES:
            raise invalid("Invalid value for attendee responseStatus.", "invalid")
        own = {name: value for name, value in person.items() if name not in ("self", "organizer", "id")}
        found[email] = {**own, "email": email, "responseStatus": response}
    return list(found.values())


def _participants(before: Event, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All attendees, with what is new about those given: "this can be used to only update the participant's response",
    the discovery document's attendeesOmitted."""
    told = {str(person.get("email", "")).lower(): person for person in given}
    return [{**person, **told.get(person["email"], {})} for person in before.get("attendees", ())]


def _conference(event: Event, before: Event | None) -> None:
    """A createRequest makes a meeting; the same request id again changes nothing."""
    if "conferenceData" not in event and (before or {}).get("conferenceData"):
        event.pop("hangoutLink", None)  # the link goes with its conference
    wanted = (event.get("conferenceData") or {}).get("createRequest")
    if wanted is None:
        return
    earlier = (before or {}).get("conferenceData") or {}
    if (earlier.get("createRequest") or {}).get("requestId") == wanted.get("requestId"):
        event["conferenceData"] = earlier
        return
    if not wanted.get("requestId"):
        raise invalid("Invalid conference create request.", "invalid")
    kind = (wanted.get("conferenceSolutionKey") or {}).get("type", "hangoutsMeet")
    if kind != "hangoutsMeet":
        raise invalid("Invalid conference type value.", "invalid")
    letters = re.sub(
        "[0-9]", lambda m: "ghijklmnop"[int(m[0])], hashlib.sha256(wanted["requestId"].encode()).hexdigest()
    )
    code = f"{letters[:3]}-{letters[3:7]}-{letters[7:10]}"
    event["hangoutLink"] = f"https://meet.google.com/{code}"
    entry = {"entryPointType": "video", "uri": event["hangoutLink"], "label": f"meet.google.com/{code}"}
    event["conferenceData"] = {
        "createRequest": {**wanted, "conferenceSolutionKey": {"type": kind}, "status": {"statusCode": "success"}},
        "entryPoints": [entry],
        "conferenceSolution": {"key": {"type": kind}, "name": "Google Meet"},
        "conferenceId": code,
    }
