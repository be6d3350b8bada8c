"""The mails Google Calendar writes: invitation, update, cancellation, answer, each with its iCalendar part."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING

from icalendar import Calendar as ICalendar
from icalendar import Event as IEvent
from icalendar import vCalAddress, vText
from icalendar.prop import vRecur

from sandbox.google.calendar import times
from sandbox.google.calendar.book import Event
from sandbox.google.gmail import delivery

if TYPE_CHECKING:
    from sandbox.google.state import Account, State

NOTIFIER = "calendar-notification@google.com"
ANSWERS = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentative": "TENTATIVE"}


@dataclass(frozen=True, slots=True)
class Notice:
    """One mail: what it says has happened, to whom, and its iTIP method."""

    kind: str
    to: str
    method: str


def announce(state: State, account: Account, *, event: Event, notice: Notice) -> None:
    mail = EmailMessage(policy=SMTP)
    when = spoken(event, account)
    title = event.get("summary") or "(No title)"
    mail["From"] = formataddr((account.name, account.email))
    mail["Sender"] = f"Google Calendar <{NOTIFIER}>"
    mail["Reply-To"] = formataddr((account.name, account.email))
    mail["To"] = notice.to
    mail["Subject"] = f"{notice.kind}: {title} @ {when} ({notice.to})".replace("\n", " ").replace("\r", " ")
    mail["Message-ID"] = f"<calendar-{delivery.new_message_id()[1 : -len('@mail.gmail.com>')]}@google.com>"
    mail["Date"] = format_datetime(state.clock())
    lines = [f"{notice.kind}: {title}", f"When: {when}"]
    if event.get("location"):
        lines.append(f"Where: {event['location']}")
    lines.append(f"Organizer: {event['organizer']['email']}")
    if event.get("description"):
        lines += ["", event["description"]]
    mail.set_content("\n".join(lines))
    mail.add_alternative("".join(f"<p>{html.escape(line)}</p>" for line in lines if line), subtype="html")
    calendar = icalendar_of(event, notice.method, now=state.clock())
    mail.add_alternative(calendar.decode(), subtype="calendar", params={"method": notice.method})
    mail.add_attachment(calendar, maintype="application", subtype="ics", filename="invite.ics")
    delivery.pass_on(state, account.email, raw=mail.as_bytes(), recipients=[notice.to])


def spoken(event: Event, account: Account) -> str:
    zone = times.zone(account.timezone)
    first, last = times.span(event, zone)
    if times.is_all_day(event):
        return f"{first:%a %b} {first.day}, {first.year}"
    first, last = first.astimezone(zone), last.astimezone(zone)
    return f"{first:%a %b} {first.day}, {first.year} {_clock(first)} - {_clock(last)} ({first.tzname()})"


def _clock(moment: datetime) -> str:
    minutes = f":{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def icalendar_of(event: Event, method: str, *, now: datetime) -> bytes:
    found = IEvent()
    zone = times.zone("UTC")
    for name, key in (("dtstart", "start"), ("dtend", "end")):
        moment = times.moment(event[key], zone)
        found.add(name, moment.date() if times.is_all_day(event) else moment.astimezone(zone))
    for line in event.get("recurrence", ()):
        if line.upper().startswith("RRULE:"):
            found.add("rrule", vRecur.from_ical(line[6:]))
    found.add("dtstamp", now.astimezone(zone))
    found.add("uid", event["iCalUID"])
    found.add("sequence", event.get("sequence", 0))
    found.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    for name, key in (("summary", "summary"), ("location", "location"), ("description", "description")):
        if event.get(key):
            found.add(name, event[key])
    found["organizer"] = vCalAddress(f"MAILTO:{event['organizer']['email']}")
    for person in event.get("attendees", ()):
        guest = vCalAddress(f"MAILTO:{person['email']}")
        guest.params["partstat"] = vText(ANSWERS.get(person.get("responseStatus", ""), "NEEDS-ACTION"))
        guest.params["rsvp"] = vText("TRUE")
        found.add("attendee", guest, encode=False)
    calendar = ICalendar()
    for name, value in (
        ("prodid", "-//Google Inc//Google Calendar 70.9054//EN"),
        ("version", "2.0"),
        ("method", method),
    ):
        calendar.add(name, value)
    calendar.add_component(found)
    content: bytes = calendar.to_ical()
    return content
