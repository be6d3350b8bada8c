"""Google Calendar behind the port Calendar. Source: Calendar API v3 reference."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.calendars import Availability, EventChange, NewEvent, Period, differs
from app.domain.desk import reference
from app.domain.errors import Missing, Refused
from app.domain.types import Account, CalendarRef, Event
from integrations.google.events import Resource, attendees_of, body_of, event_of, known_zone, patch_of
from integrations.google.pages import GooglePages
from integrations.google.services import Calendar
from integrations.google.wire import Wire

PAGE, MOST_EVENTS = 250, 2500
"""Events a list call returns by default, and the most it does (Calendar API v3: events.instances, maxResults)."""
PRIMARY = "primary"
"""What Google calls the calendar of the account itself, whose id is the account's address."""
READING = {"reader", "writerWithoutPrivateAccess", "writer", "owner"}
"""Roles that see an event's title, text and place; freeBusyReader sees only that there is one."""
MOST_FREE_BUSY = 50
"""Calendars one free/busy query may ask for (calendarExpansionMax)."""
LONGEST_FREE_BUSY = timedelta(days=60)
"""What one free/busy query spans at most. The reference names no limit, but Google refuses more than some three months
("The requested time range is too long", as calendar clients on GitHub report)."""
UNSEEN = "their calendar isn't shared with you"
UNTOLD = "Google doesn't tell"


class GoogleCalendar:
    """The calendars of one Google account. Times are aware; every method may raise a ProviderError."""

    def __init__(self, wire: Wire, account: Account, calendar: Calendar) -> None:
        self._wire = wire
        self._account = account
        self._ref = reference(account)
        self._api = calendar
        self._events = calendar.events
        self._known: tuple[CalendarRef, ...] = ()

    @property
    def account(self) -> Account:
        return self._account

    # Reading.

    async def calendars(self) -> tuple[CalendarRef, ...]:
        """All calendars of the person's list, the primary one first; asked of Google once."""
        if not self._known:
            rows = await self._all(lambda token: self._api.calendars.list(maxResults=PAGE, pageToken=token))
            self._known = tuple(sorted(map(_calendar, rows), key=lambda c: not c.primary))
        return self._known

    async def events(self, start: datetime, end: datetime, *, words: str = "") -> tuple[Event, ...]:
        """Events of all calendars shown that touch [start, end), recurrences expanded, by start."""
        shown = [calendar for calendar in await self.calendars() if calendar.shown]
        told = await asyncio.gather(*(self._between(calendar, start, end, words) for calendar in shown))
        return tuple(sorted((e for events in told for e in events), key=lambda e: (e.start, e.end, e.id)))

    async def _between(self, calendar: CalendarRef, start: datetime, end: datetime, words: str) -> list[Event]:
        rows = await self._all(
            lambda token: self._events.list(
                calendarId=calendar.id,
                singleEvents=True,
                orderBy="startTime",
                maxResults=PAGE,
                pageToken=token,
                q=words or None,
                **_span(start, end),
            )
        )
        return [event_of(row, calendar.id, self._ref, zone=calendar.zone) for row in rows]

    async def event(self, calendar: str, event: str) -> Event | None:
        """One event, a series or an occurrence of one, cancelled ones included; None when there never was one."""
        try:
            return await self._event(await self._resource(calendar, event), calendar)
        except Missing:
            return None

    async def occurrences(self, series: Event, start: datetime, end: datetime) -> tuple[Event, ...]:
        """The occurrences of a series that touch [start, end), by start, each as it was changed; raises Missing."""
        rows = await self._all(
            lambda token: self._events.instances(
                calendarId=series.calendar, eventId=series.id, maxResults=PAGE, pageToken=token, **_span(start, end)
            )
        )
        found = [await self._event(row, series.calendar) for row in rows]
        return tuple(sorted(found, key=lambda e: (e.start, e.id)))

    async def apart(self, series: Event, until: datetime) -> tuple[Event, ...]:
        """See the port; Google lists all its occurrences and we compare."""
        rows = await self._all(
            lambda token: self._events.instances(
                calendarId=series.calendar,
                eventId=series.id,
                showDeleted=True,
                timeMax=until.astimezone(UTC).isoformat(),
                maxResults=MOST_EVENTS,
                pageToken=token,
            )
        )
        found = [await self._event(row, series.calendar) for row in rows]
        return tuple(
            sorted((e for e in found if differs(series, e)), key=lambda e: (e.original_start or e.start, e.id))
        )

    async def readers(self, calendar: str) -> tuple[str, ...]:
        """Who besides the account's owner can read the events: addresses, "everyone at" a domain, "everyone"."""
        rows = await self._all(
            lambda token: self._api.sharing.list(calendarId=calendar, maxResults=PAGE, pageToken=token)
        )
        scopes = [rule.get("scope", {}) for rule in rows if rule.get("role") in READING]
        found = [_reader(s.get("type", "default"), s.get("value", "").lower()) for s in scopes]
        return tuple(r for r in dict.fromkeys(found) if r not in (self._account.email.lower(), calendar))

    async def availability(
        self, addresses: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Availability]:
        """When the primary calendars of these people are busy, by address, as far as their owners let it be seen."""
        asked = list(dict.fromkeys(addresses))
        some = [asked[first : first + MOST_FREE_BUSY] for first in range(0, len(asked), MOST_FREE_BUSY)]
        told = [await self._free_busy(who, *span) for who in some for span in _spans(start, end)]
        return {a: _in_all([part[a] for part in told if a in part]) for a in asked}

    async def _free_busy(self, who: Sequence[str], start: datetime, end: datetime) -> dict[str, Availability]:
        """What one query tells of these people."""
        body = {**_span(start, end), "items": [{"id": a} for a in who], "calendarExpansionMax": MOST_FREE_BUSY}
        told = (await self._wire.send(self._api.free_busy.query(body=body))).get("calendars", {})
        return {a: _availability(told.get(a, {"errors": [{}]})) for a in who}

    async def zone(self, address: str) -> str:
        """The IANA zone of somebody's primary calendar; empty where it can't be seen."""
        try:
            told = await self._wire.send(self._api.metadata.get(calendarId=address))
        except (Missing, Refused):
            return ""
        return known_zone(told["timeZone"]) if told.get("timeZone") else ""

    # Changing.

    async def insert(self, event: NewEvent) -> Event:
        """Make it; raises Conflict when the id is taken, be it by a cancelled event."""
        request = self._events.insert(
            calendarId=event.calendar, sendUpdates=event.notify, conferenceDataVersion=1, body=body_of(event)
        )
        return await self._event(await self._wire.send(request), event.calendar)

    async def change(self, change: EventChange) -> Event:
        """Change it; raises Conflict when it no longer bears the etag, Missing when it is gone for ever."""
        body = patch_of(change)
        if change.guests is not None:
            body["attendees"] = attendees_of(change.guests, await self._resource(change.calendar, change.event))
        request = self._events.patch(
            calendarId=change.calendar,
            eventId=change.event,
            sendUpdates=change.notify,
            conferenceDataVersion=None if change.video is None else 1,
            body=body,
        )
        return await self._event(await self._wire.send(_matching(request, change.etag)), change.calendar)

    async def respond(self, event: Event, answer: str, *, notify: str) -> Event:
        """Give the owner's answer to an invitation; nobody else's is touched, whoever answers meanwhile."""
        own = {"email": self._account.email, "responseStatus": answer}
        request = self._events.patch(
            calendarId=event.calendar,
            eventId=event.id,
            sendUpdates=notify,
            body={"attendeesOmitted": True, "attendees": [own]},
        )
        return await self._event(await self._wire.send(request), event.calendar)

    async def move(self, event: Event, calendar: str, *, notify: str) -> Event:
        """Move it with all its occurrences into another calendar of the account, where it keeps its id."""
        request = self._events.move(
            calendarId=event.calendar, eventId=event.id, destination=calendar, sendUpdates=notify
        )
        return await self._event(await self._wire.send(request), calendar)

    async def delete(self, calendar: str, event: str, *, notify: str, etag: str = "") -> None:
        """Cancel it; one that is gone already is fine. Raises Conflict when it no longer bears the etag given."""
        request = self._events.delete(calendarId=calendar, eventId=event, sendUpdates=notify)
        try:
            await self._wire.send(_matching(request, etag))
        except Missing:
            return

    def link(self, day: datetime) -> str:
        """Google Calendar's own page of the day."""
        return GooglePages(self._account.email).day(day)

    # Both.

    async def _all(self, request: Callable[[str | None], Any]) -> list[Resource]:
        """The rows of all pages."""
        found: list[Resource] = []
        token = None
        while True:
            answer = await self._wire.send(request(token))
            found += answer.get("items", ())
            token = answer.get("nextPageToken")
            if token is None:
                return found

    async def _resource(self, calendar: str, event: str) -> Resource:
        return await self._wire.send(self._events.get(calendarId=calendar, eventId=event))

    async def _event(self, resource: Resource, calendar: str) -> Event:
        """An event that came alone: its calendar's zone, which is where its days begin, is asked for only if needed."""
        dated = any("date" in resource.get(name, {}) for name in ("start", "originalStartTime"))
        zone = await self._zone(calendar) if dated else "UTC"
        return event_of(resource, calendar, self._ref, zone=zone)

    async def _zone(self, calendar: str) -> str:
        listed = await self.calendars()
        return next((c.zone for c in listed if c.id == calendar or (calendar == PRIMARY and c.primary)), "UTC")


