"""What the sandbox's Google holds at one moment, read past the product: mails, and every occurrence of every event."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from tests.acceptance.stand_ins import Google, Mail

Json = dict[str, Any]
SPAN = timedelta(days=35)
"""How far ahead the calendars are looked at, and behind: no request here is about more."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Occurrence:
    """One time at which an event happens."""

    event: str
    """The event's id; of a series, the same for every occurrence that nobody changed."""
    calendar: str
    title: str
    start: datetime
    end: datetime
    all_day: bool
    series: bool
    mine: bool
    answer: str
    """Of whom the calendar belongs to: accepted, declined, tentative, needsAction; "" without guests."""
    free: bool
    kind: str
    people: frozenset[str]

    @property
    def minutes(self) -> float:
        return (self.end - self.start) / timedelta(minutes=1)

    @property
    def busy(self) -> bool:
        return not self.free and self.answer != "declined" and self.kind != "workingLocation"

    @property
    def what(self) -> tuple[str, datetime, datetime, frozenset[str]]:
        """Apart from where it stands and under which id."""
        return self.title, self.start, self.end, self.people


@dataclass(frozen=True)
class AccountSeen:
    """One account."""

    email: str
    zone: ZoneInfo
    mails: dict[str, Mail]
    calendars: dict[str, list[Occurrence]]
    """By the calendar's id; the primary one has the account's address."""
    stored: dict[str, Json] = field(repr=False)
    """Events as Google keeps them, by calendar and id."""

    @property
    def occurrences(self) -> list[Occurrence]:
        return [one for calendar in self.calendars.values() for one in calendar]

    @property
    def primary(self) -> list[Occurrence]:
        return self.calendars[self.email]


async def seen(google: Google, emails: Iterable[str], now: datetime) -> dict[str, AccountSeen]:
    """The accounts as they stand, by address."""
    zones = {one["email"]: ZoneInfo(one["timezone"]) for one in await google.get("accounts")}
    found = {}
    for email in emails:
        if email not in zones:
            continue
        calendars = (await google.get("calendar", account=email))["calendars"]
        found[email] = AccountSeen(
            email,
            zones[email],
            await google.mails(email),
            {one["id"]: sorted(_happening(one, email, now), key=lambda o: o.start) for one in calendars},
            {f"{one['id']} {event['id']}": event for one in calendars for event in one["events"]},
        )
    return found


def _happening(calendar: Json, owner: str, now: datetime) -> Iterator[Occurrence]:
    """Expanded by a library that neither the product nor the stand-in asks."""
    events = {event["id"]: event for event in calendar["events"]}
    zone = ZoneInfo(calendar["timezone"])
    made = icalendar.Calendar()
    for event in events.values():
        if component := _component(event, zone):
            made.add_component(component)
    for found in recurring_ical_events.of(made, skip_bad_series=False).between(now - SPAN, now + SPAN):
        event = events[str(found["X-ID"])]
        if event["status"] == "cancelled":
            continue
        start, end = (_aware(found[name].dt, zone) for name in ("DTSTART", "DTEND"))
        yield _occurrence(event, calendar["id"], owner=owner, start=start, end=end)


def _component(event: Json, zone: ZoneInfo) -> icalendar.Event | None:
    """An event as iCalendar; a changed or cancelled occurrence refers to its series."""
    series = event.get("recurringEventId")
    if event["status"] == "cancelled" and not series:
        return None
    found = icalendar.Event()
    found.add("uid", series or event["id"])
    found.add("x-id", event["id"])
    found.add("summary", event.get("summary", ""))
    original = event.get("originalStartTime")
    if original:
        found.add("recurrence-id", _point(original, zone))
        found.add("sequence", 1)
    if event["status"] == "cancelled":
        found.add("status", "CANCELLED")
    found.add("dtstart", _point(event.get("start", original), zone))
    found.add("dtend", _point(event.get("end", original), zone))
    for line in event.get("recurrence", ()):
        name, _, value = line.partition(":")
        if name == "RRULE":
            found.add("rrule", icalendar.vRecur.from_ical(value))
        else:
            named, _, tzid = name.partition(";TZID=")
            moments = [
                datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tzid or "UTC")) for text in value.split(",")
            ]
            found.add(named.lower(), moments)
    return found


def _point(moment: Json, zone: ZoneInfo) -> datetime | date:
    if "date" in moment:
        return date.fromisoformat(moment["date"])
    named = ZoneInfo(moment["timeZone"]) if "timeZone" in moment else zone
    return datetime.fromisoformat(moment["dateTime"]).astimezone(named)


def _aware(moment: datetime | date, zone: ZoneInfo) -> datetime:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), zone)
    return moment.astimezone(UTC)


def _occurrence(event: Json, calendar: str, *, owner: str, start: datetime, end: datetime) -> Occurrence:
    guests = event.get("attendees", [])
    return Occurrence(
        event=event["id"],
        calendar=calendar,
        title=event.get("summary", ""),
        start=start,
        end=end,
        all_day="date" in event["start"],
        series=bool(event.get("recurrence") or event.get("recurringEventId")),
        mine=event["organizer"]["email"] in (owner, calendar),
        answer=next((guest["responseStatus"] for guest in guests if guest["email"] == owner), ""),
        free=event.get("transparency") == "transparent",
        kind=event.get("eventType", "default"),
        people=frozenset(guest["email"] for guest in guests),
    )
