"""Occurrences that aren't what their series says: how they stay so where it is copied or split, and come back."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from app.domain.actions.calendar_events import OnEvent, same
from app.domain.actions.calendar_words import meaning
from app.domain.calendars import NOBODY, Calendar, EventChange, lasting
from app.domain.cards import Difference, Item, counted, differences, when
from app.domain.desk import Ledger
from app.domain.errors import Missing
from app.domain.repeating import dated
from app.domain.types import Event, Value

AHEAD = timedelta(days=2 * 366)
"""How far ahead a series is looked through."""
MOST_CARRIED = 25
"""Changed occurrences that a card shows and that are carried over, and ones of each kind that a series which comes back
has again: each takes a call or two."""
RECHANGED = "Single occurrences of “{title}” changed since the preview."


class Apart(Value):
    """The occurrences of a series that aren't what it says, from one of them on."""

    cancelled: tuple[AwareDatetime, ...] = ()
    """When they would start."""
    changed: tuple[Event, ...] = ()
    """As they are, by when they would start."""

    def carried(self, series: Event, *, notes: bool) -> tuple[Event, ...]:
        """Those of the changed ones that the series that is made will have too, whole or in part; the last if there
        are too many."""
        return tuple(e for e in self.changed if _own(series, e, notes=notes))[-MOST_CARRIED:]

    @property
    def returning(self) -> "Apart":
        """Those that are as they were once the series is back; the last if there are too many."""
        return Apart(cancelled=self.cancelled[-MOST_CARRIED:], changed=self.changed[-MOST_CARRIED:])

    def without(self, series: Event, shift: timedelta = timedelta()) -> tuple[str, ...]:
        """The lines by which a series that is made leaves out what was cancelled, moved by as much as it is."""
        if not self.cancelled:
            return ()
        return (dated("EXDATE", [shifted(at, shift, series) for at in self.cancelled], series),)


async def apart_of(calendar: Calendar, series: Event, now: datetime, *, since: datetime | None = None) -> Apart:
    """What is apart of a series, from the occurrence on that would start at `since`. Raises ProviderError."""
    if not series.recurrence:
        return Apart()
    found = await calendar.apart(series, max(now, series.start) + AHEAD)
    placed = [(e.original_start or e.start, e) for e in found]
    later = [(at, e) for at, e in placed if since is None or at >= since]
    return Apart(
        cancelled=tuple(at for at, e in later if e.status == "cancelled"),
        changed=tuple(e for _, e in later if e.status != "cancelled"),
    )


def alike(one: Apart, other: Apart) -> bool:
    """Whether two readings mean the same to their people."""
    if one.cancelled != other.cancelled or len(one.changed) != len(other.changed):
        return False
    return all(a.id == b.id and same(a, b) for a, b in zip(one.changed, other.changed, strict=True))


def shifted(at: datetime, shift: timedelta, series: Event) -> datetime:
    """An instant so much later on the clocks of the series' zone."""
    zone = ZoneInfo(series.zone)
    return (at.astimezone(zone).replace(tzinfo=None) + shift).replace(tzinfo=zone)


# The card.


def items(carried: Iterable[Event], series: Event, zone: str, *, notes: bool) -> tuple[Item, ...]:
    """What stays changed, an occurrence a line."""
    return tuple(Item(title=f"Stays changed: “{e.title}”", detail=_shown(e, series, zone, notes)) for e in carried)


def _shown(event: Event, series: Event, zone: str, notes: bool) -> str:
    own = _own(series, event, notes=notes)
    words = (
        f"place {event.place or 'none'}" if "place" in own else "",
        "with notes of its own" if "notes" in own else "",
    )
    return ", ".join(filter(None, (when(event.start, event.end, zone, all_day=event.all_day), *words)))


