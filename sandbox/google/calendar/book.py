"""One account's calendars, with every event they ever had: a cancelled one keeps its id."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.google.calendar import recurrence, times
from sandbox.google.errors import GoogleError
from sandbox.google.seed import PRIMARY, SeedCalendar
from sandbox.google.store import Store

Event = dict[str, Any]
BASE32HEX = "0123456789abcdefghijklmnopqrstuv"


@dataclass(slots=True)
class Calendar:
    """One calendar: its events by id, and in which order they last changed."""

    owner: str
    id: str
    summary: str
    timezone: str
    sync_floor: int  # a sync token from before this is no longer valid
    events: dict[str, Event] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    instances: dict[str, set[str]] = field(default_factory=dict)  # by series, the ids of those that were changed

    @property
    def zone(self) -> ZoneInfo:
        return times.zone(self.timezone)

    @property
    def is_primary(self) -> bool:
        return self.id == self.owner

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(f"{self.id}{self.summary}{self.timezone}".encode()).hexdigest()[:16]}"'

    def find(self, event_id: str) -> Event | None:
        """An event or an instance; one that was never changed is worked out from its series."""
        stored = self.events.get(event_id)
        if stored is not None or "_" not in event_id:
            return stored
        series = self.events.get(event_id.rpartition("_")[0])
        if series is None or not series.get("recurrence"):
            return None
        found = recurrence.find(series, event_id, calendar_zone=self.zone)
        return {**found, "etag": series["etag"]} if found else None

    def exceptions(self, series: str) -> dict[str, Event]:
        """The instances of a series that were changed or cancelled, by id."""
        return {key: self.events[key] for key in self.instances.get(series, ())}

    def keep(self, event: Event, change: int) -> None:
        self.events[event["id"]] = event
        self.changes[event["id"]] = change
        if series := event.get("recurringEventId"):
            self.instances.setdefault(series, set()).add(event["id"])


class Book:
    def __init__(self, store: Store, email: str, *, clock: Callable[[], datetime]) -> None:
        self.email = email
        self.calendars: dict[str, Calendar] = {}
        self._store = store
        self._clock = clock
        self._last_change = 0
        query = "SELECT id, summary, timezone, sync_floor FROM calendars WHERE account = ?"
        for row in store.rows(query, email):
            self.calendars[row[0]] = Calendar(email, *row)
        query = "SELECT calendar, change, body FROM events WHERE account = ? ORDER BY change"
        for calendar, change, body in store.rows(query, email):
            self.calendars[calendar].keep(json.loads(body), change)
            self._last_change = max(self._last_change, change)

    @property
    def primary(self) -> Calendar:
        return self.calendars[self.email]

    @property
    def last_change(self) -> int:
        return self._last_change

    def calendar(self, calendar_id: str) -> Calendar:
        key = self.email if calendar_id == PRIMARY else calendar_id
        found = self.calendars.get(key) or self.calendars.get(key.lower())
        if found is None:
            raise GoogleError(404, "notFound", message="Not Found")
        return found

    def put(self, calendar: Calendar, event: Event, *, touch: bool = True) -> Event:
        """Stores an event under a new etag; `touch` moves `updated` too, which reminders, say, don't."""
        now = self._clock()
        # The change number is Google's etag too: twice the microseconds, and never the same again.
        self._last_change = max(self._last_change + 2, int(now.timestamp() * 1_000_000) * 2)
        event["etag"] = f'"{self._last_change}"'
        if touch or "updated" not in event:
            event["updated"] = times.stamp(now)
        calendar.keep(event, self._last_change)
        values = (self.email, calendar.id, event["id"], self._last_change, json.dumps(event))
        self._store.run("INSERT OR REPLACE INTO events VALUES (?, ?, ?, ?, ?)", *values)
        return event

    def forget(self, calendar: Calendar, event_id: str) -> None:
        """Takes an event away as if it had never been, which Google itself never does."""
        event = calendar.events.pop(event_id)
        del calendar.changes[event_id]
        calendar.instances.get(event.get("recurringEventId", ""), set()).discard(event_id)
        query = "DELETE FROM events WHERE account = ? AND calendar = ? AND id = ?"
        self._store.run(query, self.email, calendar.id, event_id)

    def close(self, calendar: Calendar) -> None:
        """Takes a whole calendar away as if it had never been."""
        del self.calendars[calendar.id]
        for table, column in (("events", "calendar"), ("calendars", "id")):
            self._store.run(f"DELETE FROM {table} WHERE account = ? AND {column} = ?", self.email, calendar.id)

    def forget_sync_tokens(self) -> None:
        self._last_change += 2
        for calendar in self.calendars.values():
            calendar.sync_floor = self._last_change
            query = "UPDATE calendars SET sync_floor = ? WHERE account = ? AND id = ?"
            self._store.run(query, calendar.sync_floor, self.email, calendar.id)

    def seed(self, wanted: SeedCalendar) -> None:
        calendar_id = self.email if wanted.id in (PRIMARY, self.email) else wanted.id
        calendar = Calendar(self.email, calendar_id, wanted.summary, wanted.timezone, 0)
        self.calendars[calendar_id] = calendar
        row = (self.email, calendar_id, calendar.summary, calendar.timezone, 0)
        self._store.run("INSERT INTO calendars VALUES (?, ?, ?, ?, ?)", *row)
        for body in wanted.events:
            self.place(calendar, body)

    def place(self, calendar: Calendar, body: Event) -> Event:
        """Put down an event as it is, whoever organizes it; nobody is told."""
        event = {key: value for key, value in body.items() if value is not None}
        event.setdefault("id", new_id())
        if event.get("status") != "cancelled" or "start" in event:
            event |= times.read(event, calendar.timezone)
            if event.get("recurrence"):
                recurrence.check(event, calendar.zone)
        if original := event.get("originalStartTime"):
            event["originalStartTime"] = times.shown(original, calendar.zone)
        person = {"email": self.email} if calendar.is_primary else {"email": calendar.id}
        event.setdefault("organizer", person)
        event.setdefault("creator", {"email": self.email})
        complete(event, times.stamp(self._clock()))
        for attendee in event.get("attendees", ()):
            attendee["email"] = attendee["email"].lower()
            attendee.setdefault("responseStatus", "needsAction")
        self.put(calendar, event, touch="updated" not in event)
        return event


def complete(event: Event, created: str) -> None:
    """What every event has, whoever left it out."""
    event.setdefault("kind", "calendar#event")
    event.setdefault("status", "confirmed")
    event.setdefault("created", created)
    event.setdefault("iCalUID", f"{event['id']}@google.com")
    event.setdefault("sequence", 0)
    event.setdefault("reminders", {"useDefault": True})
    event.setdefault("eventType", "default")


def new_id() -> str:
    return "".join(secrets.choice(BASE32HEX) for _ in range(26))
