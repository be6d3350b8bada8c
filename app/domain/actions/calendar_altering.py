"""What is to become different about an event: its card and its form."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime
from pydantic import Field as Payload

from app.domain.actions.calendar_apart import Apart, apart_of, items, said, shifted
from app.domain.actions.calendar_company import Ahead, attending, expected, tells_busy, time_of
from app.domain.actions.calendar_events import OnEvent, Scope, invited, known
from app.domain.actions.calendar_words import (
    LONGEST,
    MARKUP,
    Overlap,
    beside,
    clocks,
    elsewhere,
    guest_zones,
    mailed,
    meaning,
    open_to,
    repeats,
    standing,
    telling,
    undone,
    viewers,
)
from app.domain.calendars import EVERYONE, Period
from app.domain.cards import (
    MAX_BODY,
    MAX_LINE,
    MAX_RECIPIENTS,
    Card,
    Field,
    Part,
    Recipient,
    Taint,
    carried,
)
from app.domain.desk import Desk
from app.domain.forms import Addresses, Day, Form, Input, Line, Moment, Text, is_address, marked, too_long
from app.domain.repeating import repeated
from app.domain.types import Address, Event

RESET = "Changes that were made to single later occurrences are lost."
SPLIT = "The later occurrences become a series of their own."
OTHERS = "{organizer} organizes it and lets guests change it: the change goes for everyone."
ANEW = "Guests are asked again whether they come."
UNASKED: Mapping[str, Any] = {"clashes": (), "unseen": ()}
"""Nothing is known of the guests at a time that a person chose."""


class Altering(OnEvent, base=True):
    """An event with what is to become different about it."""

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
    repeating: bool = Payload(False, exclude_if=lambda given: not given)
    """Whether it is to repeat otherwise than it does; else `recurrence` only follows its new time."""
    video: bool = Payload(False, exclude_if=lambda given: not given)
    """Whether it gets a video link, having none."""
    overlaps: tuple[Overlap, ...] = ()
    zones: Mapping[str, str] = {}
    viewers: tuple[str, ...] = ()
    taints: tuple[Taint, ...] = ()
    clashes: tuple[str, ...] = Payload((), exclude_if=lambda told: not told)
    """Which guests can't be expected then, a sentence each."""
    ahead: Ahead = Payload(Ahead(), exclude_if=lambda ahead: ahead == Ahead())
    """Of a series the next occurrences that are looked at for clashes."""
    apart: Apart = Payload(Apart(), exclude_if=lambda apart: apart == Apart())
    """Of a series that is split, which occurrences from then on aren't what it says."""
    unseen: tuple[str, ...] = Payload((), exclude_if=lambda told: not told)
    """The addresses of guests whose calendars didn't tell."""

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
    def shift(self) -> timedelta:
        """By how much the occurrences move, on the clocks of the series' zone."""
        zone = ZoneInfo(self.was.zone)
        at = self.shown.original_start or self.shown.start
        return self.after.start.astimezone(zone).replace(tzinfo=None) - at.astimezone(zone).replace(tzinfo=None)

    @property
    def later(self) -> Apart:
        """What is apart after the first of the following occurrences, which is as the card says; with other
        occurrences nothing is."""
        if self.repeating:
            return Apart()
        at = self.shown.original_start or self.shown.start
        changed = tuple(e for e in self.apart.changed if (e.original_start or e.start) > at)
        return self.apart.model_copy(update={"changed": changed})

    @property
    def coming(self) -> Ahead:
        """The next occurrences without those that are cancelled, or stand at a time of their own."""
        own = (e.original_start for e in self.later.changed if e.original_start and e.start != e.original_start)
        return self.ahead.but(shifted(at, self.shift, self.was) for at in (*self.later.cancelled, *own))

    @property
    def retimed(self) -> tuple[Period, ...]:
        """Of the occurrences that are looked at, when those are that weren't there at that time before."""
        first = (time_of(self.after),) if self.start else ()
        return (*first, *self.coming.coming) if self.start or self.repeating else ()

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
            items=(*beside(self.overlaps, self.zone), *items(self.carried, self.was, self.zone, notes=True)),
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
        if self.video:
            found.append(Field(label="Video", value="none → Google Meet, a link of its own", sent=True))
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
            self.coming.until(self.zone),
            *(clocks(self.zone, zones, self.proposed_at, after.start, series=series) if self.start else ()),
            " ".join((SPLIT, *((ANEW,) if guests else ()))) if self.scope is Scope.FOLLOWING else "",
            *self._apart(guests),
            RESET if self._resets else "",
            MARKUP if "<" in (self.notes or "") else "",
        )
        return tuple(filter(None, found))

    @property
    def _resets(self) -> bool:
        again = self.repeating and (self.scope is Scope.ALL or self.apart != Apart())
        return again or (self.scope is Scope.ALL and self.start is not None)

    @property
    def carried(self) -> tuple[Event, ...]:
        """The changed occurrences that the series which goes on takes along."""
        return self.later.carried(self.was, notes=True)

    def _apart(self, guests: int) -> tuple[str, ...]:
        mailed = bool(guests) and self.notify == EVERYONE
        return said(self.later, self.carried, self.was, notes=True, mailed=mailed)

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
        before, after = meaning(self.shown, "UTC"), meaning(self.after, "UTC")
        if self.repeating and meaning(self.was, "UTC")["Repeats"] != after["Repeats"]:
            return True
        return self.video or before | {"Repeats": ""} != after | {"Repeats": ""}

    async def previewed(self, desk: Desk) -> Self:
        calendar = self.calendar(desk)
        found = self.model_copy(update={"apart": await self.read_apart(desk)})
        update: dict[str, Any] = {"viewers": await viewers(calendar, self.was.calendar), **await found._guests(desk)}
        if self.start:
            everyone = tuple(known(g) for g in self.after.guests)
            update["zones"] = await guest_zones(calendar, everyone, self.zone)
        return found.model_copy(update=update | {"overlaps": await found._beside(desk)})

    async def _guests(self, desk: Desk) -> dict[str, Any]:
        """What is known of the time of those who are to come at another time, or are newly invited."""
        after, added = self.after, {r.address.email.lower() for r in self.added}
        if after.all_day:
            return {}
        calendar, coming = self.calendar(desk), self.coming
        new = [g.email for g in after.guests if g.email.lower() in added]
        stay = [g.email for g in after.guests if g.email.lower() not in added and g.answer != "declined"]
        times, besides = (time_of(after), *coming.coming), (time_of(self.shown), *coming.standing)
        found = await expected(desk, calendar, new, times, zone=self.zone)
        if times := self.retimed:
            others = await expected(desk, calendar, stay, times, zone=self.zone, besides=besides)
            found = found[0] + others[0], found[1] + others[1]
        looked_for = tuple(c for c in self.clashes if not any(tells_busy(c, g.email) for g in after.guests))
        return {"clashes": (*found[0], *looked_for), "unseen": found[1]}

    async def read_apart(self, desk: Desk) -> Apart:
        """What is apart of a series that is split, as it is now. Raises ProviderError."""
        if self.scope is not Scope.FOLLOWING:
            return Apart()
        at = self.shown.original_start or self.shown.start
        return await apart_of(self.calendar(desk), self.was, self.proposed_at or at, since=at)

    async def _beside(self, desk: Desk) -> tuple[Overlap, ...]:
        """What stands at the new times besides the event itself."""
        own = {f"{e.calendar}:{e.id}" for e in (self.was, self.shown)}
        if self.after.all_day or not self.retimed:
            return ()
        found = await standing(desk, self.calendar(desk), self.retimed, besides=self.was, made_by=str(self.id))
        return tuple(o for o in found if o.event not in own)

    def asked(self, now: datetime) -> Mapping[str, Any]:
        texts = {n: v for n in ("title", "place", "notes") if (v := getattr(self, n)) is not None}
        time: dict[str, Any] = {}
        if self.start and self.end:
            minutes = (self.end - self.start) // timedelta(minutes=1)
            time = {"to": f"{self.start.astimezone(now.tzinfo):%Y-%m-%d %H:%M}", "minutes": minutes}
        guests = {"add_guests": [r.address.email for r in self.added], "remove_guests": list(self.removed)}
        given: dict[str, Any] = {n: v for n, v in guests.items() if v}
        if self.repeating:
            given["repeat"] = repeated(self.recurrence or (), self.zone)
        if self.video:
            given["video"] = True
        return {"do": "reschedule" if self.start else "edit", **time, **texts, **given, **super().asked(now)}

    def form(self) -> Form:
        after = self.after
        guests = Addresses(
            name="guests",
            label="Guests",
            value=tuple(Address(email=g.email, name=g.name) for g in after.guests),
            optional=True,
            hint="Addresses, one per line. Whoever you take out gets a cancellation, if guests are told.",
        )
        return Form(
            title="Edit the change",
            inputs=(
                Line(name="title", label="Title", value=after.title, most=MAX_LINE),
                *(self._days(after) if after.all_day else self._moments(after)),
                guests,
                Line(name="place", label="Place", value=after.place, most=MAX_LINE, optional=True),
                Text(name="notes", label="Notes", value=after.notes, most=MAX_BODY, optional=True),
                telling(self.notify),
            ),
        )

    def _moments(self, after: Event) -> tuple[Input, ...]:
        zoned = f"In {self.zone}." + (" The other occurrences move as much." if self.scope is not Scope.THIS else "")
        return (
            Moment(name="start", label="Starts", value=after.start, zone=self.zone, hint=zoned),
            Moment(name="end", label="Ends", value=after.end, zone=self.zone, hint=zoned),
        )

    def _days(self, after: Event) -> tuple[Input, ...]:
        first, last = self._day(after.start), self._day(after.end) - timedelta(days=1)
        return Day(name="start", label="First day", value=first), Day(name="end", label="Last day", value=last)

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.was.zone)).date()

    def entered(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        given = {n: None if values[n] == getattr(self.was, n) else values[n] for n in ("title", "place", "notes")}
        return {**given, **self._times(values), **self._invited(values["guests"]), "notify": values["notify"]}

    def _times(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        start, end = values["start"], values["end"]
        if self.after.all_day:
            zone = ZoneInfo(self.was.zone)
            start, end = (datetime.combine(day, time(), zone) for day in (start, end + timedelta(days=1)))
        if (start, end) == (self.shown.start, self.shown.end):
            return {"start": None, "end": None, **UNASKED}
        return {} if (start, end) == (self.start, self.end) else {"start": start, "end": end, **UNASKED}

    def _invited(self, chosen: Iterable[Address]) -> Mapping[str, Any]:
        """Who is to come besides those who are invited already, and who of them no longer."""
        others = {a.email.lower(): a for a in chosen if a.email.lower() != self.account.email.lower()}
        there = {g.email.lower(): g.email for g in self.shown.guests}
        added = marked([a for email, a in others.items() if email not in there], self.added, "guest")
        leaving = [email for key, email in there.items() if key not in others]
        before = [email for email in self.removed if email.lower() in map(str.lower, leaving)]
        later = [email for email in leaving if email.lower() not in map(str.lower, before)]
        return {"added": added, "removed": (*before, *later)}