def said(apart: Apart, carried: tuple[Event, ...], series: Event, *, notes: bool, mailed: bool) -> tuple[str, ...]:
    """What becomes of them, and what of it doesn't stay, a sentence each."""
    gone = counted(len(apart.cancelled), "cancelled occurrence")
    stay, lost = len(carried), len(apart.changed) - len(carried)
    partly = sum(bool(_left(series, e, notes=notes)) for e in carried)
    mails = "; whoever is invited gets an update about each by mail" if mailed else ""
    words = "guests" if notes else "guests or notes"
    return tuple(
        filter(
            None,
            (
                f"{gone} {'stay' if len(apart.cancelled) > 1 else 'stays'} cancelled." if apart.cancelled else "",
                f"{counted(stay, 'changed occurrence')} {'stay' if stay > 1 else 'stays'} changed{mails}."
                if stay
                else "",
                f"Other {words} of {partly} of them aren't carried over." if partly else "",
                f"What was changed about {counted(lost, 'occurrence')} isn't carried over." if lost else "",
            ),
        )
    )


def undoing(apart: Apart, *, mailed: bool) -> str:
    """What becomes of them when a series that is cancelled comes back, after that it does."""
    stay, kept = len(apart.returning.cancelled), len(apart.returning.changed)
    revived, lost = len(apart.cancelled) - stay, len(apart.changed) - kept
    mails = ", with an update about each by mail" if mailed else ""
    return "".join(
        (
            f"; {counted(stay, 'cancelled occurrence')} {'stay' if stay > 1 else 'stays'} cancelled" if stay else "",
            f"; {counted(kept, 'changed occurrence')} {'are' if kept > 1 else 'is'} changed again{mails}"
            if kept
            else "",
            f"; {counted(revived, 'more cancelled one')} {'come' if revived > 1 else 'comes'} back too"
            if revived
            else "",
            f"; what was changed about {counted(lost, 'occurrence')} doesn't come back" if lost else "",
        )
    )


def _own(series: Event, event: Event, *, notes: bool) -> dict[str, Any]:
    """What an occurrence has of its own, without its guests."""
    names = ("title", "place", "notes") if notes else ("title", "place")
    own: dict[str, Any] = {n: getattr(event, n) for n in names if getattr(event, n) != getattr(series, n)}
    long = (event.all_day, lasting(event)) != (series.all_day, lasting(series))
    if long or event.start != (event.original_start or event.start):
        own |= {"start": event.start, "end": event.end}
    return own


def named(event: Event, zone: str) -> str:
    """A changed occurrence as a difference names it."""
    return f"{event.title}, {when(event.start, event.end, zone, all_day=event.all_day)}"


def _unlike(event: Event, asked: Event, stored: Event | None, zone: str) -> tuple[Difference, ...]:
    """Where an occurrence isn't as it should be."""
    label = named(event, zone)
    if stored is None or stored.status == "cancelled":
        return (Difference(field=label, asked="changed", stored="missing"),)
    found = differences(meaning(asked, zone), meaning(stored, zone))
    return tuple(d.model_copy(update={"field": f"{label}: {d.field}"}) for d in found)


def _left(series: Event, event: Event, *, notes: bool) -> bool:
    guests = [{g.email.lower() for g in e.guests} for e in (series, event)]
    return guests[0] != guests[1] or (not notes and series.notes != event.notes)


# Doing it, and undoing it.


class Along(Value):
    """The changed occurrences that a series which is made takes along."""

    changed: tuple[Event, ...]
    shift: timedelta = timedelta()
    """How much later the others are, on the clocks of its zone."""
    notes: bool
    """Whether their notes go along."""


