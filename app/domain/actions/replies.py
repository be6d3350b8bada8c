"""Answering in a thread."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, ClassVar

from app.domain.actions.action import Change
from app.domain.actions.letters import (
    Glimpse,
    Heading,
    glimpse,
)
from app.domain.actions.mail import SendMail
from app.domain.cards import (
    MAX_LINE,
    Card,
    Difference,
    Part,
)
from app.domain.desk import Desk
from app.domain.errors import Missing
from app.domain.forms import too_long
from app.domain.mailboxes import DRAFT, SENT, Sent, SentMarks
from app.domain.types import AccountRef, Email

GONE = "The thread to answer in is gone since the preview."
NEW_SUBJECT = "With another subject than the thread's, it will stand in a conversation of its own."
SNIPPET = 160
"""Characters of a new mail that a card quotes."""
_ANSWERING = re.compile(r"^(?:(?:re|fwd?)\s*:\s*)+", re.IGNORECASE)


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

    def heading(self, edition: int = 0) -> Heading:
        answering = {"in_reply_to": self.in_reply_to, "references": self.references}
        return super().heading(edition).model_copy(update=answering)

    @property
    def words(self) -> dict[Part, str]:
        return {Part.BODY: self.body}

    def marks(self, edition: int = 0) -> SentMarks:
        return super().marks(edition).model_copy(update={"known": frozenset(self.seen)})

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
            **self._asked_from(),
        }

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        before = self.proposed_subject or ("" if values["subject"] == self.subject else self.subject)
        return {**super().entered(values), "proposed_subject": before}

    async def check(self, desk: Desk) -> Change | None:
        found = await news(desk, self.account, self.thread, self.seen)
        if found is None:
            return Change(sentence=GONE)
        if not found:
            return None
        latest = found[-1]
        mine = SENT in latest.labels
        renewed = self.renewed(
            seen=(*self.seen, *(m.id for m in found)),
            references=latest.references,
            in_reply_to=latest.message_id or self.in_reply_to,
            answers=self.answers if mine else glimpse(latest, desk.person.zone),
        )
        return Change(sentence=told(latest), renewed=renewed)

    def _strayed(self, sent: Sent) -> tuple[Difference, ...]:
        if sent.thread == self.thread or self._leaves:
            return ()
        return (Difference(field="Thread", asked="the same", stored="a new one"),)


async def news(desk: Desk, account: AccountRef, thread: str, seen: Collection[str]) -> tuple[Email, ...] | None:
    """The mails of a thread that weren't among those seen, drafts left out; None when the thread is gone."""
    try:
        now = await desk.mailbox(account).thread(thread)
    except Missing:
        return None
    return tuple(m.email for m in now.mails if m.email.id not in seen and DRAFT not in m.email.labels)


def told(latest: Email) -> str:
    """What the newest of those is, in a sentence."""
    who = "You have answered" if SENT in latest.labels else f"{latest.sender.called} has written"
    return f"{who} in this thread since the preview: “{latest.snippet[:SNIPPET]}”"


def _bare(subject: str) -> str:
    """A subject without what answering and forwarding put before it."""
    return " ".join(_ANSWERING.sub("", " ".join(subject.split())).lower().split())
