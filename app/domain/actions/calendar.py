"""What the assistant may change in a calendar."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from app.domain.actions.action import Action, Change, Outcome
from app.domain.calendars import EVERYONE, NOBODY, OUTSIDERS, Calendar, NewEvent
from app.domain.cards import (
    MAX_BODY,
    MAX_LINE,
    MAX_RECIPIENTS,
    Card,
    Difference,
    Field,
    Item,
    Part,
    Receipt,
    Recipient,
    Taint,
    carried,
    counted,
    when,
)
from app.domain.desk import Desk, Ledger, last_note
from app.domain.errors import Conflict, Refused
from app.domain.forms import Addresses, Choice, Form, Line, Moment, Option, Text, is_address, marked, too_long
from app.domain.types import Event, Value

LONGEST = timedelta(days=14)
"""An event that lasts longer is more likely a slip."""
TOLD = {
    EVERYONE: "To every guest",
    OUTSIDERS: "Only to guests who don't use Google Calendar",
    NOBODY: "To nobody",
}


UNTOLD = "whoever it is shared with, which Google doesn't tell me"
MARKUP = "Google Calendar may show what stands between < and > in the notes as formatting or a link."


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
    notify: str = EVERYONE
    overlaps: tuple[Overlap, ...] = ()
    """What stood at that time at the preview; anything else that stands there later makes the card stale."""
    viewers: tuple[str, ...] = ()
    """Who else could read the calendar at the preview."""
    taints: tuple[Taint, ...] = ()
    """What of its words comes from mails and other events."""

    @property
    def words(self) -> dict[Part, str]:
        """What others will read of it."""
        return {Part.TITLE: self.title, Part.PLACE: self.place, Part.BODY: self.notes}

    @property
    def too_late(self) -> datetime | None:
        return self.start

    @property
    def _mailed(self) -> int:
        """How many are told by mail for certain."""
        return len(self.guests) if self.notify == EVERYONE else 0

    def _telling(self) -> str:
        if not self.guests:
            return ""
        return {
            EVERYONE: f"{counted(self._mailed, 'person', 'people')} will get an invitation by mail.",
            OUTSIDERS: "Guests who don't use Google Calendar will get an invitation by mail.",
            NOBODY: "Nobody gets an invitation by mail; the event appears in the guests' calendars.",
        }[self.notify]

    def card(self) -> Card:
        mailed, telling = self._mailed, self._telling()
        return Card(
            title="Create an event",
            summary=f"“{self.title}”, {when(self.start, self.end, self.zone)}",
            account=self.account,
            fields=(Field(label="Place", value=self.place, sent=True),) if self.place else (),
            recipients=self.guests,
            body=self.notes or None,
            taints=carried(self.taints, self.words),
            viewers=self.viewers,
            items=tuple(
                Item(title=f"Overlaps “{o.title}”", detail=when(o.start, o.end, self.zone)) for o in self.overlaps
            ),
            notes=tuple(filter(None, (telling, self._open_to(), MARKUP if "<" in self.notes else ""))),
            approve="Create",
            undo="cancels it" + (f"; {counted(mailed, 'person gets', 'people get')} a cancellation" if mailed else ""),
        )

    def _open_to(self) -> str:
        return f"On this calendar it can also be read by {', '.join(self.viewers)}." if self.viewers else ""

    def faults(self, now: datetime) -> Mapping[str, str]:
        strange = [g.address.email for g in self.guests if not is_address(g.address.email)]
        lasts = self.end - self.start
        found = {
            "title": too_long(self.title, MAX_LINE) or ("" if self.title.strip() else "The event has no title."),
            "start": f"{self._at(self.start)} is in the past." if self.start <= now else "",
            "guests": f"“{strange[0]}” is no address." if strange else "",
            "place": too_long(self.place, MAX_LINE),
            "notes": too_long(self.notes, MAX_BODY),
        }
        if lasts <= timedelta():
            found["end"] = f"It would end ({self._at(self.end)}) before it starts ({self._at(self.start)})."
        elif lasts > LONGEST:
            found["end"] = f"It would last {lasts.days} days; I create events of at most {LONGEST.days}."
        if len(self.guests) > MAX_RECIPIENTS:
            found["guests"] = f"A card shows at most {MAX_RECIPIENTS} guests."
        return {name: why for name, why in found.items() if why}

    def _at(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self.zone)):%A %-d %B %Y, %H:%M}"

    async def previewed(self, desk: Desk) -> Self:
        calendar = desk.calendar(self.account)
        found = overlaps(await calendar.events(self.start, self.end), self.start, self.end)
        return self.model_copy(update={"overlaps": found, "viewers": await _viewers(calendar, self.calendar)})

    def asked(self, now: datetime) -> Mapping[str, Any]:
        minutes = int((self.end - self.start).total_seconds() // 60)
        return {
            "title": self.title,
            "start": f"{self.start.astimezone(now.tzinfo):%Y-%m-%d %H:%M}",
            "minutes": minutes,
            "guests": [g.address.email for g in self.guests],
            "place": self.place,
            "notes": self.notes,
            **super().asked(now),
        }

    def form(self) -> Form:
        zoned = f"In {self.zone}."
        return Form(
            title="Edit the event",
            inputs=(
                Line(name="title", label="Title", value=self.title, most=MAX_LINE),
                Moment(name="start", label="Starts", value=self.start, zone=self.zone, hint=zoned),
                Moment(name="end", label="Ends", value=self.end, zone=self.zone, hint=zoned),
                Addresses(
                    name="guests",
                    label="Guests",
                    value=tuple(g.address for g in self.guests),
                    optional=True,
                    hint="Addresses, one per line.",
                ),
                Line(name="place", label="Place", value=self.place, most=MAX_LINE, optional=True),
                Text(name="notes", label="Notes", value=self.notes, most=MAX_BODY, optional=True),
                Choice(
                    name="notify",
                    label="Send invitations by mail",
                    value=self.notify,
                    options=tuple(Option(key=key, label=label) for key, label in TOLD.items()),
                ),
            ),
        )

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        others = [a for a in values["guests"] if a.email.lower() != self.account.email.lower()]
        return {**values, "guests": marked(others, self.guests, "guest")}

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
        told = self._mailed
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


async def _viewers(calendar: Calendar, ident: str) -> tuple[str, ...]:
    """Who else can read a calendar; only its owners are told, so on another's the card says that it isn't known."""
    try:
        return await calendar.readers(ident)
    except Refused:
        return (UNTOLD,)


def _addresses(emails: Iterable[str]) -> str:
    return ", ".join(sorted(e.lower() for e in emails))
