"""Passing mails on to others, each as a mail of its own."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from html import escape
from typing import Any, ClassVar, Self

from app.domain.actions.action import Action, Change, Outcome
from app.domain.actions.letters import (
    Heading,
    body_hash,
    called,
    gone_otherwise,
    identity,
    message_id,
    one_line,
    reached,
)
from app.domain.actions.posting import Posting
from app.domain.cards import (
    MAX_BODY,
    MAX_RECIPIENTS,
    Card,
    Difference,
    Field,
    Item,
    Part,
    Receipt,
    Recipient,
    Taint,
    carried,
    counted,
)
from app.domain.desk import Desk, Ledger, Note, Pages, edition
from app.domain.errors import Missing, ProviderError, Refusal
from app.domain.forms import Addresses, Form, Input, Option, Several, Text, marked, too_long
from app.domain.mailboxes import SENT, Enclosed, Original, Sent, SentMarks
from app.domain.permissions import Permission
from app.domain.types import AccountRef, Address, Attachment, MailText, Value

MAX_FORWARDED = 20
"""Mails that one card lists whole."""
MAX_SIZE = 18_000_000
"""Bytes of attachments: Gmail sends mails of up to 25 MB (its API takes 35 MiB), and attachments grow by a third on
their way."""
LARGE = "“{subject}” is too large to forward: it has {size:.0f} MB of files, and Gmail sends about 18 MB."
RULE = "---------- Forwarded message ---------"
MEGA = 1_000_000
LISTED = 4
"""Attachments of one mail that the card names; the number of the others is said."""


class Forwarded(Value):
    """A mail that is passed on, as the card lists it."""

    id: str
    thread: str
    sender: str
    subject: str
    received: datetime
    """In the person's zone."""
    attachments: tuple[Attachment, ...] = ()

    @classmethod
    def of(cls, mail: MailText, zone: tzinfo | None) -> Self:
        """A mail as it was read, with its time in the person's zone."""
        return cls(
            id=mail.email.id,
            thread=mail.email.thread,
            sender=mail.email.sender.called,
            subject=mail.email.subject,
            received=mail.email.received.astimezone(zone),
            attachments=mail.attachments,
        )

    @property
    def size(self) -> int:
        return sum(a.size for a in self.attachments)

    def item(self) -> Item:
        named = [a.shown for a in self.attachments[:LISTED]]
        others = len(self.attachments) - LISTED
        files = ", ".join(named) + (f" and {counted(others, 'more file')}" if others > 0 else "")
        detail = f"{self.sender}, {self.received:%-d %b %Y}" + (f" · {files}" if files else "")
        return Item(title=self.subject or "(no subject)", detail=detail)