def _span(start: datetime, end: datetime) -> dict[str, str]:
    return {"timeMin": start.astimezone(UTC).isoformat(), "timeMax": end.astimezone(UTC).isoformat()}


def _matching(request: Any, etag: str) -> Any:
    """The request, refused with 412 when the event no longer bears the etag."""
    if etag:
        request.headers["If-Match"] = etag
    return request


def _calendar(row: Resource) -> CalendarRef:
    primary = bool(row.get("primary"))
    return CalendarRef(
        id=row["id"],
        name=row.get("summaryOverride") or row.get("summary", ""),
        zone=known_zone(row.get("timeZone", "")),
        primary=primary,
        role=row.get("accessRole", "reader"),
        shown=primary or bool(row.get("selected")),
    )


def _availability(told: Resource) -> Availability:
    if errors := told.get("errors"):
        return Availability(unknown=UNSEEN if errors[0].get("reason") == "notFound" else UNTOLD)
    spans = ((datetime.fromisoformat(b["start"]), datetime.fromisoformat(b["end"])) for b in told.get("busy", ()))
    return Availability(busy=tuple(Period(start=start, end=end) for start, end in spans))


def _spans(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time from start to end in parts that one query may span."""
    while start < end:
        until = min(start + LONGEST_FREE_BUSY, end)
        yield start, until
        start = until


def _in_all(parts: Sequence[Availability]) -> Availability:
    """What these tell together, in their order; what goes on from one part into the next is one period."""
    busy: list[Period] = []
    for part in parts:
        if part.unknown:
            return part
        for period in part.busy:
            if busy and busy[-1].end == period.start:
                busy[-1] = Period(start=busy[-1].start, end=period.end)
            else:
                busy.append(period)
    return Availability(busy=tuple(busy))


def _reader(scope: str, value: str) -> str:
    if scope in ("user", "group"):
        return value
    return f"everyone at {value}" if scope == "domain" else "everyone"
