"""Calendars in memory: events by id, which stay as cancelled when deleted, and series with their occurrences."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from app.domain.calendars import EVERYONE, NOBODY, Availability, EventChange, NewEvent, differs
from app.domain.desk import reference
from app.domain.errors import Conflict, Missing, ProviderError, Refused
from app.domain.types import Account, Address, CalendarRef, Event, Guest
from tests.fakes.series import occurrences

GOOGLE = "Google Calendar"
PRIMARY = CalendarRef(id="primary", name="Ann", zone="UTC", primary=True)


class MemoryCalendar:
    def __init__(self, account: Account, *events: Event) -> None:
        self._account = account
        self._events = {(e.calendar, e.id): e for e in events}
        self._etags = count(1)
        self.listed = [PRIMARY]
        self.shared: tuple[str, ...] = ()
        """Who else can read it."""
        self.invitations: list[tuple[str, str]] = []
        """Mails to guests: address and what for."""
        self.faults: deque[tuple[bool, ProviderError | None]] = deque()
        """Errors for the next changes, in order: (whether it is committed first, what is raised)."""
        self.meanwhile: deque[Event] = deque()
        """What somebody else puts there in the moment in which a change comes in."""
        self.colleagues: dict[str, Availability] = {}
        self.zones: dict[str, str] = {}

    @property
    def account(self) -> Account:
        return self._account

    def put(self, event: Event) -> None:
        """Somebody else changes the calendar."""
        self._events[event.calendar, event.id] = event

    def let_go(self, event: Event) -> None:
        """An event that was cancelled, and its occurrences, can't be brought back any more."""
        kept = self._events.items()
        self._events = {key: e for key, e in kept if e.calendar != event.calendar or event.id not in (e.id, e.series)}

    # Reading.

    async def calendars(self) -> tuple[CalendarRef, ...]:
        return tuple(self.listed)

    async def readers(self, calendar: str) -> tuple[str, ...]:
        return self.shared

    async def events(self, start: datetime, end: datetime, *, words: str = "") -> tuple[Event, ...]:
        found = [
            e
            for e in self._expanded(start, end)
            if e.start < end and e.end > start and e.status != "cancelled" and words.lower() in e.title.lower()
        ]
        return tuple(sorted(found, key=lambda e: (e.start, e.id)))

    def _expanded(self, start: datetime, end: datetime) -> Iterator[Event]:
        for event in list(self._events.values()):
            if not event.recurrence:
                yield event
            elif event.status != "cancelled":
                plain = occurrences(event, start, end)
                yield from (o for o in plain if (o.calendar, o.id) not in self._events)

    async def event(self, calendar: str, event: str) -> Event | None:
        return self._find(calendar, event)

    def _find(self, calendar: str, event: str) -> Event | None:
        stored = self._events.get((calendar, event))
        series = self._events.get((calendar, event.partition("_")[0]))
        if stored or not (series and series.recurrence and "_" in event):
            return stored
        text = event.partition("_")[2]
        form = "%Y%m%d" if series.all_day else "%Y%m%dT%H%M%SZ"
        at = datetime.strptime(text, form).replace(tzinfo=series.start.tzinfo if series.all_day else UTC)
        found = occurrences(series, at, at + timedelta(seconds=1))
        return next((o for o in found if o.id == event), None)

    async def occurrences(self, series: Event, start: datetime, end: datetime) -> tuple[Event, ...]:
        if (series.calendar, series.id) not in self._events:
            raise Missing(provider=GOOGLE, what="event")
        found = [e for e in await self.events(start, end) if e.series == series.id and e.calendar == series.calendar]
        return tuple(found)

    async def apart(self, series: Event, until: datetime) -> tuple[Event, ...]:
        if (series.calendar, series.id) not in self._events:
            raise Missing(provider=GOOGLE, what="event")
        found = [e for e in self._changed(series) if e.start < until and differs(series, e)]
        return tuple(sorted(found, key=lambda e: (e.original_start or e.start, e.id)))

    def _changed(self, series: Event) -> list[Event]:
        """Its occurrences that are kept by themselves."""
        return [e for e in self._events.values() if e.series == series.id and e.calendar == series.calendar]

    async def availability(
        self, addresses: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Availability]:
        unknown = Availability(unknown="their calendar isn't shared with you")
        return {a: self.colleagues.get(a, unknown) for a in addresses}

    async def zone(self, address: str) -> str:
        return self.zones.get(address, "")

    def link(self, day: datetime) -> str:
        return f"https://calendar.example/{day:%Y-%m-%d}"

    # Changing.

    async def insert(self, event: NewEvent) -> Event:
        if (event.calendar, event.id) in self._events:
            raise Conflict(provider=GOOGLE, why="the id is taken")
        optional = {o.lower() for o in event.optional}
        stored = Event(
            **event.model_dump(exclude={"guests", "optional", "notify", "video"}),
            account=reference(self._account),
            guests=tuple(Guest(email=g, optional=g.lower() in optional) for g in event.guests),
            organizer=Address(email=self._account.email),
            conference=f"https://meet.example/{event.id}" if event.video else "",
            link=f"https://calendar.example/{event.id}",
        )
        return self._commit(stored, told=_told(stored, "invitation", event.notify))

    async def change(self, change: EventChange) -> Event:
        before = self._found(change.calendar, change.event, change.etag)
        names = ("title", "start", "end", "place", "notes", "guests", "recurrence", "status")
        update = {n: v for n in names if (v := getattr(change, n)) is not None}
        if change.guests is not None:
            there = {g.email.lower(): g for g in before.guests}
            update["guests"] = tuple(there.get(g.email.lower(), g) for g in change.guests)
        if change.video is not None:
            update["conference"] = f"https://meet.example/{change.event}" if change.video else ""
        if change.start is not None:
            update |= {"zone": change.zone, "all_day": change.all_day}
        changed = before.model_copy(update={**update, "steward_change": change.steward_change})
        lost = self._misfits(changed) if change.recurrence is not None or change.start is not None else ()
        return self._commit(*lost, changed, told=_told(changed, "update", change.notify, before))

    def _misfits(self, series: Event) -> list[Event]:
        """Changed occurrences that a series no longer has: Google resets them."""
        found = []
        for changed in self._changed(series) if series.recurrence else ():
            at = changed.original_start or changed.start
            if not any(o.id == changed.id for o in occurrences(series, at, at + timedelta(seconds=1))):
                found.append(changed.model_copy(update={"status": "cancelled"}))
        return found

    async def respond(self, event: Event, answer: str, *, notify: str) -> Event:
        before = self._found(event.calendar, event.id)
        if not before.answer:
            raise Refused(provider=GOOGLE, why="you aren't invited")
        told = [(before.organizer.email, answer)] if notify != NOBODY else []
        return self._commit(before.model_copy(update={"answer": answer}), told=told)

    async def move(self, event: Event, calendar: str, *, notify: str) -> Event:
        before = self._found(event.calendar, event.id)
        if not before.mine or before.series:
            raise Refused(provider=GOOGLE, why="this event cannot be moved")
        all_of_it = [*self._changed(before), before]
        gone = [e.model_copy(update={"status": "cancelled"}) for e in all_of_it]
        moved = [e.model_copy(update={"calendar": calendar}) for e in all_of_it]
        return self._commit(*gone, *moved, told=_told(moved[-1], "update", notify))

    async def delete(self, calendar: str, event: str, *, notify: str, etag: str = "") -> None:
        stored = self._find(calendar, event)
        if stored is None or stored.status == "cancelled":
            return
        self._found(calendar, event, etag)
        gone = [e.model_copy(update={"status": "cancelled"}) for e in (*self._changed(stored), stored)]
        self._commit(*gone, told=_told(gone[-1], "cancellation", notify))

    def _found(self, calendar: str, event: str, etag: str = "") -> Event:
        if self.meanwhile:
            self.put(self.meanwhile.popleft())
        stored = self._find(calendar, event)
        if stored is None:
            raise Missing(provider=GOOGLE, what="event")
        if etag and stored.etag != etag:
            raise Conflict(provider=GOOGLE, why="Precondition Failed")
        return stored

    def _commit(self, *events: Event, told: Sequence[tuple[str, str]]) -> Event:
        """Store events and tell people, unless a fault says otherwise; the last of them as it is stored."""
        committed, fault = self.faults.popleft() if self.faults else (True, None)
        stored = [event.model_copy(update={"etag": f'"{next(self._etags)}"'}) for event in events]
        if committed:
            for event in stored:
                self.put(event)
            self.invitations += told
        if fault:
            raise fault
        return stored[-1]


def _told(event: Event, what: str, notify: str, before: Event | None = None) -> list[tuple[str, str]]:
    """Who gets a mail, and what for: who is new among the guests an invitation, who no longer is one a cancellation."""
    if notify != EVERYONE:
        return []
    were = {g.email for g in before.guests} if before else set()
    now = [g.email for g in event.guests]
    mails = [(g, "invitation" if before and g not in were else what) for g in now]
    return mails + [(g, "cancellation") for g in sorted(were - set(now))]
