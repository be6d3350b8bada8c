"""Writing mail: a new one, a reply, a draft."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from app.domain.actions.action import Action, Change, Outcome
from app.domain.actions.letters import Glimpse, Heading, body_hash, called, glimpse, message_id, reached, worded
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
from app.domain.desk import Desk, Ledger
from app.domain.errors import Conflict, Missing, ProviderError, Refusal
from app.domain.forms import Addresses, Form, Input, Line, Text, marked, too_long
from app.domain.mailboxes import Mailbox, Sent, SentMarks
from app.domain.permissions import Permission
from app.domain.types import Address

NEW_SUBJECT = "With another subject than the thread's, it will stand in a conversation of its own."
_ANSWERING = re.compile(r"^(?:(?:re|fwd?)\s*:\s*)+", re.IGNORECASE)


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

    @property
    def message_id(self) -> str:
        return message_id(self.id, self.account.email)

    @property
    def heading(self) -> Heading:
        return Heading(
            sender=self.sender,
            recipients=self.recipients,
            subject=self.subject,
            message_id=self.message_id,
            action=str(self.id),
        )

    def raw(self) -> bytes:
        """The mail as it will go out; the same bytes at every call. The provider adds the date."""
        return worded(self.heading, self.body)

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
            self.heading.mail()
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
        }

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

    @property
    def marks(self) -> SentMarks:
        return SentMarks(
            action=str(self.id),
            message_id=self.message_id,
            recipients=reached(self.recipients),
            body_hash=body_hash(self.body),
            known=frozenset(),
        )

    def _posting(self, desk: Desk, ledger: Ledger) -> Posting:
        return Posting(desk.mailbox(self.account), ledger, self.marks)

    async def abandon(self, desk: Desk, ledger: Ledger) -> None:
        await self._posting(desk, ledger).abandon()


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
        message = await self._posting(desk, ledger).send(self.raw(), thread=self.thread_id or None)
        return await self._read_back(desk.mailbox(self.account), message)

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        outcome, message = await self._posting(desk, ledger).evidence()
        done = outcome is Outcome.DONE
        return outcome, await self._read_back(desk.mailbox(self.account), message) if done else None

    async def _read_back(self, box: Mailbox, message: str) -> Receipt:
        """The receipt of a mail that is known to be out, whether or not the provider lets us look at it."""
        try:
            return self._receipt(await box.sent(message))
        except ProviderError:
            return Receipt(summary=f"Sent to {called(self.recipients)}; I couldn't read it back")

    def trace(self, desk: Desk) -> Receipt | None:
        people = ", ".join(r.address.shown for r in self.recipients)
        link = desk.mailbox(self.account).link(self.thread_id) if self.thread_id else ""
        return Receipt(summary=f"A mail to {people} was handed over and no answer came back", link=link)

    def _receipt(self, sent: Sent) -> Receipt:
        asked = sorted(reached(self.recipients))
        stored = sorted(a.lower() for a in (*sent.to, *sent.cc))
        others = Difference(field="Recipients", asked=", ".join(asked), stored=", ".join(stored))
        return Receipt(
            summary=f"Sent to {called(self.recipients)}",
            fields=(Field(label="Subject", value=sent.subject), Field(label="From", value=self.sender.email)),
            link=sent.link,
            differences=(*self._strayed(sent), *((others,) if asked != stored else ())),
        )

    def _strayed(self, sent: Sent) -> tuple[Difference, ...]:
        return ()


class SendReply(SendMail):
    """Answers in a thread."""

    noun: ClassVar[str] = "reply"

    thread: str
    proposed_subject: str = ""
    """What the subject was before the person changed it; empty when they haven't."""
    in_reply_to: str
    references: tuple[str, ...] = ()
    seen: tuple[str, ...]
    """Messages of the thread at the preview; one that is not among them makes the card stale."""
    answers: Glimpse
    """The mail it answers."""

    @property
    def thread_id(self) -> str:
        return self.thread

    @property
    def heading(self) -> Heading:
        return super().heading.model_copy(update={"in_reply_to": self.in_reply_to, "references": self.references})

    @property
    def words(self) -> dict[Part, str]:
        return {Part.BODY: self.body}

    @property
    def marks(self) -> SentMarks:
        return super().marks.model_copy(update={"known": frozenset(self.seen)})

    def card(self) -> Card:
        summary = f"To {self.answers.sender}’s mail of {self.answers.received:%a %-d %b %Y}, in its thread."
        notes = (NEW_SUBJECT,) if self._leaves else ()
        return super().card().model_copy(update={"summary": summary, "notes": notes})

    @property
    def _leaves(self) -> bool:
        """Whether the person gave it a subject of its own: Gmail then begins a new conversation."""
        return bool(self.proposed_subject) and _bare(self.subject) != _bare(self.proposed_subject)

    def _subject_fault(self) -> str:
        return too_long(self.subject, MAX_LINE) if self.proposed_subject else ""

    def asked(self, now: datetime) -> Mapping[str, Any]:
        return {
            "kind": "reply_all" if any(r.role == "cc" for r in self.recipients) else "reply",
            "thread": f"{self.account.name}:{self.thread}",
            "to": self._addressed("to"),
            "body": self.body,
        }

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        before = self.proposed_subject or ("" if values["subject"] == self.subject else self.subject)
        return {**super().entered(values), "proposed_subject": before}

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

    def _strayed(self, sent: Sent) -> tuple[Difference, ...]:
        if sent.thread == self.thread or self._leaves:
            return ()
        return (Difference(field="Thread", asked="the same", stored="a new one"),)


