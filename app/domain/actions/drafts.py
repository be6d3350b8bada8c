"""A mail left among the drafts."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field as Payload

from app.domain.actions.action import Change, Outcome
from app.domain.actions.letters import (
    Heading,
    body_hash,
    gone_otherwise,
)
from app.domain.actions.mail import Written
from app.domain.actions.replies import GONE, news, told
from app.domain.cards import (
    Card,
    Field,
    Receipt,
)
from app.domain.desk import Desk, Ledger, Pages, edition, since_disowned
from app.domain.errors import Conflict, ProviderError
from app.domain.mailboxes import DRAFT, Draft, Sent

SENT_SINCE = "you have sent it since"


class SaveDraft(Written):
    """Leaves a mail among the drafts, for the person to finish and send."""

    busy_text: ClassVar[str] = "Saving the draft"
    noun: ClassVar[str] = "draft"

    thread: str = ""
    """The thread it answers in; empty for a new mail."""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    seen: tuple[str, ...] = Payload((), exclude_if=lambda seen: not seen)
    """Messages of the thread at the preview; one that is not among them makes the card stale."""

    def heading(self, edition: int = 0) -> Heading:
        answering = {"in_reply_to": self.in_reply_to, "references": self.references}
        return super().heading(edition).model_copy(update=answering)

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
        asked = {"kind": kind, "thread": thread, "to": self._addressed("to"), "body": self.body, "draft_only": True}
        return {**asked, **self._asked_from()}

    async def check(self, desk: Desk) -> Change | None:
        if not self.thread:
            return None
        found = await news(desk, self.account, self.thread, self.seen)
        if found is None:
            return Change(sentence=GONE)
        if not found or not self.seen:  # a card of before this was kept can't tell what is new
            return None
        latest = found[-1]
        renewed = self.renewed(
            seen=(*self.seen, *(m.id for m in found)),
            references=latest.references,
            in_reply_to=latest.message_id or self.in_reply_to,
        )
        return Change(sentence=told(latest), renewed=renewed)

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        posting, raw = await self._posting(desk, ledger), self.raw(await edition(ledger))
        draft = await posting.keep(raw, thread=self.thread or None)
        return await self._read_back(desk, draft)

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        posting = await self._posting(desk, ledger)
        if (draft := await posting.kept()) is None:
            sent = await posting.sent_by_hand(self.thread)
            return (Outcome.DONE, self._receipt(desk, sent, SENT_SINCE)) if sent else (Outcome.NOT_DONE, None)
        if not any(n.step == "draft" for n in since_disowned(await ledger.recall())):
            await ledger.note("draft", **draft.model_dump())
        await posting.alone(draft)
        return Outcome.DONE, await self._read_back(desk, draft)

    def trace(self, pages: Pages) -> Receipt:
        return Receipt(summary="A draft was handed over and no answer came back", link=pages.label(DRAFT))

    async def _read_back(self, desk: Desk, draft: Draft) -> Receipt:
        """The receipt of a draft that is known to stand, whether or not the provider lets us look at it."""
        box = desk.mailbox(self.account)
        with suppress(ProviderError):
            return self._receipt(desk, await box.sent(draft.message))
        summary = f"Saved among your drafts in {self.account.name}; I couldn't read it back"
        return Receipt(summary=summary, link=box.link(draft.thread))

    def _receipt(self, desk: Desk, stored: Sent, since: str = "") -> Receipt:
        return Receipt(
            summary=f"Saved among your drafts in {self.account.name}" + (f"; {since}" if since else ""),
            fields=(Field(label="Subject", value=stored.subject),),
            link=desk.mailbox(self.account).link(stored.thread),
            differences=gone_otherwise(self.heading(), stored, body_hash(self.body)),
        )

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        box = desk.mailbox(self.account)
        posting = await self._posting(desk, ledger)
        made = await posting.kept()
        stands = await box.draft(made.id) if made else None
        if made is None or stands is None:
            if await posting.sent_by_hand(made.thread if made else self.thread):
                raise Conflict(provider="Gmail", why=f"{SENT_SINCE}, and a mail that is out can't be taken back")
            return Receipt(summary="The draft was gone already")
        if stands.message != made.message:  # Gmail gives every version of a draft a message of its own
            raise Conflict(provider="Gmail", why="you have worked on the draft since, so I left it")
        await ledger.note("deleting", draft=made.id)
        await box.delete_draft(made.id)
        await ledger.note("deleted")
        return Receipt(summary="The draft is deleted")