async def carry(
    action: OnEvent, calendar: Calendar, made: Event, ledger: Ledger, along: Along
) -> tuple[Difference, ...]:
    """Give a series that was made the changed occurrences of the one it comes from, each once; what can't be given
    is a difference. Raises ProviderError."""
    was = action.was
    places = [(e, shifted(e.original_start or e.start, along.shift, was)) for e in along.changed]
    last = max((at for _, at in places), default=made.start)
    there = {_slot(e): e for e in await calendar.apart(made, last + AHEAD)} if places else {}
    found: list[Difference] = []
    for event, at in places:
        theirs = there.get(_key(at, made)) or await _plain(calendar, made, at)
        wanted = _wanted(was, event, at=at, notes=along.notes)
        if theirs is not None and theirs.status != "cancelled" and theirs.steward_change != str(action.id):
            await ledger.note("carrying", event=theirs.id)
            theirs = await calendar.change(_change(action, theirs, event, wanted))
        asked = (theirs or event).model_copy(update=wanted)
        found += _unlike(event, asked, theirs, action.zone)
    return tuple(found)


def _wanted(was: Event, event: Event, *, at: datetime, notes: bool) -> dict[str, Any]:
    """What the occurrence that is by rights at `at` is given; one that only lasts otherwise starts with its series."""
    own = _own(was, event, notes=notes)
    if "start" in own and event.start == event.original_start:
        own |= {"start": at, "end": (at if event.all_day else at.astimezone(UTC)) + lasting(event)}
    return own


def _change(action: OnEvent, theirs: Event, event: Event, wanted: Mapping[str, Any]) -> EventChange:
    over = event.end <= (action.proposed_at or event.start)
    return EventChange(
        calendar=theirs.calendar,
        event=theirs.id,
        notify=NOBODY if over else action.notify,
        steward_change=str(action.id),
        zone=event.zone,
        all_day=event.all_day,
        **wanted,
    )


async def bring_back(action: OnEvent, calendar: Calendar, apart: Apart, ledger: Ledger) -> tuple[Difference, ...]:
    """Give the series, which is as it was again, its occurrences back as they were; those that are so are left alone.
    Raises ProviderError."""
    if not apart.cancelled and not apart.changed:
        return ()
    was = action.was
    last = max((*apart.cancelled, *(e.original_start or e.start for e in apart.changed)))
    now = {_slot(e): e for e in await calendar.apart(was, last + AHEAD)}
    for at in apart.cancelled:
        there = now.get(_key(at, was)) or await _plain(calendar, was, at)
        if there is not None and there.status != "cancelled":
            await ledger.note("leaving out", event=there.id)
            await calendar.delete(was.calendar, there.id, notify=NOBODY)
    found: list[Difference] = []
    for event in apart.changed:
        found += await _restored(action, calendar, event, ledger)
    return tuple(found)


async def _restored(action: OnEvent, calendar: Calendar, event: Event, ledger: Ledger) -> tuple[Difference, ...]:
    now = await calendar.event(event.calendar, event.id)
    if now is None or not same(now, event):
        names = ("status", "title", "place", "notes", "start", "end", "zone", "all_day", "steward_change")
        told = {"calendar": event.calendar, "event": event.id, "notify": action.notify}
        change = EventChange(**told, **{n: getattr(event, n) for n in names})
        await ledger.note("changing back", event=event.id)
        with suppress(Missing):
            now = await calendar.change(change)
            if meaning(now, "UTC")["Guests"] != meaning(event, "UTC")["Guests"]:
                await ledger.note("inviting back", event=event.id)
                now = await calendar.change(change.model_copy(update={"guests": event.guests}))
    return _unlike(event, event, now, action.zone)


async def _plain(calendar: Calendar, series: Event, at: datetime) -> Event | None:
    """The occurrence of a series that would start then."""
    day = timedelta(days=1) if series.all_day else timedelta()  # midnight is elsewhere in another calendar's zone
    found = await calendar.occurrences(series, at - day, at + day + timedelta(seconds=1))
    return next((e for e in found if _slot(e) == _key(at, series)), None)


def _slot(event: Event) -> str:
    return _key(event.original_start or event.start, event)


def _key(at: datetime, event: Event) -> str:
    """When an occurrence would start, the same in whatever zone it is told."""
    zone = ZoneInfo(event.zone if event.all_day else "UTC")
    return f"{at.astimezone(zone):%Y%m%d}" if event.all_day else f"{at.astimezone(zone):%Y%m%dT%H%M%S}"
