"""Who waits for whom: the threads whose last word has no answer, with the working days since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.cards import counted
from app.domain.mailboxes import SENT, Mailbox
from app.domain.reading import Reading
from app.domain.sorting import Key
from app.planning.owing import Debt, debt
from app.planning.phrases import WorkingHours
from app.planning.workdays import between
from app.skills.triage.gathering import Inbox

PATIENCE = 3
"""Working days after which one may ask again for an answer."""
ASKED = 100
"""Threads of one account read for whether others have answered, those written in last: 1,000 of Gmail's 15,000 units a
minute (Gmail API, usage limits), two batches."""


@dataclass(frozen=True)
class Wait:
    """A thread that waits for an answer."""

    debt: Debt
    days: int
    """Working days since its last word."""

    @property
    def key(self) -> Key:
        return self.debt.last.account.id, self.debt.last.thread

    @property
    def long(self) -> bool:
        return self.days >= PATIENCE


@dataclass(frozen=True)
class Waits:
    """Who owes whom, those that wait longest first."""

    by_me: tuple[Wait, ...]
    to_me: tuple[Wait, ...]
    known: frozenset[Key]
    """The threads of which it is known whether others owe an answer there."""


async def waits(inbox: Inbox, now: datetime, hours: WorkingHours, reading: Reading) -> Waits:
    """What the mails read leave open. What others owe is told from whole threads, since their answers may lie anywhere;
    one's own answers are all among those sent. `now` is in the person's zone. Raises GrantDead."""
    own = inbox.circle.own
    threads = inbox.threads
    mine = [d for mails in threads if (d := debt(mails, own)) and d.owed == "by_me"]
    last = [max(mails, key=lambda m: m.received) for mails in threads]
    asked = sorted((m for m in last if SENT in m.labels), key=lambda m: m.received, reverse=True)

    async def read(box: Mailbox) -> list[tuple[Key, Debt | None]]:
        these = [m.thread for m in asked if m.account.id == box.account.id]
        found = await box.threads(these[:ASKED]) if these else ()
        if len(these) > ASKED:
            reading.notes.append(_unasked(box, len(these) - ASKED))
        return [((box.account.id, t.id), debt([m.email for m in t.mails], own)) for t in found]

    seen = [pair for _, some in await reading.each(inbox.boxes, read, what="sent mail") for pair in some]
    theirs = [found for _, found in seen if found and found.owed == "to_me"]
    answered = [(m.account.id, m.thread) for m in last if SENT not in m.labels]
    known = frozenset((*answered, *(key for key, _ in seen)))
    return Waits(_waiting(mine, now, hours), _waiting(theirs, now, hours), known)


def _unasked(box: Mailbox, left: int) -> str:
    where = f"In {box.account.described} I looked for answers in the {ASKED} threads you wrote in last"
    return f"{where}; whether {counted(left, 'older one')} got an answer I don't know."


def _waiting(debts: Sequence[Debt], now: datetime, hours: WorkingHours) -> tuple[Wait, ...]:
    ordered = sorted(debts, key=lambda d: (d.since, d.last.id))
    return tuple(Wait(d, between(d.since.astimezone(now.tzinfo).date(), now.date(), hours)) for d in ordered)
