"""Events as the Calendar API writes them, and as the product does. Source: Calendar API v3 reference, Events."""

from contextlib import suppress
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.calendars import EventChange, NewEvent
from app.domain.documents import Document
from app.domain.types import AccountRef, Address, Event, Guest

MADE, CHANGED, MIRRORS = "steward_action", "steward_change", "steward_mirrors"
"""Our private properties: who made an event, who changed it last, what it mirrors."""
NEVER_BUSY = {"workingLocation", "birthday"}
"""Event types that don't keep anyone busy."""
DOCUMENTS = {"docs.google.com", "drive.google.com"}
"""Hosts that an event's attachment is linked at."""
NOWHEN = "1970-01-01"
"""The day of a cancelled stub, which has none."""

Resource = dict[str, Any]


def event_of(resource: Resource, calendar: str, account: AccountRef, *, zone: str) -> Event:
    """An event from its resource; `zone` is the calendar's, where the resource names none."""
    attendees = resource.get("attendees", ())
    organizer = resource.get("organizer", {})
    private = resource.get("extendedProperties", {}).get("private", {})
    first = resource.get("start") or resource.get("originalStartTime", {})
    return Event(
        id=resource["id"],
        calendar=calendar,
        account=account,
        title=resource.get("summary", ""),
        start=_instant(first, zone),
        end=_instant(resource.get("end") or first, zone),
        all_day="date" in first,
        zone=known_zone(first.get("timeZone", ""), zone),
        place=resource.get("location", ""),
        notes=resource.get("description", ""),
        guests=tuple(_guest(a) for a in attendees if not (a.get("self") or a.get("resource"))),
        organizer=Address(email=organizer.get("email", ""), name=organizer.get("displayName", "")),
        mine=bool(organizer.get("self")) or not organizer,
        status=resource.get("status", "confirmed"),
        answer=_answer(attendees),
        busy=resource.get("transparency") != "transparent" and resource.get("eventType") not in NEVER_BUSY,
        etag=resource.get("etag", ""),
        link=resource.get("htmlLink", ""),
        steward_action=private.get(MADE, ""),
        steward_change=private.get(CHANGED, ""),
        mirrors=private.get(MIRRORS, ""),
        series=resource.get("recurringEventId", ""),
        original_start=_instant(resource["originalStartTime"], zone) if "originalStartTime" in resource else None,
        recurrence=tuple(resource.get("recurrence", ())),
        visibility=resource.get("visibility", "default"),
        conference=_conference(resource),
        attachments=tuple(_document(each) for each in resource.get("attachments", ())),
        guests_can_modify=bool(resource.get("guestsCanModify")),
        kind=resource.get("eventType", "default"),
        uid=resource.get("iCalUID", ""),
    )


def _document(attachment: Resource) -> Document:
    """An attachment; where it is says whoever attached it, and is kept only if it lies with Google."""
    link = str(attachment.get("fileUrl", ""))
    return Document(title=str(attachment.get("title", "")), link=link if _of_google(link) else "")


def _of_google(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme == "https" and parts.netloc in DOCUMENTS
    except ValueError:
        return False


def body_of(event: NewEvent) -> Resource:
    """The body of an insert; with a video conference it needs conferenceDataVersion=1."""
    optional = {email.lower() for email in event.optional}
    private = {MADE: event.steward_action} | ({MIRRORS: event.mirrors} if event.mirrors else {})
    body: Resource = {
        "id": event.id,
        "summary": event.title,
        "start": _moment(event.start, event.zone, all_day=event.all_day),
        "end": _moment(event.end, event.zone, all_day=event.all_day),
        "attendees": [{"email": g, **({"optional": True} if g.lower() in optional else {})} for g in event.guests],
        "location": event.place,
        "description": event.notes,
        "extendedProperties": {"private": private},
        "transparency": "opaque" if event.busy else "transparent",
        "visibility": event.visibility,
    }
    if event.mirrors:
        body["reminders"] = {"useDefault": False}  # what it stands for has reminders of its own
    if event.recurrence:
        body["recurrence"] = list(event.recurrence)
    if event.video:
        body["conferenceData"] = _meet(event.id)
    return body


def _meet(request: str) -> Resource:
    """A conference to be made; the same request again makes no second one."""
    return {"createRequest": {"requestId": request, "conferenceSolutionKey": {"type": "hangoutsMeet"}}}


def patch_of(change: EventChange) -> Resource:
    """The body of a patch, without the guests, which replace all that are there; what concerns its video conference
    needs conferenceDataVersion=1."""
    words = {"summary": change.title, "location": change.place, "description": change.notes, "status": change.status}
    body: Resource = {name: value for name, value in words.items() if value is not None}
    body["extendedProperties"] = {"private": {CHANGED: change.steward_change}}
    if change.recurrence is not None:
        body["recurrence"] = list(change.recurrence) or None
    if change.video is not None:
        body["conferenceData"] = _meet(change.steward_change) if change.video else None
    for name, at in (("start", change.start), ("end", change.end)):
        if at is not None:
            other = {"dateTime": None, "timeZone": None} if change.all_day else {"date": None}
            body[name] = _moment(at, change.zone, all_day=change.all_day) | other
    return body


def attendees_of(guests: tuple[Guest, ...], before: Resource) -> list[Resource]:
    """All attendees of an event: those who are no guests of its owner's (the owner, rooms) stay, and so does what a
    guest has answered by now."""
    known = {a.get("email", "").lower(): a for a in before.get("attendees", ())}
    kept = [a for a in before.get("attendees", ()) if a.get("self") or a.get("resource")]
    return kept + [known.get(g.email.lower()) or _attendee(g) for g in guests]


def _attendee(guest: Guest) -> Resource:
    optional = {"optional": True} if guest.optional else {}
    return {"email": guest.email, "responseStatus": guest.answer, **optional}


def _moment(at: datetime, zone: str, *, all_day: bool) -> Resource:
    local = at.astimezone(ZoneInfo(zone))
    return {"date": local.date().isoformat()} if all_day else {"dateTime": local.isoformat(), "timeZone": zone}


def _conference(resource: Resource) -> str:
    points = resource.get("conferenceData", {}).get("entryPoints", ())
    video = next((p.get("uri", "") for p in points if p.get("entryPointType") == "video"), "")
    return str(video or resource.get("hangoutLink", ""))


def _answer(attendees: list[Resource]) -> str:
    """What the owner replied; that an organizer comes to their own event says nothing."""
    own: Resource = next((a for a in attendees if a.get("self")), {})
    said = str(own.get("responseStatus", ""))
    return "" if own.get("organizer") and said == "accepted" else said


def _guest(attendee: Resource) -> Guest:
    return Guest(
        email=attendee.get("email", ""),
        name=attendee.get("displayName", ""),
        answer=attendee.get("responseStatus", "needsAction"),
        optional=bool(attendee.get("optional")),
    )


def known_zone(*names: str) -> str:
    """The first of some zones that there is by IANA; Google passes on what other calendars call theirs."""
    for name in names:
        with suppress(ZoneInfoNotFoundError, ValueError, OSError):
            return ZoneInfo(name).key
    return "UTC"


def _instant(moment: Resource, zone: str) -> datetime:
    """An aware instant; an all-day date is midnight in the calendar's zone. A cancelled stub may have none."""
    if "dateTime" in moment:
        return datetime.fromisoformat(moment["dateTime"])
    return datetime.combine(date.fromisoformat(moment.get("date", NOWHEN)), time(), ZoneInfo(known_zone(zone)))
