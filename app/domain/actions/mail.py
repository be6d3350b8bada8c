"""Writing mail: a reply."""

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, ClassVar
from unicodedata import category
from zoneinfo import ZoneInfo

from app.domain.actions.action import Action, Change, Outcome
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
    counted,
)
from app.domain.desk import Desk, Draft, Ledger, Mailbox, Note, Sent, SentMarks, last_note
from app.domain.errors import Missing, ProviderError, Refusal
from app.domain.forms import Addresses, Form, Line, Text, marked, too_long
from app.domain.types import Address, Email, Value

NAMED = 5
"""Recipients that a receipt names; the card above it names all."""
NEW_SUBJECT = "With another subject than the thread's, it will stand in a conversation of its own."
_ANSWERING = re.compile(r"^(?:(?:re|fwd?)\s*:\s*)+", re.IGNORECASE)


class Glimpse(Value):
    """As much of a mail as a card lists."""

    sender: str
    subject: str
    received: datetime
    """In the person's zone: the card shows the day it was there."""


def glimpse(email: Email, zone: str) -> Glimpse:
    received = email.received.astimezone(ZoneInfo(zone))
    return Glimpse(sender=email.sender.called, subject=email.subject, received=received)


def body_hash(text: str) -> str:
    """A hash of a body that survives re-wrapping and line ends, to know a sent mail by."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


class SendReply(Action):
    """Answers in a thread: a draft is made, then sent."""

    busy_text: ClassVar[str] = "Sending"
    held: ClassVar[bool] = True

    thread: str
    sender: Address
    recipients: tuple[Recipient, ...]
    subject: str
    proposed_subject: str = ""
    """What the subject was before the person changed it; empty when they haven't."""
    body: str
    in_reply_to: str
    references: tuple[str, ...] = ()
    seen: tuple[str, ...]
    """Messages of the thread at the preview; one that is not among them makes the card stale."""
    answers: Glimpse
    """The mail it answers."""
    taints: tuple[Taint, ...] = ()
    """What of the text comes from other mails."""

    @property
    def message_id(self) -> str:
        return f"<steward.{self.id}@{self.account.email.partition('@')[2]}>"

    def card(self) -> Card:
        return Card(
            title="Send a reply",
            summary=f"To {self.answers.sender}’s mail of {self.answers.received:%a %-d %b %Y}, in its thread.",
            account=self.account,
            fields=(Field(label="Subject", value=self.subject, sent=True),),
            recipients=self.recipients,
            body=self.body,
            taints=carried(self.taints, {Part.BODY: self.body}),
            notes=(NEW_SUBJECT,) if self._leaves else (),
            approve="Send",
        )

    @property
    def _leaves(self) -> bool:
        """Whether the person gave it a subject of its own: Gmail then begins a new conversation."""
        return bool(self.proposed_subject) and _bare(self.subject) != _bare(self.proposed_subject)

    def faults(self, now: datetime) -> Mapping[str, str]:
        people = len(self.recipients)
        found = {
            "to": "" if any(r.role == "to" for r in self.recipients) else "The reply goes to nobody.",
            "subject": too_long(self.subject, MAX_LINE) if self.proposed_subject else "",
            "body": too_long(self.body, MAX_BODY) or ("" if self.body.strip() else "The reply has no text."),
        }
        if people > MAX_RECIPIENTS:
            found["to"] = f"A card shows at most {MAX_RECIPIENTS} recipients and this reply has {people}."
        try:
            self.raw()
        except Refusal as unsendable:
            found["to"] = unsendable.sentence
        return {name: why for name, why in found.items() if why}

    def asked(self, now: datetime) -> Mapping[str, Any]:
        return {
            "thread": f"{self.account.name}:{self.thread}",
            "to": [r.address.shown for r in self.recipients],
            "body": self.body,
            "reply_all": any(r.role == "cc" for r in self.recipients),
        }

    def form(self) -> Form:
        def people(role: str, label: str, *, optional: bool) -> Addresses:
            those = tuple(r.address for r in self.recipients if r.role == role)
            return Addresses(name=role, label=label, value=those, optional=optional, hint="Addresses, one per line.")

        most = max(MAX_LINE, len(self.subject))
        return Form(
            title="Edit the reply",
            inputs=(
                people("to", "To", optional=False),
                people("cc", "Cc", optional=True),
                Line(name="subject", label="Subject", value=self.subject, most=most, optional=True),
                Text(name="body", label="Text", value=self.body, most=MAX_BODY),
            ),
        )

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        to = marked(values["to"], self.recipients, "to")
        copied = {r.address.email.lower() for r in to}
        cc = [a for a in values["cc"] if a.email.lower() not in copied]
        recipients = (*to, *marked(cc, self.recipients, "cc"))
        subject = values["subject"]
        before = self.proposed_subject or ("" if subject == self.subject else self.subject)
        return {"recipients": recipients, "subject": subject, "proposed_subject": before, "body": values["body"]}

    def raw(self) -> bytes:
        """The mail as it will go out; the same bytes at every call. The provider adds the date."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = _header(self.sender)
        for role in ("to", "cc"):
            if people := [_header(r.address) for r in self.recipients if r.role == role]:
                mail[role.capitalize()] = people
        mail["Subject"] = _line(self.subject)
        mail["Message-ID"] = self.message_id
        if answered := _line(self.in_reply_to):
            mail["In-Reply-To"] = answered
            mail["References"] = _line(" ".join((*self.references, answered)))
        mail["X-Steward-Action"] = str(self.id)
        mail.set_content(self.body, charset="utf-8", cte="quoted-printable")
        return mail.as_bytes()

    async def check(self, desk: Desk) -> Change | None:
        try:
            thread = await desk.mailbox(self.account).thread(self.thread)
        except Missing:
            return Change(sentence="The thread to answer in is gone since the preview.")
        news = [m.email for m in thread.mails if m.email.id not in self.seen and "DRAFT" not in m.email.labels]
        if not news:
            return None
        latest = news[-1]
        mine = "SENT" in latest.labels
        who = "You have answered" if mine else f"{latest.sender.called} has written"
        renewed = self.renewed(
            seen=(*self.seen, *(m.id for m in news)),
            references=latest.references,
            in_reply_to=latest.message_id or self.in_reply_to,
            answers=self.answers if mine else glimpse(latest, desk.person.zone),
        )
        return Change(sentence=f"{who} in this thread since the preview: “{latest.snippet[:160]}”", renewed=renewed)

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        box = desk.mailbox(self.account)
        draft = await self._draft(box, ledger)
        await ledger.note("sending")
        message = await box.send_draft(draft, self.raw())
        await ledger.note("sent", message=message)
        with suppress(ProviderError):  # the mail is out: what is left over must not say otherwise
            await self._clear(box, ledger, beyond=1)
        return await self._read_back(box, message)

    async def _draft(self, box: Mailbox, ledger: Ledger) -> Draft:
        if noted := await last_note(ledger, "draft"):
            return Draft.model_validate(noted.refs)
        draft: Draft | None = None
        if creating := await last_note(ledger, "creating"):
            # The answer to an earlier create was lost: what it made is used, not doubled.
            draft = await box.find_draft(self.message_id, since=creating.at)
        if draft is None:
            await ledger.note("creating")
            draft = await box.create_draft(self.raw(), thread=self.thread)
        await ledger.note("draft", **draft.model_dump())
        return draft

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        box = desk.mailbox(self.account)
        if sent := await last_note(ledger, "sent"):
            return Outcome.DONE, await self._read_back(box, sent.refs["message"])
        draft, sending = await last_note(ledger, "draft"), await last_note(ledger, "sending")
        if draft is None or sending is None:
            return Outcome.NOT_DONE, None
        if await box.draft(draft.refs["id"]) is not None:
            return Outcome.NOT_DONE, None  # sending consumes the draft: it is there, so nothing went out
        found = await self._find(box, draft)
        return (Outcome.DONE, self._receipt(found)) if found else (Outcome.UNKNOWN, None)

    async def _read_back(self, box: Mailbox, message: str) -> Receipt:
        """The receipt of a mail that is known to be out, whether or not the provider lets us look at it."""
        try:
            return self._receipt(await box.sent(message))
        except ProviderError:
            return Receipt(summary=f"Sent to {self._people()}; I couldn't read it back")

    async def abandon(self, desk: Desk, ledger: Ledger) -> None:
        box = desk.mailbox(self.account)
        if draft := await last_note(ledger, "draft"):
            await box.delete_draft(draft.refs["id"])
        await self._clear(box, ledger, beyond=0)

    async def _clear(self, box: Mailbox, ledger: Ledger, *, beyond: int) -> None:
        """Delete the draft that a creation with a lost answer made after all, if more than so many were begun."""
        begun = [n.at for n in await ledger.recall() if n.step == "creating"]
        if len(begun) > beyond and (orphan := await box.find_draft(self.message_id, since=begun[0])):
            await box.delete_draft(orphan.id)

    def trace(self, desk: Desk) -> Receipt | None:
        people = ", ".join(r.address.shown for r in self.recipients)
        link = desk.mailbox(self.account).link(self.thread)
        return Receipt(summary=f"A mail to {people} was handed over and no answer came back", link=link)

    async def _find(self, box: Mailbox, draft: Note) -> Sent | None:
        marks = SentMarks(
            action=str(self.id),
            message_id=self.message_id,
            recipients=frozenset(_wired(r.address.email).lower() for r in self.recipients),
            body_hash=body_hash(self.body),
            known=frozenset(self.seen),
        )
        try:
            return await box.find_sent(draft.refs["thread"], marks)
        except Missing:
            return None

    def _people(self) -> str:
        shown = [r.address.shown for r in self.recipients]
        named, others = shown[:NAMED], len(shown) - NAMED
        return ", ".join(named) + (f" and {counted(others, 'other')}" if others > 0 else "")

    def _receipt(self, sent: Sent) -> Receipt:
        asked = sorted(_wired(r.address.email).lower() for r in self.recipients)
        stored = sorted(a.lower() for a in (*sent.to, *sent.cc))
        strayed = sent.thread != self.thread and not self._leaves
        moved = Difference(field="Thread", asked="the same", stored="a new one") if strayed else None
        others = (
            Difference(field="Recipients", asked=", ".join(asked), stored=", ".join(stored))
            if asked != stored
            else None
        )
        return Receipt(
            summary=f"Sent to {self._people()}",
            fields=(Field(label="Subject", value=sent.subject), Field(label="From", value=self.account.email)),
            link=sent.link,
            differences=tuple(d for d in (moved, others) if d),
        )


def _bare(subject: str) -> str:
    """A subject without what answering and forwarding put before it."""
    return " ".join(_ANSWERING.sub("", " ".join(subject.split())).lower().split())


def _header(address: Address) -> HeaderAddress:
    """An address as a header value; raises Refusal for one that no mail can be sent to."""
    try:
        return HeaderAddress(display_name=_line(address.name), addr_spec=_wired(address.email))
    except (ValueError, IndexError, HeaderParseError) as broken:
        raise Refusal(why=f"“{address.email}” isn't an address that mail can be sent to.") from broken


def _wired(email: str) -> str:
    """An address as it travels: a domain in another alphabet is written in punycode (RFC 3490)."""
    local, at, domain = email.rpartition("@")
    return f"{local}{at}{domain.encode('idna').decode()}"


def _line(value: str) -> str:
    """A header's value on one line: what strangers wrote can't begin another header."""
    return " ".join("".join(" " if category(c) in ("Cc", "Cs") else c for c in value).split())
