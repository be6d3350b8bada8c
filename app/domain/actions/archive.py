"""Taking many mails out of the inbox at once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, Self

from app.domain.actions.action import Action, Outcome
from app.domain.actions.mail import Glimpse, glimpse
from app.domain.cards import Card, Difference, Field, Item, Receipt, counted
from app.domain.desk import CHUNK, Desk, Ledger, Mailbox, Note
from app.domain.errors import Refusal
from app.domain.forms import MAX_OPTIONS, Addresses, Day, Form, Option, Several
from app.domain.types import Address, MailQuery

SAMPLES = 5
"""Mails listed on the card of a bulk action."""
LOOKED_AT = 200
"""Mails read to say who a bulk of mail is from; the newest."""
TOP_SENDERS = 3
UNREAD = -1
"""Stands for the sender of a mail that wasn't looked at."""


class ArchiveEmails(Action):
    """Takes mails out of the inbox; they stay in the account."""

    busy_text: ClassVar[str] = "Archiving"

    query: MailQuery
    ids: tuple[str, ...]
    """Frozen when proposed: exactly these, whatever the search would find later."""
    samples: tuple[Glimpse, ...] = ()
    people: tuple[Address, ...] = ()
    """Who wrote the mails that were looked at."""
    writers: tuple[int, ...] = ()
    """For each id, as far as they were looked at, the place of its sender among the people, or UNREAD."""
    left_out: tuple[str, ...] = ()
    """Addresses whose mails the person took out of it, in lower case."""
    older_than: date | None = None
    """The person took out what is of this day or later, in their zone."""

    def card(self) -> Card:
        listed = tuple(
            Item(title=s.subject or "(no subject)", detail=f"{s.sender}, {s.received:%-d %b %Y}") for s in self.samples
        )
        top = self._senders()[:TOP_SENDERS]
        senders = ", ".join(f"{address.called or _named(address)} ({n})" for _, address, n in top)
        out = ", ".join(email or "no sender" for email in self.left_out)
        older = (f"{self.older_than:%a %-d %b %Y}",) if self.older_than else ()
        return Card(
            title=f"Archive {counted(len(self.ids), 'mail')}",
            summary="They leave the inbox and stay in All Mail.",
            account=self.account,
            fields=(
                Field(label="Search", value=self.query.worded()),
                *((Field(label="Mostly from", value=senders),) if senders else ()),
                *(Field(label="Only before", value=day) for day in older),
                *((Field(label="Left out", value=f"mails from {out}"),) if out else ()),
            ),
            items=listed,
            more=len(self.ids) - len(listed),
            undo="brings them back to the inbox",
        )

    def _senders(self) -> list[tuple[int, Address, int]]:
        """Who the mails looked at are from, the most frequent first: place among the people, address, how many."""
        tally = Counter(place for place in self.writers if place != UNREAD)
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
        known = {i: self.people[place] for i, place in zip(self.ids, self.writers, strict=False) if place != UNREAD}
        ids = await self._older(box)
        if self.left_out:
            known |= await box.senders([i for i in ids if i not in known])
            ids = tuple(i for i in ids if i in known and known[i].email.lower() not in self.left_out)
        if not ids:
            raise Refusal(why="None of these mails would be left.")
        first = await box.read(ids[:LOOKED_AT])
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
        filters = query.model_dump(include={"words", "sender", "to", "subject", "category", "label", "unread"})
        said = {name: value for name, value in filters.items() if value not in ("", None)}
        return {**said, **ages, "not_from": list(self.left_out), **super().asked(now)}

    def form(self) -> Form:
        top = self._senders()[:MAX_OPTIONS]
        looked = sum(n for _, _, n in self._senders())
        among = "" if looked == len(self.ids) else f"Counted among the {looked:,} newest of {len(self.ids):,} mails. "
        options = tuple(Option(key=str(place), label=f"{_named(address)} ({n})") for place, address, n in top)
        groups = Several(
            name="senders",
            label="Leave out the mails of these senders",
            options=options,
            optional=True,
            hint=f"{among}All mails of a sender you leave out stay in the inbox.",
        )
        return Form(
            title="Narrow it down",
            inputs=(
                *((groups,) if options else ()),
                Addresses(
                    name="others",
                    label="Not from",
                    value=(),
                    optional=True,
                    hint="Addresses of more senders to leave out, one per line.",
                ),
                Day(
                    name="older_than",
                    label="Only mails of earlier days than",
                    value=self.older_than or self.query.before,
                    optional=True,
                ),
            ),
        )

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        chosen = [self.people[int(place)] for place in values.get("senders", ())]
        left_out = {a.email.lower() for a in (*chosen, *values["others"])}
        # What was taken out stays out: only the tighter bound counts, and the search's own needs no second one.
        oldest = min((d for d in (values["older_than"], self.older_than) if d), default=None)
        within = oldest and self.query.before and oldest >= self.query.before
        return {
            "left_out": tuple(sorted(left_out | set(self.left_out))),
            "older_than": None if within else oldest,
        }

    @property
    def bulk(self) -> bool:
        return len(self.ids) > CHUNK

    def progress(self, note: Note) -> str:
        if note.step != "archived" or not self.bulk:
            return ""
        done = min((note.refs["index"] + 1) * CHUNK, len(self.ids))
        return f"{done:,} of {len(self.ids):,} mails"

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        box = desk.mailbox(self.account)
        notes = await ledger.recall()
        planned = {n.refs["index"]: n.refs["ids"] for n in notes if n.step == "chunk"}
        finished = {n.refs["index"] for n in notes if n.step == "archived"}
        for index, start in enumerate(range(0, len(self.ids), CHUNK)):
            if index in finished:
                continue
            if index not in planned:
                # The state before, noted before it changes: undo restores this and nothing else.
                chunk = self.ids[start : start + CHUNK]
                inbox = await box.having("INBOX", chunk)
                planned[index] = [i for i in chunk if i in inbox]
                await ledger.note("chunk", index=index, ids=planned[index])
            if planned[index]:
                await box.label(planned[index], remove=("INBOX",))
            await ledger.note("archived", index=index)
        moved = [i for ids in planned.values() for i in ids]
        return self._receipt(moved, await box.having("INBOX", moved))

    def _receipt(self, moved: list[str], left: frozenset[str]) -> Receipt:
        skipped = len(self.ids) - len(moved)
        return Receipt(
            summary=f"Archived {counted(len(moved) - len(left), 'mail')} in {self.account.name}"
            + (f"; {skipped:,} had left the inbox already" if skipped else ""),
            differences=(
                (Difference(field="Still in the inbox", asked="none", stored=counted(len(left), "mail")),)
                if left
                else ()
            ),
            skipped=skipped,
        )

    async def achieved(self, ledger: Ledger) -> Receipt | None:
        notes = await ledger.recall()
        finished = {n.refs["index"] for n in notes if n.step == "archived"}
        moved = [i for n in notes if n.step == "chunk" and n.refs["index"] in finished for i in n.refs["ids"]]
        if not moved:
            return None
        return Receipt(summary=f"Archived {len(moved):,} of {counted(len(self.ids), 'mail')} in {self.account.name}")

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        # Set semantics: going on from the ledger is always right.
        return Outcome.NOT_DONE, None

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        box = desk.mailbox(self.account)
        moved = [i for n in await ledger.recall() if n.step == "chunk" for i in n.refs["ids"]]
        trashed = await box.having("TRASH", moved)
        back = [i for i in moved if i not in trashed]
        for start in range(0, len(back), CHUNK):
            await ledger.note("restoring", first=start)
            await box.label(back[start : start + CHUNK], add=("INBOX",))
        return Receipt(
            summary=f"{counted(len(back), 'mail')} back in the inbox"
            + (f"; {counted(len(trashed), 'mail')} left in the trash" if trashed else "")
        )


def written(ids: Sequence[str], known: Mapping[str, Address]) -> dict[str, Any]:
    """Who wrote which mails, as the payload keeps it: each address once."""
    people: dict[str, Address] = {}
    for address in (known[i] for i in ids if i in known):
        people.setdefault(address.email.lower(), address)
    places = {email: place for place, email in enumerate(people)}
    writers = [places[known[i].email.lower()] if i in known else UNREAD for i in ids]
    while writers and writers[-1] == UNREAD:
        writers.pop()
    return {"people": tuple(people.values()), "writers": tuple(writers)}


def _named(address: Address) -> str:
    return address.shown if address.email else address.name or "no sender"
