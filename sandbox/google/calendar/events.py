"""Events one at a time: insert, get, update, patch, delete, move, import."""

from __future__ import annotations

import copy
from typing import Any

from sandbox.google.api import Call, Reply
from sandbox.google.calendar import drafting, guests, recurrence, times, views
from sandbox.google.calendar.book import Calendar, Event, complete, new_id
from sandbox.google.errors import GoogleError, invalid

IMMOVABLE = {"birthday", "focusTime", "fromGmail", "outOfOffice", "workingLocation"}  # the documentation of events.move


def shown(call: Call, calendar: Calendar, *, event: Event, status: int = 200) -> Reply:
    zone = times.zone(call.params["timeZone"]) if "timeZone" in call.params else None
    return Reply(views.event_in(calendar, event, zone=zone, most=call.params.get("maxAttendees")), status)


def found(call: Call, calendar: Calendar) -> Event:
    event = calendar.find(call.params["eventId"])
    if event is None:
        raise GoogleError(404, "notFound", message="Not Found")
    return event


def unchanged_since(call: Call, event: Event) -> None:
    """If-Match: the change is refused when the event is no longer the one the caller saw."""
    wanted = call.headers.get("If-Match", "*")
    if wanted != "*" and event["etag"] not in [tag.strip() for tag in wanted.split(",")]:
        where = {"locationType": "header", "location": "If-Match"}
        raise GoogleError(412, "conditionNotMet", message="Precondition Failed", where=where)


def get(call: Call) -> Reply:
    calendar = call.account.book.calendar(call.params["calendarId"])
    return shown(call, calendar, event=found(call, calendar))


def insert(call: Call) -> Reply:
    book = call.account.book
    calendar = book.calendar(call.params["calendarId"])
    event_id = drafting.own_id(call.body["id"]) if call.body.get("id") else new_id()
    if event_id in calendar.events:
        raise GoogleError(409, "duplicate", message="The requested identifier already exists.")
    event = drafting.drafted(call, calendar, before=None, merge=False)
    event |= {"id": event_id, "organizer": _person(calendar, call), "creator": {"email": call.account.email}}
    if call.body.get("iCalUID"):
        event["iCalUID"] = call.body["iCalUID"]
    complete(event, times.stamp(call.state.clock()))
    _accept_own(call, event)
    book.put(calendar, event)
    _after(call, calendar, event=event, before=None)
    return shown(call, calendar, event=event)


def update(call: Call) -> Reply:
    return _change(call, merge=False)


def patch(call: Call) -> Reply:
    return _change(call, merge=True)


def _change(call: Call, *, merge: bool) -> Reply:
    book = call.account.book
    calendar = book.calendar(call.params["calendarId"])
    before = found(call, calendar)
    unchanged_since(call, before)
    if not _is_organizer(calendar, before):
        guests.let_in(call.body, before)
    event = drafting.drafted(call, calendar, before=before, merge=merge)
    if "recurringEventId" in before and event.get("recurrence"):
        raise invalid("Invalid recurrence for an instance.", "invalid")
    complete(event, before["created"])
    book.put(calendar, event, touch=_more_than_reminders(event, before))
    if event.get("recurrence") and event.get("sequence") != before.get("sequence"):
        _drop_misfits(call, calendar, series=event)
    _after(call, calendar, event=event, before=before)
    return shown(call, calendar, event=event)


def _more_than_reminders(event: Event, before: Event) -> bool:
    """ "Changing reminders does not also change the updated property": the discovery document."""
    return any(event.get(n) != before.get(n) for n in {*event, *before} if n not in ("reminders", "etag"))


def _drop_misfits(call: Call, calendar: Calendar, *, series: Event) -> None:
    """Changed instances that the series, moved, no longer has are gone."""
    for key, instance in calendar.exceptions(series["id"]).items():
        if instance["status"] != "cancelled" and recurrence.find(series, key, calendar_zone=calendar.zone) is None:
            call.account.book.put(calendar, {**instance, "status": "cancelled"})


def delete(call: Call) -> Reply:
    book = call.account.book
    calendar = book.calendar(call.params["calendarId"])
    before = found(call, calendar)
    if before["status"] == "cancelled":
        raise GoogleError(410, "deleted", message="Resource has been deleted")
    unchanged_since(call, before)
    event = copy.deepcopy(before)
    if not _is_organizer(calendar, before):
        _answer(call, calendar, event=event, before=before, response={"responseStatus": "declined"})
    event["status"] = "cancelled"
    book.put(calendar, event)
    for instance in list(calendar.exceptions(event["id"]).values()):
        if instance["status"] != "cancelled":
            book.put(calendar, {**instance, "status": "cancelled"})
    if _is_organizer(calendar, before):
        _cancel_copies(call, event)
        guests.tell(call.state, call.account, event=event, before=before, audience=guests.audience_of(call.params))
    _journal(call, calendar, event=event)
    return Reply(None, 204)


def _cancel_copies(call: Call, event: Event) -> None:
    for email in guests.emails(event):
        account = call.state.account(email)
        if account is None or account is call.account:
            continue
        theirs = account.book.primary
        mine = theirs.find(event["id"])
        if mine is not None and mine["iCalUID"] == event["iCalUID"] and mine["status"] != "cancelled":
            account.book.put(theirs, {**copy.deepcopy(mine), "status": "cancelled"})


