"""Cancelling an event, and answering an invitation."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import Field as Payload

from app.domain.actions.action import Change, Outcome
from app.domain.actions.calendar_apart import (
    RECHANGED,
    Along,
    Apart,
    alike,
    apart_of,
    bring_back,
    carry,
    undoing,
)
from app.domain.actions.calendar_events import OnEvent, Scope, copied, same
from app.domain.actions.calendar_words import kept, mailed, meaning, repeats, telling, undone
from app.domain.calendars import EVERYONE, NOBODY, OUTSIDERS
from app.domain.cards import Card, Difference, Field, Receipt, differences
from app.domain.desk import Desk, Ledger, last_note
from app.domain.errors import Conflict, Missing
from app.domain.forms import Choice, Form, Option
from app.domain.types import Event

ANSWERS = {"accepted": "Accept", "declined": "Decline", "tentative": "Maybe"}
SAID = {"accepted": "yes", "declined": "no", "tentative": "maybe", "needsAction": "nothing yet"}
TELL = {EVERYONE: "Yes", OUTSIDERS: "Only if they don't use Google Calendar", NOBODY: "No"}
DO = {"accepted": "accept", "declined": "decline", "tentative": "tentative"}
"""What the tool calls each answer."""


class CancelEvent(OnEvent):
    """Cancels an event and tells its guests."""

    busy_text: ClassVar[str] = "Cancelling the event"

    until: tuple[str, ...] = ()
    """How the series ends, when its following occurrences are cancelled."""
    apart: Apart = Payload(Apart(), exclude_if=lambda apart: apart == Apart())
    """Of a series, which of the occurrences that go aren't what it says."""

    def card(self) -> Card:
        guests = self.guests()
        singly = undoing(self.apart, mailed=bool(guests) and self.notify == EVERYONE)
        return Card(
            title="Cancel an event",
            summary=f"“{self.was.title}”, {self.time(self.shown)}{self.much()}",
            account=self.account,
            fields=(
                *(repeats(self.was.recurrence, self.zone) if self.scope is not Scope.THIS else ()),
                *((Field(label="Place", value=self.was.place),) if self.was.place else ()),
            ),
            recipients=guests,
            notes=tuple(filter(None, (mailed(len(guests), self.notify, "a cancellation"),))),
            approve="Cancel it",
            undo="brings it back" + undone(len(guests), self.notify, "an invitation again") + singly,
        )

    async def previewed(self, desk: Desk) -> Self:
        return self.model_copy(update={"apart": await self._read_apart(desk)})

    async def _read_apart(self, desk: Desk) -> Apart:
        if self.scope is Scope.THIS:
            return Apart()
        first = self.shown.original_start or self.shown.start
        since = first if self.scope is Scope.FOLLOWING else None
        return await apart_of(self.calendar(desk), self.was, self.proposed_at or first, since=since)

    async def check(self, desk: Desk) -> Change | None:
        if change := await super().check(desk):
            return change
        now = await self._read_apart(desk)
        if alike(now, self.apart):
            return None
        return Change(sentence=RECHANGED.format(title=self.was.title), renewed=self.renewed(apart=now))

    def asked(self, now: datetime) -> Mapping[str, Any]:
        return {"do": "cancel", **super().asked(now)}

    def form(self) -> Form | None:
        return Form(title="Edit the cancellation", inputs=(telling(self.notify),)) if self.was.guests else None

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        await ledger.note("cancelling", event=self.was.id)
        if self.scope is Scope.FOLLOWING:
            left = await self.change(desk, recurrence=self.until)
            await ledger.note("cancelled", meaning=meaning(left, self.zone))
            return self._receipt(left)
        await self.cancel(desk)
        await ledger.note("cancelled")
        return self._receipt(await self.current(desk))

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        now = await self.current(desk)
        if now is None or now.status == "cancelled" or now.steward_change == str(self.id):
            return Outcome.DONE, self._receipt(now)
        return Outcome.NOT_DONE, None

    def _receipt(self, stored: Event | None) -> Receipt:
        told = undone(len(self.was.guests), self.notify, "a cancellation")
        return Receipt(
            summary=f"“{self.was.title}”, {self.time(self.shown)}{self.much()}, is cancelled{told}",
            differences=self._otherwise(stored),
        )

    def _otherwise(self, stored: Event | None) -> tuple[Difference, ...]:
        """Where the event, or the series without its following occurrences, isn't as it should be now."""
        if stored is not None and self.scope is Scope.FOLLOWING:
            left = self.was.model_copy(update={"recurrence": self.until})
            return differences(meaning(left, self.zone), meaning(stored, self.zone))
        status = stored.status if stored is not None else "cancelled"
        return differences({"Status": "cancelled"}, {"Status": status})

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        """Brings it back under its own id; where the provider has let go of it for ever, as a copy. Single occurrences
        are then as they were."""
        now = await (self._ended(desk, ledger) if self.scope is Scope.FOLLOWING else self.current(desk))
        await ledger.note("bringing back")
        try:
            stored = await self._back(desk, now)
        except Missing:
            await ledger.note("copying", event=self.event_id)
            stored = await self._copied(desk)
            along = Along(changed=self.apart.returning.changed, notes=True)
            lost = await carry(self, self.calendar(desk), stored, ledger, along)
        else:
            lost = await bring_back(self, self.calendar(desk), self.apart.returning, ledger)
        return Receipt(
            summary=f"“{self.was.title}” is back" + undone(len(self.was.guests), self.notify, "an invitation"),
            fields=kept(stored, self.zone) if self.scope is Scope.THIS else (),
            link=stored.link,
            differences=(*differences(meaning(self.was, self.zone), meaning(stored, self.zone)), *lost),
        )

    async def _back(self, desk: Desk, now: Event | None) -> Event:
        """The event as it was, brought back once. Raises Conflict, and Missing when there is nothing to bring back."""
        if self.scope is not Scope.FOLLOWING:
            there = now is not None and now.status != "cancelled"
            return now if now and there else await self.restore(desk, now, status=self.was.status)
        if now is not None and same(now, self.was):
            return now
        return await self.restore(desk, now, recurrence=self.was.recurrence)

    async def _ended(self, desk: Desk, ledger: Ledger) -> Event:
        """The series as it stands; raises Conflict when it was changed since its following occurrences went."""
        noted = await last_note(ledger, "cancelled")
        left = meaning(self.was.model_copy(update={"recurrence": self.until}), self.zone)
        return self.as_left(await self.current(desk), (noted.refs.get("meaning") if noted else None) or left)

    async def _copied(self, desk: Desk) -> Event:
        calendar = self.calendar(desk)
        there = await calendar.event(self.was.calendar, self.event_id)
        return there or await calendar.insert(
            copied(self, self.was.calendar, self.was.guests, self.apart.without(self.was))
        )


