"""Ann's desk in memory, and a ledger, for tests of one action at a time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.domain.desk import Desk, Note
from app.domain.types import AccountId, Address, Email, Event, MailText
from tests.fakes import ManualClock, MemoryCalendar, MemoryMailbox
from tests.samples import ANN, WORK, account


@dataclass
class ListLedger:
    """A ledger as a list, which can be cut where a process might have died."""

    clock: ManualClock
    notes: list[Note] = field(default_factory=list)

    async def note(self, step: str, **refs: Any) -> None:
        self.notes.append(Note(step=step, refs=refs, at=self.clock.now()))

    async def recall(self) -> tuple[Note, ...]:
        return tuple(self.notes)

    @property
    def steps(self) -> list[str]:
        return [n.step for n in self.notes]

    def up_to(self, step: str) -> "ListLedger":
        """What is left when the process died right after this step was noted."""
        return ListLedger(self.clock, self.notes[: self.steps.index(step) + 1])


class World:
    """One account's mailbox and calendar."""

    def __init__(self, *mails: MailText, events: tuple[Event, ...] = ()) -> None:
        self.clock = ManualClock()
        mine = account(id=AccountId(WORK.id), email=WORK.email, name=WORK.name)
        self.mailbox = MemoryMailbox(mine, self.clock, *mails)
        self.calendar = MemoryCalendar(mine, *events)
        self.desk = Desk(ANN, mailboxes=[self.mailbox], calendars=[self.calendar])
        self.ledger = ListLedger(self.clock)

    @property
    def now(self) -> datetime:
        return self.clock.now()


def mail(
    ident: str = "m1", *, labels: tuple[str, ...] = ("INBOX",), text: str = "How about lunch?", **more: Any
) -> MailText:
    """A mail from Carol, a day old."""
    given = {
        "thread": "t1",
        "subject": "Lunch",
        "sender": Address(email="carol@example.org", name="Carol"),
        "to": (Address(email=WORK.email, name="Ann"),),
        "received": ManualClock().now() - timedelta(days=1),
        "message_id": f"<{ident}@example.org>",
        "snippet": text,
    } | more
    return MailText(email=Email(id=ident, account=WORK, labels=frozenset(labels), **given), text=text)


def meeting(start: datetime, *, minutes: int = 30, **more: Any) -> Event:
    """Something that stands in the primary calendar."""
    given = {"id": "e1", "calendar": "primary", "title": "Standup"} | more
    return Event(account=WORK, start=start, end=start + timedelta(minutes=minutes), **given)
