"""Two accounts with calendars, and events in them to be changed."""

from collections import deque
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from app.domain.actions import Action, CancelEvent, ChangeEvent, MoveEvent, Outcome, RespondToEvent, Scope
from app.domain.cards import Origin, Receipt, Recipient
from app.domain.desk import Desk, reference
from app.domain.errors import ProviderError, Unanswered
from app.domain.types import AccountId, AccountRef, Address, CalendarRef, Event, Guest
from app.planning.series import ended, going_on, moved, starting
from tests.fakes import ManualClock, MemoryCalendar, MemoryMailbox
from tests.samples import ANN, WORK, account
from tests.unit.desk_world import ListLedger

ZONE = "Europe/Vienna"
VIENNA = ZoneInfo(ZONE)
TEN = datetime(2026, 3, 3, 10, tzinfo=VIENNA)
"""A Tuesday, the day after the tests' now."""
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
LOST = Unanswered(provider="Google Calendar")
BOB, CARA = Guest(email="bob@example.org", name="Bob"), Guest(email="cara@example.org")
SIDE = CalendarRef(id="side", name="Side", zone=ZONE)


def review(**more: Any) -> Event:
    """An hour with Bob and Cara, organized by Ann."""
    given: dict[str, Any] = {
        "account": WORK,
        "id": "e1",
        "calendar": "primary",
        "title": "Review",
        "start": TEN,
        "end": TEN + HOUR,
        "zone": ZONE,
        "place": "Room 5",
        "guests": (BOB, CARA),
        "organizer": Address(email=WORK.email),
        "etag": '"0"',
        "uid": "e1@example.com",
    }
    return Event(**given | more)


def weekly(**more: Any) -> Event:
    """The same every Tuesday from now on."""
    return review(id="s1", uid="s1@example.com", recurrence=("RRULE:FREQ=WEEKLY;BYDAY=TU",), **more)


def invitation(**more: Any) -> Event:
    """Bob's meeting, which Ann has not answered."""
    given: dict[str, Any] = {"mine": False, "organizer": BOB, "guests": (BOB,), "answer": "needsAction"}
    return review(**given | more)


class Diary:
    """Ann's desk with a work and a home account."""

    def __init__(self, *events: Event) -> None:
        self.clock = ManualClock()
        mine = account(id=AccountId(WORK.id), email=WORK.email, name=WORK.name)
        other = account(email="ann@home.example", name="home", subject="1002")
        self.work, self.home = MemoryCalendar(mine, *events), MemoryCalendar(other)
        self.work.listed.append(SIDE)
        self.mailbox = MemoryMailbox(mine, self.clock)
        boxes = [self.mailbox, MemoryMailbox(other, self.clock)]
        person = ANN.model_copy(update={"zone": ZONE})
        self.desk = Desk(person, mailboxes=boxes, calendars=[self.work, self.home])
        self.ledger = ListLedger(self.clock)
        self.homely = reference(other)

    async def occurrence(self, at: datetime = TEN + WEEK) -> Event:
        (found,) = await self.work.events(at, at + HOUR)
        return found

    async def times(self, calendar: MemoryCalendar | None = None) -> list[str]:
        """The titles and starts of what stands in the first month, by Vienna's clocks."""
        found = await (calendar or self.work).events(TEN - WEEK, TEN + 5 * WEEK)
        return [f"{e.title} {e.start.astimezone(VIENNA):%-d.%-m. %H:%M}" for e in found]

    @property
    def told(self) -> list[tuple[str, str]]:
        return sorted(self.work.invitations + self.home.invitations)

    def fault(self, number: int, *, committed: bool, fault: ProviderError = LOST) -> None:
        """Let the answer to one of the coming changes be lost."""
        self.work.faults = self.home.faults = deque([*[(True, None)] * (number - 1), (committed, fault)])


class Attempting(Protocol):
    """Where an action is done."""

    desk: Desk
    ledger: ListLedger


async def attempt(at: Attempting, action: Action) -> Receipt:
    """What a worker does with an action it has taken up: look for evidence, look whether it still fits, do it."""
    if at.ledger.notes:
        outcome, receipt = await action.reconcile(at.desk, at.ledger)
        assert outcome is not Outcome.UNKNOWN
        if outcome is Outcome.DONE:
            assert receipt is not None
            return receipt
    assert await action.check(at.desk) is None
    return await action.perform(at.desk, at.ledger)


# The changes.


def shared(was: Event, **more: Any) -> dict[str, Any]:
    return {"account": WORK, "was": was, "zone": ZONE, "proposed_at": ManualClock().now(), **more}


def rescheduled(was: Event, start: datetime = TEN + 4 * HOUR, **more: Any) -> ChangeEvent:
    return ChangeEvent(start=start, end=start + HOUR, **shared(was, **more))


def edited(was: Event, **more: Any) -> ChangeEvent:
    return ChangeEvent(**shared(was, **more))


def following(was: Event, first: Event, start: datetime, **more: Any) -> ChangeEvent:
    at = first.original_start or first.start
    lines = {"recurrence": going_on(was, at, start), "until": ended(was, at)}
    return rescheduled(was, start, first=first, scope=Scope.FOLLOWING, **lines, **more)


def every(was: Event, first: Event, start: datetime) -> ChangeEvent:
    at = first.original_start or first.start
    again = {"anchor": starting(was, at, start), "recurrence": moved(was, at, start)}
    return rescheduled(was, start, first=first, scope=Scope.ALL, **again)


def cancelled(was: Event, **more: Any) -> CancelEvent:
    return CancelEvent(**shared(was, **more))


def answered(was: Event, answer: str = "accepted", **more: Any) -> RespondToEvent:
    return RespondToEvent(answer=answer, **shared(was, **more))


def aside(was: Event, **more: Any) -> MoveEvent:
    """Into the side calendar of the same account."""
    return MoveEvent(target=WORK, into="side", into_name="Side (work)", from_name="work", **shared(was, **more))


class Homely(Protocol):
    """Who has another account."""

    homely: AccountRef


def homewards(at: Homely, was: Event, **more: Any) -> MoveEvent:
    """Into the other account."""
    return MoveEvent(target=at.homely, into="primary", into_name="home", from_name="work", **shared(was, **more))


def guest(email: str, origin: Origin = Origin.TYPED) -> Recipient:
    return Recipient(address=Address(email=email), role="guest", origin=origin)
