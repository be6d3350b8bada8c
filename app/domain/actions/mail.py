"""Writing mail: what every mail has, and a new one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from app.domain.actions.action import Action, Outcome
from app.domain.actions.letters import (
    Heading,
    body_hash,
    called,
    gone_otherwise,
    identity,
    message_id,
    reached,
    worded,
)
from app.domain.actions.posting import Posting
from app.domain.cards import (
    MAX_BODY,
    MAX_LINE,
    MAX_RECIPIENTS,
    Card,
    Difference,
    Field,
    Part,
    Receipt,
    Recipient,
    Taint,
    carried,
)
from app.domain.desk import Desk, Ledger, Pages, edition
from app.domain.errors import ProviderError, Refusal
from app.domain.forms import Addresses, Form, Input, Line, Text, marked, too_long
from app.domain.mailboxes import SENT, Mailbox, Sent, SentMarks
from app.domain.permissions import Permission
from app.domain.types import Address


class Written(Action, base=True):
    """A mail whose whole text stands on the card."""

    requires: ClassVar[Permission] = Permission.CHANGE_MAIL
    noun: ClassVar[str] = "mail"
    """What its sentences call it."""

    sender: Address
    """The account's own address or an alias of it."""
    recipients: tuple[Recipient, ...]
    subject: str
    body: str
    taints: tuple[Taint, ...] = ()
    """What of the text comes from other mails."""

    def heading(self, edition: int = 0) -> Heading:
        mark = identity(self.id, edition)
        return Heading(
            sender=self.sender,
            recipients=self.recipients,
            subject=self.subject,
            message_id=message_id(mark, self.account.email),
            action=mark,
        )

    def raw(self, edition: int = 0) -> bytes:
        """The mail as it will go out; the same bytes at every call. The provider adds the date."""
        return worded(self.heading(edition), self.body)

    def card(self) -> Card:
        alias = (Field(label="From", value=self.sender.email, sent=True),) if self._aliased else ()
        return Card(
            title=f"Send a {self.noun}",
            summary="A new mail.",
            account=self.account,
            fields=(*alias, Field(label="Subject", value=self.subject, sent=True)),
            recipients=self.recipients,
            body=self.body,
            taints=carried(self.taints, self.words),
            approve="Send",
        )

    @property
    def words(self) -> dict[Part, str]:
        """What others will read of it, as far as its author is in question."""
        return {Part.TITLE: self.subject, Part.BODY: self.body}

    @property
    def _aliased(self) -> bool:
        return self.sender.email.lower() != self.account.email.lower()

    # Proposing it, and changing the proposal.

    def faults(self, now: datetime) -> Mapping[str, str]:
        people = len(self.recipients)
        found = {
            "to": "" if any(r.role == "to" for r in self.recipients) else f"The {self.noun} goes to nobody.",
            "subject": self._subject_fault(),
            "body": too_long(self.body, MAX_BODY) or ("" if self.body.strip() else f"The {self.noun} has no text."),
        }
        if people > MAX_RECIPIENTS:
            found["to"] = f"A card shows at most {MAX_RECIPIENTS} recipients and this {self.noun} has {people}."
        try:
            self.heading().mail()
        except Refusal as unsendable:
            found["to"] = unsendable.sentence
        return {name: why for name, why in found.items() if why}

    def _subject_fault(self) -> str:
        return too_long(self.subject, MAX_LINE)

    def asked(self, now: datetime) -> Mapping[str, Any]:
        return {
            "kind": "new",
            "to": self._addressed("to"),
            "cc": self._addressed("cc"),
            "subject": self.subject,
            "body": self.body,
            **super().asked(now),
            **self._asked_from(),
        }

    def _asked_from(self) -> Mapping[str, Any]:
        """The alias it goes out from, if it does."""
        return {"account": self.sender.email} if self._aliased else {}

    def _addressed(self, role: str) -> list[str]:
        return [r.address.shown for r in self.recipients if r.role == role]

    def form(self) -> Form:
        return Form(
            title=f"Edit the {self.noun}",
            inputs=(
                self._people("to", "To"),
                self._people("cc", "Cc"),
                self._subject(),
                Text(name="body", label="Text", value=self.body, most=MAX_BODY),
            ),
        )

    def _people(self, role: str, label: str) -> Addresses:
        those = tuple(r.address for r in self.recipients if r.role == role)
        hint = "Addresses, one per line."
        return Addresses(name=role, label=label, value=those, optional=role != "to", hint=hint)

    def _subject(self) -> Input:
        return Line(
            name="subject", label="Subject", value=self.subject, most=max(MAX_LINE, len(self.subject)), optional=True
        )

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        to = marked(values["to"], self.recipients, "to")
        copied = {r.address.email.lower() for r in to}
        cc = [a for a in values["cc"] if a.email.lower() not in copied]
        recipients = (*to, *marked(cc, self.recipients, "cc"))
        return {"recipients": recipients, "subject": values["subject"], "body": values["body"]}

    # What the provider knows it by.

    def marks(self, edition: int = 0) -> SentMarks:
        heading = self.heading(edition)
        return SentMarks(
            action=heading.action,
            message_id=heading.message_id,
            recipients=reached(self.recipients),
            body_hash=body_hash(self.body),
            known=frozenset(),
        )

    async def _posting(self, desk: Desk, ledger: Ledger) -> Posting:
        return Posting(desk.mailbox(self.account), ledger, self.marks(await edition(ledger)))

    async def abandon(self, desk: Desk, ledger: Ledger) -> None:
        await (await self._posting(desk, ledger)).abandon()


class SendMail(Written):
    """Sends a new mail: a draft is made, then sent."""

    busy_text: ClassVar[str] = "Sending"
    held: ClassVar[bool] = True

    @property
    def thread_id(self) -> str:
        """The thread it is to stand in; empty for one of its own."""
        return ""

    @property
    def to_oneself(self) -> bool:
        own = self.account.email.lower()
        return {self.sender.email.lower(), *reached(self.recipients)} == {own}

    def _subject_fault(self) -> str:
        return super()._subject_fault() or ("" if self.subject.strip() else "The mail has no subject.")

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        posting, raw = await self._posting(desk, ledger), self.raw(await edition(ledger))
        message = await posting.send(raw, thread=self.thread_id or None)
        return await self._read_back(desk.mailbox(self.account), message)

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        outcome, message = await (await self._posting(desk, ledger)).evidence()
        done = outcome is Outcome.DONE
        return outcome, await self._read_back(desk.mailbox(self.account), message) if done else None

    async def _read_back(self, box: Mailbox, message: str) -> Receipt:
        """The receipt of a mail that is known to be out, whether or not the provider lets us look at it."""
        try:
            return self._receipt(await box.sent(message))
        except ProviderError:
            return Receipt(summary=f"Sent to {called(self.recipients)}; I couldn't read it back")

    def trace(self, pages: Pages) -> Receipt:
        people = ", ".join(r.address.shown for r in self.recipients)
        link = pages.thread(self.thread_id) if self.thread_id else pages.label(SENT)
        return Receipt(summary=f"A mail to {people} was handed over and no answer came back", link=link)

    def _receipt(self, sent: Sent) -> Receipt:
        return Receipt(
            summary=f"Sent to {called(self.recipients)}",
            fields=(Field(label="Subject", value=sent.subject), Field(label="From", value=sent.sender)),
            link=sent.link,
            differences=(*self._strayed(sent), *gone_otherwise(self.heading(), sent, body_hash(self.body))),
        )

    def _strayed(self, sent: Sent) -> tuple[Difference, ...]:
        return ()
