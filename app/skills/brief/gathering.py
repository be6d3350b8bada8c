"""What a briefing is made of: the people of a meeting, the mail with them, and who owes whom an answer."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain.busy import is_meeting, once
from app.domain.calendars import Calendar, own_events
from app.domain.desk import Desk
from app.domain.mailboxes import DRAFT, Mailbox
from app.domain.ports import Request
from app.domain.reading import Reading
from app.domain.types import Address, Email, Event, Guest, MailQuery, MailText, Thread
from app.planning.naming import KINDS, naming
from app.planning.owing import Debt, debt
from app.planning.quoting import questions, told_apart
from app.planning.sanitising import visible
from app.planning.signatures import role

PEOPLE = 8
"""People looked up; the rest is counted: in a larger meeting nobody is prepared for each one."""
MAILS = 5
"""Mails looked at from and to each of them."""
THREADS = 16
"""Threads read whole, the newest first."""
LATELY = timedelta(days=60)
"""How far back meetings with them are looked for."""
SHORTEST = 3
"""Letters of a word of a title that says what it is about."""
OPEN_QUESTIONS = 2
"""Questions shown of one mail."""


@dataclass(frozen=True)
class Person:
    """Somebody who takes part, and what is known of them."""

    address: Address
    answer: str = ""
    role: str = ""
    """As their own signature has it."""
    last: Email | None = None
    """The last mail from or to them."""
    met: Event | None = None


@dataclass(frozen=True)
class Said:
    """A mail of a thread on the meeting's topic, in its writer's own words."""

    mail: MailText
    own: str


@dataclass(frozen=True)
class Open:
    """A thread that waits for an answer."""

    debt: Debt
    questions: tuple[str, ...]
    """What its last mail asks, in its own words."""


@dataclass(frozen=True)
class Facts:
    """Everything code knows about a meeting."""

    event: Event
    people: tuple[Person, ...]
    more: int
    """People that weren't looked up."""
    said: tuple[Said, ...]
    """The newest first."""
    open: tuple[Open, ...]


async def gather(event: Event, request: Request, desk: Desk, reading: Reading) -> Facts:
    """Read it, all accounts side by side; what fails is noted. Raises GrantDead."""
    own = frozenset(account.email.lower() for account in desk.accounts)
    everyone = people(event, own)
    some = everyone[:PEOPLE]
    names = {p.email.lower() for p in some}

    async def mails(box: Mailbox) -> tuple[Sequence[Email], tuple[Thread, ...]]:
        return await _mails(box, event, some)

    async def met(calendar: Calendar) -> tuple[Event, ...]:
        return await own_events(calendar, request.now - LATELY, request.now)

    boxes, calendars = await asyncio.gather(
        reading.each(desk.mailboxes, mails, what="mail"), reading.each(desk.calendars, met, what="past meetings")
    )
    found = [mail for _, (some_mails, _) in boxes for mail in some_mails]
    threads = [thread for _, (_, those) in boxes for thread in those]
    past = [e for e in once(e for _, events in calendars for e in events) if is_meeting(e) and e.end <= request.now]
    return Facts(
        event=event,
        people=tuple(_person(p, found, threads, past) for p in some),
        more=len(everyone) - len(some),
        said=tuple(_said(threads, event, names)),
        open=tuple(_open(threads, own, names)),
    )


def people(event: Event, own: Iterable[str]) -> list[Guest]:
    """Who takes part besides the person, the organizer first."""
    organizer = Guest(email=event.organizer.email, name=event.organizer.name, answer="organises it")
    found: dict[str, Guest] = {}
    for guest in (organizer, *event.guests):
        known = found.setdefault(guest.email.lower(), guest)
        if not known.name and guest.name:
            found[guest.email.lower()] = known.model_copy(update={"name": guest.name})
    return [guest for email, guest in found.items() if email and email not in set(own)]


