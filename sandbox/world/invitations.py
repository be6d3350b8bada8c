"""The mails that calendars send: invitations, with the iCalendar request they carry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import icalendar

from sandbox.world.calendar import Meeting, meetings
from sandbox.world.delivery import Letter
from sandbox.world.mime import Draft, make_message_id
from sandbox.world.people import CONTACTS, WORK_DOMAIN, Contact
from sandbox.world.when import before

_PART_STATES = {"accepted": "ACCEPTED", "tentative": "TENTATIVE", "declined": "DECLINED", "needsAction": "NEEDS-ACTION"}


def letters(now: datetime) -> Iterator[Letter]:
    """One invitation per guest, for the meetings that say when they were sent out."""
    for meeting in meetings(now):
        if "invited" not in meeting.entry:
            continue
        sent = before(now, meeting.entry["invited"])
        organizer, *guests = (CONTACTS[name] for name in meeting.participants)
        for guest in guests:
            yield Letter(_draft(meeting, organizer, guest=guest, sent=sent), category="CATEGORY_PERSONAL")


def _draft(meeting: Meeting, organizer: Contact, *, guest: Contact, sent: datetime) -> Draft:
    title, place = meeting.entry["title"], meeting.entry.get("place", "")
    when = f"{meeting.start:%A} {meeting.start.day} {meeting.start:%B %Y}"
    if isinstance(meeting.start, datetime) and isinstance(meeting.end, datetime):
        when += f", {meeting.start:%H:%M} to {meeting.end:%H:%M} ({meeting.zone})"
    lines = [f"{organizer.name} invites you to: {title}", "", f"When: {when}"]
    if place:
        lines.append(f"Where: {place}")
    lines += [f"Who: {', '.join(CONTACTS[name].name for name in meeting.participants)}", ""]
    return Draft(
        sender=organizer,
        to=[guest],
        subject=f"Invitation: {title} @ {when}",
        text="\n".join(lines),
        sent=sent,
        message_id=make_message_id(meeting.id, guest.email, domain=organizer.email.split("@")[1]),
        invitation=_request(meeting, organizer, sent=sent),
    )


def _request(meeting: Meeting, organizer: Contact, *, sent: datetime) -> bytes:
    event = icalendar.Event()
    event.add("uid", f"{meeting.id}@{WORK_DOMAIN}")
    event.add("dtstamp", sent)
    event.add("dtstart", meeting.start)
    event.add("dtend", meeting.end)
    event.add("summary", meeting.entry["title"])
    if place := meeting.entry.get("place"):
        event.add("location", place)
    event.add("organizer", _cal_address(organizer))
    for name in meeting.participants:
        attendee = _cal_address(CONTACTS[name])
        state = meeting.entry.get("responses", {}).get(name, "accepted")
        attendee.params["PARTSTAT"] = icalendar.vText(_PART_STATES[state])
        event.add("attendee", attendee, encode=False)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Larkspur Instruments//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _cal_address(contact: Contact) -> icalendar.vCalAddress:
    found = icalendar.vCalAddress(f"mailto:{contact.email}")
    found.params["CN"] = icalendar.vText(contact.name)
    return found
