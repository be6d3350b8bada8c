"""A world's calendars: its meetings as Calendar API event resources, one copy per participant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.google.seed import PRIMARY, SeedCalendar
from sandbox.world.people import Cast
from sandbox.world.script import Script
from sandbox.world.when import shift, today

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UTC = ZoneInfo("Etc/UTC")
_COMING = 10  # occurrences from tomorrow on that an entry may move or skip


@dataclass(frozen=True, slots=True)
class Meeting:
    """One entry of a script, with its dates worked out."""

    entry: dict[str, Any]
    cast: Cast
    id: str
    zone: str
    start: datetime | date
    end: datetime | date
    made: datetime

    @property
    def participants(self) -> tuple[str, ...]:
        """The organizer first, then the guests, lists expanded, each once."""
        names = (self.entry["organizer"], *self.entry.get("guests", ()))
        expanded = [member for name in names for member in self.cast.lists.get(name, (name,))]
        return tuple(dict.fromkeys(expanded))


def meetings(script: Script, now: datetime) -> list[Meeting]:
    """Every meeting of the world; the same day gives the same meetings."""
    return [_meeting(entry, script.cast, now=now) for entry in script.meetings]


def calendars(script: Script, key: str, *, now: datetime) -> list[SeedCalendar]:
    """The calendars of one account: its primary one, and those it has beside."""
    contact = script.cast.contacts[key]
    zone = contact.zone
    found: dict[str, SeedCalendar] = {PRIMARY: SeedCalendar(PRIMARY, contact.email, zone)}
    for meeting in meetings(script, now):
        if key not in meeting.participants:
            continue
        calendar_id, summary = script.calendars.get(meeting.entry.get("calendar", ""), (PRIMARY, ""))
        calendar = found.setdefault(calendar_id, SeedCalendar(calendar_id, summary, zone))
        calendar.events.extend(_resources(meeting, key, now=now))
    return list(found.values())


def _meeting(entry: dict[str, Any], cast: Cast, *, now: datetime) -> Meeting:
    zone = entry.get("zone", cast.zone)
    this_day = today(now, zone)
    day = _first_day(entry, this_day)
    made = datetime.combine(min(day, this_day) - timedelta(days=12), time(9), ZoneInfo(zone))
    # Ids of events may use the letters a to v and digits: hexadecimal is among them.
    event_id = hashlib.sha256(f"{entry['title']}|{entry['organizer']}".encode()).hexdigest()[:26]
    if "at" not in entry:
        return Meeting(entry, cast, event_id, zone, day, day + timedelta(days=entry["days"]), made)
    start = datetime.combine(day, time.fromisoformat(entry["at"]), ZoneInfo(zone))
    return Meeting(entry, cast, event_id, zone, start, start + timedelta(minutes=entry["minutes"]), made)


def _first_day(entry: dict[str, Any], this_day: date) -> date:
    """The day of a meeting, or the first of its series: "+2w" as `when.shift` counts, "next TU" in the coming week."""
    if "day" not in entry:
        return next(_occurrence_days(_weekdays(entry, this_day), this_day - timedelta(weeks=entry["since"])))
    if entry["day"].startswith("next "):
        monday = this_day + timedelta(days=7 - this_day.weekday())
        return monday + timedelta(days=_WEEKDAYS.index(entry["day"].removeprefix("next ")))
    return shift(this_day, int(entry["day"][:-1]), unit=entry["day"][-1])


def _weekdays(entry: dict[str, Any], this_day: date) -> list[str]:
    """Those a series repeats on; "tomorrow" stands for tomorrow's."""
    if entry["repeat"] == "tomorrow":
        return [_WEEKDAYS[(this_day.weekday() + 1) % 7]]
    return list(entry["repeat"].split(","))


def _occurrence_days(weekdays: list[str], day: date) -> Iterator[date]:
    """The days of a weekly series, from `day` on."""
    while True:
        if _WEEKDAYS[day.weekday()] in weekdays:
            yield day
        day += timedelta(days=1)


def _resources(meeting: Meeting, key: str, *, now: datetime) -> list[dict[str, Any]]:
    """One participant's copy of a meeting, and of its moved occurrences."""
    entry, this_day = meeting.entry, today(now, meeting.zone)
    event = _copy(meeting, key)
    if "repeat" not in entry:
        if entry.get("repeat_yearly"):
            event["recurrence"] = ["RRULE:FREQ=YEARLY"]
        return [event]
    assert isinstance(meeting.start, datetime)
    weekdays = _weekdays(entry, this_day)
    days = _occurrence_days(weekdays, this_day + timedelta(days=1))
    coming = [datetime.combine(next(days), meeting.start.timetz()) for _ in range(_COMING)]
    event["recurrence"] = [f"RRULE:FREQ=WEEKLY;BYDAY={','.join(weekdays)}"]
    for number in entry.get("skipped", ()):
        event["recurrence"].append(f"EXDATE;TZID={meeting.zone}:{coming[number]:%Y%m%dT%H%M%S}")
    return [event] + [
        _moved(event, meeting, original=coming[change["occurrence"]], change=change)
        for change in entry.get("moved", ())
    ]


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
    entry, organizer = meeting.entry, meeting.cast.contacts[meeting.entry["organizer"]]
    stamp = f"{meeting.made.astimezone(_UTC):%Y-%m-%dT%H:%M:%S.000Z}"
    event: dict[str, Any] = {
        "id": meeting.id,
        "iCalUID": f"{meeting.id}@{meeting.cast.domain}",
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
    contact, responses = meeting.cast.contacts[name], meeting.entry.get("responses", {})
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
