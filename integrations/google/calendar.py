"""Google Calendar behind the port Calendar. Source: Calendar API v3 reference."""

from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.desk import NewEvent, reference
from app.domain.errors import Missing
from app.domain.types import Account, Address, Event
from integrations.google.services import Calendar
from integrations.google.wire import Wire

PAGE = 250
"""Events a list call returns by default; the most is 2,500."""
PROPERTY = "steward_action"
MIRRORS = "steward_mirrors"
READING = {"reader", "writerWithoutPrivateAccess", "writer", "owner"}
"""Roles that see an event's title, text and place; freeBusyReader sees only that there is one."""
NEVER_BUSY = {"workingLocation", "birthday"}
"""Event types that don't keep anyone busy."""

Resource = dict[str, Any]


class GoogleCalendar:
    """The calendars of one Google account. Times are aware; every method may raise a ProviderError."""

    def __init__(self, wire: Wire, account: Account, calendar: Calendar) -> None:
        self._wire = wire
        self._account = account
        self._ref = reference(account)
        self._events, self._list, self._sharing = calendar.events, calendar.calendars, calendar.sharing
        self._shown: list[Resource] | None = None

    @property
    def account(self) -> Account:
        return self._account

    async def events(self, start: datetime, end: datetime, *, words: str = "") -> tuple[Event, ...]:
        """Events of all calendars shown that touch [start, end), recurrences expanded, by start."""
        found: list[Event] = []
        for calendar in await self._calendars():
            found += await self._between(calendar, start, end, words)
        return tuple(sorted(found, key=lambda e: (e.start, e.end, e.id)))

    async def _calendars(self) -> list[Resource]:
        if self._shown is None:
            answer = await self._wire.send(self._list.list(maxResults=PAGE))
            self._shown = [c for c in answer.get("items", ()) if c.get("selected") or c.get("primary")]
        return self._shown

    async def _between(self, calendar: Resource, start: datetime, end: datetime, words: str) -> list[Event]:
        found: list[Event] = []
        token = None
        while True:
            answer = await self._wire.send(
                self._events.list(
                    calendarId=calendar["id"],
                    timeMin=start.astimezone(UTC).isoformat(),
                    timeMax=end.astimezone(UTC).isoformat(),
                    singleEvents=True,
                    orderBy="startTime",
                    maxResults=PAGE,
                    pageToken=token,
                    q=words or None,
                )
            )
            zone = answer.get("timeZone") or calendar.get("timeZone", "UTC")
            found += [self._event(e, calendar["id"], zone) for e in answer.get("items", ())]
            token = answer.get("nextPageToken")
            if token is None:
                return found

    async def event(self, calendar: str, event: str) -> Event | None:
        """One event, cancelled ones included; None when there never was one."""
        try:
            return self._event(await self._wire.send(self._events.get(calendarId=calendar, eventId=event)), calendar)
        except Missing:
            return None

    async def readers(self, calendar: str) -> tuple[str, ...]:
        """Who besides the account's owner can read the events: addresses, "everyone at" a domain, "everyone"."""
        found: list[str] = []
        token = None
        while True:
            answer = await self._wire.send(self._sharing.list(calendarId=calendar, maxResults=PAGE, pageToken=token))
            scopes = [rule.get("scope", {}) for rule in answer.get("items", ()) if rule.get("role") in READING]
            found += [_reader(s.get("type", "default"), s.get("value", "").lower()) for s in scopes]
            token = answer.get("nextPageToken")
            if token is None:
                return tuple(r for r in dict.fromkeys(found) if r not in (self._account.email.lower(), calendar))

    async def insert(self, event: NewEvent) -> Event:
        """Make it; raises Conflict when the id is taken, be it by a cancelled event."""
        request = self._events.insert(calendarId=event.calendar, sendUpdates=event.notify, body=_body(event))
        return self._event(await self._wire.send(request), event.calendar)

    async def delete(self, calendar: str, event: str, *, notify: str) -> None:
        """Cancel it; one that is gone already is fine."""
        try:
            await self._wire.send(self._events.delete(calendarId=calendar, eventId=event, sendUpdates=notify))
        except Missing:
            return

    def link(self, day: datetime) -> str:
        """Google Calendar's own page of the day, whichever accounts the browser is signed in to."""
        return f"https://calendar.google.com/calendar/r/day/{day:%Y/%-m/%-d}?authuser={quote(self._account.email)}"

    def _event(self, resource: Resource, calendar: str, zone: str = "UTC") -> Event:
        attendees = resource.get("attendees", ())
        own = next((a for a in attendees if a.get("self")), None)
        private = resource.get("extendedProperties", {}).get("private", {})
        first, last = resource.get("start", {}), resource.get("end", {})
        start, end = _instant(first, zone), _instant(last, zone)
        return Event(
            id=resource["id"],
            calendar=calendar,
            account=self._ref,
            title=resource.get("summary", ""),
            start=start,
            end=end,
            all_day="date" in first,
            zone=first.get("timeZone") or zone,
            place=resource.get("location", ""),
            notes=resource.get("description", ""),
            guests=tuple(_guest(a) for a in attendees if not a.get("self") and not a.get("resource")),
            organizer=_guest(resource.get("organizer", {})),
            status=resource.get("status", "confirmed"),
            answer=_answer(own) if own else "",
            busy=resource.get("transparency") != "transparent" and resource.get("eventType") not in NEVER_BUSY,
            etag=resource.get("etag", ""),
            link=resource.get("htmlLink", ""),
            steward_action=private.get(PROPERTY, ""),
            kind=resource.get("eventType", "default"),
            uid=resource.get("iCalUID", ""),
            mirrors=private.get(MIRRORS, ""),
        )


def _body(event: NewEvent) -> Resource:
    return {
        "id": event.id,
        "summary": event.title,
        "start": {"dateTime": event.start.isoformat(), "timeZone": event.zone},
        "end": {"dateTime": event.end.isoformat(), "timeZone": event.zone},
        "attendees": [{"email": guest} for guest in event.guests],
        "location": event.place,
        "description": event.notes,
        "extendedProperties": {"private": {PROPERTY: event.steward_action}},
    }


def _reader(scope: str, value: str) -> str:
    if scope in ("user", "group"):
        return value
    return f"everyone at {value}" if scope == "domain" else "everyone"


def _answer(own: Resource) -> str:
    """What the owner replied; that an organizer comes to their own event says nothing."""
    said = str(own.get("responseStatus", ""))
    return "" if own.get("organizer") and said == "accepted" else said


def _guest(attendee: Resource) -> Address:
    return Address(email=attendee.get("email", ""), name=attendee.get("displayName", ""))


def _instant(moment: Resource, zone: str) -> datetime:
    """An aware instant; an all-day date is midnight in the calendar's zone. A cancelled stub may have none."""
    if "dateTime" in moment:
        return datetime.fromisoformat(moment["dateTime"])
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        place = ZoneInfo("UTC")
    return datetime.combine(date.fromisoformat(moment.get("date", "1970-01-01")), time(), tzinfo=place)
