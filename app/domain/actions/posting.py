"""One mail sent exactly once: identity before the call, evidence after it."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.actions.action import Outcome
from app.domain.desk import Ledger, Note, since_disowned
from app.domain.errors import Missing, ProviderError, Throttled
from app.domain.mailboxes import Draft, Mailbox, Sent, SentMarks

SETTLING = timedelta(seconds=5)
"""After which a creation that was given up for lost has arrived or never will; Gmail commits within a second or two."""


@dataclass(frozen=True)
class Posting:
    """A mail on its way: a draft of our own is made, noted, and then sent."""

    box: Mailbox
    ledger: Ledger
    marks: SentMarks
    number: int | None = None
    """Its place among the mails of one action; None for the only one."""

    async def send(self, raw: bytes, *, thread: str | None) -> str:
        """Send it, going on from what is noted; returns the sent message's id."""
        if sent := await self._noted("sent"):
            return str(sent.refs["message"])
        draft = await self._draft(raw, thread)
        if isinstance(draft, Sent):
            await self._note("sent", message=draft.id)
            return draft.id
        await self._note("sending", body=self.marks.body_hash)
        message = await self.box.send_draft(draft, raw)
        await self._note("sent", message=message)
        with suppress(ProviderError):  # the mail is out: what is left over must not say otherwise
            await self._clear(beyond=1)
        return message

    async def keep(self, raw: bytes, *, thread: str | None) -> Draft:
        """Make the draft and leave it there; raises Missing where its person has sent it already."""
        draft = await self._draft(raw, thread)
        if isinstance(draft, Sent):
            raise Missing(provider="Gmail", what="draft")
        await self.alone(draft)
        return draft

    async def alone(self, draft: Draft) -> None:
        """See that no second draft stands beside this one: a creation that was given up for lost may arrive late.
        Raises Throttled once, so that it is looked for after a while."""
        if len(await self._begun()) < 2:
            return
        if not await self._noted("settling"):
            await self._note("settling")
            raise Throttled(provider="Gmail", retry_after=SETTLING)
        with suppress(ProviderError):  # the draft stands: what is left over must not say otherwise
            await self._clear(beyond=1, but=draft.id)

    async def evidence(self) -> tuple[Outcome, str]:
        """What became of an attempt to send it that was interrupted, with the sent message's id."""
        if sent := await self._noted("sent"):
            return Outcome.DONE, str(sent.refs["message"])
        draft, sending = await self._noted("draft"), await self._noted("sending")
        if draft is None:
            return await self._unnoted()
        if sending is None:
            return Outcome.NOT_DONE, ""
        if stands := await self.box.draft(draft.refs["id"]):
            if stands.thread != draft.refs["thread"]:
                await self._note("draft", **stands.model_dump())  # the person was at it, and it has moved
            return Outcome.NOT_DONE, ""  # sending consumes the draft: it is there, so nothing went out
        found = await self._found(draft.refs["thread"])
        if found is None:
            return Outcome.UNKNOWN, ""
        await self._note("sent", message=found.id)
        return Outcome.DONE, found.id

    async def sent_by_hand(self, thread: str) -> Sent | None:
        """The mail that became of the draft when its person sent it themself."""
        return await (self._found(thread) if thread else self._found_elsewhere())

    async def _unnoted(self) -> tuple[Outcome, str]:
        """What became of a draft that was made and not noted: while it stands, or when there was none, nothing."""
        if await self.kept() is None and (found := await self._found_elsewhere()):
            await self._note("sent", message=found.id)
            return Outcome.DONE, found.id
        return Outcome.NOT_DONE, ""

    async def _found(self, thread: str) -> Sent | None:
        with suppress(Missing):
            if found := await self.box.find_sent(thread, self.marks):
                return found
        return await self._found_elsewhere()

    async def _found_elsewhere(self) -> Sent | None:
        """A new mail may found another thread when it is sent."""
        cursors = [n.refs["cursor"] for n in await self._notes() if n.step == "creating" and "cursor" in n.refs]
        return await self.box.find_sent_since(cursors[0], self.marks) if cursors else None

    async def kept(self) -> Draft | None:
        """The draft that an interrupted attempt made, as far as notes and the provider tell."""
        if noted := await self._noted("draft"):
            return _draft(noted)
        creating = await self._noted("creating")
        found = await self.box.find_drafts(self.marks.message_id, since=creating.at) if creating else ()
        return next(iter(found), None)

    async def abandon(self) -> None:
        """Delete what an attempt left half made."""
        if draft := await self._noted("draft"):
            await self._drop(draft.refs["id"])
        await self._clear(beyond=0)

    async def _draft(self, raw: bytes, thread: str | None) -> Draft | Sent:
        """The draft to send, or the mail that its person made of it."""
        if noted := await self._noted("draft"):
            return _draft(noted)
        draft = await self.kept()  # the answer to an earlier create was lost: what it made is used, not doubled
        if draft is None and await self._noted("creating") and (sent := await self.sent_by_hand(thread or "")):
            return sent  # a moment ago it still stood
        if draft is None:
            await self._note("creating", **({} if thread else {"cursor": (await self.box.arrivals("")).cursor}))
            draft = await self.box.create_draft(raw, thread=thread)
        await self._note("draft", **draft.model_dump())
        return draft

    async def _clear(self, *, beyond: int, but: str = "") -> None:
        """Delete the drafts that creations with a lost answer made after all, if more than so many were begun."""
        begun = await self._begun()
        if len(begun) <= beyond:
            return
        for orphan in await self.box.find_drafts(self.marks.message_id, since=begun[0]):
            if orphan.id != but:
                await self._drop(orphan.id)

    async def _drop(self, draft: str) -> None:
        await self._note("dropping", draft=draft)
        await self.box.delete_draft(draft)
        await self._note("dropped")

    async def _begun(self) -> list[datetime]:
        """When creations of the draft were begun."""
        return [n.at for n in await self._notes() if n.step == "creating"]

    async def _notes(self) -> list[Note]:
        return [n for n in since_disowned(await self.ledger.recall()) if n.refs.get("mail") == self.number]

    async def _noted(self, step: str) -> Note | None:
        return next((n for n in reversed(await self._notes()) if n.step == step), None)

    async def _note(self, step: str, **refs: Any) -> None:
        await self.ledger.note(step, **refs, **({} if self.number is None else {"mail": self.number}))


def _draft(note: Note) -> Draft:
    return Draft(id=note.refs["id"], message=note.refs["message"], thread=note.refs["thread"])
