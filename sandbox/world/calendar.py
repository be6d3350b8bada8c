"""The world's calendars: meetings from calendars.toml as Calendar API event resources, one copy per participant."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.google.seed import PRIMARY, SeedCalendar
from sandbox.world.people import ACCOUNT_KEYS, CONTACTS, LIST_MEMBERS, WORK_DOMAIN
from sandbox.world.when import shift, today

_FILE = Path(__file__).parent / "calendars.toml"
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UTC = ZoneInfo("Etc/UTC")
FAMILY_CALENDAR = "rivera-family@group.calendar.example"
_EXTRA_CALENDARS = {"family": (FAMILY_CALENDAR, "Family")}


@dataclass(frozen=True, slots=True)
class Meeting:
    """One entry of calendars.toml, with its dates worked out."""

    entry: dict[str, Any]
    id: str
    zone: str
    start: datetime | date
    end: datetime | date
    made: datetime

    @property
    def participants(self) -> tuple[str, ...]:
        """The organizer first, then the guests, lists expanded, each once."""
        names = (self.entry["organizer"], *self.entry.get("guests", ()))
        expanded = [member for name in names for member in LIST_MEMBERS.get(name, (name,))]
        return tuple(dict.fromkeys(expanded))


def meetings(now: datetime) -> list[Meeting]:
    """Every meeting of the world; the same day gives the same meetings."""
    return [_meeting(entry, now) for entry in tomllib.loads(_FILE.read_text("utf-8"))["meeting"]]


def calendars(key: str, now: datetime) -> list[SeedCalendar]:
    """The calendars of one account: its primary one, and those it has beside."""
    zone = CONTACTS[key].zone
    found: dict[str, SeedCalendar] = {PRIMARY: SeedCalendar(PRIMARY, CONTACTS[key].email, zone)}
    for meeting in meetings(now):
        if key not in meeting.participants:
            continue
        calendar_id, summary = _EXTRA_CALENDARS.get(meeting.entry.get("calendar", ""), (PRIMARY, ""))
        calendar = found.setdefault(calendar_id, SeedCalendar(calendar_id, summary, zone))
        calendar.events.extend(_resources(meeting, key, now=now))
    return list(found.values())


def _meeting(entry: dict[str, Any], now: datetime) -> Meeting:
    zone = entry.get("zone", CONTACTS[ACCOUNT_KEYS[0]].zone)
    day = _first_day(entry, now)
    made = datetime.combine(min(day, today(now)) - timedelta(days=12), time(9), ZoneInfo(zone))
    # Ids of events may use the letters a to v and digits: hexadecimal is among them.
    event_id = hashlib.sha256(f"{entry['title']}|{entry['organizer']}".encode()).hexdigest()[:26]
    if "at" not in entry:
        return Meeting(entry, event_id, zone, day, day + timedelta(days=entry["days"]), made)
    start = datetime.combine(day, time.fromisoformat(entry["at"]), ZoneInfo(zone))
    return Meeting(entry, event_id, zone, start, start + timedelta(minutes=entry["minutes"]), made)


def _first_day(entry: dict[str, Any], now: datetime) -> date:
    if "day" in entry:
        return shift(today(now), int(entry["day"][:-1]), unit=entry["day"][-1])
    return next(_occurrence_days(entry, today(now) - timedelta(weeks=entry["since"])))


def _occurrence_days(entry: dict[str, Any], day: date) -> Iterator[date]:
    """The days of a weekly series, from `day` on."""
    weekdays = entry["repeat"].split(",")
    while True:
        if _WEEKDAYS[day.weekday()] in weekdays:
            yield day
        day += timedelta(days=1)


def _resources(meeting: Meeting, key: str, *, now: datetime) -> list[dict[str, Any]]:
    """One participant's copy of a meeting, and of its moved occurrences."""
    entry = meeting.entry
    event = _copy(meeting, key)
    if "repeat" not in entry:
        if entry.get("repeat_yearly"):
            event["recurrence"] = ["RRULE:FREQ=YEARLY"]
        return [event]
    assert isinstance(meeting.start, datetime)
    coming = _coming(meeting.start, entry, now=now)
    event["recurrence"] = [f"RRULE:FREQ=WEEKLY;BYDAY={entry['repeat']}"]
    for number in entry.get("skipped", ()):
        event["recurrence"].append(f"EXDATE;TZID={meeting.zone}:{coming[number]:%Y%m%dT%H%M%S}")
    return [event] + [
        _moved(event, meeting, original=coming[change["occurrence"]], change=change)
        for change in entry.get("moved", ())
    ]


def _coming(start: datetime, entry: dict[str, Any], *, now: datetime, count: int = 10) -> list[datetime]:
    days = _occurrence_days(entry, today(now) + timedelta(days=1))
    return [datetime.combine(next(days), start.timetz()) for _ in range(count)]


def _moved(event: dict[str, Any], meeting: Meeting, *, original: datetime, change: dict[str, Any]) -> dict[str, Any]:
    """One occurrence that lies elsewhere than its series says."""
    start = datetime.combine(original.date(), time.fromisoformat(change["at"]), original.tzinfo)
    moved = {name: value for name, value in event.items() if name != "recurrence"}
    return moved | {
        "id": f"{event['id']}_{original.astimezone(_UTC):%Y%m%dT%H%M%SZ}",
        "recurringEventId": event["id"],
        "originalStartTime": _point(original, meeting.zone),
        "summary": change.get("title", event["summary"]),
        "start": _point(start, meeting.zone),
        "end": _point(start + timedelta(minutes=meeting.entry["minutes"]), meeting.zone),
    }


def _copy(meeting: Meeting, key: str) -> dict[str, Any]:
    entry, organizer = meeting.entry, CONTACTS[meeting.entry["organizer"]]
    stamp = f"{meeting.made.astimezone(_UTC):%Y-%m-%dT%H:%M:%S.000Z}"
    event: dict[str, Any] = {
        "id": meeting.id,
        "iCalUID": f"{meeting.id}@{WORK_DOMAIN}",
        "status": "confirmed",
        "summary": entry["title"],
        "created": stamp,
        "updated": stamp,
        "creator": {"email": organizer.email, "displayName": organizer.name},
        "organizer": {"email": organizer.email, "displayName": organizer.name},
        "start": _point(meeting.start, meeting.zone),
        "end": _point(meeting.end, meeting.zone),
    }
    if key == entry["organizer"]:
        event["organizer"]["self"] = event["creator"]["self"] = True
    if "description" in entry:
        event["description"] = entry["description"]
    if "place" in entry:
        event["location"] = entry["place"]
    if len(meeting.participants) > 1:
        event["attendees"] = [_attendee(meeting, name, key=key) for name in meeting.participants]
    if kind := entry.get("kind"):
        event["eventType"] = kind
        event[f"{kind}Properties"] = {"autoDeclineMode": "declineNone"}
    if not isinstance(meeting.start, datetime):
        event["transparency"] = "transparent"
    return event


def _attendee(meeting: Meeting, name: str, *, key: str) -> dict[str, Any]:
    contact, responses = CONTACTS[name], meeting.entry.get("responses", {})
    attendee: dict[str, Any] = {
        "email": contact.email,
        "displayName": contact.name,
        "responseStatus": responses.get(name, "accepted"),
    }
    if name == meeting.entry["organizer"]:
        attendee["organizer"] = True
    if name == key:
        attendee["self"] = True
    return attendee


def _point(moment: datetime | date, zone: str) -> dict[str, str]:
    if isinstance(moment, datetime):
        return {"dateTime": moment.isoformat(), "timeZone": zone}
    return {"date": moment.isoformat()}
