"""What is done at a click with mails that were sorted: with those that were shown, and no others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from pydantic import Field, ValidationError

from app.domain.actions import MAX_FORWARDED, Action, ArchiveEmails, ForwardEmails
from app.domain.actions.forward import LARGE, MAX_SIZE, MEGA, Forwarded
from app.domain.cards import Recipient, counted
from app.domain.desk import Desk, reference
from app.domain.errors import Refusal
from app.domain.mailboxes import INBOX, Mailbox
from app.domain.reading import Reading
from app.domain.reports import Offer
from app.domain.sorting import Key, Sorted
from app.domain.types import AccountId, Address, Email, MailQuery
from app.domain.value import Value
from app.planning.signals import Category
from app.writing import usual_sender

ARCHIVE, HAND = "archive", "hand"
NAMES = {Category.NEWSLETTER: "newsletters", Category.PROMOTIONAL: "promotions"}
"""What is offered to be archived, and what it is called."""
AGAIN = "I no longer know which mails were meant. Type `triage` to sort them anew."
LEFT = "{mails} left the inbox since then."


class Chosen(Value):
    """Mails that were shown. An offer keeps them, so that a click means these and none that came since."""

    mails: Mapping[AccountId, tuple[str, ...]]
    to: str = Field("", exclude_if=lambda to: not to)
    """The address that they are to be handed on to; empty where they aren't."""

    @classmethod
    def of(cls, found: Iterable[Sorted], *, to: str = "") -> Self:
        mails: dict[AccountId, tuple[str, ...]] = {}
        for each in found:
            mails[each.account] = (*mails.get(each.account, ()), each.mail)
        return cls(mails=mails, to=to)

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


def handing(found: Sequence[Sorted], mails: Mapping[Key, Email], delegate: Address) -> Offer | None:
    """The offer to hand on what is somebody else's to do; None where there is nothing or nobody. What the delegate
    wrote, or got as well, they have."""
    theirs = delegate.email.lower()
    some = [s for s in found if s.category == Category.DELEGATE and theirs not in _people(mails[s.key])]
    by_account = {s.account: [one for one in some if one.account == s.account] for s in some}
    shown = [one for mine in by_account.values() for one in mine[:MAX_FORWARDED]]
    if not theirs or not shown:
        return None
    many = f" ({len(shown)})" if len(shown) > 1 else ""
    chosen = Chosen.of(shown, to=delegate.email).model_dump_json()
    return Offer(label=f"Hand on to {delegate.called}{many}", errand=f"triage {HAND} {chosen}")


def _people(mail: Email) -> set[str]:
    return {address.email.lower() for address in (mail.sender, *mail.to, *mail.cc)}


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

    async def hand_on(self, chosen: Chosen, to: Recipient) -> None:
        """One for each account, each mail whole; what can't be sent on is noted. Raises GrantDead, ScopeMissing."""
        for box, mails in await self._read(chosen):
            texts = await box.threads(list(dict.fromkeys(mail.thread for mail in mails)))
            read = {text.email.id: text for thread in texts for text in thread.mails}
            some = [Forwarded.of(read[mail.id], self.now.tzinfo) for mail in mails if mail.id in read]
            large = [one for one in some if one.size > MAX_SIZE]
            self.reading.notes += [LARGE.format(subject=one.subject, size=one.size / MEGA) for one in large]
            if gone := len(chosen.mails[box.account.id]) - len(some):
                self.reading.notes.append(f"{counted(gone, 'mail')} of them can't be found any more.")
            if fitting := tuple(one for one in some if one not in large):
                await self._add(await self._forward(box, fitting, to))

    async def _forward(self, box: Mailbox, mails: tuple[Forwarded, ...], to: Recipient) -> ForwardEmails:
        sender = await usual_sender(box, self.desk.person)
        place = reference(box.account)
        return ForwardEmails(account=place, source=place, mails=mails, sender=sender, recipients=(to,))

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

    async def _add(self, action: ArchiveEmails | ForwardEmails) -> None:
        self.desk.require(action.requires, action.changes)
        self.actions.append(await action.vetted(self.now).previewed(self.desk))
