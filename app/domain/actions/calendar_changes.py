"""Changing an event: its time, title, place, notes and guests; one occurrence, the following ones, or all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from pydantic import AwareDatetime
from pydantic import Field as Payload

from app.domain.actions.action import Change, Outcome
from app.domain.actions.calendar_events import OnEvent, Scope, invited, known, untouched
from app.domain.actions.calendar_words import (
    LONGEST,
    MARKUP,
    Overlap,
    attending,
    beside,
    clocks,
    differences,
    elsewhere,
    guest_zones,
    kept,
    mailed,
    meaning,
    open_to,
    repeats,
    retaken,
    standing,
    telling,
    undone,
    viewers,
)
from app.domain.calendars import NewEvent
from app.domain.cards import (
    MAX_BODY,
    MAX_LINE,
    MAX_RECIPIENTS,
    Card,
    Field,
    Part,
    Receipt,
    Recipient,
    Taint,
    carried,
    counted,
)
from app.domain.desk import Desk, Ledger, last_note
from app.domain.errors import Conflict
from app.domain.forms import Form, Input, Line, Moment, Text, is_address, too_long
from app.domain.types import Event

RESET = "Changes that were made to single later occurrences are lost."
SPLIT = "The later occurrences become a series of their own."
OTHERS = "{organizer} organizes it and lets guests change it: the change goes for everyone."
CLOSED = "“{title}” is organized by {organizer}, and its guests may no longer change it."
ANEW = "Guests are asked again whether they come."


class ChangeEvent(OnEvent):
    """Changes an event and tells its guests."""

    busy_text: ClassVar[str] = "Changing the event"

    title: str | None = None
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    place: str | None = None
    notes: str | None = None
    """None leaves a field as it is."""
    anchor: AwareDatetime | None = None
    """When the whole series starts, if all of it is moved; `start` is the occurrence's that the card shows."""
    added: tuple[Recipient, ...] = ()
    removed: tuple[str, ...] = ()
    recurrence: tuple[str, ...] | None = None
    """How the series repeats afterwards, or the one that goes on with the following occurrences."""
    until: tuple[str, ...] = ()
    """How the series ends before the following occurrences, which go on as a series of their own."""
    overlaps: tuple[Overlap, ...] = ()
    zones: Mapping[str, str] = {}
    viewers: tuple[str, ...] = ()
    taints: tuple[Taint, ...] = ()
    clashes: tuple[str, ...] = Payload((), exclude_if=lambda told: not told)
    """Which guests can't be expected at a time that was looked for, a sentence each."""
    unseen: tuple[str, ...] = Payload((), exclude_if=lambda told: not told)
    """The addresses of guests whose calendars didn't tell then."""

    @property
    def too_late(self) -> datetime | None:
        return self.start if self.scope is not Scope.ALL else None

    @property
    def after(self) -> Event:
        """The event as it will be; of the following occurrences the first."""
        given = {n: v for n in ("title", "start", "end", "place", "notes") if (v := getattr(self, n)) is not None}
        guests = invited(self.shown.guests, self.added, self.removed)
        lines = self.was.recurrence if self.recurrence is None else self.recurrence
        return self.shown.model_copy(update={**given, "guests": guests, "recurrence": lines})

    @property
    def becomes(self) -> Event:
        """The event as the provider will have it."""
        if self.scope is not Scope.ALL:
            return self.after
        times = {"start": self.was.start, "end": self.was.end}
        if self.anchor and self.start and self.end:
            times = {"start": self.anchor, "end": self.anchor + (self.end - self.start)}
        return self.after.model_copy(update={**times, "id": self.was.id, "series": ""})

    @property
    def words(self) -> dict[Part, str]:
        """What others will read of it anew."""
        return {Part.TITLE: self.title or "", Part.PLACE: self.place or "", Part.BODY: self.notes or ""}

    @property
    def guests_known(self) -> tuple[str, ...]:
        """Who of the guests can't be expected then, and of whom that isn't known, a sentence each."""
        return attending(self.clashes, self.unseen)

    # The card.

    def card(self) -> Card:
        after, guests = self.after, self._told()
        return Card(
            title="Reschedule an event" if self.start else "Change an event",
            summary=f"“{self.was.title}”, {self._span(after)}{self.much()}",
            account=self.account,
            fields=(*self._changes(after), *self._elsewhere(after)),
            recipients=guests,
            body=self.notes or None,
            taints=carried(self.taints, self.words),
            viewers=self.viewers,
            items=beside(self.overlaps, self.zone),
            notes=self._notes(len(guests)),
            approve="Change",
            undo="brings back what it was" + undone(len(guests), self.notify, "an update"),
        )

    def _span(self, after: Event) -> str:
        """When it is, and when it will be; the zone once where it is the same."""
        before, then = self.time(self.shown), self.time(after)
        if before == then:
            return before
        span, _, zone = before.partition(" (")
        return f"{span if then.endswith(zone) else before} → {then}"

    def _told(self) -> tuple[Recipient, ...]:
        """Everyone it reaches: who stays invited, who is, and who no longer is."""
        gone = {r.lower() for r in self.removed}
        stay = tuple(known(g) for g in self.shown.guests if g.email.lower() not in gone)
        leaving = tuple(
            known(g).model_copy(update={"role": "no longer a guest"})
            for g in self.shown.guests
            if g.email.lower() in gone
        )
        return (*stay, *(r.model_copy(update={"role": "new guest"}) for r in self.added), *leaving)

    def _changes(self, after: Event) -> tuple[Field, ...]:
        """Before → after, for each field that becomes different."""
        before, then = meaning(self.shown, self.zone), meaning(after, self.zone)
        before["Repeats"] = meaning(self.was, self.zone)["Repeats"]
        shown = [n for n in ("Title", "Repeats", "Place") if before[n] != then[n]]
        found = [Field(label=n, value=f"{before[n] or 'none'} → {then[n] or 'none'}", sent=True) for n in shown]
        if self.notes is not None:
            found.append(Field(label="Notes before", value=self.was.notes or "none", sent=True))
        if "Repeats" not in shown and self.scope is not Scope.THIS:
            found += repeats(self.was.recurrence, self.zone)
        return tuple(found)

    def _elsewhere(self, after: Event) -> tuple[Field, ...]:
        there = dict(self.zones)
        if after.zone not in (self.zone, *there.values(), "UTC") and not after.all_day:
            there = {"its own zone": after.zone, **there}
        return tuple(elsewhere(after.start, after.end, self.zone, there)) if self.start else ()

    def _notes(self, guests: int) -> tuple[str, ...]:
        zones, after = self.zones if self.start else {}, self.after
        series = self.scope is not Scope.THIS
        found = (
            "" if self.was.mine else OTHERS.format(organizer=self.was.organizer.called or "Somebody else"),
            mailed(guests, self.notify, "an update"),
            open_to(self.viewers),
            *self.guests_known,
            *(clocks(self.zone, zones, self.proposed_at, after.start, series=series) if self.start else ()),
            " ".join((SPLIT, *((ANEW,) if guests else ()), RESET)) if self.scope is Scope.FOLLOWING else "",
            RESET if self.scope is Scope.ALL and self.start else "",
            MARKUP if "<" in (self.notes or "") else "",
        )
        return tuple(filter(None, found))

    # Proposing it.

    def faults(self, now: datetime) -> Mapping[str, str]:
        strange = [r.address.email for r in self.added if not is_address(r.address.email)]
        after = self.after
        lasts = after.end - after.start
        found = {
            "title": "The event would have no title." if self.title == "" else too_long(self.title or "", MAX_LINE),
            "start": f"{self.time(after)} is in the past." if self.start and after.start <= now else "",
            "end": "" if lasts.total_seconds() > 0 else "It would end before it starts.",
            "guests": f"“{strange[0]}” is no address." if strange else "",
            "place": too_long(self.place or "", MAX_LINE),
            "notes": too_long(self.notes or "", MAX_BODY),
            "": "" if self._differs() else f"“{self.was.title}” is like that already.",
        }
        if self.start and lasts > LONGEST:
            found["end"] = f"It would last {lasts.days} days; an event lasts at most {LONGEST.days}."
        if len(self._told()) > MAX_RECIPIENTS:
            found["guests"] = f"A card shows at most {MAX_RECIPIENTS} guests."
        return {name: why for name, why in found.items() if why}

    def _differs(self) -> bool:
        return meaning(self.shown, "UTC") | {"Repeats": ""} != meaning(self.after, "UTC") | {"Repeats": ""}

    async def previewed(self, desk: Desk) -> Self:
        calendar = self.calendar(desk)
        update: dict[str, Any] = {"viewers": await viewers(calendar, self.was.calendar)}
        if self.start:
            everyone = tuple(known(g) for g in self.after.guests)
            update |= {"zones": await guest_zones(calendar, everyone, self.zone), "overlaps": await self._beside(desk)}
        return self.model_copy(update=update)

    async def _beside(self, desk: Desk) -> tuple[Overlap, ...]:
        """What stands at the new time besides the event itself."""
        after, own = self.after, {f"{e.calendar}:{e.id}" for e in (self.was, self.shown)}
        if after.all_day:
            return ()
        found = await standing(desk, self.calendar(desk), after.start, after.end, besides=self.was)
        return tuple(o for o in found if o.event not in own)

    def asked(self, now: datetime) -> Mapping[str, Any]:
        texts = {n: v for n in ("title", "place", "notes") if (v := getattr(self, n)) is not None}
        time: dict[str, Any] = {}
        if self.start and self.end:
            minutes = (self.end - self.start) // timedelta(minutes=1)
            time = {"to": f"{self.start.astimezone(now.tzinfo):%Y-%m-%d %H:%M}", "minutes": minutes}
        guests = {"add_guests": [r.address.email for r in self.added], "remove_guests": list(self.removed)}
        given = {n: v for n, v in guests.items() if v}
        return {"do": "reschedule" if self.start else "edit", **time, **texts, **given, **super().asked(now)}

    def form(self) -> Form:
        after, zoned = self.after, f"In {self.zone}."
        times: tuple[Input, ...] = (
            Moment(name="start", label="Starts", value=after.start, zone=self.zone, hint=zoned),
            Moment(name="end", label="Ends", value=after.end, zone=self.zone, hint=zoned),
        )
        timed = self.scope is Scope.THIS and not after.all_day
        return Form(
            title="Edit the change",
            inputs=(
                Line(name="title", label="Title", value=after.title, most=MAX_LINE),
                *(times if timed else ()),
                Line(name="place", label="Place", value=after.place, most=MAX_LINE, optional=True),
                Text(name="notes", label="Notes", value=after.notes, most=MAX_BODY, optional=True),
                telling(self.notify),
            ),
        )

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        given = {n: None if values[n] == getattr(self.was, n) else values[n] for n in ("title", "place", "notes")}
        if "start" in values:
            moved = (values["start"], values["end"]) != (self.was.start, self.was.end)
            given |= {n: values[n] if moved else None for n in ("start", "end")}
            if given["start"] != self.start:
                given |= {"clashes": (), "unseen": ()}
        return {**given, "notify": values["notify"]}

    # Doing it.

    def barred(self, now: Event) -> str:
        organizer = now.organizer.called or "somebody else"
        return "" if now.changeable else CLOSED.format(title=now.title, organizer=organizer)

    async def check(self, desk: Desk) -> Change | None:
        if change := await super().check(desk):
            return change
        return retaken(self, self.overlaps, await self._beside(desk)) if self.start else None

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
        return fields | {"zone": self.was.zone, "all_day": self.was.all_day}

    async def _split(self, desk: Desk, ledger: Ledger) -> Receipt:
        """End the series before the first occurrence that is meant, and go on with one of its own."""
        if not await last_note(ledger, "ended"):
            await ledger.note("ending", event=self.was.id)
            await self.change(desk, recurrence=self.until)
            await ledger.note("ended")
        await ledger.note("going on", event=self.event_id)
        try:
            stored = await self.calendar(desk).insert(self._new())
        except Conflict:
            outcome, receipt = await self.reconcile(desk, ledger)
            if outcome is not Outcome.DONE or receipt is None:
                raise
            return receipt
        await ledger.note("changed", meaning=meaning(stored, self.zone))
        return self._receipt(stored)

    def _new(self) -> NewEvent:
        after = self.after
        return NewEvent(
            id=self.event_id,
            calendar=self.was.calendar,
            guests=tuple(g.email for g in after.guests),
            optional=tuple(g.email for g in after.guests if g.optional),
            video=bool(self.was.conference),
            notify=self.notify,
            steward_action=str(self.id),
            **{n: getattr(after, n) for n in ("title", "start", "end", "zone", "all_day", "place", "notes")},
            **{n: getattr(after, n) for n in ("recurrence", "busy", "visibility")},
        )

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        if self.scope is Scope.FOLLOWING:
            return await self._gone_on(desk)
        now = await self.current(desk)
        if now is not None and now.steward_change == str(self.id):
            return Outcome.DONE, self._receipt(now)
        if now is not None and now.steward_change != self.was.steward_change:
            return Outcome.UNKNOWN, None  # whoever changed it last may have written over our mark
        return Outcome.NOT_DONE, None

    async def _gone_on(self, desk: Desk) -> tuple[Outcome, Receipt | None]:
        stored = await self.calendar(desk).event(self.was.calendar, self.event_id)
        if stored is None:
            return Outcome.NOT_DONE, None
        if stored.status == "cancelled" or stored.steward_action != str(self.id):
            return Outcome.UNKNOWN, None
        return Outcome.DONE, self._receipt(stored)

    async def achieved(self, ledger: Ledger) -> Receipt | None:
        if not await last_note(ledger, "ended") or await last_note(ledger, "changed"):
            return None
        return Receipt(
            summary=f"“{self.was.title}” ends before {self.time(self.shown)}; the occurrences from then on are missing"
        )

    def _receipt(self, stored: Event) -> Receipt:
        asked = meaning(self.becomes, self.zone)
        if self.scope is Scope.THIS:
            asked["Repeats"] = meaning(stored, self.zone)["Repeats"]
        told = counted(len(self._told()), "guest") if self.shown.guests or self.added else ""
        return Receipt(
            summary=f"“{stored.title}” is changed" + (f"; {told} told" if told and self.notify == "all" else ""),
            fields=kept(self._at(stored), self.zone),
            link=stored.link,
            differences=differences(asked, meaning(stored, self.zone)),
        )

    def _at(self, stored: Event) -> Event:
        """The event with the time a card shows: that of an occurrence, not the first of a series long past."""
        if self.scope is not Scope.ALL:
            return stored
        return stored.model_copy(update={"start": self.after.start, "end": self.after.end})

    # Undoing it.

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        if not await last_note(ledger, "bringing back"):
            await self._still_ours(desk, ledger)
            await ledger.note("bringing back")
        if self.scope is Scope.FOLLOWING:
            await self.calendar(desk).delete(self.was.calendar, self.event_id, notify=self.notify)
        if (now := await self.current(desk)) is None or now.steward_change == str(self.id):
            # Not once more, where an interrupted undoing has come so far.
            before = {"recurrence": self.was.recurrence} if self.scope is Scope.FOLLOWING else self._before()
            await self.restore(desk, now, **before)
        told = undone(len(self._told()), self.notify, "an update")
        return Receipt(summary=f"“{self.was.title}” is as it was, {self.time(self.shown)}{told}")

    async def _still_ours(self, desk: Desk, ledger: Ledger) -> None:
        """Raises Conflict when what the change left was changed again."""
        event = self.event_id if self.scope is Scope.FOLLOWING else self.was.id
        now, noted = await self.calendar(desk).event(self.was.calendar, event), await last_note(ledger, "changed")
        if now is not None and noted is not None and now.status != "cancelled":
            untouched(noted.refs["meaning"], now, self.zone)

    def _before(self) -> dict[str, Any]:
        """What the change took away, as the port has it."""
        return {name: getattr(self.was, name) for name in self._fields()}