class RespondToEvent(OnEvent):
    """Answers an invitation."""

    busy_text: ClassVar[str] = "Answering the invitation"

    answer: str
    """accepted, declined or tentative."""

    def card(self) -> Card:
        organizer = self.was.organizer.shown or "Whoever organizes it"
        told = {
            EVERYONE: f"{organizer} will be told by mail.",
            OUTSIDERS: f"{organizer} will be told by mail, unless they use Google Calendar.",
        }.get(self.notify, "Nobody is told by mail.")
        return Card(
            title=f"{ANSWERS[self.answer]} an invitation" if self.answer != "tentative" else "Answer with maybe",
            summary=f"“{self.was.title}”, {self.time(self.shown)}{self.much()}",
            account=self.account,
            fields=(
                Field(label="Your answer", value=f"{SAID.get(self.was.answer, 'nothing yet')} → {SAID[self.answer]}"),
                Field(label="Organizer", value=organizer),
                *((Field(label="Place", value=self.was.place),) if self.was.place else ()),
            ),
            notes=(told,),
            approve=ANSWERS[self.answer],
            undo=f"sets your answer back to {SAID.get(self.was.answer, 'nothing yet')}",
        )

    def asked(self, now: datetime) -> Mapping[str, Any]:
        return {"do": DO[self.answer], **super().asked(now)}

    def form(self) -> Form:
        options = tuple(Option(key=key, label=label) for key, label in ANSWERS.items())
        return Form(
            title="Edit your answer",
            inputs=(
                Choice(name="answer", label="Your answer", value=self.answer, options=options),
                Choice(
                    name="notify",
                    label="Tell the organizer by mail",
                    value=self.notify,
                    options=tuple(Option(key=key, label=label) for key, label in TELL.items()),
                ),
            ),
        )

    def superseded(self, now: Event) -> Change | None:
        if now.answer == self.was.answer:
            return None
        said = SAID.get(now.answer, "nothing yet")
        if now.answer == self.answer:
            return Change(sentence=f"You have answered with {said} already since the preview.")
        return Change(sentence=f"You have answered with {said} since the preview.", renewed=self.rebased(now))

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        await ledger.note("answering", event=self.was.id)
        stored = await self.calendar(desk).respond(self.was, self.answer, notify=self.notify)
        await ledger.note("answered")
        return self._receipt(stored)

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        now = await self.current(desk)
        if now is None or now.answer != self.answer:
            return Outcome.NOT_DONE, None
        return Outcome.DONE, self._receipt(now)

    def _receipt(self, stored: Event) -> Receipt:
        said = SAID.get(stored.answer, "nothing yet")
        return Receipt(
            summary=f"You said {said} to “{self.was.title}”, {self.time(self.shown)}",
            link=stored.link,
            differences=differences({"Your answer": SAID[self.answer]}, {"Your answer": said}),
        )

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        before = self.was.answer or "needsAction"
        now = await self.current(desk)
        if now is not None and now.answer not in (self.answer, before):
            raise Conflict(provider="Google Calendar", why="you have answered otherwise since, so I left it alone")
        await ledger.note("answering back", event=self.was.id)
        await self.calendar(desk).respond(self.was, before, notify=self.notify)
        await ledger.note("answered back")
        return Receipt(summary=f"Your answer to “{self.was.title}” is {SAID[before]} again")
