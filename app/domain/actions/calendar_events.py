"""What all changes of an event that is there already have in common."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from app.domain.actions.action import Action, Change
from app.domain.actions.calendar_words import meaning
from app.domain.calendars import EVERYONE, Calendar, EventChange, NewEvent
from app.domain.cards import Origin, Receipt, Recipient, when
from app.domain.desk import Desk, Pages
from app.domain.errors import Conflict
from app.domain.permissions import Permission
from app.domain.types import Event, Guest

GOOGLE = "Google Calendar"
GONE = "“{title}” was cancelled since the preview."
TOUCHED = "its {fields} changed since, so I left it alone"
CALLED_OFF = "it was cancelled since, so there is nothing to bring back"


class Scope(StrEnum):
    """How much of a series is meant; an event that happens once is `this`."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


def same(one: Event, other: Event) -> bool:
    """Whether two readings of an event mean the same to its people, whatever its guests answered."""
    facts = [(meaning(e, "UTC"), e.recurrence, e.status == "cancelled") for e in (one, other)]
    return facts[0] == facts[1]


def changed(before: Event, now: Event, zone: str) -> str:
    """What became different about an event, in words."""
    was, is_ = meaning(before, zone), meaning(now, zone)
    told = [f"{n.lower()} “{was[n] or 'none'}” → “{is_[n] or 'none'}”" for n in was if was[n] != is_[n]]
    return ", ".join(told) or "how it repeats"


class OnEvent(Action, base=True):
    """A change of an event, as it was when it was shown."""

    requires: ClassVar[Permission] = Permission.CHANGE_CALENDAR

    was: Event
    """The event, the occurrence or, where more of a series is meant, the series itself."""
    scope: Scope = Scope.THIS
    first: Event | None = None
    """Of a series the occurrence that was named: the one the card shows, and from which on FOLLOWING is meant."""
    zone: str
    """The person's zone; the card shows the time in it."""
    notify: str = EVERYONE
    proposed_at: AwareDatetime | None = None

    @property
    def too_late(self) -> datetime | None:
        return self.shown.end if self.scope is not Scope.ALL else None

    @property
    def shown(self) -> Event:
        """The event whose time a card names."""
        return self.first or self.was

    @property
    def reference(self) -> str:
        """The event as tools name it."""
        event = self.shown
        return f"{self.account.name}:{event.calendar}:{event.id}"

    def time(self, event: Event) -> str:
        return when(event.start, event.end, self.zone, all_day=event.all_day)

    def much(self) -> str:
        """How much of a series is meant, in words after its title; empty for a single event."""
        if self.scope is Scope.ALL:
            return ", the whole series"
        if self.scope is Scope.FOLLOWING:
            return f", every occurrence from {self.shown.start.astimezone(ZoneInfo(self.zone)):%a %-d %b %Y} on"
        return ", this occurrence only" if self.was.series else ""

    def guests(self) -> tuple[Recipient, ...]:
        """Those who are invited already."""
        return tuple(known(g) for g in self.was.guests)

    def asked(self, now: datetime) -> Mapping[str, Any]:
        return {"events": [self.reference], "which": self.scope.value, "notify": self.notify, **super().asked(now)}

    async def check(self, desk: Desk) -> Change | None:
        now = await self.current(desk)
        if now is None or now.status == "cancelled":
            return Change(sentence=GONE.format(title=self.was.title))
        if why := self.barred(now):
            return Change(sentence=why)
        if now.steward_change == str(self.id) or same(now, self.was):
            return self.superseded(now)
        sentence = f"“{self.was.title}” changed since the preview: {changed(self.was, now, self.zone)}."
        return Change(sentence=sentence, renewed=self.rebased(now))

    def barred(self, now: Event) -> str:
        """Why the account may no longer do it, in words; empty when it may."""
        return ""

    def superseded(self, now: Event) -> Change | None:
        """What became of an event that means the same as before in a way that matters to this change alone."""
        return None

    def rebased(self, now: Event) -> Self | None:
        """The same change of the event as it is now; None where that needs the person's words again."""
        return self.renewed(was=now) if self.scope is Scope.THIS else None

    def calendar(self, desk: Desk) -> Calendar:
        return desk.calendar(self.account)

    async def current(self, desk: Desk) -> Event | None:
        return await self.calendar(desk).event(self.was.calendar, self.was.id)

    async def change(self, desk: Desk, **fields: Any) -> Event:
        """Change the event if it still means what was approved. A guest's answer moves its etag too, so the etag alone
        decides nothing; and one that bears our mark was changed by ourselves before an interruption."""
        change = EventChange(
            calendar=self.was.calendar,
            event=self.was.id,
            etag=self.was.etag,
            notify=self.notify,
            steward_change=str(self.id),
            **fields,
        )
        try:
            return await self.calendar(desk).change(change)
        except Conflict:
            now = await self.current(desk)
            if now is None or (now.steward_change != str(self.id) and not same(now, self.was)):
                raise
            if now.steward_change == str(self.id):
                return now
        return await self.calendar(desk).change(change.model_copy(update={"etag": now.etag}))

    async def cancel(self, desk: Desk) -> None:
        """Cancel the event if it still means what was approved; one that is cancelled already is fine."""
        was = self.was
        try:
            await self.calendar(desk).delete(was.calendar, was.id, notify=self.notify, etag=was.etag)
        except Conflict:
            now = await self.current(desk)
            if now is None or now.status == "cancelled":
                return
            if not same(now, was):
                raise
            await self.calendar(desk).delete(was.calendar, was.id, notify=self.notify, etag=now.etag)

    def as_left(self, now: Event | None, expected: Mapping[str, str]) -> Event:
        """The event, while it means what a change left or what it did before; raises Conflict otherwise."""
        if now is None or now.status == "cancelled":
            raise Conflict(provider=GOOGLE, why=CALLED_OFF)
        if meaning(now, self.zone) != meaning(self.was, self.zone):
            untouched(expected, now, self.zone)
        return now

    async def restore(self, desk: Desk, now: Event | None, **fields: Any) -> Event:
        """Give the event, as it stands now, back what a change took from it, and the mark it bore then. Somebody may
        have come first: a process that was taken for dead and has done it, a guest whose answer moves the etag, or
        whoever changed it, whose change stays. Raises Conflict."""
        change = EventChange(
            calendar=self.was.calendar,
            event=self.was.id,
            etag=now.etag if now else "",
            notify=self.notify,
            steward_change=self.was.steward_change,
            **fields,
        )
        try:
            return await self.calendar(desk).change(change)
        except Conflict:
            again = await self.current(desk)
            if again is None:
                raise
            if same(again, self.was):
                return again
            if now is not None and not same(again, now):
                untouched(meaning(now, self.zone), again, self.zone)
                raise
        return await self.calendar(desk).change(change.model_copy(update={"etag": again.etag}))

    def trace(self, pages: Pages) -> Receipt:
        link = pages.day(self.shown.start.astimezone(ZoneInfo(self.zone)))
        return Receipt(summary=f"A change of “{self.was.title}” was handed over and no answer came back", link=link)


