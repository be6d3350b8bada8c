"""Putting an event into a calendar."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime
from pydantic import Field as Payload

from app.domain.actions.action import Action, Change, Outcome
from app.domain.actions.calendar_company import Ahead, attending, expected
from app.domain.actions.calendar_words import (
    LONGEST,
    LONGEST_AWAY,
    MARKUP,
    Overlap,
    addresses,
    beside,
    clocks,
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
from app.domain.calendars import EVERYONE, Calendar, NewEvent, Period
from app.domain.cards import (
    MAX_BODY,
    MAX_LINE,
    MAX_RECIPIENTS,
    Card,
    Difference,
    Field,
    Part,
    Receipt,
    Recipient,
    Taint,
    carried,
    differences,
    when,
)
from app.domain.desk import Desk, Ledger, Pages, edition, last_note
from app.domain.errors import Conflict
from app.domain.forms import Addresses, Form, Line, Moment, Text, is_address, marked, too_long
from app.domain.permissions import Permission
from app.domain.repeating import repeated
from app.domain.types import Event


class CreateEvent(Action):
    """Puts an event into a calendar and invites its guests."""

    requires: ClassVar[Permission] = Permission.CHANGE_CALENDAR
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
    calendar_name: str = ""
    """As the card names it; empty for the account's main one."""
    recurrence: tuple[str, ...] = ()
    """Lines of RFC 5545; empty: it happens once."""
    video: bool = False
    """Whether it gets a video conference of its own."""
    busy: bool = True
    visibility: str = "default"
    proposed_at: AwareDatetime | None = None
    zones: Mapping[str, str] = {}
    """Where guests are, by address, as far as their calendars tell; the person's own zone left out."""
    overlaps: tuple[Overlap, ...] = ()
    """What stood at that time at the preview; anything else that stands there later makes the card stale."""
    viewers: tuple[str, ...] = ()
    """Who else could read the calendar at the preview."""
    clashes: tuple[str, ...] = Payload((), exclude_if=lambda told: not told)
    """Which guests were busy then at the preview, a sentence each."""
    unseen: tuple[str, ...] = Payload((), exclude_if=lambda told: not told)
    """The addresses of guests whose calendars didn't tell."""
    ahead: Ahead = Payload(Ahead(), exclude_if=lambda ahead: ahead == Ahead())
    """Of a series the next occurrences that are looked at for clashes."""
    taints: tuple[Taint, ...] = ()
    """What of its words comes from mails and other events."""
    all_day: bool = Payload(False, exclude_if=lambda whole: not whole)
    """Whether it is of whole days, from midnight to midnight in the person's zone."""

    @property
    def words(self) -> dict[Part, str]:
        """What others will read of it."""
        return {Part.TITLE: self.title, Part.PLACE: self.place, Part.BODY: self.notes}

    @property
    def too_late(self) -> datetime | None:
        return self.end if self.all_day else self.start

    def card(self) -> Card:
        return Card(
            title="Create an event",
            summary=f"“{self.title}”, {self._when}",
            account=self.account,
            fields=self._fields(),
            recipients=self.guests,
            body=self.notes or None,
            taints=carried(self.taints, self.words),
            viewers=self.viewers,
            items=beside(self.overlaps, self.zone),
            notes=self._notes(),
            approve="Create",
            undo="cancels it" + undone(len(self.guests), self.notify, "a cancellation"),
        )

    @property
    def _when(self) -> str:
        return when(self.start, self.end, self.zone, all_day=self.all_day)

    def _fields(self) -> tuple[Field, ...]:
        there = {a: z for a, z in self.zones.items() if a in {g.address.email for g in self.guests}}
        there = {} if self.all_day else there
        return (
            *elsewhere(self.start, self.end, self.zone, there),
            *repeats(self.recurrence, self.zone),
            *((Field(label="Calendar", value=self.calendar_name),) if self.calendar_name else ()),
            *((Field(label="Place", value=self.place, sent=True),) if self.place else ()),
            *((Field(label="Video", value="Google Meet, a link of its own"),) if self.video else ()),
        )

    def _notes(self) -> tuple[str, ...]:
        found = (
            mailed(len(self.guests), self.notify, "an invitation"),
            open_to(self.viewers),
            *self.guests_known,
            self.ahead.until(self.zone),
            *(() if self.all_day else self._clocks()),
            "" if self.busy else "It doesn't keep you busy.",
            "Others see only that you're busy." if self.visibility == "private" else "",
            MARKUP if "<" in self.notes else "",
        )
        return tuple(filter(None, found))

    @property
    def guests_known(self) -> tuple[str, ...]:
        """Who of the guests can't be expected then, and of whom that isn't known, a sentence each."""
        return attending(self.clashes, self.unseen)

    def _clocks(self) -> tuple[str, ...]:
        return clocks(self.zone, self.zones, self.proposed_at, self.start, series=bool(self.recurrence))

    def faults(self, now: datetime) -> Mapping[str, str]:
        strange = [g.address.email for g in self.guests if not is_address(g.address.email)]
        lasts, longest = self.end - self.start, LONGEST_AWAY if self.all_day else LONGEST
        over = (self.end if self.all_day else self.start) <= now
        found = {
            "title": too_long(self.title, MAX_LINE) or ("" if self.title.strip() else "The event has no title."),
            "start": f"{self._at(self.start)} is in the past." if over else "",
            "guests": f"“{strange[0]}” is no address." if strange else "",
            "place": too_long(self.place, MAX_LINE),
            "notes": too_long(self.notes, MAX_BODY),
        }
        if lasts <= timedelta():
            found["end"] = f"It would end ({self._at(self.end)}) before it starts ({self._at(self.start)})."
        elif lasts > longest:
            found["end"] = f"It would last {lasts.days} days; I create events of at most {longest.days}."
        if len(self.guests) > MAX_RECIPIENTS:
            found["guests"] = f"A card shows at most {MAX_RECIPIENTS} guests."
        return {name: why for name, why in found.items() if why}

    def _at(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self.zone)):%A %-d %B %Y, %H:%M}"

    async def previewed(self, desk: Desk) -> Self:
        calendar = desk.calendar(self.account)
        found, readers, zones, (clashes, unseen) = await asyncio.gather(
            self._standing(desk),
            viewers(calendar, self.calendar),
            guest_zones(calendar, self.guests, self.zone),
            self._expected(desk),
        )
        told = {"overlaps": found, "viewers": readers, "zones": zones, "clashes": clashes, "unseen": unseen}
        return self.model_copy(update=told)

    async def _expected(self, desk: Desk) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What is known of the guests' time; whole days keep nobody busy for certain."""
        if self.all_day:
            return (), ()
        emails = [g.address.email for g in self.guests]
        return await expected(desk, desk.calendar(self.account), emails, self._looked_at, zone=self.zone)

    @property
    def _looked_at(self) -> tuple[Period, ...]:
        """When others' calendars and the person's own are looked at."""
        return Period(start=self.start, end=self.end), *self.ahead.coming

    async def _standing(self, desk: Desk) -> tuple[Overlap, ...]:
        """What stands at that time; a whole day goes together with anything."""
        return () if self.all_day else await standing(desk, desk.calendar(self.account), self._looked_at)

    def asked(self, now: datetime) -> Mapping[str, Any]:
        return {
            "title": self.title,
            **self._asked_for(now),
            "guests": [g.address.email for g in self.guests],
            "place": self.place,
            "notes": self.notes,
            "calendar": self.calendar_name,
            "repeat": repeated(self.recurrence, self.zone),
            "video": self.video,
            **super().asked(now),
        }

    def _asked_for(self, now: datetime) -> dict[str, Any]:
        """When, as its tool is told."""
        start, end = (at.astimezone(now.tzinfo) for at in (self.start, self.end))
        if self.all_day:
            return {"start": f"{start:%Y-%m-%d}", "end": f"{end - timedelta(days=1):%Y-%m-%d}"}
        return {"start": f"{start:%Y-%m-%d %H:%M}", "minutes": (end - start) // timedelta(minutes=1)}

    def form(self) -> Form:
        zoned = f"In {self.zone}."
        times = (
            Moment(name="start", label="Starts", value=self.start, zone=self.zone, hint=zoned),
            Moment(name="end", label="Ends", value=self.end, zone=self.zone, hint=zoned),
        )
        return Form(
            title="Edit the event",
            inputs=(
                Line(name="title", label="Title", value=self.title, most=MAX_LINE),
                *(() if self.all_day else times),
                Addresses(
                    name="guests",
                    label="Guests",
                    value=tuple(g.address for g in self.guests),
                    optional=True,
                    hint="Addresses, one per line.",
                ),
                Line(name="place", label="Place", value=self.place, most=MAX_LINE, optional=True),
                Text(name="notes", label="Notes", value=self.notes, most=MAX_BODY, optional=True),
                telling(self.notify),
            ),
        )

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        others = [a for a in values["guests"] if a.email.lower() != self.account.email.lower()]
        return {**values, "guests": marked(others, self.guests, "guest")}

    async def check(self, desk: Desk) -> Change | None:
        return retaken(self, self.overlaps, await self._standing(desk))

    async def perform(self, desk: Desk, ledger: Ledger) -> Receipt:
        calendar, ident = desk.calendar(self.account), self.event_id_of(await edition(ledger))
        await ledger.note("inserting", event=ident)
        try:
            stored = await calendar.insert(self._new(ident))
        except Conflict:
            # The id is taken: by ourselves before a crash, which only the event itself can prove.
            outcome, receipt = await self.reconcile(desk, ledger)
            if outcome is not Outcome.DONE or receipt is None:
                raise
            return receipt
        otherwise = {d.field: d.stored for d in self._differences(stored)}
        await ledger.note("inserted", etag=stored.etag, otherwise=otherwise)
        return self._receipt(stored)

    def _new(self, ident: str) -> NewEvent:
        same = {"calendar", "title", "start", "end", "zone", "all_day", "place", "notes", "notify"}
        return NewEvent(
            id=ident,
            guests=tuple(g.address.email for g in self.guests),
            steward_action=str(self.id),
            **self.model_dump(include={*same, "recurrence", "video", "busy", "visibility"}),
        )

    async def reconcile(self, desk: Desk, ledger: Ledger) -> tuple[Outcome, Receipt | None]:
        calendar = desk.calendar(self.account)
        if stored := await self._ours(calendar, ledger):
            return Outcome.DONE, self._receipt(stored)
        taken = await calendar.event(self.calendar, self.event_id_of(await edition(ledger)))
        return (Outcome.NOT_DONE if taken is None else Outcome.UNKNOWN), None

    async def _ours(self, calendar: Calendar, ledger: Ledger) -> Event | None:
        """The event that was made, in whichever edition of the deed, if it stands."""
        for number in range(await edition(ledger), -1, -1):
            stored = await calendar.event(self.calendar, self.event_id_of(number))
            if stored is not None and stored.status != "cancelled" and stored.steward_action == str(self.id):
                return stored
        return None

    def trace(self, pages: Pages) -> Receipt:
        link = pages.day(self.start.astimezone(ZoneInfo(self.zone)))
        return Receipt(summary=f"“{self.title}” was handed over and no answer came back", link=link)

    def _receipt(self, stored: Event) -> Receipt:
        return Receipt(
            summary=f"“{stored.title}” is in your {self.account.name} calendar",
            fields=kept(stored, self._clock_of(stored)),
            link=stored.link,
            differences=self._differences(stored),
        )

    def _differences(self, stored: Event) -> tuple[Difference, ...]:
        asked = {
            "Title": self.title,
            "When": self._when,
            "Repeats": repeated(self.recurrence, self.zone),
            "Guests": addresses(g.address.email for g in self.guests),
            "Place": self.place,
            "Notes": self.notes,
            "Video": "a link" if self.video else "",
        }
        return differences(
            asked, meaning(stored, self._clock_of(stored)) | {"Video": "a link" if stored.conference else ""}
        )

    def _clock_of(self, stored: Event) -> str:
        """The zone whose clocks tell its time: whole days are those of their calendar's, wherever the person is."""
        return stored.zone if self.all_day and stored.all_day else self.zone

    async def undo(self, desk: Desk, ledger: Ledger) -> Receipt:
        calendar = desk.calendar(self.account)
        stored = await self._ours(calendar, ledger)
        await self._refuse_if_changed(stored, ledger)
        await ledger.note("cancelling")
        if stored is not None:
            await calendar.delete(self.calendar, stored.id, notify=self.notify)
        return Receipt(summary=f"“{self.title}” is cancelled" + undone(len(self.guests), self.notify, "a cancellation"))

    async def _refuse_if_changed(self, stored: Event | None, ledger: Ledger) -> None:
        if stored is None or await last_note(ledger, "cancelling"):
            return  # interrupted after the check: deleting is safe to repeat
        inserted = await last_note(ledger, "inserted")
        otherwise = inserted.refs["otherwise"] if inserted else {}  # as the provider stored it from the first
        if changed := [d for d in self._differences(stored) if otherwise.get(d.field) != d.stored]:
            fields = ", ".join(d.field.lower() for d in changed)
            raise Conflict(provider="Google Calendar", why=f"its {fields} changed since I made it, so I left it alone")
