"""Changing an event: its time, title, place, notes and guests; one occurrence, the following ones, or all."""

from typing import Any, ClassVar, Self

from app.domain.actions.action import Change, Outcome
from app.domain.actions.calendar_altering import Altering
from app.domain.actions.calendar_apart import RECHANGED, Along, alike, bring_back, carry
from app.domain.actions.calendar_company import Ahead
from app.domain.actions.calendar_events import Scope, same, untouched
from app.domain.actions.calendar_words import (
    kept,
    meaning,
    retaken,
    undone,
)
from app.domain.calendars import NewEvent
from app.domain.cards import (
    Difference,
    Receipt,
    counted,
    differences,
)
from app.domain.desk import Desk, Ledger, edition, last_note
from app.domain.errors import Conflict
from app.domain.types import Event

CLOSED = "“{title}” is organized by {organizer}, and its guests may no longer change it."


class ChangeEvent(Altering):
    """Changes an event and tells its guests."""

    busy_text: ClassVar[str] = "Changing the event"

    # Doing it.

    def barred(self, now: Event) -> str:
        organizer = now.organizer.called or "somebody else"
        return "" if now.changeable else CLOSED.format(title=now.title, organizer=organizer)

    def rebased(self, now: Event) -> Self | None:
        found = super().rebased(now)
        # Where the next occurrences would be then, is worked out when somebody asks for them.
        return found.model_copy(update={"ahead": Ahead()}) if found else None

    async def check(self, desk: Desk) -> Change | None:
        if change := await super().check(desk):
            return change
        if change := await self._reapart(desk):
            return change
        return retaken(self, self.overlaps, await self._beside(desk))

    async def _reapart(self, desk: Desk) -> Change | None:
        """What became of single occurrences since the preview, while the series isn't ended by ourselves."""
        if self.scope is not Scope.FOLLOWING:
            return None
        current = await self.current(desk)
        now = await self.read_apart(desk)
        if alike(now, self.apart) or (current is not None and current.steward_change == str(self.id)):
            return None
        return Change(sentence=RECHANGED.format(title=self.was.title), renewed=self.renewed(apart=now))

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        if self.scope is Scope.FOLLOWING:
            return await self._split(desk, ledger)
        await ledger.note("changing", event=self.was.id)
        stored = await self.change(desk, **self._fields())
        await ledger.note("changed", meaning=meaning(stored, self.zone))
        return self._receipt(stored)

    def _fields(self) -> dict[str, Any]:
        """What becomes different, as the port has it."""
        names = ("title", "place", "notes", "start", "end", "recurrence")
        becomes = self.becomes
        fields = {n: getattr(becomes, n) for n in names if getattr(self, n) is not None}
        if self.added or self.removed:
            fields["guests"] = self.after.guests
        if self.repeating:  # a series says in which zone its times are
            fields |= {"start": becomes.start, "end": becomes.end}
        if self.video:
            fields["video"] = True
        return fields | {"zone": self.was.zone, "all_day": self.was.all_day}

    async def _split(self, desk: Desk, ledger: Ledger) -> Receipt:
        """End the series before the first occurrence that is meant, and go on with one of its own."""
        if not await last_note(ledger, "ended"):
            await ledger.note("ending", event=self.was.id)
            old = await self.change(desk, recurrence=self.until)
            await ledger.note("ended", meaning=meaning(old, self.zone))
        ident = await self._ident(ledger)
        stored = await self._going_on(desk, ident) if await last_note(ledger, "going on") else None
        if stored is None:
            await ledger.note("going on", event=ident)
            stored = await self._inserted(desk, ident)
        await ledger.note("gone on", event=ident)
        lost = await self._carry(desk, ledger, stored)
        await ledger.note("changed", meaning=meaning(stored, self.zone))
        return self._receipt(stored, lost)

    async def _inserted(self, desk: Desk, ident: str) -> Event:
        """The series that goes on; raises Conflict when its id is taken by something else."""
        try:
            return await self.calendar(desk).insert(self._new(ident))
        except Conflict:  # by a process that was taken for dead, if the series itself says so
            if (stored := await self._going_on(desk, ident)) is None:
                raise
            return stored

    async def _going_on(self, desk: Desk, ident: str) -> Event | None:
        """The series that goes on, if it is there and is ours."""
        found = await self.calendar(desk).event(self.was.calendar, ident)
        ours = found is not None and found.status != "cancelled" and found.steward_action == str(self.id)
        return found if ours else None

    async def _carry(self, desk: Desk, ledger: Ledger, made: Event) -> tuple[Difference, ...]:
        along = Along(changed=self.carried, shift=self.shift, notes=True)
        return await carry(self, self.calendar(desk), made, ledger, along)

    async def _ident(self, ledger: Ledger) -> str:
        """The id of the series that goes on."""
        return self.event_id_of(await edition(ledger))

    def _new(self, ident: str) -> NewEvent:
        after = self.after
        return NewEvent(
            id=ident,
            calendar=self.was.calendar,
            guests=tuple(g.email for g in after.guests),
            optional=tuple(g.email for g in after.guests if g.optional),
            video=self.video or bool(self.was.conference),
            notify=self.notify,
            steward_action=str(self.id),
            recurrence=(*after.recurrence, *self.later.without(self.was, self.shift)),
            **{n: getattr(after, n) for n in ("title", "start", "end", "zone", "all_day", "place", "notes")},
            **{n: getattr(after, n) for n in ("busy", "visibility")},
        )

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        if self.scope is Scope.FOLLOWING:
            return await self._gone_on(desk, ledger)
        now = await self.current(desk)
        if now is not None and now.steward_change == str(self.id):
            return Outcome.DONE, await self._found(ledger, now)
        if now is not None and now.steward_change != self.was.steward_change:
            return Outcome.UNKNOWN, None  # whoever changed it last may have written over our mark
        return Outcome.NOT_DONE, None

    async def _gone_on(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        stored = await self.calendar(desk).event(self.was.calendar, await self._ident(ledger))
        if stored is None:
            await self._find_ended(desk, ledger)
            return Outcome.NOT_DONE, None
        if stored.status == "cancelled" or stored.steward_action != str(self.id):
            return Outcome.UNKNOWN, None
        if self.carried and not await last_note(ledger, "changed"):
            await ledger.note("gone on", event=stored.id)
            return Outcome.NOT_DONE, None  # its single occurrences may not be as they were yet
        return Outcome.DONE, await self._found(ledger, stored)

    async def _find_ended(self, desk: Desk, ledger: Ledger) -> None:
        """Note that the series has ended although no answer came: the rest may be refused."""
        if await last_note(ledger, "ending") and not await last_note(ledger, "ended"):
            old = await self.current(desk)
            if old is not None and old.steward_change == str(self.id):
                await ledger.note("ended", meaning=meaning(old, self.zone))

    async def _found(self, ledger: Ledger, stored: Event) -> Receipt:
        """The receipt of a change whose answer was lost, with the note for its undoing."""
        if not await last_note(ledger, "changed"):
            await ledger.note("changed", meaning=meaning(stored, self.zone))
        return self._receipt(stored)

    async def achieved(self, ledger: Ledger) -> Receipt | None:
        if not await last_note(ledger, "ended") or await last_note(ledger, "changed"):
            return None
        lost = "the occurrences from then on are missing"
        if await last_note(ledger, "gone on"):
            lost = "those from then on are a series of their own, in which not every changed one is as it was"
        return Receipt(summary=f"“{self.was.title}” ends before {self.time(self.shown)}; {lost}")

    def _asked(self) -> dict[str, str]:
        return meaning(self.becomes, self.zone)

    def _receipt(self, stored: Event, lost: tuple[Difference, ...] = ()) -> Receipt:
        asked = self._asked()
        if self.scope is Scope.THIS and not self.repeating:
            asked["Repeats"] = meaning(stored, self.zone)["Repeats"]
        told = counted(len(self._told()), "guest") if self.shown.guests or self.added else ""
        return Receipt(
            summary=f"“{stored.title}” is changed" + (f"; {told} told" if told and self.notify == "all" else ""),
            fields=kept(self._at(stored), self.zone),
            link=stored.link,
            differences=(*differences(asked, meaning(stored, self.zone)), *self._unlinked(stored), *lost),
        )

    def _unlinked(self, stored: Event) -> tuple[Difference, ...]:
        return (
            (Difference(field="Video", asked="a link", stored="none"),) if self.video and not stored.conference else ()
        )

    def _at(self, stored: Event) -> Event:
        """The event with the time a card shows: that of an occurrence, not the first of a series long past."""
        if self.scope is not Scope.ALL:
            return stored
        return stored.model_copy(update={"start": self.after.start, "end": self.after.end})

    # Undoing it.

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        now = await self._left(desk, ledger)
        await ledger.note("bringing back")
        if self.scope is Scope.FOLLOWING:
            await self.calendar(desk).delete(self.was.calendar, await self._ident(ledger), notify=self.notify)
            await ledger.note("dropped")
        linked = self.video and self.scope is not Scope.FOLLOWING
        if not same(now, self.was) or (linked and now.conference):  # not once more, if interrupted after it
            await ledger.note("restoring", event=self.was.id)
            before = {"recurrence": self.was.recurrence} if self.scope is Scope.FOLLOWING else self._before()
            now = await self.restore(desk, now, **before)
        if self.scope is Scope.FOLLOWING:
            await ledger.note("restored")
        lost = await bring_back(self, self.calendar(desk), self.apart, ledger)
        if linked and now.conference:
            lost = (Difference(field="Video", asked="none", stored="a link"), *lost)
        told = undone(len(self._told()), self.notify, "an update")
        return Receipt(
            summary=f"“{self.was.title}” is as it was, {self.time(self.shown)}{told}",
            link=now.link,
            differences=(*differences(meaning(self.was, self.zone), meaning(now, self.zone)), *lost),
        )

    async def taken_back(self, ledger: Ledger) -> str:
        if not await last_note(ledger, "dropped"):
            return ""  # done at one call
        if await last_note(ledger, "restored"):
            return "The series is back, but single occurrences that were changed may not be as they were."
        return f"The occurrences from {self.time(self.shown)} on are missing until the rest is undone too."

    async def _left(self, desk: Desk, ledger: Ledger) -> Event:
        """The event as it stands; raises Conflict when what the change left was changed again: of a series that was
        split, both parts."""
        noted = await last_note(ledger, "changed")
        if self.scope is not Scope.FOLLOWING:
            return self.as_left(await self.current(desk), noted.refs["meaning"] if noted else self._asked())
        new = await self.calendar(desk).event(self.was.calendar, await self._ident(ledger))
        if new is not None and noted is not None and new.status != "cancelled":
            untouched(noted.refs["meaning"], new, self.zone)
        ended = await last_note(ledger, "ended")
        old = meaning(self.was.model_copy(update={"recurrence": self.until}), self.zone)
        return self.as_left(await self.current(desk), (ended.refs.get("meaning") if ended else None) or old)

    def _before(self) -> dict[str, Any]:
        """What the change took away, as the port has it."""
        before = {name: getattr(self.was, name) for name in self._fields() if name != "video"}
        return before | ({"video": False} if self.video else {})