def known(guest: Guest) -> Recipient:
    return Recipient(address=guest, role="guest", origin=Origin.GUEST)


def untouched(expected: Mapping[str, str], now: Event, zone: str) -> None:
    """Raises Conflict when an event is no longer as a change left it: undoing would take others' changes along."""
    is_ = meaning(now, zone)
    if fields := ", ".join(name.lower() for name, value in expected.items() if is_[name] != value):
        raise Conflict(provider=GOOGLE, why=TOUCHED.format(fields=fields))


def invited(guests: tuple[Guest, ...], added: tuple[Recipient, ...], removed: tuple[str, ...]) -> tuple[Guest, ...]:
    """The guests of an event once some are added and some are gone."""
    gone = {r.lower() for r in removed}
    stay = [g for g in guests if g.email.lower() not in gone]
    there = {g.email.lower() for g in stay}
    return (*stay, *(Guest(email=r.address.email) for r in added if r.address.email.lower() not in there))


def copied(action: OnEvent, calendar: str, guests: Iterable[Guest], without: tuple[str, ...] = ()) -> NewEvent:
    """A copy of an action's event, under the action's own id, and without the days of some lines of a series."""
    was, invited = action.was, tuple(guests)
    return NewEvent(
        id=action.event_id,
        calendar=calendar,
        guests=tuple(g.email for g in invited),
        optional=tuple(g.email for g in invited if g.optional),
        video=bool(was.conference),
        notify=action.notify,
        steward_action=str(action.id),
        recurrence=(*was.recurrence, *without),
        **{n: getattr(was, n) for n in ("title", "start", "end", "zone", "all_day", "place", "notes")},
        **{n: getattr(was, n) for n in ("busy", "visibility")},
    )