def move(call: Call) -> Reply:
    book = call.account.book
    source = book.calendar(call.params["calendarId"])
    target = book.calendar(call.params["destination"])
    before = found(call, source)
    if before.get("eventType") in IMMOVABLE or "recurringEventId" in before:
        raise invalid("This event cannot be moved.", "eventTypeRestriction")
    if not _is_organizer(source, before):
        raise GoogleError(
            403, "cannotChangeOrganizer", message="Cannot change the organizer of the event.", domain="calendar"
        )
    if before["status"] == "cancelled":
        raise GoogleError(410, "deleted", message="Resource has been deleted")
    if source is target:
        return shown(call, target, event=before)
    for instance in (before, *source.exceptions(before["id"]).values()):
        book.put(target, {**copy.deepcopy(instance), "organizer": _person(target, call)})
        book.put(source, {**instance, "status": "cancelled"})
    event = target.events[before["id"]]
    _after(call, target, event=event, before=before)
    return shown(call, target, event=event)


def import_(call: Call) -> Reply:
    """A private copy of an event from elsewhere: it keeps its organizer, and nobody is told."""
    book = call.account.book
    calendar = book.calendar(call.params["calendarId"])
    uid = call.body.get("iCalUID")
    if not uid:
        raise GoogleError(400, "required", message="Missing iCalUID.")
    before = next((event for event in calendar.events.values() if event["iCalUID"] == uid), None)
    event = drafting.drafted(call, calendar, before=None, merge=False)
    event |= {
        "id": before["id"] if before else f"_{new_id()}",
        "iCalUID": uid,
        "creator": {"email": call.account.email},
    }
    organizer: dict[str, Any] = call.body.get("organizer") or {}
    event["organizer"] = organizer if organizer.get("email") else _person(calendar, call)
    event["eventType"] = "default"
    complete(event, times.stamp(call.state.clock()))
    book.put(calendar, event)
    _journal(call, calendar, event=event)
    return shown(call, calendar, event=event)


def _person(calendar: Calendar, call: Call) -> dict[str, Any]:
    if calendar.is_primary:
        return {"email": call.account.email}
    return {"email": calendar.id, "displayName": calendar.summary}


def _accept_own(call: Call, event: Event) -> None:
    """Who organizes and is also a guest has accepted, unless the body says otherwise."""
    given = {p["email"].lower() for p in call.body.get("attendees") or () if p.get("responseStatus") and p.get("email")}
    for person in event.get("attendees", ()):
        if person["email"] == event["organizer"]["email"] and person["email"] not in given:
            person["responseStatus"] = "accepted"


def _is_organizer(calendar: Calendar, event: Event) -> bool:
    return bool(event["organizer"]["email"] == calendar.id)


def _after(call: Call, calendar: Calendar, *, event: Event, before: Event | None) -> None:
    """What a change means for the guests, and the journal."""
    if _is_organizer(calendar, event):
        guests.spread(call.state, event, before=before)
        guests.tell(call.state, call.account, event=event, before=before, audience=guests.audience_of(call.params))
    else:
        response = next((p for p in event.get("attendees", ()) if p["email"] == call.account.email), None)
        earlier = next((p for p in (before or {}).get("attendees", ()) if p["email"] == call.account.email), None)
        if response is not None and response != earlier:
            answered = {k: response[k] for k in ("responseStatus", "comment", "additionalGuests") if k in response}
            _answer(call, calendar, event=event, before=before or event, response=answered)
        if before is not None and before.get("guestsCanModify") and not _same_for_all(event, before):
            guests.carry(call.state, event)
            guests.tell(call.state, call.account, event=event, before=before, audience=guests.audience_of(call.params))
        # Else a guest's changes stay on the guest's own copy, until the organizer's next change takes them back.
    _journal(call, calendar, event=event)


def _same_for_all(event: Event, before: Event) -> bool:
    return all(event.get(name) == before.get(name) for name in guests.SHARED if name != "attendees") and (
        guests.emails(event) == guests.emails(before)
    )


def _answer(call: Call, calendar: Calendar, *, event: Event, before: Event, response: dict[str, Any]) -> None:
    for person in event.get("attendees", ()):
        if person["email"] == call.account.email:
            person.update(response)
    guests.answer(call.state, before, email=call.account.email, response=response)
    audience = guests.audience_of(call.params)
    guests.tell_organizer(
        call.state, call.account, event=event, response=response.get("responseStatus", ""), audience=audience
    )


def _journal(call: Call, calendar: Calendar, *, event: Event) -> None:
    own: dict[str, Any] = next((p for p in event.get("attendees", ()) if p["email"] == call.account.email), {})
    refs = {
        "calendar": calendar.id,
        "id": event["id"],
        "etag": event["etag"],
        "updates": guests.audience_of(call.params),
        "private": event.get("extendedProperties", {}).get("private", {}),
        "answer": own.get("responseStatus", ""),
    }
    call.effect(call.method.removeprefix("calendar."), **refs)
