"""What the model has read in a turn, and who was on it: where words, names and addresses come from."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.approvals import Approval
from app.domain.cards import Card, Part, Taint
from app.domain.plans import FRUITFUL
from app.domain.ports import Request
from app.domain.types import CHOICE, PERSON, Address, Email, Event, Thread
from app.planning.asking import people
from app.planning.provenance import addresses, named, pretends, resembles
from app.planning.sanitising import urls, visible
from app.planning.tainting import LEAST, SHORT, Corpus, folded

SUBJECT = 80
"""Characters of a subject by which a card names a mail."""
QUOTED = 5
"""Mails an answer is said to quote; more would bury it."""
ANSWER = "an earlier answer of mine, which may quote mails"
CARD = "another card, which you haven't decided yet"
RESULTS = "what became of your cards"
FOUND = "your mail or calendar"
_WORD = re.compile(r"\w+")
LONGEST = 40
"""Characters of a name; who has a longer one may have something to say with it."""


@dataclass(frozen=True)
class Source:
    """One text that was read."""

    name: str
    """As a card names it."""
    readers: frozenset[str]
    """Addresses of those who were on it, in lower case."""
    known_by: tuple[str, ...] = ()
    """Folded words by which an answer names it."""
    ref: str = ""
    """The reference under which the model knows it."""


class Sources:
    """Everything strangers wrote that the model of this turn knows, and what the person typed themself."""

    def __init__(self, request: Request, own: Iterable[str]) -> None:
        self._zone = ZoneInfo(request.person.zone)
        self._own = frozenset(o.lower() for o in own)
        self._corpus = Corpus()
        self._sources: list[Source] = []
        self._read: set[tuple[str, int]] = set()
        self.strangers = False
        """Whether mails or events were read in this turn: from then on the model may say what they want it to."""
        self._where: dict[str, str] = {}
        self._names: dict[str, str] = {}
        clicked = {u.text for u in request.history if u.role == CHOICE} | ({request.text} if request.clicked else set())
        written = {request.words, *(u.text for u in request.history if u.role == PERSON)} - clicked
        self._typed = (*written, *clicked)
        """What the person wrote, and what they chose having seen it whole."""
        self._typed_addresses = frozenset[str]().union(*map(addresses, written))
        self._chosen_addresses = frozenset[str]().union(*map(addresses, clicked))
        self._said = frozenset(_WORD.findall(" ".join(self._typed).casefold()))
        now = f"{request.words} {request.text if request.clicked else ''}"
        self._saying = frozenset(_WORD.findall(now.casefold()))
        self._links = urls("\n".join(self._typed)) | (urls(request.text) if request.typed is not None else frozenset())
        """What the person typed, or code made from a receipt."""
        for address in (
            *(p for r in request.relations for p in r.people),
            *(p for text in clicked for p in people(text)),
        ):
            if address.name and not pretends(address):
                self._names.setdefault(address.email.lower(), named(address).name)
        for approval in (*request.results, *request.ended):
            self._settled(approval)
        if request.typed is not None:
            self._add(request.text, Source(RESULTS, self._own))
        for line in (u.text for u in request.history if u.role not in (PERSON, CHOICE)):
            self._add(line, Source(ANSWER, frozenset()))
        for action in (*(w.action for w in request.waiting), *((request.rejected,) if request.rejected else ())):
            self._card(action.card())
        self.held = bool(self._sources)
        """Whether what is known from before may hold strangers' words."""

    # Reading.

    def mail(self, mail: Email, text: str) -> None:
        """A mail was read, or as much of it as `text` holds."""
        if (mail.id, len(text)) in self._read:
            return
        self._read.add((mail.id, len(text)))
        self.strangers = True
        people = (mail.sender, *mail.to, *mail.cc)
        mine = mail.sender.email.lower() in self._own
        who = "your" if mine else f"{caller(mail.sender)}’s"
        words = " ".join(visible(mail.subject).split())[:SUBJECT]
        ref = f"{mail.account.name}:{mail.thread}"
        source = Source(
            ref=ref,
            name=f"{who} mail “{words}” of {self._day(mail.received)}",
            readers=self._own | frozenset(() if "DRAFT" in mail.labels else (p.email.lower() for p in people)),
            known_by=tuple(filter(None, (*map(folded, (mail.subject, mail.sender.name, mail.sender.email, ref)),))),
        )
        self._meet((*people, *mail.reply_to), source.name)
        self._add("\n".join((mail.subject, *_speeches((*people, *mail.reply_to)), text)), source)

    def thread(self, thread: Thread) -> None:
        """A whole thread was read."""
        for mail in thread.mails:
            self.mail(mail.email, "\n".join((mail.text, *(a.shown for a in mail.attachments))))

    def event(self, event: Event) -> None:
        """An event was read."""
        people = (event.organizer, *event.guests)
        ref = f"{event.account.name}:{event.calendar}:{event.id}"
        words = " ".join(visible(event.title).split())[:SUBJECT]
        self.strangers = True
        source = Source(
            name=f"the event “{words}” of {self._day(event.start)}",
            readers=frozenset(p.email.lower() for p in people if p.email) | self._own,
            known_by=tuple(filter(None, (folded(event.title), folded(ref)))),
            ref=ref,
        )
        self._meet(people, source.name)
        self._add("\n".join((event.title, *_speeches(people), event.place, event.notes)), source)

    def person(self, address: Address) -> None:
        """Somebody was found in mail or calendar."""
        self._meet((address,), FOUND)
        self._add("\n".join(_speeches((address,))), Source(FOUND, self._own))

    def _card(self, card: Card) -> None:
        """A card that nobody decided: its recipients have read nothing yet, and what it carries over still comes from
        where it came from."""
        for taint in card.taints:
            self._add(taint.text, Source(taint.source, frozenset(taint.readers)))
        self._meet((r.address for r in card.recipients), CARD)

    def _settled(self, approval: Approval) -> None:
        """A card that was decided: what was done by it, those it reached have read."""
        card = approval.card
        reached = self._own | {r.address.email.lower() for r in card.recipients}
        done = approval.receipt is not None and approval.status in FRUITFUL
        for taint in card.taints:
            self._add(taint.text, Source(taint.source, frozenset(taint.readers) | (reached if done else frozenset())))
        if done and (receipt := approval.receipt):
            words = (receipt.summary, *(field.value for field in receipt.fields), receipt.link)
            self._add("\n".join(words), Source(f"your card “{card.title}”", reached))

    def _day(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%-d %b %Y}"

    def _add(self, text: str, source: Source) -> None:
        self._corpus.add(visible(text))
        self._sources.append(source)
        for email in addresses(text):
            self._where.setdefault(email, source.name)

    def _meet(self, people: Iterable[Address], where: str) -> None:
        met = tuple(people)
        for person in met:
            if email := person.email.lower():
                self._where.setdefault(email, where)
        self._name(met)

    def _name(self, people: Iterable[Address]) -> None:
        for person in people:
            if person.name and not pretends(person):
                self._names.setdefault(person.email.lower(), named(person).name)

    # Where an address comes from.

    def typed(self, email: str) -> bool:
        """Whether the person wrote this address themself."""
        return email.lower() in self._typed_addresses

    def chosen(self, email: str) -> bool:
        """Whether the person clicked an option that showed this address."""
        return email.lower() in self._chosen_addresses

    def said(self, words: str) -> bool:
        """Whether the person wrote or chose every one of these words."""
        wanted = _WORD.findall(words.casefold())
        return bool(wanted) and self._said.issuperset(wanted)

    def says(self, words: str) -> bool:
        """Whether every one of these words stands in what the person writes or chooses now."""
        wanted = _WORD.findall(words.casefold())
        return bool(wanted) and self._saying.issuperset(wanted)

    def where(self, email: str) -> str:
        """The first text that named the address; empty when none did."""
        return self._where.get(email.lower(), "")

    def called(self, address: Address) -> Address:
        """The address with its name, or with the one it was met under."""
        return named(address if address.name else Address(email=address.email, name=self.name(address.email)))

    def name(self, email: str) -> str:
        """The name under which an address was met; empty when it has none."""
        return self._names.get(email.lower(), "")

    def taken_for(self, email: str) -> str:
        """An address of the person, of their house or of this turn that this one could be taken for; empty if none."""
        mine = email.lower()
        local, _, host = mine.rpartition("@")
        houses = {own.rpartition("@")[2] for own in self._own} - {host}
        seen = (other for other in self._where if other != mine)
        return resembles(mine, [*self._own, *self._typed_addresses, *(f"{local}@{h}" for h in houses), *seen])

    # Where words come from.

    def taints(self, text: str, part: Part) -> tuple[Taint, ...]:
        """The words of a text that strangers wrote and the person didn't, each with where they come from."""
        least = LEAST if part is Part.BODY else SHORT
        known = (*self._typed, *self._links)
        spans = self._corpus.traced(text, range(len(self._sources)), known=known, least=least)
        found = [
            Taint(
                part=part,
                text=text[span.start : span.end],
                source=self._sources[span.source].name,
                readers=tuple(sorted(self._readers(text[span.start : span.end]))),
            )
            for span in spans
        ]
        invented = [u for u in sorted(urls(text) - self._links) if not any(u in t.text or t.text in u for t in found)]
        return (*found, *(Taint(part=part, text=url, source="") for url in invented))

    def traced(self, words: Mapping[Part, str]) -> tuple[Taint, ...]:
        """The words of a change that strangers wrote."""
        return tuple(taint for part, text in words.items() for taint in self.taints(text, part))

    def _readers(self, words: str) -> frozenset[str]:
        """Everyone who was on some text in which these words stand."""
        return frozenset[str]().union(*(self._sources[n].readers for n in self._corpus.holding(words)))

    def quoted(self, answer: str) -> tuple[str, ...]:
        """The mails and events an answer takes words from without naming them."""
        said = folded(answer)
        spans = self._corpus.traced(answer, range(len(self._sources)), known=self._typed)
        found = dict.fromkeys(self._sources[span.source] for span in spans)
        unnamed = [s for s in found if s.known_by and not any(name in said for name in s.known_by)]
        return tuple(f"{s.name} [{s.ref}]" for s in unnamed[:QUOTED])


def _speeches(people: Iterable[Address]) -> Iterator[str]:
    """Names that are none."""
    return (person.name for person in people if len(person.name) > LONGEST or pretends(person))


def caller(address: Address) -> str:
    """Whoever wrote, by name unless the name pretends to be somebody else's address."""
    known = named(address)
    return known.email if pretends(address) or not known.name else known.name
