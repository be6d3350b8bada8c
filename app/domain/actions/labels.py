"""Labelling many mails at once, marking them read, and moving them to the trash and back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from app.domain.actions.bulk import Labelling, Turn, Words
from app.domain.cards import Field, Receipt
from app.domain.desk import Desk, Ledger, last_note
from app.domain.errors import Refused
from app.domain.forms import Form, Line, too_long
from app.domain.mailboxes import INBOX, TRASH, UNREAD, Mailbox

LONGEST_NAME = 225
"""Characters of a label's name that Gmail's page takes."""


class LabelEmails(Labelling):
    """Puts a label on mails, or takes it off."""

    busy_text: ClassVar[str] = "Labelling"
    do: ClassVar[str] = "label"

    name: str
    """The label's name, as the person sees it."""
    off: bool = False
    made: bool = False
    """Whether there was no such label at the preview, so that it will be made."""

    def words(self, mails: str) -> Words:
        if self.off:
            return Words(
                heading=f"Take the label “{self.name}” off {mails}",
                meaning="They stay where they are.",
                reversal="puts the label on them again",
                did=f"Took the label “{self.name}” off {mails}",
                skipped="didn’t have it",
                shortfall="Still with the label",
                returned=f"{mails} labelled “{self.name}” again",
            )
        return Words(
            heading=f"Label {mails} “{self.name}”",
            meaning="They stay where they are." + " There is no such label yet: I’ll make it." * self.made,
            reversal="takes the label off them again" + "; the new label itself stays" * self.made,
            did=f"Labelled {mails} “{self.name}”",
            skipped="had it already",
            shortfall="Without the label",
            returned=f"{mails} without the label “{self.name}” again"
            + "; the label itself, which I made, is still there" * self.made,
        )

    def _fields(self) -> Iterable[Field]:
        yield Field(label="Label", value=self.name, sent=True)  # a header is cut where a long name isn't
        yield from super()._fields()

    def faults(self, now: datetime) -> Mapping[str, str]:
        nameless = "" if self.name.strip("/ ") else "The label has no name."
        wrong = nameless or too_long(self.name, LONGEST_NAME)
        return {"name": wrong} if wrong else super().faults(now)

    def asked(self, now: datetime) -> Mapping[str, Any]:
        return {**super().asked(now), "do": "unlabel" if self.off else "label", "name": self.name}

    def form(self) -> Form:
        label = Line(name="name", label="Label", value=self.name, most=LONGEST_NAME)
        return Form(title="Edit the labelling", inputs=(label, *super().form().inputs))

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**super().entered(values), "name": values["name"]}

    async def previewed(self, desk: Desk) -> Self:
        looked = await super().previewed(desk)
        known = await desk.mailbox(self.account).find_label(self.name)
        return looked.model_copy(update={"made": not known and not self.off})

    async def turn(self, box: Mailbox, ledger: Ledger) -> Turn:
        if noted := await last_note(ledger, "label"):
            return Turn(noted.refs["id"], on=not self.off)  # the same one, even if it was renamed meanwhile
        label = await box.find_label(self.name)
        if not label and self.off:
            raise Refused(provider="Gmail", why=f"there is no label “{self.name}” any more")
        if not label:
            await ledger.note("making")
            label = await box.make_label(self.name)
        await ledger.note("label", id=label)
        return Turn(label, on=not self.off)

    async def achieved(self, ledger: Ledger) -> Receipt | None:
        stands = await super().achieved(ledger)
        if stands is None and self.made and await last_note(ledger, "label"):
            return Receipt(summary=f"Made the label “{self.name}” in {self.account.name}; no mail has it yet")
        return stands


class MarkEmails(Labelling):
    """Marks mails as read, or as unread."""

    busy_text: ClassVar[str] = "Marking"
    do: ClassVar[str] = "read"
    where: ClassVar[str] = "inbox"

    read: bool

    def words(self, mails: str) -> Words:
        new, old = ("read", "unread") if self.read else ("unread", "read")
        return Words(
            heading=f"Mark {mails} as {new}",
            meaning="They stay where they are.",
            reversal=f"marks them as {old} again",
            did=f"Marked {mails} as {new}",
            skipped=f"were {new} already",
            shortfall=f"Still {old}",
            returned=f"{mails} {old} again",
        )

    def asked(self, now: datetime) -> Mapping[str, Any]:
        return {**super().asked(now), "do": "read" if self.read else "unread"}

    async def turn(self, box: Mailbox, ledger: Ledger) -> Turn:
        return Turn(UNREAD, on=not self.read)


class TrashEmails(Labelling):
    """Moves mails to the trash."""

    busy_text: ClassVar[str] = "Moving to the trash"
    do: ClassVar[str] = "trash"

    def words(self, mails: str) -> Words:
        return Words(
            heading=f"Move {mails} to the trash",
            meaning="Gmail deletes what has been in the trash for 30 days.",
            reversal="takes them out of the trash and puts them back where they were",
            did=f"Moved {mails} to the trash",
            skipped="were in the trash already",
            shortfall="Not in the trash",
            returned=f"{mails} back from the trash",
        )

    async def turn(self, box: Mailbox, ledger: Ledger) -> Turn:
        return Turn(TRASH, on=True, along=INBOX)


class RestoreEmails(Labelling):
    """Brings mails back to the inbox, out of the trash or the archive."""

    busy_text: ClassVar[str] = "Moving to the inbox"
    do: ClassVar[str] = "restore"
    where: ClassVar[str] = "trash"

    archived: bool = False
    """Whether they lie in the archive and not in the trash."""

    def words(self, mails: str) -> Words:
        away = "in the archive" if self.archived else "in the trash"
        return Words(
            heading=f"Move {mails} to the inbox" if self.archived else f"Restore {mails} from the trash",
            meaning="They come back to the inbox.",
            reversal="archives them again" if self.archived else "moves them to the trash again",
            did=f"Moved {mails} back to the inbox",
            skipped="were there already",
            shortfall="Not in the inbox",
            returned=f"{mails} {away} again",
        )

    def asked(self, now: datetime) -> Mapping[str, Any]:
        return {**super().asked(now), "do": "inbox" if self.archived else "restore"}

    async def turn(self, box: Mailbox, ledger: Ledger) -> Turn:
        return Turn(INBOX, on=True, along=TRASH)