async def _mails(box: Mailbox, event: Event, some: Sequence[Address]) -> tuple[Sequence[Email], tuple[Thread, ...]]:
    """The last mails with each person and those on the topic, and the threads they stand in."""
    queries = [MailQuery(sender=p.email) for p in some] + [MailQuery(to=p.email) for p in some]
    words = topic(event, some)
    if words:
        queries.append(MailQuery(subject=" ".join(words)))
    pages = await asyncio.gather(*(box.search(query, limit=MAILS) for query in queries))
    mails = {m.id: m for page in pages for m in page.mails if _spoken(m)}
    newest = sorted(mails.values(), key=lambda m: m.received, reverse=True)
    about = [m.thread for m in newest if _shares(m.subject, words)]
    threads = list(dict.fromkeys((*about, *(m.thread for m in newest))))[:THREADS]
    return newest, await box.threads(threads) if threads else ()


def topic(event: Event, some: Sequence[Address]) -> list[str]:
    """The words of its title that say what it is about: names of its people don't."""
    names = {part for p in some for part in re.split(r"\W+", f"{p.name} {p.email}".casefold())}
    own = set(re.split(r"\W+", event.account.email.casefold()))
    words = [w for w in naming(visible(event.title)) if len(w) >= SHORTEST and w.isalpha()]
    return [w for w in words if w not in names | own | KINDS]


def _shares(text: str, words: Sequence[str]) -> bool:
    there = set(re.findall(r"\w+", text.casefold()))
    return any(word in there for word in words)


def _person(guest: Guest, mails: Sequence[Email], threads: Sequence[Thread], past: Sequence[Event]) -> Person:
    email = guest.email.lower()
    theirs = [m for m in mails if email in {a.email.lower() for a in (m.sender, *m.to, *m.cc)}]
    written = [t for thread in threads for t in thread.mails if t.email.sender.email.lower() == email]
    name = guest.name or next((t.email.sender.name for t in written if t.email.sender.name), "")
    newest = sorted(written, key=lambda t: t.email.received, reverse=True)
    roles = (role(told_apart(t.text).signature, name) for t in newest)
    met = [e for e in past if email in {p.email.lower() for p in (e.organizer, *e.guests)}]
    return Person(
        address=Address(email=guest.email, name=name),
        answer=guest.answer,
        role=next((visible(r) for r in roles if r), ""),
        last=max(theirs, key=lambda m: m.received, default=None),
        met=max(met, key=lambda e: e.start, default=None),
    )


def _said(threads: Sequence[Thread], event: Event, names: set[str]) -> list[Said]:
    """What people of the meeting wrote in threads on its topic; where its title names none, in all threads."""
    words = topic(event, people(event, ()))
    about = [t for t in threads if not words or _shares(t.subject, words)]
    mails = [m for t in about if _takes_part(t, names) for m in t.mails if _spoken(m.email)]
    spoken = [Said(m, visible(told_apart(m.text).own)) for m in mails]
    return sorted((s for s in spoken if s.own.strip()), key=lambda s: s.mail.email.received, reverse=True)


def _spoken(mail: Email) -> bool:
    """Whether somebody wrote it, and not a machine or a calendar, and it went out."""
    return not (mail.bulk or mail.invitation) and DRAFT not in mail.labels


def _takes_part(thread: Thread, names: set[str]) -> bool:
    return any(a.email.lower() in names for m in thread.mails for a in (m.email.sender, *m.email.to, *m.email.cc))


def _open(threads: Sequence[Thread], own: frozenset[str], names: set[str]) -> list[Open]:
    """Threads in which one of these people waits for the person, or the other way round."""
    found = []
    for thread in threads:
        owed = debt([m.email for m in thread.mails], own)
        if owed and {a.email.lower() for a in (owed.last.sender, *owed.by)} & names:
            text = next(m.text for m in thread.mails if m.email.id == owed.last.id)
            found.append(Open(owed, questions(visible(told_apart(text).own))[:OPEN_QUESTIONS]))
    return sorted(found, key=lambda o: o.debt.since, reverse=True)
