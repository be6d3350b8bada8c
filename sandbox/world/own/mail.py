"""One's own mbox as the mails of an account, and whose mailbox it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from sandbox.google.seed import SeedMail
from sandbox.world.own.headers import addresses, date_of, title, troubles
from sandbox.world.own.labels import has_marks, labels_of
from sandbox.world.own.mbox import Envelope, read_mbox


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose mailbox it is, and how that is known ("" when somebody said so)."""

    email: str
    name: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class OwnMailbox:
    """An mbox that has been read: the bytes and what they say."""

    envelopes: list[Envelope]
    mails: list[Message]

    @classmethod
    def read(cls, path: Path) -> OwnMailbox:
        envelopes = read_mbox(path)
        return cls(envelopes, [message_from_bytes(envelope.raw) for envelope in envelopes])

    def owner(self, me: str | None) -> Owner | None:
        """The person named, else whom the mails point to; None when nothing does."""
        if me is not None:
            return Owner(me, _display_name(self.mails, me))
        for evidence, found in (
            ("{} mails were sent from it", _counted(self._sent(), "From")),
            ("{} mails were delivered to it", _counted(self.mails, "Delivered-To", "X-Original-To")),
            ("{} mails are addressed to it", _counted(self.mails, "To")),
        ):
            if found:
                address, count = max(found.items(), key=lambda pair: pair[1])
                return Owner(address, _display_name(self.mails, address), evidence.format(count))
        return None

    def _sent(self) -> list[Message]:
        return [mail for mail in self.mails if "SENT" in labels_of(mail, mine=False)]

    def seeds(self, owner: str, now: datetime) -> list[SeedMail]:
        """Every mail, broken or not."""
        seeds = []
        for envelope, mail in zip(self.envelopes, self.mails, strict=True):
            mine = any(address == owner for _, address in addresses(mail, "From"))
            seeds.append(SeedMail(envelope.raw, _received(envelope, mail, now=now), labels_of(mail, mine=mine)))
        return seeds

    def notes(self, now: datetime) -> list[str]:
        """What could not be read, one sentence per mail; the mails themselves are all there."""
        found = []
        for number, mail in enumerate(self.mails, start=1):
            what = troubles(mail)
            if mail.get("Date") is not None and date_of(mail, now) is None:
                what.append("has a Date header that is no date a mail can have been received at")
            if what:
                found.append(f"Mail {number} (“{title(mail)}”) {', '.join(what)}.")
        if self.mails and not any(has_marks(mail) for mail in self.mails):
            found.append("The mailbox does not say which mails have been read: all count as unread.")
        return found


def _received(envelope: Envelope, mail: Message, *, now: datetime) -> datetime:
    written = envelope.date
    return date_of(mail, now) or (written if written is not None and written <= now else now)


def _counted(mails: Sequence[Message], *names: str) -> Counter[str]:
    """How many mails name an address; each counts once per mail."""
    return Counter(address for mail in mails for address in {found for _, found in addresses(mail, *names)})


def _display_name(mails: Sequence[Message], address: str) -> str:
    names = Counter(
        name for mail in mails for name, found in addresses(mail, "From", "To", "Cc") if found == address and name
    )
    if names:
        return max(names.items(), key=lambda pair: pair[1])[0]
    return address.split("@", maxsplit=1)[0].replace(".", " ").replace("_", " ").title()