class ForwardEmails(Action):
    """Passes mails on, whole, each as a mail of its own."""

    requires: ClassVar[Permission] = Permission.CHANGE_MAIL
    busy_text: ClassVar[str] = "Forwarding"
    held: ClassVar[bool] = True

    source: AccountRef
    """Where the mails lie; they may be sent from another account."""
    mails: tuple[Forwarded, ...]
    sender: Address
    recipients: tuple[Recipient, ...]
    body: str = ""
    """What is written above each of them."""
    taints: tuple[Taint, ...] = ()
    """What of these words comes from other mails."""

    @property
    def needs(self) -> tuple[AccountRef, ...]:
        return (self.account, self.source)

    def card(self) -> Card:
        several = len(self.mails) > 1
        crossing = self.source.id != self.account.id
        taken = f"{self.source.name} ({self.source.email})"
        return Card(
            title=f"Forward {counted(len(self.mails), 'mail')}",
            summary=f"{'Each' if several else 'It'} goes out whole, with all that is quoted in it and attached to it"
            + (", as a mail of its own." if several else "."),
            account=self.account,
            fields=(
                *((Field(label="Taken from", value=taken, sent=True),) if crossing else ()),
                *((Field(label="From", value=self.sender.email, sent=True),) if self._aliased else ()),
            ),
            recipients=self.recipients,
            body=self.body or None,
            taints=carried(self.taints, {Part.BODY: self.body}),
            items=tuple(mail.item() for mail in self.mails),
            approve="Forward",
        )

    @property
    def _aliased(self) -> bool:
        return self.sender.email.lower() != self.account.email.lower()

    # Proposing it, and changing the proposal.

    def faults(self, now: datetime) -> Mapping[str, str]:
        people, large = len(self.recipients), [m for m in self.mails if m.size > MAX_SIZE]
        found = {
            "to": "" if people else "Nobody is named to forward it to.",
            "body": too_long(self.body, MAX_BODY),
            "": LARGE.format(subject=large[0].subject, size=large[0].size / MEGA) if large else "",
        }
        if people > MAX_RECIPIENTS:
            found["to"] = f"A card shows at most {MAX_RECIPIENTS} recipients, and this has {people}."
        if not self.mails:
            found["mails"] = "None of these mails would be left."
        if len(self.mails) > MAX_FORWARDED:
            found[""] = f"I forward at most {MAX_FORWARDED} mails at once, and these are {len(self.mails):,}."
        try:
            self._heading(0).mail()
        except Refusal as unsendable:
            found["to"] = unsendable.sentence
        return {name: why for name, why in found.items() if why}

    def asked(self, now: datetime) -> Mapping[str, Any]:
        to = [r.address.shown for r in self.recipients]
        threads = list(dict.fromkeys(f"{self.source.name}:{m.thread}" for m in self.mails))
        crossing = {"send_from": self.account.name} if self.source.id != self.account.id else {}
        return {"do": "forward", "threads": threads, "to": to, "note": self.body, **crossing}

    def form(self) -> Form:
        to = tuple(r.address for r in self.recipients)
        return Form(
            title="Edit the forward",
            inputs=(
                Addresses(name="to", label="To", value=to, hint="Addresses, one per line."),
                Text(name="body", label="What stands above it", value=self.body, most=MAX_BODY, optional=True),
                *self._choice(),
            ),
        )

    def _choice(self) -> tuple[Input, ...]:
        """Which of several mails to leave out."""
        if len(self.mails) < 2:
            return ()
        items = [mail.item() for mail in self.mails]
        options = tuple(Option(key=str(n), label=f"{i.title} ({i.detail})") for n, i in enumerate(items))
        return (Several(name="mails", label="Leave out these mails", options=options, optional=True),)

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        out = {int(key) for key in values.get("mails", ())}
        mails = tuple(mail for number, mail in enumerate(self.mails) if number not in out)
        return {"recipients": marked(values["to"], self.recipients, "to"), "body": values["body"], "mails": mails}

    # The bytes.

    def _heading(self, number: int, edition: int = 0) -> Heading:
        mark = identity(self.id if number == 0 else f"{self.id}.{number}", edition)
        subject = " ".join(self.mails[number].subject.split()) if self.mails else ""
        return Heading(
            sender=self.sender,
            recipients=self.recipients,
            subject=subject if subject.lower().startswith("fwd:") else f"Fwd: {subject}",
            message_id=message_id(mark, self.account.email),
            action=mark,
        )

    def raw(self, number: int, original: Original, edition: int = 0) -> bytes:
        """One of the mails as it will go out; the same bytes at every call."""
        mail = self._heading(number, edition).mail()
        introduced = self._introduction(number, original)
        mail.set_content(self._text(number, original), charset="utf-8", cte="quoted-printable")
        inline = [e for e in original.enclosed if e.cid and original.html]
        if original.html:
            above = "<br>".join(escape(line) for line in (*self.body.splitlines(), "", *introduced, ""))
            mail.add_alternative(f"<div>{above}</div><br>{original.html}", subtype="html", cte="quoted-printable")
            if html := mail.get_body(("html",)):
                for part in inline:
                    _enclose(html, part)
        for part in (e for e in original.enclosed if e not in inline):
            _enclose(mail, part)
        _bound(mail, f"{self.id.hex}-{number}")
        return mail.as_bytes()

    def _introduction(self, number: int, original: Original) -> tuple[str, ...]:
        email, received = original.email, self.mails[number].received
        people = [("To", email.to), ("Cc", email.cc)]
        return (
            RULE,
            f"From: {email.sender.shown}",
            f"Date: {received:%a, %-d %b %Y at %H:%M %z}",
            f"Subject: {email.subject}",
            *(f"{name}: {', '.join(a.shown for a in those)}" for name, those in people if those),
        )

    def _text(self, number: int, original: Original) -> str:
        above = [self.body, ""] if self.body else []
        return "\n".join((*above, *self._introduction(number, original), "", original.text))

    # Doing it.

    @property
    def bulk(self) -> bool:
        return len(self.mails) > 1

    def progress(self, note: Note) -> str:
        if note.step != "sent" or not self.bulk:
            return ""
        return f"{note.refs['mail'] + 1:,} of {counted(len(self.mails), 'mail')}"

    async def check(self, desk: Desk) -> Change | None:
        found = await desk.mailbox(self.source).read([m.id for m in self.mails])
        if not found:
            gone = "These mails are" if len(self.mails) > 1 else "This mail is"
            return Change(sentence=f"{gone} gone since the preview.")
        return None

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        box = desk.mailbox(self.source)
        past = {n.refs["mail"] for n in await ledger.recall() if n.step in ("sent", "gone")}
        for number, mail in enumerate(self.mails):
            if number in past:
                continue
            try:
                original = await box.original(mail.id)
            except Missing:
                await ledger.note("gone", mail=number)
                continue
            posting = await self._posting(desk, ledger, number, self._text(number, original))
            await posting.send(self.raw(number, original, await edition(ledger)), thread=None)
        return await self._read_back(desk, ledger)

    async def _posting(self, desk: Desk, ledger: Ledger, number: int, text: str) -> Posting:
        heading = self._heading(number, await edition(ledger))
        marks = SentMarks(
            action=heading.action,
            message_id=heading.message_id,
            recipients=reached(self.recipients),
            body_hash=body_hash(text),
            known=frozenset(),
        )
        return Posting(desk.mailbox(self.account), ledger, marks, number)

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        """Only the mail that was being sent is in question: they go out one after the other."""
        notes = await ledger.recall()
        past = {n.refs["mail"] for n in notes if n.step in ("sent", "gone")}
        open_ones = {n.refs["mail"] for n in notes if n.step in ("creating", "sending")} - past
        for number in sorted(open_ones):
            outcome, _ = await (await self._looked(desk, ledger, number)).evidence()
            if outcome is Outcome.UNKNOWN:
                return outcome, None
            past |= {number} if outcome is Outcome.DONE else set()
        if len(past) < len(self.mails):
            return Outcome.NOT_DONE, None
        return Outcome.DONE, await self._read_back(desk, ledger)

    async def _looked(self, desk: Desk, ledger: Ledger, number: int) -> Posting:
        try:
            text = self._text(number, await desk.mailbox(self.source).original(self.mails[number].id))
        except Missing:
            text = ""
        return await self._posting(desk, ledger, number, text)

    async def abandon(self, desk: Desk, ledger: Ledger) -> None:
        for number in {n.refs["mail"] for n in await ledger.recall() if n.step == "creating"}:
            await (await self._posting(desk, ledger, number, "")).abandon()

    async def achieved(self, ledger: Ledger) -> Receipt | None:
        sent = sum(n.step == "sent" for n in await ledger.recall())
        if not sent:
            return None
        mails = counted(len(self.mails), "mail")
        return Receipt(summary=f"Forwarded {sent:,} of {mails} to {called(self.recipients)}")

    def trace(self, pages: Pages) -> Receipt:
        mails = counted(len(self.mails), "mail")
        people = ", ".join(r.address.shown for r in self.recipients)
        said = f"{mails} to be forwarded to {people}: of the last one no answer came back"
        return Receipt(summary=said, link=pages.label(SENT))

    async def _read_back(self, desk: Desk, ledger: Ledger) -> Receipt:
        """The receipt of mails that are known to be out, with what is otherwise about those that can be looked at."""
        notes = await ledger.recall()
        out = {int(n.refs["mail"]): str(n.refs["message"]) for n in notes if n.step == "sent"}
        bodies = {int(n.refs["mail"]): str(n.refs.get("body", "")) for n in notes if n.step == "sending"}
        box = desk.mailbox(self.account)
        found = await asyncio.gather(*map(box.sent, out.values()), return_exceptions=True)
        read: dict[int, Sent] = {}
        for number, stored in zip(out, found, strict=True):
            if isinstance(stored, Sent):
                read[number] = stored
            elif not isinstance(stored, ProviderError):
                raise stored
        receipt = self._receipt(sum(n.step == "gone" for n in notes))
        unread = len(out) - len(read)
        return receipt.model_copy(
            update={
                "summary": receipt.summary + (f"; I couldn't read {unread:,} of them back" if unread else ""),
                "link": next((stored.link for stored in read.values()), ""),
                "differences": tuple(self._otherwise(read, bodies)),
            }
        )

    def _otherwise(self, read: Mapping[int, Sent], bodies: Mapping[int, str]) -> Iterator[Difference]:
        several = len(self.mails) > 1
        for number, stored in read.items():
            subject = self.mails[number].subject or "(no subject)"
            for found in gone_otherwise(self._heading(number), stored, bodies.get(number, "")):
                yield found.model_copy(update={"field": f"{found.field} of “{subject}”"} if several else {})

    def _receipt(self, gone: int) -> Receipt:
        mails = counted(len(self.mails) - gone, "mail")
        skipped = f"; {gone:,} {'was' if gone == 1 else 'were'} gone" if gone else ""
        return Receipt(
            summary=f"Forwarded {mails} to {called(self.recipients)}{skipped}",
            fields=(Field(label="From", value=self.sender.email),),
            skipped=gone,
        )


