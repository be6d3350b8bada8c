"""What is done to many mails at once: a label set or taken off, in chunks, each with what it was before."""

import asyncio
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Self

from pydantic import Field as Payload

from app.domain.actions.action import Action, Outcome
from app.domain.actions.letters import Glimpse, glimpse
from app.domain.cards import Card, Difference, Field, Item, Receipt, counted
from app.domain.desk import Desk, Ledger, Note, Pages
from app.domain.errors import Refusal
from app.domain.forms import MAX_KEY, MAX_OPTIONS, Addresses, Day, Form, Input, Option, Several
from app.domain.mailboxes import CHUNK, INBOX, TRASH, Mailbox
from app.domain.permissions import Permission
from app.domain.types import Address, MailQuery

SAMPLES = 5
"""Mails listed on the card of a bulk action."""
LOOKED_AT = 200
"""Mails read to say who a bulk of mail is from; the newest."""
TOP_SENDERS = 3
NAMELESS = "nobody"
"""Stands for mails without a sender among the options of a form, whose keys can't be empty."""
COUNTING = "I'm reading who wrote these {mails:,} mails. {patience}This window changes when I'm done."
RECOUNTING = "I'm reading who wrote these {mails:,} mails, to leave some out. {patience}Then the new card comes."
LONG_COUNT = 1_000
"""Mails of which the senders take more than a few seconds to read."""
A_MINUTE = 3_000
"""Mails whose senders can be read in a minute (Gmail API: 5 of 15,000 units each)."""
UNREAD_SENDER = -1
"""Stands for the sender of a mail that wasn't looked at."""


@dataclass(frozen=True)
class Turn:
    """A label that mails get or lose."""

    label: str
    on: bool
    along: str = ""
    """A label that turns the other way with it, on the mails for which it isn't turned so already."""

    async def pending(self, box: Mailbox, ids: Sequence[str]) -> list[str]:
        """The mails that aren't turned so yet, in order."""
        bearing = await box.having(self.label, ids)
        return [i for i in ids if (i in bearing) is not self.on]

    async def make(self, box: Mailbox, ids: Sequence[str]) -> None:
        gets, loses = (self.label, self.along) if self.on else (self.along, self.label)
        await box.label(ids, add=(gets,) if gets else (), remove=(loses,) if loses else ())

    @property
    def back(self) -> "Turn":
        return Turn(self.label, not self.on)


@dataclass(frozen=True)
class Words:
    """What a change says of itself, on its card and afterwards."""

    heading: str
    meaning: str
    """What becomes of the mails, as a sentence."""
    reversal: str
    """What undoing does."""
    did: str
    skipped: str
    """What is true of the mails that it was so for already."""
    shortfall: str
    """What the mails are that it didn't work for, as the label of a difference."""
    returned: str
    """The undoing in the past tense."""


