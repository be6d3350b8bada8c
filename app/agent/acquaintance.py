"""Who in a person's own mail and calendar could be meant by a name, and what speaks for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.agent.bench import MAIL, Bench
from app.domain.cards import counted
from app.domain.types import Address, Email, Event, MailQuery
from app.planning.provenance import named as honest
from app.planning.tainting import folded

AROUND = timedelta(days=30)
"""How far the calendar is searched, back and ahead."""
LOOKED_AT = 25
"""Mails looked at for somebody who is not called by their name."""
TEAM = 20
"""Guests of a meeting that can be a team; more are a crowd."""


@dataclass
class Candidate:
    """Somebody who could be meant."""

    address: Address
    mails: int = 0
    last: datetime | None = None
    meetings: int = 0
    hints: dict[str, int] = field(default_factory=dict)
    """What else points to them, and how often."""

    @property
    def evidence(self) -> str:
        """What speaks for them, in words."""
        return "; ".join(self._parts())

    def _parts(self) -> Iterable[str]:
        if self.mails:
            yield counted(self.mails, "mail") + (f", the last on {self.last:%-d %b %Y}" if self.last else "")
        if self.meetings:
            yield f"{counted(self.meetings, 'meeting')} within {AROUND.days} days"
        for hint, times in self.hints.items():
            yield hint if times == 1 else f"{hint} ({times} times)"

    @property
    def weight(self) -> tuple[int, int, int]:
        return sum(self.hints.values()), self.mails, self.meetings


Candidates = dict[str, Candidate]
"""By address, in lower case."""


async def named(bench: Bench, name: str) -> list[Candidate]:
    """Everybody whose name or address holds this, the most likely first.

    One who bears exactly this address, or this name of several words, excludes others; a first name is anybody's.
    """
    found: Candidates = {}
    for _, contacts in await bench.each(bench.desk.mailboxes, lambda box: box.contacts(name), what=MAIL):
        for contact in contacts:
            known = _of(found, contact.address)
            known.mails += contact.mails
            known.last = max(filter(None, (known.last, contact.last)), default=None)
    for event in await _events(bench):
        for guest in event.guests:
            if name.lower() in f"{guest.name} {guest.email}".lower():
                _of(found, Address(email=guest.email, name=guest.name)).meetings += 1
    ranked = _ranked(bench, found)
    if len(name.split()) == 1 and "@" not in name:
        return ranked
    exact = [c for c in ranked if folded(name) in (folded(c.address.name), folded(c.address.email))]
    return exact if len(exact) == 1 else ranked


async def hinted(bench: Bench, words: str) -> list[Candidate]:
    """Who writes these words, or meets under them: guesses, for a role such as "manager"."""
    found: Candidates = {}
    for mail in await _mails(bench, MailQuery(words=words)):
        bench.sources.mail(mail, mail.snippet)
        _hint(_of(found, mail.sender), f"“{words}” stands in a mail of theirs")
    for event in await _meetings(bench, words):
        bench.sources.event(event)
        for guest in event.guests:
            _hint(_of(found, Address(email=guest.email, name=guest.name)), f"a guest of “{event.title}”")
    return _ranked(bench, found)


async def familiar(bench: Bench) -> list[Candidate]:
    """Whom the person writes to and meets: the last guess, for somebody who is called by what they are to them."""
    found: Candidates = {}
    for mail in await _mails(bench, MailQuery(where="sent")):
        for address in mail.to:
            known = _of(found, address)
            known.mails += 1
            known.last = max(filter(None, (known.last, mail.received)))
    for event in await _events(bench):
        for guest in event.guests if len(event.guests) <= TEAM else ():
            _of(found, Address(email=guest.email, name=guest.name)).meetings += 1
    return _ranked(bench, found)


async def teams(bench: Bench, words: str) -> list[tuple[Address, ...]]:
    """The guests of each meeting that is called so, without the person: guesses, for a team."""
    own = _own(bench)
    found: dict[frozenset[str], tuple[Address, ...]] = {}
    for event in await _meetings(bench, words):
        guests = tuple(honest(Address(email=g.email, name=g.name)) for g in event.guests if g.email.lower() not in own)
        if 2 <= len(guests) <= TEAM:
            found.setdefault(frozenset(g.email.lower() for g in guests), guests)
    return list(found.values())


async def _mails(bench: Bench, query: MailQuery) -> list[Email]:
    """The newest mails of every account that can be read."""
    told = await bench.each(bench.desk.mailboxes, lambda box: box.search(query, limit=LOOKED_AT), what=MAIL)
    return [mail for _, page in told for mail in page.mails]


async def _meetings(bench: Bench, words: str) -> Sequence[Event]:
    """Meetings whose titles hold as many of these words as any does."""
    held = [
        (sum(folded(word) in folded(event.title) for word in words.split()), event) for event in await _events(bench)
    ]
    most = max((count for count, _ in held), default=0)
    return [event for count, event in held if count == most > 0]


async def _events(bench: Bench) -> Sequence[Event]:
    now = bench.request.now
    return await bench.stands(bench.desk.calendars, lambda c: c.events(now - AROUND, now + AROUND))


def _of(found: Candidates, address: Address) -> Candidate:
    """The candidate with this address, called by the first name that came with it."""
    known = found.setdefault(address.email.lower(), Candidate(honest(address)))
    if address.name and not known.address.name:
        known.address = honest(address)
    return known


def _hint(candidate: Candidate, hint: str) -> None:
    candidate.hints[hint] = candidate.hints.get(hint, 0) + 1


def _ranked(bench: Bench, found: Candidates) -> list[Candidate]:
    own = _own(bench)
    others = [candidate for email, candidate in found.items() if email and email not in own]
    return sorted(others, key=lambda candidate: candidate.weight, reverse=True)


def _own(bench: Bench) -> frozenset[str]:
    return frozenset(account.email.lower() for account in bench.desk.accounts)