def _enclose(mail: MIMEPart, part: Enclosed) -> None:
    """A part as it was, byte by byte. A mail within the mail stays one where it is plain ASCII, which is the only way
    it may travel unchanged (RFC 2046, section 5.2.1)."""
    main, _, sub = one_line(part.kind).partition("/")
    name = one_line(part.name) or "unnamed"
    if part.kind == "message/rfc822" and part.content.isascii():
        inner = MIMEPart(policy=SMTP)
        inner["Content-Type"] = part.kind
        inner.add_header("Content-Disposition", "attachment", filename=name)
        inner.set_payload(part.content.decode("ascii"))
        if mail.get_content_type() != "multipart/mixed":
            mail.make_mixed()
        mail.attach(inner)
        return
    if main in ("message", "multipart") or not sub:
        main, sub = "application", "octet-stream"
    if part.cid:
        mail.add_related(part.content, main, sub, cid=one_line(part.cid), filename=name, disposition="inline")
        return
    params = {"charset": one_line(part.charset)} if part.charset else None
    mail.add_attachment(part.content, main, sub, filename=name, params=params)


def _bound(mail: EmailMessage, mark: str) -> None:
    """Boundaries that are the same at every call."""
    for number, part in enumerate(p for p in mail.walk() if p.is_multipart()):
        part.set_boundary(f"steward-{mark}-{number}")
