"""What the assistant may change in a calendar."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from app.domain.actions.action import Action, Change, Outcome
from app.domain.cards import Card, Difference, Field, Item, Receipt, Recipient, counted, when
from app.domain.desk import Calendar, Desk, Ledger, NewEvent, last_note
from app.domain.errors import Conflict
from app.domain.types import Event, Value


class Overlap(Value):
    """An event that stands at the same time, as the card names it."""

    event: str
    title: str
    start: AwareDatetime
    end: AwareDatetime


def overlaps(events: tuple[Event, ...], start: datetime, end: datetime) -> tuple[Overlap, ...]:
    """The events that keep their owner busy within [start, end)."""
    return tuple(
        Overlap(event=f"{e.calendar}:{e.id}", title=e.title or "(busy)", start=e.start, end=e.end)
        for e in events
        if e.busy
        and not e.all_day
        and e.status != "cancelled"
        and e.answer != "declined"
        and e.start < end
        and e.end > start
    )


class CreateEvent(Action):
    """Puts an event into a calendar and invites its guests."""

    busy_text: ClassVar[str] = "Creating the event"

    calendar: str
    title: str
    start: AwareDatetime
    end: AwareDatetime
    zone: str
    """The person's zone; the card shows the time in it."""
    guests: tuple[Recipient, ...] = ()
    place: str = ""
    notes: str = ""
    notify: str = "all"
    overlaps: tuple[Overlap, ...] = ()
    """What stood at that time at the preview; anything else that stands there later makes the card stale."""

    @property
    def too_late(self) -> datetime | None:
        return self.start

    def card(self) -> Card:
        mailed = len(self.guests) if self.notify == "all" else 0
        return Card(
            title="Create an event",
            summary=f"“{self.title}”, {when(self.start, self.end, self.zone)}",
            account=self.account,
            fields=(Field(label="Place", value=self.place),) if self.place else (),
            recipients=self.guests,
            body=self.notes or None,
            items=tuple(
                Item(title=f"Overlaps “{o.title}”", detail=when(o.start, o.end, self.zone)) for o in self.overlaps
            ),
            notes=(f"{counted(mailed, 'person', 'people')} will get an invitation by mail.",) if mailed else (),
            approve="Create",
            undo="cancels it" + (f"; {counted(mailed, 'person gets', 'people get')} a cancellation" if mailed else ""),
        )

    async def check(self, desk: Desk) -> Change | None:
        now = overlaps(await desk.calendar(self.account).events(self.start, self.end), self.start, self.end)
        known = {o.event for o in self.overlaps}
        news = [o for o in now if o.event not in known]
        if not news:
            return None
        renewed = self.renewed(overlaps=now)
        named = ", ".join(f"“{o.title}”" for o in news)
        return Change(sentence=f"The time was taken since the preview: {named}", renewed=renewed)

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        calendar = desk.calendar(self.account)
        await ledger.note("inserting", event=self.event_id)
        try:
            stored = await calendar.insert(self._new())
        except Conflict:
            # The id is taken: by ourselves before a crash, which only the event itself can prove.
            outcome, receipt = await self.reconcile(desk, ledger)
            if outcome is not Outcome.DONE or receipt is None:
                raise
            return receipt
        otherwise = {d.field: d.stored for d in self._differences(stored)}
        await ledger.note("inserted", etag=stored.etag, otherwise=otherwise)
        return self._receipt(stored)

    def _new(self) -> NewEvent:
        return NewEvent(
            id=self.event_id,
            guests=tuple(g.address.email for g in self.guests),
            steward_action=str(self.id),
            **self.model_dump(include={"calendar", "title", "start", "end", "zone", "place", "notes", "notify"}),
        )

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        stored = await desk.calendar(self.account).event(self.calendar, self.event_id)
        if stored is None:
            return Outcome.NOT_DONE, None
        if stored.status == "cancelled" or stored.steward_action != str(self.id):
            return Outcome.UNKNOWN, None
        return Outcome.DONE, self._receipt(stored)

    def trace(self, desk: Desk) -> Receipt | None:
        link = desk.calendar(self.account).link(self.start.astimezone(ZoneInfo(self.zone)))
        return Receipt(summary=f"“{self.title}” was handed over and no answer came back", link=link)

    def _receipt(self, stored: Event) -> Receipt:
        return Receipt(
            summary=f"“{stored.title}” is in your {self.account.name} calendar",
            fields=(
                Field(label="When", value=when(stored.start, stored.end, self.zone)),
                *((Field(label="Guests", value=", ".join(g.email for g in stored.guests)),) if stored.guests else ()),
                *((Field(label="Place", value=stored.place),) if stored.place else ()),
            ),
            link=stored.link,
            differences=self._differences(stored),
        )

    def _differences(self, stored: Event) -> tuple[Difference, ...]:
        def shown(start: datetime, end: datetime) -> str:
            return when(start, end, self.zone)

        wanted = (
            ("Title", self.title, stored.title),
            ("When", shown(self.start, self.end), shown(stored.start, stored.end)),
            ("Guests", _addresses(g.address.email for g in self.guests), _addresses(g.email for g in stored.guests)),
            ("Place", self.place, stored.place),
            ("Notes", self.notes, stored.notes),
        )
        return tuple(Difference(field=f, asked=a or "none", stored=s or "none") for f, a, s in wanted if a != s)

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        calendar = desk.calendar(self.account)
        await self._refuse_if_changed(calendar, ledger)
        await ledger.note("cancelling")
        await calendar.delete(self.calendar, self.event_id, notify=self.notify)
        told = len(self.guests) if self.notify == "all" else 0
        return Receipt(
            summary=f"“{self.title}” is cancelled"
            + (f"; {counted(told, 'person gets', 'people get')} a cancellation" if told else "")
        )

    async def _refuse_if_changed(self, calendar: Calendar, ledger: Ledger) -> None:
        if await last_note(ledger, "cancelling"):
            return  # interrupted after the check: deleting is safe to repeat
        stored = await calendar.event(self.calendar, self.event_id)
        if stored is None or stored.status == "cancelled":
            return
        inserted = await last_note(ledger, "inserted")
        otherwise = inserted.refs["otherwise"] if inserted else {}  # as the provider stored it from the first
        if changed := [d for d in self._differences(stored) if otherwise.get(d.field) != d.stored]:
            fields = ", ".join(d.field.lower() for d in changed)
            raise Conflict(provider="Google Calendar", why=f"its {fields} changed since I made it, so I left it alone")


def _addresses(emails: Iterable[str]) -> str:
    return ", ".join(sorted(e.lower() for e in emails))
