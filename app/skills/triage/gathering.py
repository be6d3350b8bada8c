"""What skills look at: the mails of all accounts, what is in the calendars, and who the person has to do with."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.busy import once, takes_time
from app.domain.calendars import Calendar, own_events
from app.domain.desk import Desk
from app.domain.mailboxes import BULK_LIMIT, Mailbox
from app.domain.memory import Relation
from app.domain.ports import Request
from app.domain.preferences import Preferences
from app.domain.reading import Reading
from app.domain.sorting import Key
from app.domain.types import Address, Email, Event, MailPage, MailQuery
from app.planning.preferences import spoken_hours
from app.planning.signals import Circle

MOST = 100
"""Mails sorted at once (features, row C4)."""
READ = 500
"""Mails of one inbox that are looked through for what there is to do: as many ids as Gmail lists in a page. Each takes
5 of the 15,000 units a user has in a minute (Gmail API, usage limits), and so does each of those WRITTEN: that is room
for a digest and a second question within the same minute."""
CROWD = ("promotions", "social")
"""Gmail's categories in which nobody asks anything of anybody; people do write in its updates and forums."""
WRITTEN = 500
"""Sent mails looked at to tell whom the person writes to."""
LATELY = timedelta(days=60)
"""How far back those go."""
AHEAD = timedelta(days=3)
"""How far the events go that are looked at."""
SOON = timedelta(days=1)
UNREAD = MailQuery(where="inbox", unread=True)


def wanting(since: date) -> MailQuery:
    """The mails among which is what there is to do."""
    return MailQuery(where="inbox", since=since, left_out=CROWD)


@dataclass(frozen=True)
class Inbox:
    """Everything that is known before mails are judged."""

    mails: tuple[Email, ...]
    """Those asked for, the newest first."""
    total: int
    circle: Circle
    boxes: tuple[Mailbox, ...]
    """Those that could be read."""
    besides: tuple[Email, ...] = ()
    """Others that were asked for to be named only: nobody waits for an answer to them. The newest first."""
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


@dataclass(frozen=True)
class _Box:
    """What was read of one account's mail."""

    mails: Sequence[Email]
    total: int
    sent: Sequence[Email]
    besides: Sequence[Email] = ()
    short: tuple[str, ...] = ()
    """A sentence for each search that found more than was read."""


_Read = Callable[[Mailbox, MailQuery], Awaitable[_Box]]
"""Reads a mailbox; the search is for what was sent."""


async def gather(request: Request, desk: Desk, preferences: Preferences, reading: Reading) -> Inbox:
    """The newest unread mails, as many as are sorted at once, and how many there are. Raises GrantDead."""

    async def unread(box: Mailbox, sent: MailQuery) -> _Box:
        page, past = await asyncio.gather(box.search(UNREAD, limit=MOST), box.search(sent, limit=WRITTEN))
        return _Box(page.mails, page.total, past.mails)

    inbox = await _gather(request, desk, preferences, reading, read=unread)
    return replace(inbox, mails=inbox.mails[:MOST])


async def search(
    request: Request, desk: Desk, preferences: Preferences, reading: Reading, *, queries: Sequence[MailQuery]
) -> Inbox:
    """The newest READ mails of each inbox that fit each of the searches, of which the first finds what is to be done;
    where there are more, a note says how far it was read. Raises GrantDead."""

    async def some(box: Mailbox, sent: MailQuery) -> _Box:
        ids_of = asyncio.gather(*map(box.ids, queries))
        found, past = await asyncio.gather(ids_of, box.search(sent, limit=WRITTEN))
        wanted = dict.fromkeys(ident for ids in found for ident in ids[:READ])
        mails = {mail.id: mail for mail in await box.read(tuple(wanted))}
        where, zone = box.account.described, request.person.zone
        cut = [
            _short(where, query, len(ids), seen=[mails[i] for i in ids[:READ] if i in mails], zone=zone)
            for query, ids in zip(queries, found, strict=True)
            if len(ids) > READ
        ]
        main = {i: mails[i] for i in found[0][:READ] if i in mails}
        besides = [mail for i, mail in mails.items() if i not in main]
        short = (*cut, *_short_of_sent(where, past, queries, zone))
        return _Box(tuple(main.values()), len(found[0]), past.mails, besides, short)

    return await _gather(request, desk, preferences, reading, read=some)


async def _gather(request: Request, desk: Desk, preferences: Preferences, reading: Reading, *, read: _Read) -> Inbox:
    """All accounts side by side; what fails is noted."""
    now = request.now
    sent = MailQuery(where="sent", since=(now - LATELY).date())

    async def mails(box: Mailbox) -> _Box:
        return await read(box, sent)

    async def events(calendar: Calendar) -> tuple[Event, ...]:
        return await own_events(calendar, now, now + AHEAD)

    boxes, calendars = await asyncio.gather(
        reading.each(desk.mailboxes, mails, what="mail"), reading.each(desk.calendars, events, what="calendar")
    )
    reading.notes += [sentence for _, found in boxes for sentence in found.short]
    own = frozenset(account.email.lower() for account in desk.accounts)
    past = tuple(m for _, box in boxes for m in box.sent if not m.invitation)
    coming = once(event for _, some in calendars for event in some)
    return Inbox(
        mails=_newest(m for _, box in boxes for m in box.mails),
        total=sum(box.total for _, box in boxes),
        circle=_circle(own, request, preferences, past, attendance(coming, own, before=now + SOON)),
        boxes=tuple(box for box, _ in boxes),
        besides=_newest(m for _, box in boxes for m in box.besides),
        sent=past,
        events=tuple(coming),
        calendars=tuple(calendar for calendar, _ in calendars),
    )


def _newest(mails: Iterable[Email]) -> tuple[Email, ...]:
    return tuple(sorted(mails, key=lambda m: m.received, reverse=True))


def _short(where: str, query: MailQuery, total: int, *, seen: Sequence[Email], zone: str) -> str:
    many = f"{'at least ' if total >= BULK_LIMIT else ''}{total:,}"
    back = f", back to {_day(min(mail.received for mail in seen), zone)}" if seen else ""
    said = f"I looked at the newest {READ:,} of {many} mails ({query.worded()}){back}"
    return f"In {where} {said}: older ones aren't taken into account."


def _short_of_sent(where: str, page: MailPage, queries: Sequence[MailQuery], zone: str) -> list[str]:
    """What was written longer ago than could be read, where it lies in the days that are asked for."""
    oldest = min((mail.received for mail in page.mails), default=None)
    since = min((query.since for query in queries if query.since), default=None)
    if oldest is None or since is None or oldest.astimezone(ZoneInfo(zone)).date() < since:
        return []
    if not page.capped and page.total <= len(page.mails):
        return []
    written = f"the last {len(page.mails):,} mails you sent, back to {_day(oldest, zone)}"
    return [f"In {where} I looked at {written}: what you wrote before isn't taken into account."]


def _day(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %-d %b %H:%M}"


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
