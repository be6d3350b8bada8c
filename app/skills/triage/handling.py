"""What is done at a click with mails that were sorted: with those that were shown, and no others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from pydantic import ValidationError

from app.domain.actions import Action, ArchiveEmails
from app.domain.cards import counted
from app.domain.desk import Desk, reference
from app.domain.errors import Refusal
from app.domain.mailboxes import INBOX, Mailbox
from app.domain.reading import Reading
from app.domain.reports import Offer
from app.domain.sorting import Sorted
from app.domain.types import AccountId, Email, MailQuery
from app.domain.value import Value
from app.planning.signals import Category

ARCHIVE = "archive"
NAMES = {Category.NEWSLETTER: "newsletters", Category.PROMOTIONAL: "promotions"}
"""What is offered to be archived, and what it is called."""
AGAIN = "I no longer know which mails were meant. Type `triage` to sort them anew."
LEFT = "{mails} left the inbox since then."


class Chosen(Value):
    """Mails that were shown. An offer keeps them, so that a click means these and none that came since."""

    mails: Mapping[AccountId, tuple[str, ...]]

    @classmethod
    def of(cls, found: Iterable[Sorted]) -> Self:
        mails: dict[AccountId, tuple[str, ...]] = {}
        for each in found:
            mails[each.account] = (*mails.get(each.account, ()), each.mail)
        return cls(mails=mails)

    @classmethod
    def read(cls, argument: str) -> Self:
        """As an offer keeps them. Raises Refusal for what is no offer of ours, or one from long ago."""
        try:
            return cls.model_validate_json(argument)
        except ValidationError as unknown:
            raise Refusal(why=AGAIN) from unknown


def archiving(found: Sequence[Sorted], category: Category) -> Offer | None:
    """The offer to archive those of a category; None where there are none."""
    mails = [s for s in found if s.category == category]
    if not mails:
        return None
    name = NAMES[category]
    words = f"Archive all {name} ({len(mails)})" if len(mails) > 1 else f"Archive the {name.removesuffix('s')}"
    return Offer(label=words, errand=f"triage {ARCHIVE} {Chosen.of(mails).model_dump_json()}")


@dataclass
class Cards:
    """The cards for mails that were shown, in the making."""

    desk: Desk
    now: datetime
    reading: Reading
    actions: list[Action] = field(default_factory=list)

    async def archive(self, chosen: Chosen) -> None:
        """One for each account; what left the inbox since is noted. Raises GrantDead, ScopeMissing."""
        gone = 0
        for box, mails in await self._read(chosen):
            here = [mail for mail in mails if INBOX in mail.labels]
            gone += len(chosen.mails[box.account.id]) - len(here)
            if here:
                await self._add(self._archive(box, here))
        if gone:
            self.reading.notes.append(LEFT.format(mails=counted(gone, "mail")))

    async def _read(self, chosen: Chosen) -> list[tuple[Mailbox, tuple[Email, ...]]]:
        """The mails as they are now."""
        boxes = [box for box in self.desk.mailboxes if box.account.id in chosen.mails]

        async def mails(box: Mailbox) -> tuple[Email, ...]:
            return await box.read(chosen.mails[box.account.id])

        return await self.reading.each(boxes, mails, what="mail")

    def _archive(self, box: Mailbox, mails: Sequence[Email]) -> ArchiveEmails:
        threads = tuple(dict.fromkeys(f"{box.account.name}:{mail.thread}" for mail in mails))
        ids = tuple(mail.id for mail in mails)
        return ArchiveEmails(account=reference(box.account), query=MailQuery(), ids=ids, threads=threads)

    async def _add(self, action: ArchiveEmails) -> None:
        self.desk.require(action.requires, action.changes)
        self.actions.append(await action.vetted(self.now).previewed(self.desk))
