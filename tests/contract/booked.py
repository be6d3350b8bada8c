"""A calendar in memory and one at Google with the same in them: a lunch, a series, an invitation."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.calendars import Availability, Calendar, NewEvent, Period
from app.domain.desk import reference
from app.domain.types import Address, CalendarRef, Event, Guest
from sandbox.google.seed import SeedAccount, SeedCalendar
from tests.contract.google_desk import ZONE, google_home
from tests.contract.google_world import ADA, BOB, Clock, World, running
from tests.fakes import MemoryCalendar
from tests.samples import account

VIENNA = ZoneInfo(ZONE)
HOUR = timedelta(hours=1)
TEN = datetime(2026, 6, 4, 10, 0, tzinfo=VIENNA)
WEEKLY = datetime(2026, 7, 7, 10, 0, tzinfo=VIENNA)
BOBS = datetime(2026, 7, 2, 9, 0, tzinfo=VIENNA)
SIDE = "side@group.calendar.example"
RULE = "RRULE:FREQ=WEEKLY;BYDAY=TU"


def body(ident: str, title: str, start: datetime, **more: Any) -> dict[str, Any]:
    """An hour, as Google has it."""
    times = {"start": start, "end": start + HOUR}
    return {
        "id": ident,
        "summary": title,
        **{name: {"dateTime": at.isoformat(), "timeZone": ZONE} for name, at in times.items()},
        **more,
    }


LUNCH = body(
    "lunch0001",
    "Lunch",
    TEN + 2 * HOUR,
    location="Canteen",
    description="With Bob",
    attendees=[{"email": BOB, "displayName": "Bob"}],
)
SERIES = body("weekly001", "Weekly", WEEKLY, recurrence=[RULE])
INVITED = [{"email": BOB, "responseStatus": "accepted"}, {"email": ADA}, {"email": "carol@else.example"}]
INVITATION = body("bobs00001", "Bob's", BOBS, attendees=INVITED, organizer={"email": BOB})


@dataclass
class Booked:
    """Ada's calendars."""

    calendar: Calendar
    told: Callable[[], list[tuple[str, str]]]
    """Whom the provider has written to, and why: invitation, update or cancellation."""
    primary: str
    """The id of the main calendar."""


def at(ident: str, title: str, start: datetime, **more: Any) -> Event:
    """The same hour, as the port has it."""
    mine = reference(account(email=ADA))
    given = {"account": mine, "organizer": Address(email=ADA), "zone": ZONE, "calendar": "primary"}
    return Event(**{**given, "id": ident, "title": title, "start": start, "end": start + HOUR, **more})


async def in_memory() -> AsyncIterator[Booked]:
    mine = account(email=ADA)
    ref = reference(mine)
    bob = Guest(email=BOB, name="Bob")
    lunch = at("lunch0001", "Lunch", TEN + 2 * HOUR, account=ref, place="Canteen", notes="With Bob", guests=(bob,))
    series = at("weekly001", "Weekly", WEEKLY, account=ref, recurrence=(RULE,))
    guests = (Guest(email=BOB, answer="accepted"), Guest(email="carol@else.example"))
    theirs = {"mine": False, "organizer": Address(email=BOB), "answer": "needsAction"}
    invitation = at("bobs00001", "Bob's", BOBS, account=ref, guests=guests, **theirs)
    calendar = MemoryCalendar(mine, lunch, series, invitation)
    calendar.listed = [CalendarRef(id="primary", name="Ada", zone=ZONE, primary=True)]
    calendar.listed.append(CalendarRef(id=SIDE, name="Side", zone="Asia/Tokyo"))
    calendar.colleagues[BOB] = Availability(busy=(Period(start=BOBS, end=BOBS + HOUR),))
    calendar.zones[BOB] = "America/New_York"
    yield Booked(calendar, lambda: sorted(calendar.invitations), "primary")


def outbox(world: World) -> list[tuple[str, str]]:
    """Mails to people who have no account here."""
    kinds = {"Invitation": "invitation", "Canceled event": "cancellation", "Updated invitation": "update"}
    return sorted((one["to"], kinds[one["subject"].partition(":")[0]]) for one in world.control("outbox"))


async def in_google(home: Path) -> AsyncIterator[Booked]:
    side = SeedCalendar(SIDE, "Side", "Asia/Tokyo", [])
    ada = SeedAccount(ADA, "Ada", ZONE, [], [SeedCalendar("primary", "Ada", ZONE, [LUNCH, SERIES, INVITATION]), side])
    calendars = [SeedCalendar("primary", "Bob", "America/New_York", [INVITATION])]
    bob = SeedAccount(BOB, "Bob", "America/New_York", [], calendars)
    with running(home, [ada, bob], Clock()) as world:
        async with google_home(world) as google:
            await google.connect()
            async with google.desk() as desk:
                yield Booked(desk.calendars[0], lambda: outbox(world), ADA)


def new(ident: str = "revue0001", **more: Any) -> NewEvent:
    given: dict[str, Any] = {
        "id": ident,
        "calendar": "primary",
        "title": "Review",
        "start": TEN,
        "end": TEN + HOUR,
        "zone": ZONE,
        "guests": ("carol@else.example", "dan@else.example"),
        "place": "Room 5",
        "notes": "Bring cake",
        "steward_action": "4711",
    }
    return NewEvent(**given | more)