SENT_SINCE = "you have sent it since"


class SaveDraft(Written):
    """Leaves a mail among the drafts, for the person to finish and send."""

    busy_text: ClassVar[str] = "Saving the draft"
    noun: ClassVar[str] = "draft"

    thread: str = ""
    """The thread it answers in; empty for a new mail."""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()

    @property
    def heading(self) -> Heading:
        return super().heading.model_copy(update={"in_reply_to": self.in_reply_to, "references": self.references})

    def card(self) -> Card:
        update = {
            "title": "Save a draft",
            "summary": f"Among your drafts in Gmail{', in its thread' if self.thread else ''}. Nothing is sent.",
            "approve": "Save draft",
            "undo": "deletes the draft, unless you have changed it",
        }
        return super().card().model_copy(update=update)

    def faults(self, now: datetime) -> Mapping[str, str]:
        found = super().faults(now)
        return found if self.recipients else {name: why for name, why in found.items() if name != "to"}

    def asked(self, now: datetime) -> Mapping[str, Any]:
        if not self.thread:
            return {**super().asked(now), "draft_only": True}
        kind = "reply_all" if any(r.role == "cc" for r in self.recipients) else "reply"
        thread = f"{self.account.name}:{self.thread}"
        return {"kind": kind, "thread": thread, "to": self._addressed("to"), "body": self.body, "draft_only": True}

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        draft = await self._posting(desk, ledger).keep(self.raw(), thread=self.thread or None)
        return self._receipt(desk, draft.thread)

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        posting = self._posting(desk, ledger)
        if (draft := await posting.kept()) is None:
            sent = await posting.sent_by_hand(self.thread)
            return (Outcome.DONE, self._receipt(desk, sent.thread, SENT_SINCE)) if sent else (Outcome.NOT_DONE, None)
        if not any(n.step == "draft" for n in await ledger.recall()):
            await ledger.note("draft", **draft.model_dump())
        await posting.alone(draft)
        return Outcome.DONE, self._receipt(desk, draft.thread)

    def _receipt(self, desk: Desk, thread: str, since: str = "") -> Receipt:
        return Receipt(
            summary=f"Saved among your drafts in {self.account.name}" + (f"; {since}" if since else ""),
            fields=(Field(label="Subject", value=self.subject),),
            link=desk.mailbox(self.account).link(thread),
        )

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        box = desk.mailbox(self.account)
        posting = self._posting(desk, ledger)
        made = await posting.kept()
        stands = await box.draft(made.id) if made else None
        if made is None or stands is None:
            if await posting.sent_by_hand(made.thread if made else self.thread):
                raise Conflict(provider="Gmail", why=f"{SENT_SINCE}, and a mail that is out can't be taken back")
            return Receipt(summary="The draft was gone already")
        if stands.message != made.message:  # Gmail gives every version of a draft a message of its own
            raise Conflict(provider="Gmail", why="you have worked on the draft since, so I left it")
        await box.delete_draft(made.id)
        return Receipt(summary="The draft is deleted")


def _bare(subject: str) -> str:
    """A subject without what answering and forwarding put before it."""
    return " ".join(_ANSWERING.sub("", " ".join(subject.split())).lower().split())