class Labelling(Action, base=True):
    """A label set or taken off on mails that are frozen when proposed; where it is so already, the mail is skipped."""

    requires: ClassVar[Permission] = Permission.CHANGE_MAIL
    stepwise: ClassVar[bool] = True
    do: ClassVar[str]
    """What the tool calls it."""
    where: ClassVar[str] = "anywhere"
    """Where the mails are looked for, unless the person says so."""

    query: MailQuery
    ids: tuple[str, ...]
    """Frozen when proposed: exactly these, whatever the search would find later."""
    samples: tuple[Glimpse, ...] = ()
    people: tuple[Address, ...] = ()
    """Who wrote the mails that were looked at."""
    writers: tuple[int, ...] = ()
    """For each id, as far as they were looked at, the place of its sender among the people, or UNREAD_SENDER."""
    left_out: tuple[str, ...] = ()
    """Addresses whose mails the person took out of it, in lower case."""
    older_than: date | None = None
    """The person took out what is of this day or later, in their zone."""
    threads: tuple[str, ...] = Payload((), exclude_if=lambda threads: not threads)
    """The threads that were named, as tools name them; empty where a search found the mails."""

    @abstractmethod
    def words(self, mails: str) -> Words:
        """What it says of itself, of so many mails."""

    @abstractmethod
    async def turn(self, box: Mailbox, ledger: Ledger) -> Turn:
        """What is turned; a label it needs is made first."""

    # The card.

    def card(self) -> Card:
        listed = tuple(
            Item(title=s.subject or "(no subject)", detail=f"{s.sender}, {s.received:%-d %b %Y}") for s in self.samples
        )
        words = self.words(counted(len(self.ids), "mail"))
        return Card(
            title=words.heading,
            summary=words.meaning,
            account=self.account,
            fields=tuple(self._fields()),
            items=listed,
            more=len(self.ids) - len(listed),
            undo=words.reversal,
        )

    def _fields(self) -> Iterable[Field]:
        if not self.threads:
            yield Field(label="Search", value=self.query.worded())
        if top := self._senders()[:TOP_SENDERS]:
            senders = ", ".join(f"{address.called or _named(address)} ({n})" for _, address, n in top)
            yield Field(label="Mostly from" if len(self._senders()) > 1 else "From", value=senders)
        if self.older_than:
            yield Field(label="Only before", value=f"{self.older_than:%a %-d %b %Y}")
        if self.left_out:
            yield Field(label="Left out", value=f"mails from {', '.join(e or 'no sender' for e in self.left_out)}")

    def _senders(self) -> list[tuple[int, Address, int]]:
        """Who the mails looked at are from, the most frequent first: place among the people, address, how many."""
        tally = Counter(place for place in self.writers if place != UNREAD_SENDER)
        return [(place, self.people[place], n) for place, n in tally.most_common()]

    # Proposing it, and taking mails out of the proposal.

    def faults(self, now: datetime) -> Mapping[str, str]:
        bounds = [d for d in (self.query.before, self.older_than) if d]
        if self.query.since and bounds and min(bounds) <= self.query.since:
            since = f"{self.query.since:%-d %b %Y}"
            return {"older_than": f"All of these mails are of {since} or later, so none would be left."}
        return {}

    async def previewed(self, desk: Desk) -> Self:
        """Without the mails that the person took out, and with a look at the rest. A mail whose sender can't be told is
        taken out too, as soon as any sender is."""
        box = desk.mailbox(self.account)
        known = self._known()
        ids = await self._older(box)
        if self.left_out:
            known |= await box.senders([i for i in ids if i not in known])
            ids = tuple(i for i in ids if i in known and known[i].email.lower() not in self.left_out)
        if not ids:
            raise Refusal(why="None of these mails would be left.")
        asked = LOOKED_AT if any(i not in known for i in ids[:LOOKED_AT]) else SAMPLES
        first = await box.read(ids[:asked])
        known |= {m.id: m.sender for m in first}
        samples = tuple(glimpse(m, desk.person.zone) for m in first[:SAMPLES])
        return self.model_copy(update={"ids": ids, "samples": samples, **written(ids, known)})

    async def _older(self, box: Mailbox) -> tuple[str, ...]:
        """The frozen ids, of which the provider's own reckoning of days may take some out and add none."""
        if self.older_than is None:
            return self.ids
        older = frozenset(await box.ids(self.query.model_copy(update={"before": self.older_than})))
        return tuple(i for i in self.ids if i in older)

    def asked(self, now: datetime) -> Mapping[str, Any]:
        query, today = self.query, now.date()
        before = self.older_than or query.before
        days = {"older_than_days": before, "newer_than_days": query.since}
        ages = {name: (today - day).days for name, day in days.items() if day is not None}
        filters = query.model_dump(exclude={"before", "since", "where"})
        said = {name: value for name, value in filters.items() if value not in ("", None)}
        place = {"where": query.where} if query.where not in (self.where, "anywhere") else {}
        named = {"threads": list(self.threads)} if self.threads else {}
        out = {"not_from": list(self.left_out)}
        return {"do": self.do, **said, **ages, **place, **named, **out, **super().asked(now)}

    def form(self) -> Form:
        senders = [(address, n) for _, address, n in self._senders()]
        inputs: tuple[Input | None, ...] = (self._groups(senders), self._others(), self._day())
        return Form(title="Narrow it down", inputs=tuple(i for i in inputs if i))

    @property
    def reading(self) -> str:
        unread = self._unread
        return COUNTING.format(mails=len(self.ids), patience=_patience(unread)) if unread else ""

    async def surveyed(self, desk: Desk) -> Self:
        """With who wrote each of its mails, however many they are."""
        known = self._known()
        known |= await desk.mailbox(self.account).senders([i for i in self.ids if i not in known])
        return self.model_copy(update=written(self.ids, known))

    @property
    def renewing(self) -> str:
        unread = self._unread if self.left_out else 0
        return RECOUNTING.format(mails=unread, patience=_patience(unread)) if unread > LONG_COUNT else ""

    @property
    def _unread(self) -> int:
        """The mails of which it isn't known who wrote them."""
        return len(self.ids) - sum(place != UNREAD_SENDER for place in self.writers)

    def _known(self) -> dict[str, Address]:
        """Who wrote the mails that were looked at, by their ids."""
        pairs = zip(self.ids, self.writers, strict=False)
        return {i: self.people[place] for i, place in pairs if place != UNREAD_SENDER}

    def _groups(self, senders: Sequence[tuple[Address, int]]) -> Several | None:
        looked = sum(n for _, n in senders)
        among = "" if looked == len(self.ids) else f"Counted among {looked:,} of {len(self.ids):,} mails. "
        some = f"These are the {MAX_OPTIONS} most frequent of {len(senders):,}. " if len(senders) > MAX_OPTIONS else ""
        options = tuple(
            Option(key=address.email.lower() or NAMELESS, label=f"{_named(address)} ({n:,})")
            for address, n in senders[:MAX_OPTIONS]
            if len(address.email) <= MAX_KEY
        )
        if not options:
            return None
        return Several(
            name="senders",
            label="Leave out the mails of these senders",
            options=options,
            optional=True,
            hint=f"{among}{some}All mails of a sender you leave out stay as they are.",
            more=looked < len(self.ids),
        )

    def _others(self) -> Addresses:
        return Addresses(
            name="others",
            label="Not from",
            value=(),
            optional=True,
            hint="Addresses of more senders to leave out, one per line.",
        )

    def _day(self) -> Day | None:
        if self.threads:
            return None
        return Day(
            name="older_than",
            label="Only mails of earlier days than",
            value=self.older_than or self.query.before,
            optional=True,
        )

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        chosen = {"" if key == NAMELESS else key.lower() for key in values.get("senders", ())}
        left_out = chosen | {a.email.lower() for a in values["others"]}
        # What was taken out stays out: only the tighter bound counts, and the search's own needs no second one.
        oldest = min((d for d in (values.get("older_than"), self.older_than) if d), default=None)
        within = oldest and self.query.before and oldest >= self.query.before
        return {
            "left_out": tuple(sorted(left_out | set(self.left_out))),
            "older_than": None if within else oldest,
        }

    # Doing it.

    @property
    def bulk(self) -> bool:
        return len(self.ids) > CHUNK

    def progress(self, note: Note) -> str:
        if note.step != "turned" or not self.bulk:
            return ""
        done = min((note.refs["index"] + 1) * CHUNK, len(self.ids))
        return f"{done:,} of {len(self.ids):,} mails"

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        box = desk.mailbox(self.account)
        turn = await self.turn(box, ledger)
        notes = await ledger.recall()
        finished = {n.refs["index"] for n in notes if n.step == "turned"}
        planned = {n.refs["index"]: n.refs["ids"] for n in notes if n.step == "chunk"}
        left = [index for index in range(-(-len(self.ids) // CHUNK)) if index not in finished]
        plans = await self._plans(box, turn, [index for index in left if index not in planned])

        async def note(index: int) -> None:
            """The state before, noted before it changes: undo restores this and nothing else."""
            if index in plans:
                await ledger.note("chunk", index=index, **plans[index])

        for index in left[:1]:
            await note(index)
        planned |= {index: plan["ids"] for index, plan in plans.items()}
        for place, index in enumerate(left):
            # While the provider is at one chunk, the next is noted.
            await asyncio.gather(
                self._turned(box, ledger, turn, index, planned[index]), *map(note, left[place + 1 :][:1])
            )
        moved = [i for ids in planned.values() for i in ids]
        return self._receipt(moved, await turn.pending(box, moved))

    async def _plans(self, box: Mailbox, turn: Turn, indexes: Sequence[int]) -> dict[int, dict[str, list[str]]]:
        """Which mails of each chunk have to be turned, and with which another label turns along. How they are is read
        for all of them at once, which for thousands takes a few calls."""
        chunks = {index: self.ids[index * CHUNK : (index + 1) * CHUNK] for index in indexes}
        pending = await turn.pending(box, [i for chunk in chunks.values() for i in chunk])
        bearing = await box.having(turn.along, pending) if turn.along else frozenset[str]()
        wanted, along = set(pending), {i for i in pending if (i in bearing) is turn.on} if turn.along else None
        return {
            index: {"ids": [i for i in chunk if i in wanted]}
            | ({} if along is None else {"along": [i for i in chunk if i in along]})
            for index, chunk in chunks.items()
        }

    async def _turned(self, box: Mailbox, ledger: Ledger, turn: Turn, index: int, ids: Sequence[str]) -> None:
        if ids:
            await turn.make(box, ids)
        await ledger.note("turned", index=index)

    def _receipt(self, moved: list[str], left: list[str]) -> Receipt:
        skipped = len(self.ids) - len(moved)
        words = self.words(counted(len(moved) - len(left), "mail"))
        return Receipt(
            summary=f"{words.did} in {self.account.name}" + (f"; {skipped:,} {words.skipped}" if skipped else ""),
            differences=(
                (Difference(field=words.shortfall, asked="none", stored=counted(len(left), "mail")),) if left else ()
            ),
            skipped=skipped,
        )

    async def achieved(self, ledger: Ledger) -> Receipt | None:
        notes = await ledger.recall()
        finished = {n.refs["index"] for n in notes if n.step == "turned"}
        moved = [i for n in notes if n.step == "chunk" and n.refs["index"] in finished for i in n.refs["ids"]]
        if not moved:
            return None
        mails = f"{len(moved):,} of {counted(len(self.ids), 'mail')}"
        return Receipt(summary=f"{self.words(mails).did} in {self.account.name}")

    async def taken_back(self, ledger: Ledger) -> str:
        done = max((n.refs["done"] for n in await ledger.recall() if n.step == "restored"), default=0)
        return f"Undone so far: {self.words(counted(done, 'mail')).returned}." if done else ""

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        # Set semantics: going on from the ledger is always right.
        return Outcome.NOT_DONE, None

    def trace(self, pages: Pages) -> Receipt:
        heading = self.words(counted(len(self.ids), "mail")).heading
        link = pages.label({"inbox": INBOX, "trash": TRASH}.get(self.where, ""))
        return Receipt(summary=f"{heading}: this was begun, and no answer came back", link=link)

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        box = desk.mailbox(self.account)
        turn = await self.turn(box, ledger)
        chunks = [n.refs for n in await ledger.recall() if n.step == "chunk"]
        moved = [i for refs in chunks for i in refs["ids"]]
        trashed = await box.having(TRASH, moved) if turn.label != TRASH else frozenset[str]()
        back = [i for i in moved if i not in trashed]
        along = {i for refs in chunks for i in refs.get("along", ())}
        for start in range(0, len(back), CHUNK):
            await ledger.note("restoring", first=start)
            part = back[start : start + CHUNK]
            await turn.back.make(box, part)
            if both := [i for i in part if i in along]:
                await Turn(turn.along, turn.on).make(box, both)
            await ledger.note("restored", done=start + len(part))
        return Receipt(
            summary=self.words(counted(len(back), "mail")).returned
            + (f"; {counted(len(trashed), 'mail')} left in the trash" if trashed else "")
        )


def written(ids: Sequence[str], known: Mapping[str, Address]) -> dict[str, Any]:
    """Who wrote which mails, as the payload keeps it: each address once."""
    people: dict[str, Address] = {}
    for address in (known[i] for i in ids if i in known):
        people.setdefault(address.email.lower(), address)
    places = {email: place for place, email in enumerate(people)}
    writers = [places[known[i].email.lower()] if i in known else UNREAD_SENDER for i in ids]
    while writers and writers[-1] == UNREAD_SENDER:
        writers.pop()
    return {"people": tuple(people.values()), "writers": tuple(writers)}


def _patience(mails: int) -> str:
    """How long reading the senders of so many mails takes, as a sentence; empty when that is a few seconds."""
    return f"That takes up to {counted(-(-mails // A_MINUTE), 'minute')}. " if mails > LONG_COUNT else ""


def _named(address: Address) -> str:
    return address.shown if address.email else address.name or "no sender"
