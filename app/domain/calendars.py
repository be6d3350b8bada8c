"""The port to the calendars of one account, and what is asked of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from app.domain.types import Account, CalendarRef, Event, Guest, Value

EVERYONE, OUTSIDERS, NOBODY = "all", "externalOnly", "none"
"""Who is told by mail (Calendar API v3: sendUpdates)."""
OWNER = "owner"
"""What the account may do in a calendar that is its own (Calendar API v3: accessRole)."""


class Period(Value):
    """A stretch of time, from start until just before end."""

    start: AwareDatetime
    end: AwareDatetime


def whole(times: Sequence[Period]) -> tuple[datetime, datetime]:
    """From the first of some times, of which there is one at least, until the last is over."""
    return min(time.start for time in times), max(time.end for time in times)


class Availability(Value):
    """When someone is busy as far as a calendar tells, or why it doesn't."""

    busy: tuple[Period, ...] = ()
    zone: str = ""
    """IANA name of where they are, if the calendar tells."""
    unknown: str = ""
    """Why nothing is known, in words; then an empty `busy` says nothing."""


class NewEvent(Value):
    """An event to be made, with an id of our own."""

    id: str
    calendar: str
    title: str
    start: datetime
    end: datetime
    zone: str
    """Where a series keeps its time of day."""
    all_day: bool = False
    guests: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    """Those of the guests who needn't come."""
    place: str = ""
    notes: str = ""
    recurrence: tuple[str, ...] = ()
    """Lines of RFC 5545; empty: it happens once."""
    video: bool = False
    """Whether it gets a video conference of its own."""
    busy: bool = True
    visibility: str = "default"
    notify: str = EVERYONE
    steward_action: str
    mirrors: str = ""
    """The account whose busy time it stands for, for a mirror block."""


class EventChange(Value):
    """What is to become different about an event; None leaves a field as it is."""

    calendar: str
    event: str
    etag: str = ""
    """Only if the event still bears it; empty: whatever became of it."""
    notify: str = EVERYONE
    steward_change: str
    """The action that changes it, by which the change is known again."""
    title: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    """Both or none."""
    zone: str = "UTC"
    all_day: bool = False
    place: str | None = None
    notes: str | None = None
    guests: tuple[Guest, ...] | None = None
    """All who are invited then, without the account's owner; who is invited already keeps the answer given by now."""
    recurrence: tuple[str, ...] | None = None
    """Lines of RFC 5545; empty: it happens once."""
    status: str | None = None
    """confirmed brings a cancelled event back."""
    video: bool | None = None
    """True gives it a video conference of its own, False takes it away."""


class Calendar(Protocol):
    """The calendars of one account. Every method may raise a ProviderError; times are aware."""

    @property
    def account(self) -> Account: ...
    async def calendars(self) -> tuple[CalendarRef, ...]:
        """All calendars of the person's list, hidden ones included, the primary one first."""

    async def events(self, start: datetime, end: datetime, *, words: str = "") -> tuple[Event, ...]:
        """Events of all calendars shown that touch [start, end), recurrences expanded, by start."""

    async def event(self, calendar: str, event: str) -> Event | None:
        """One event, a series or an occurrence of one, cancelled ones included; None when there never was one."""

    async def occurrences(self, series: Event, start: datetime, end: datetime) -> tuple[Event, ...]:
        """The occurrences of a series that touch [start, end), by start, each as it was changed; raises Missing."""

    async def apart(self, series: Event, until: datetime) -> tuple[Event, ...]:
        """The occurrences of a series that start before this instant and aren't what the series says, by when they
        would start: cancelled ones, of which only that is sure, and changed ones. Raises Missing."""

    async def readers(self, calendar: str) -> tuple[str, ...]:
        """Who besides the account's owner can read the events: addresses, "everyone at" a domain, "everyone"."""

    async def availability(
        self, addresses: Sequence[str], start: datetime, end: datetime
    ) -> Mapping[str, Availability]:
        """When the primary calendars of these people are busy, by address, as far as their owners let it be seen."""

    async def zone(self, address: str) -> str:
        """The IANA zone of somebody's primary calendar; empty where it can't be seen."""

    async def insert(self, event: NewEvent) -> Event:
        """Make it; raises Conflict when the id is taken."""

    async def change(self, change: EventChange) -> Event:
        """Change it; raises Conflict when it no longer bears the etag, Missing when it is gone for ever."""

    async def respond(self, event: Event, answer: str, *, notify: str) -> Event:
        """Give the owner's answer to an invitation: accepted, declined, tentative or needsAction."""

    async def move(self, event: Event, calendar: str, *, notify: str) -> Event:
        """Move it with all its occurrences into another calendar of the account, where it keeps its id."""

    async def delete(self, calendar: str, event: str, *, notify: str, etag: str = "") -> None:
        """Cancel it; one that is gone already is fine. Raises Conflict when it no longer bears the etag given."""

    def link(self, day: datetime) -> str:
        """Where a person sees that day for themselves."""


def differs(series: Event, occurrence: Event) -> bool:
    """Whether an occurrence isn't what its series says: cancelled, moved, or changed in what its people read."""
    if occurrence.status == "cancelled" or occurrence.start != (occurrence.original_start or occurrence.start):
        return True
    return _told(series) != _told(occurrence)


def lasting(event: Event) -> timedelta:
    """How long it lasts; whole days last days, whatever the clocks do."""
    zone = ZoneInfo(event.zone) if event.all_day else UTC
    return event.end.astimezone(zone) - event.start.astimezone(zone)


def _told(event: Event) -> tuple[object, ...]:
    guests = {g.email.lower() for g in event.guests}
    return event.title, event.place, event.notes, event.all_day, lasting(event), guests


async def own_events(calendar: Calendar, start: datetime, end: datetime) -> tuple[Event, ...]:
    """The events that touch [start, end) in the calendars that are the account's own: what somebody else's calendar
    shows beside them keeps the person neither busy nor free. Raises ProviderError."""
    own = {c.id for c in await calendar.calendars() if c.role == OWNER}
    return tuple(event for event in await calendar.events(start, end) if event.calendar in own)
