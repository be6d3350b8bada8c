"""Taking many mails out of the inbox at once."""

from typing import ClassVar

from app.domain.actions.action import Action, Outcome
from app.domain.actions.mail import Glimpse
from app.domain.cards import Card, Difference, Field, Item, Receipt, counted
from app.domain.desk import CHUNK, Desk, Ledger, Note
from app.domain.types import MailQuery

SAMPLES = 5
"""Mails listed on the card of a bulk action."""


class ArchiveEmails(Action):
    """Takes mails out of the inbox; they stay in the account."""

    busy_text: ClassVar[str] = "Archiving"

    query: MailQuery
    ids: tuple[str, ...]
    """Frozen when proposed: exactly these, whatever the search would find later."""
    samples: tuple[Glimpse, ...]
    senders: tuple[tuple[str, int], ...] = ()
    """Who they are from, the most frequent first."""

    def card(self) -> Card:
        listed = tuple(
            Item(title=s.subject or "(no subject)", detail=f"{s.sender}, {s.received:%-d %b %Y}") for s in self.samples
        )
        senders = ", ".join(f"{name} ({n})" for name, n in self.senders)
        return Card(
            title=f"Archive {counted(len(self.ids), 'mail')}",
            summary="They leave the inbox and stay in All Mail.",
            account=self.account,
            fields=(
                Field(label="Search", value=self.query.worded()),
                *((Field(label="Mostly from", value=senders),) if senders else ()),
            ),
            items=listed,
            more=len(self.ids) - len(listed),
            undo="brings them back to the inbox",
        )

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
