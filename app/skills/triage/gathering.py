"""What triage looks at: the unread mails of all accounts, and who the person has to do with."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.busy import once, takes_time
from app.domain.calendars import Calendar, own_events
from app.domain.desk import Desk
from app.domain.mailboxes import Mailbox
from app.domain.memory import Relation
from app.domain.ports import Request
from app.domain.preferences import Preferences
from app.domain.reading import Reading
from app.domain.sorting import Key
from app.domain.types import Address, Email, Event, MailQuery
from app.planning.preferences import spoken_hours
from app.planning.signals import Circle

MOST = 100
"""Mails sorted at once (features, row C4)."""
WRITTEN = 500
"""Sent mails looked at to tell whom the person writes to."""
LATELY = timedelta(days=60)
"""How far back those go."""
AHEAD = timedelta(days=3)
"""How far the events go that are looked at."""
SOON = timedelta(days=1)
UNREAD = MailQuery(where="inbox", unread=True)


@dataclass(frozen=True)
class Inbox:
    """Everything that is known before mails are judged."""

    mails: tuple[Email, ...]
    """Those asked for, the newest first."""
    total: int
    circle: Circle
    boxes: tuple[Mailbox, ...]
    """Those that could be read."""
    sent: tuple[Email, ...] = ()
    """What the person wrote lately, without what their calendar sent in their name."""
    events: tuple[Event, ...] = ()
    """What the person's own calendars have from now on."""
    calendars: tuple[Calendar, ...] = ()
    """Those that could be read."""

    def link(self, mail: Email) -> str:
        """Where a person sees the mail for themselves."""
        return next(box.link(mail.thread) for box in self.boxes if box.account.id == mail.account.id)

    @property
    def delegate(self) -> Address:
        """To whom the person hands on what isn't theirs to do, by the name under which they write to them."""
        email = self.circle.delegate
        named = (a for mail in self.sent for a in (*mail.to, *mail.cc) if a.name and a.email.lower() == email.lower())
        return next(named, Address(email=email))

    @property
    def threads(self) -> list[list[Email]]:
        """What people wrote in each thread, as far as it was read, sent mail included."""
        found: dict[Key, list[Email]] = {}
        for mail in (*self.mails, *self.sent):
            if not mail.invitation:
                found.setdefault((mail.account.id, mail.thread), []).append(mail)
        return list(found.values())


async def gather(
    request: Request, desk: Desk, preferences: Preferences, reading: Reading, *, query: MailQuery = UNREAD
) -> Inbox:
    """Read it, all accounts side by side; what fails is noted. Raises GrantDead."""
    now = request.now
    sent = MailQuery(where="sent", since=(now - LATELY).date())

    async def mails(box: Mailbox) -> tuple[tuple[Email, ...], int, tuple[Email, ...]]:
        page, past = await asyncio.gather(box.search(query, limit=MOST), box.search(sent, limit=WRITTEN))
        return page.mails, page.total, past.mails

    async def events(calendar: Calendar) -> tuple[Event, ...]:
        return await own_events(calendar, now, now + AHEAD)

    boxes, calendars = await asyncio.gather(
        reading.each(desk.mailboxes, mails, what="mail"), reading.each(desk.calendars, events, what="calendar")
    )
    found = sorted((m for _, (new, _, _) in boxes for m in new), key=lambda m: m.received, reverse=True)
    own = frozenset(account.email.lower() for account in desk.accounts)
    past = tuple(m for _, (_, _, sent) in boxes for m in sent if not m.invitation)
    coming = once(event for _, some in calendars for event in some)
    return Inbox(
        mails=tuple(found[:MOST]),
        total=sum(total for _, (_, total, _) in boxes),
        circle=_circle(own, request, preferences, past, attendance(coming, own, before=now + SOON)),
        boxes=tuple(box for box, _ in boxes),
        sent=past,
        events=tuple(coming),
        calendars=tuple(calendar for calendar, _ in calendars),
    )


def _circle(
    own: frozenset[str], request: Request, preferences: Preferences, past: Sequence[Email], met: dict[str, datetime]
) -> Circle:
    return Circle(
        own=own,
        zone=request.person.zone,
        hours=spoken_hours(preferences),
        priority=frozenset(preferences.priority) | manager(request.relations),
        written=Counter(a.email.lower() for m in past for a in (*m.to, *m.cc)),
        answered=frozenset(m.thread for m in past),
        meeting=met,
        delegate=preferences.delegate,
    )


def manager(relations: Sequence[Relation]) -> frozenset[str]:
    """The addresses of whom the person calls their manager: their mail matters without being told so."""
    found = next((r for r in relations if r.key == "manager"), None)
    return frozenset(address.email.lower() for address in found.people) if found else frozenset()


def attendance(events: Sequence[Event], own: frozenset[str], *, before: datetime) -> dict[str, datetime]:
    """Whom the person meets soon, and when first."""
    met: dict[str, datetime] = {}
    for event in reversed(events):
        if not event.all_day and takes_time(event) and event.start < before:
            people = (event.organizer, *event.guests)
            met |= {p.email.lower(): event.start for p in people if p.email and p.email.lower() not in own}
    return met
