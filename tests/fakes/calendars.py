"""A calendar in memory: events by id, which stay as cancelled when deleted."""

from collections import deque
from datetime import datetime

from app.domain.desk import NewEvent, reference
from app.domain.errors import Conflict, ProviderError
from app.domain.types import Account, Address, Event


class MemoryCalendar:
    def __init__(self, account: Account, *events: Event) -> None:
        self._account = account
        self._events = {(e.calendar, e.id): e for e in events}
        self.shared: tuple[str, ...] = ()
        """Who else can read it."""
        self.invitations: list[tuple[str, str]] = []
        """Mails to guests: address and what for."""
        self.faults: deque[tuple[bool, ProviderError | None]] = deque()
        """Errors for the next changes, in order: (whether it is committed first, what is raised)."""

    @property
    def account(self) -> Account:
        return self._account

    async def readers(self, calendar: str) -> tuple[str, ...]:
        return self.shared

    def put(self, event: Event) -> None:
        """Somebody else changes the calendar."""
        self._events[event.calendar, event.id] = event

    async def events(self, start: datetime, end: datetime, *, words: str = "") -> tuple[Event, ...]:
        found = (
            e
            for e in self._events.values()
            if e.start < end and e.end > start and e.status != "cancelled" and words.lower() in e.title.lower()
        )
        return tuple(sorted(found, key=lambda e: (e.start, e.id)))

    async def event(self, calendar: str, event: str) -> Event | None:
        return self._events.get((calendar, event))

    async def insert(self, event: NewEvent) -> Event:
        if (event.calendar, event.id) in self._events:
            raise Conflict(provider="Google Calendar", why="the id is taken")
        committed, fault = self.faults.popleft() if self.faults else (True, None)
        stored = Event(
            **event.model_dump(exclude={"guests", "notify"}),
            account=reference(self._account),
            guests=tuple(Address(email=g) for g in event.guests),
            etag='"1"',
            link=f"https://calendar.example/{event.id}",
        )
        if committed:
            self.put(stored)
            self._tell(stored, "invitation", notify=event.notify)
        if fault:
            raise fault
        return stored

    def link(self, day: datetime) -> str:
        return f"https://calendar.example/{day:%Y-%m-%d}"

    async def delete(self, calendar: str, event: str, *, notify: str) -> None:
        stored = self._events.get((calendar, event))
        if stored is None or stored.status == "cancelled":
            return
        committed, fault = self.faults.popleft() if self.faults else (True, None)
        if committed:
            self.put(stored.model_copy(update={"status": "cancelled"}))
            self._tell(stored, "cancellation", notify=notify)
        if fault:
            raise fault

    def _tell(self, event: Event, what: str, *, notify: str) -> None:
        if notify == "all":
            self.invitations += [(guest.email, what) for guest in event.guests]
