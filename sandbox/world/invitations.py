"""The mails that calendars send: invitations, with the iCalendar request they carry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import icalendar

from sandbox.world.calendar import Meeting, meetings
from sandbox.world.delivery import Letter
from sandbox.world.mime import Draft, make_message_id
from sandbox.world.people import Cast, Contact
from sandbox.world.script import Script
from sandbox.world.when import before

_PART_STATES = {"accepted": "ACCEPTED", "tentative": "TENTATIVE", "declined": "DECLINED", "needsAction": "NEEDS-ACTION"}


def letters(script: Script, now: datetime) -> Iterator[Letter]:
    """One invitation per guest, for the meetings that say when they were sent out."""
    for meeting in meetings(script, now):
        if "invited" not in meeting.entry:
            continue
        sent = before(now, meeting.entry["invited"], zone=script.cast.zone)
        for guest in meeting.participants[1:]:
            draft = _draft(meeting, script.cast, guest=script.cast.contacts[guest], sent=sent)
            yield Letter(draft, category="CATEGORY_PERSONAL")


def _draft(meeting: Meeting, cast: Cast, *, guest: Contact, sent: datetime) -> Draft:
    organizer = cast.contacts[meeting.participants[0]]
    title, place = meeting.entry["title"], meeting.entry.get("place", "")
    when = f"{meeting.start:%A} {meeting.start.day} {meeting.start:%B %Y}"
    if isinstance(meeting.start, datetime) and isinstance(meeting.end, datetime):
        when += f", {meeting.start:%H:%M} to {meeting.end:%H:%M} ({meeting.zone})"
    lines = [f"{organizer.name} invites you to: {title}", "", f"When: {when}"]
    if place:
        lines.append(f"Where: {place}")
    lines += [f"Who: {', '.join(cast.contacts[name].name for name in meeting.participants)}", ""]
    return Draft(
        sender=organizer,
        to=[guest],
        subject=f"Invitation: {title} @ {when}",
        text="\n".join(lines),
        sent=sent,
        message_id=make_message_id(meeting.id, guest.email, domain=organizer.email.split("@")[1]),
        invitation=_request(meeting, cast, sent=sent),
        headers={"Sender": "Google Calendar <calendar-notification@google.com>"},
    )


def _request(meeting: Meeting, cast: Cast, *, sent: datetime) -> bytes:
    event = icalendar.Event()
    event.add("uid", f"{meeting.id}@{cast.domain}")
    event.add("dtstamp", sent)
    event.add("dtstart", meeting.start)
    event.add("dtend", meeting.end)
    event.add("summary", meeting.entry["title"])
    if place := meeting.entry.get("place"):
        event.add("location", place)
    event.add("organizer", _cal_address(cast.contacts[meeting.participants[0]]))
    for name in meeting.participants:
        attendee = _cal_address(cast.contacts[name])
        state = meeting.entry.get("responses", {}).get(name, "accepted")
        attendee.params["PARTSTAT"] = icalendar.vText(_PART_STATES[state])
        event.add("attendee", attendee, encode=False)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Sandbox//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _cal_address(contact: Contact) -> icalendar.vCalAddress:
    found = icalendar.vCalAddress(f"mailto:{contact.email}")
    found.params["CN"] = icalendar.vText(contact.name)
    return found
