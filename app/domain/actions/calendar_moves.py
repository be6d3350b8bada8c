"""Moving an event into another calendar, of the same account or of another one."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

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
    items,
    said,
)
from app.domain.actions.calendar_events import OnEvent, copied, untouched
from app.domain.actions.calendar_words import (
    kept,
    mailed,
    meaning,
    open_to,
    repeats,
    telling,
    viewers,
)
from app.domain.calendars import EVERYONE, Calendar
from app.domain.cards import Card, Difference, Field, Part, Receipt, Recipient, Taint, carried, counted, differences
from app.domain.desk import Desk, Ledger, last_note, reference
from app.domain.errors import Conflict, Faulty, FormErrors, ProviderError, Refusal, Refused, ScopeMissing
from app.domain.forms import MAX_KEY, MAX_OPTIONS, Choice, Form, Option
from app.domain.types import AccountId, AccountRef, CalendarRef, Event, Guest

COPY = "Google can't move it there, so I make a copy and then cancel the original."
ANEW = "Guests are asked again whether they come."
LINK = "It gets a new video link."


NOT_THERE = "There is no such calendar that you may write to."


def calendar_called(calendar: CalendarRef, account: str) -> str:
    """A calendar as a card names it."""
    return account if calendar.primary else f"{calendar.name} ({account})"


def _key(account: AccountId, calendar: str) -> str:
    return f"{account}/{calendar}"


class MoveEvent(OnEvent):
    """Moves an event: within an account it stays the same one, elsewhere it is copied and the original cancelled."""

    busy_text: ClassVar[str] = "Moving the event"

    target: AccountRef
    into: str
    """The id of the calendar it goes to."""
    into_name: str
    from_name: str
    viewers: tuple[str, ...] = ()
    """Who else can read the calendar it goes to."""
    taints: tuple[Taint, ...] = Payload((), exclude_if=lambda taints: not taints)
    """What of its words others wrote: whoever can read the calendar it goes to will read them."""

    apart: Apart = Payload(Apart(), exclude_if=lambda apart: apart == Apart())
    """Which occurrences of a series that is copied aren't what it says."""

    @property
    def words(self) -> dict[Part, str]:
        """What they will read of it."""
        return {Part.TITLE: self.was.title, Part.PLACE: self.was.place, Part.BODY: self.was.notes}

    @property
    def changes(self) -> tuple[AccountRef, ...]:
        return (self.account,) if self.native else (self.account, self.target)

    @property
    def needs(self) -> tuple[AccountRef, ...]:
        return (self.account, self.target)

    @property
    def too_late(self) -> datetime | None:
        return None

    @property
    def native(self) -> bool:
        """Whether the provider can move it as it is: an occurrence of a series can't leave it."""
        return self.target.id == self.account.id and not self.was.series

    @property
    def _guests(self) -> tuple[Guest, ...]:
        """Whom the copy invites: not whoever owns it."""
        own = self.account.email if self.native else self.target.email
        return tuple(g for g in self.was.guests if g.email.lower() != own.lower())

    def _told(self) -> tuple[Recipient, ...]:
        invited = {g.email for g in self._guests}
        return tuple(r for r in self.guests() if r.address.email in invited)

    def card(self) -> Card:
        recipients = self._told()
        return Card(
            title="Move an event",
            summary=f"“{self.was.title}”, {self.time(self.shown)}{self.much()}",
            account=self.account,
            fields=(
                Field(label="Calendar", value=f"{self.from_name} → {self.into_name}"),
                *(repeats(self.was.recurrence, self.zone)),
                *((Field(label="Place", value=self.was.place),) if self.was.place else ()),
            ),
            recipients=recipients,
            body=(self.was.notes or None) if self.viewers or not self.native else None,
            taints=carried(self.taints, self.words),
            viewers=self.viewers,
            items=items(self._carried, self.was, self.zone, notes=False),
            notes=tuple(filter(None, (*self._notes(len(recipients)), *self._apart(), open_to(self.viewers)))),
            approve="Move",
            undo="moves it back" + ("" if self.native else self._mails("two more mails")),
        )

    def _notes(self, guests: int) -> tuple[str, ...]:
        if self.native:
            return (mailed(guests, self.notify, "an update"),)
        organizer = "" if self.target.id == self.account.id else f"{self.target.email} becomes its organizer."
        new = (organizer if guests else "", ANEW if guests else "", LINK if self.was.conference else "")
        return (
            COPY,
            mailed(guests, self.notify, "an invitation to the copy, and a cancellation of the original,"),
            " ".join(filter(None, new)),
        )

    @property
    def _carried(self) -> tuple[Event, ...]:
        """Whose notes stay behind: whoever can read the calendar it goes to would read them unseen."""
        return self.apart.carried(self.was, notes=False)

    def _apart(self) -> tuple[str, ...]:
        mailed = bool(self._guests) and self.notify == EVERYONE
        return said(self.apart, self._carried, self.was, notes=False, mailed=mailed)

    def _mails(self, what: str) -> str:
        told = len(self._guests) if self.notify == EVERYONE else 0
        return f"; {counted(told, 'person gets', 'people get')} {what}" if told else ""

    async def previewed(self, desk: Desk) -> Self:
        found = self if self.into_name else await self._found(desk)
        seen = {"viewers": await viewers(found._there(desk), found.into), "apart": await found._read_apart(desk)}
        return found.model_copy(update=seen)

    async def _found(self, desk: Desk) -> Self:
        """With the names of the calendar that was chosen; raises Refusal when the event can't go there."""
        there = self._there(desk)
        into = next((c for c in await there.calendars() if c.id == self.into and c.writable), None)
        if into is None:
            raise Refusal(why=NOT_THERE)
        if (there.account.id, into.id) == (self.account.id, self.was.calendar):
            raise Refusal(why=f"“{self.was.title}” is in that calendar already.")
        return self.model_copy(
            update={"target": reference(there.account), "into_name": calendar_called(into, there.account.name)}
        )

    async def _read_apart(self, desk: Desk) -> Apart:
        if self.native:
            return Apart()
        return await apart_of(self.calendar(desk), self.was, self.proposed_at or self.was.start)

    def asked(self, now: datetime) -> Mapping[str, Any]:
        return {"do": "transfer", "to": self.into, **super().asked(now)}

    @property
    def reading(self) -> str:
        return "I'm reading which calendars there are."

    @property
    def _place(self) -> str:
        """The calendar it goes to, as the form names it."""
        return _key(self.target.id, self.into)

    def form(self) -> Form:
        return self._form([Option(key=self._place, label=self.into_name)])

    async def asking(self, desk: Desk) -> Form:
        """With every calendar it could go to."""
        told = await asyncio.gather(*(calendar.calendars() for calendar in desk.calendars))
        places = [(c.account, ref) for c, refs in zip(desk.calendars, told, strict=True) for ref in refs]
        options = {
            _key(account.id, ref.id): calendar_called(ref, account.name)
            for account, ref in places
            if ref.writable and (account.id, ref.id) != (self.account.id, self.was.calendar)
        }
        found = [Option(key=key, label=label) for key, label in options.items() if len(key) <= MAX_KEY]
        first = [Option(key=self._place, label=self.into_name)] if self._place not in options else []
        return self._form([*first, *found][:MAX_OPTIONS])

    def _form(self, places: Sequence[Option]) -> Form:
        calendar = Choice(name="into", label="To which calendar", value=self._place, options=tuple(places), more=True)
        return Form(title="Edit the move", inputs=(calendar, *((telling(self.notify),) if self._guests else ())))

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of another calendar only the ids: what it is called is read with its preview."""
        told = {"notify": values.get("notify", self.notify)}
        if values["into"] == self._place:
            return told
        account, _, into = values["into"].partition("/")
        try:
            target = AccountRef(id=AccountId(UUID(account)), name="", email="")
        except ValueError as unreadable:
            raise FormErrors(why=NOT_THERE, fields={"into": NOT_THERE}) from unreadable
        return {**told, "target": target, "into": into, "into_name": ""}

    # Doing it.

    async def check(self, desk: Desk) -> Change | None:
        if change := await super().check(desk):
            return change
        now = await self._read_apart(desk)
        if alike(now, self.apart):
            return None
        return Change(sentence=RECHANGED.format(title=self.was.title), renewed=self.renewed(apart=now))

    def _there(self, desk: Desk) -> Calendar:
        return desk.calendar(self.target)

    async def _arrived(self, desk: Desk) -> Event | None:
        """The event in its new calendar, if it is there and is ours."""
        found = await self._there(desk).event(self.into, self.was.id if self.native else self.event_id)
        if found is None or found.status == "cancelled":
            return None
        return found if self.native or found.steward_action == str(self.id) else None

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        lost: tuple[Difference, ...] = ()
        if self.native:
            await ledger.note("moving", event=self.was.id)
            moved = await self.calendar(desk).move(self.was, self.into, notify=self.notify)
        else:
            moved = await self._copy(desk, ledger)
            along = Along(changed=self._carried, notes=False)
            lost = await carry(self, self._there(desk), moved, ledger, along)
            await ledger.note("cancelling", event=self.was.id)
            await self.cancel(desk)
        await ledger.note("moved", meaning=meaning(moved, self.zone))
        return self._receipt(moved, lost)

    async def _copy(self, desk: Desk, ledger: Ledger) -> Event:
        """The copy, made once; raises Conflict when its id is taken by something else, or when it isn't like the
        original, which then stays."""
        copy = await self._arrived(desk) if await last_note(ledger, "copying") else None
        if copy is None:
            await ledger.note("copying", event=self.event_id)
            copy = await self._inserted(desk)
        await ledger.note("copied", event=self.event_id)
        if wrong := differences(self._asked(), meaning(copy, self.zone)):
            fields = ", ".join(d.field.lower() for d in wrong)
            raise Conflict(provider="Google Calendar", why=f"the copy has another {fields}, so the original stays")
        return copy

    async def _inserted(self, desk: Desk) -> Event:
        try:
            return await self._there(desk).insert(copied(self, self.into, self._guests, self.apart.without(self.was)))
        except Conflict:  # its id is taken: by a process that was taken for dead, if the copy itself says so
            if (copy := await self._arrived(desk)) is None:
                raise
            return copy

    def _asked(self) -> dict[str, str]:
        return meaning(self.was.model_copy(update={"guests": self._guests}), self.zone)

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        arrived, left = await self._arrived(desk), await self.current(desk)
        gone = left is None or left.status == "cancelled"
        if arrived is not None and gone:
            return Outcome.DONE, self._receipt(arrived)
        if arrived is not None and not self.native:
            await ledger.note("copied", event=self.event_id)  # no answer may have come, and the rest may be refused
        return (Outcome.UNKNOWN if gone else Outcome.NOT_DONE), None

    async def abandon(self, desk: Desk, ledger: Ledger) -> None:
        """Take back a copy whose original is to stay after all."""
        if self.native or not await last_note(ledger, "copying"):
            return
        if await self._arrived(desk):
            await ledger.note("taking back", event=self.event_id)
            await self._there(desk).delete(self.into, self.event_id, notify=self.notify)
        await ledger.note("taken back")

    async def achieved(self, ledger: Ledger) -> Receipt | None:
        if not await last_note(ledger, "copied") or await last_note(ledger, "moved"):
            return None
        if await last_note(ledger, "taken back"):
            return None
        return Receipt(summary=f"A copy of “{self.was.title}” is in {self.into_name}; the original is still there")

    def _receipt(self, stored: Event, lost: tuple[Difference, ...] = ()) -> Receipt:
        return Receipt(
            summary=f"“{stored.title}” is in {self.into_name} now",
            fields=kept(stored, self.zone),
            link=stored.link,
            differences=(*differences(self._asked(), meaning(stored, self.zone)), *lost),
        )

    # Undoing it.

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        arrived, begun = await self._arrived(desk), await last_note(ledger, "moving back")
        noted = await last_note(ledger, "moved")
        if arrived is not None and noted is not None and not begun:
            untouched(noted.refs["meaning"], arrived, self.zone)
        await ledger.note("moving back")
        lost: tuple[Difference, ...] = ()
        if self.native:
            if arrived is not None:
                await self._there(desk).move(arrived, self.was.calendar, notify=self.notify)
        else:
            left = await self.current(desk)
            if left is None or left.status == "cancelled":
                await self.restore(desk, left, status=self.was.status)
            await ledger.note("restored")
            lost = await bring_back(self, self.calendar(desk), self.apart, ledger)
            await ledger.note("dropping", event=self.event_id)
            await self._dropped(desk, ledger)
        told = self._mails("a mail about it")
        return Receipt(summary=f"“{self.was.title}” is in {self.from_name} again{told}", differences=lost)

    async def taken_back(self, ledger: Ledger) -> str:
        steps = [n.step for n in await ledger.recall() if n.step in ("restored", "cancelled again")]
        if steps[-1:] != ["restored"]:
            return ""
        return f"The original is in {self.from_name} again, and the copy is still in {self.into_name}."

    async def _dropped(self, desk: Desk, ledger: Ledger) -> None:
        """Delete the copy. Where that is refused the original goes once more: what can't be undone stays as it was.
        Raises Faulty, to be tried again, where that is refused too."""
        try:
            await self._there(desk).delete(self.into, self.event_id, notify=self.notify)
        except (Refused, ScopeMissing):
            await ledger.note("cancelling again", event=self.was.id)
            try:
                await self.calendar(desk).delete(self.was.calendar, self.was.id, notify=self.notify)
            except ProviderError as both:
                raise Faulty(provider="Google Calendar", why="neither the copy nor the original could go") from both
            await ledger.note("cancelled again")
            raise
