"""What the cards of events have in common: when it is for whom, who is told by mail, what stands at the same time."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime

from app.domain.actions.action import Action, Change
from app.domain.busy import once
from app.domain.calendars import EVERYONE, NOBODY, OUTSIDERS, Calendar, Period, own_events, whole
from app.domain.cards import Field, Item, Recipient, counted, when
from app.domain.clocks import warnings
from app.domain.desk import Desk
from app.domain.errors import ProviderError, Refused
from app.domain.forms import Choice, Option
from app.domain.repeating import repeated
from app.domain.types import Event, Value

LONGEST = timedelta(days=14)
"""An event that lasts longer is more likely a slip."""
LONGEST_AWAY = timedelta(days=62)
"""The same of whole days: a long leave."""
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


def overlaps(events: Iterable[Event], start: datetime, end: datetime) -> tuple[Overlap, ...]:
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


async def standing(
    desk: Desk, own: Calendar, times: Sequence[Period], *, besides: Event | None = None, made_by: str = ""
) -> tuple[Overlap, ...]:
    """What stands at these times in any of a person's calendars, besides one event and its copies in other calendars
    and what an action made itself; another account that can't be read is left out. However many times there are, each
    calendar is read once."""
    start, end = whole(times)

    async def of(calendar: Calendar) -> tuple[Event, ...]:
        if calendar is own:
            return await own_events(calendar, start, end)
        with suppress(ProviderError):
            return await own_events(calendar, start, end)
        return ()

    found = [e for events in await asyncio.gather(*map(of, desk.calendars)) for e in events]
    others = [e for e in once(found) if besides is None or not besides.uid or e.uid != besides.uid]
    others = [e for e in others if not made_by or e.steward_action != made_by]
    return tuple(dict.fromkeys(o for time in times for o in overlaps(others, time.start, time.end)))


def beside(found: Sequence[Overlap], zone: str) -> tuple[Item, ...]:
    return tuple(Item(title=f"Overlaps “{o.title}”", detail=when(o.start, o.end, zone)) for o in found)


def retaken(action: Action, known: Sequence[Overlap], now: tuple[Overlap, ...]) -> Change | None:
    """What came to stand at the time of a change since its preview; None when nothing did."""
    before = {o.event for o in known}
    if news := [o for o in now if o.event not in before]:
        named = ", ".join(f"“{o.title}”" for o in news)
        return Change(sentence=f"The time was taken since the preview: {named}", renewed=action.renewed(overlaps=now))
    return None


def elsewhere(start: datetime, end: datetime, zone: str, zones: Mapping[str, str]) -> Iterator[Field]:
    """The same time for those, by address or name, who are in another zone."""
    for other in dict.fromkeys(zones.values()):
        if start.astimezone(ZoneInfo(other)).utcoffset() != start.astimezone(ZoneInfo(zone)).utcoffset():
            who = ", ".join(name for name, theirs in zones.items() if theirs == other)
            yield Field(label=f"For {who}", value=when(start, end, other))


def clocks(
    zone: str, zones: Mapping[str, str], since: datetime | None, start: datetime, *, series: bool
) -> tuple[str, ...]:
    return tuple(warnings(zone, zones, since=since, start=start, series=series)) if since else ()


def repeats(recurrence: Sequence[str], zone: str) -> tuple[Field, ...]:
    return (Field(label="Repeats", value=repeated(recurrence, zone)),) if recurrence else ()


def kept(stored: Event, zone: str) -> tuple[Field, ...]:
    """An event as a receipt shows it."""
    shown = {
        "When": when(stored.start, stored.end, zone, all_day=stored.all_day),
        "Repeats": repeated(stored.recurrence, zone),
        "Guests": ", ".join(g.email for g in stored.guests),
        "Place": stored.place,
        "Video": stored.conference,
    }
    return tuple(Field(label=label, value=value) for label, value in shown.items() if value)


def mailed(guests: int, notify: str, what: str) -> str:
    """Who is told by mail, in a sentence; empty when there is nobody to be told."""
    if not guests:
        return ""
    return {
        EVERYONE: f"{counted(guests, 'person', 'people')} will get {what} by mail.",
        OUTSIDERS: f"Guests who don't use Google Calendar will get {what} by mail.",
        NOBODY: f"Nobody gets {what} by mail; the guests' calendars show it all the same.",
    }[notify]


def undone(guests: int, notify: str, what: str) -> str:
    """What undoing makes known, after what it does."""
    told = guests if notify == EVERYONE else 0
    return f"; {counted(told, 'person gets', 'people get')} {what}" if told else ""


def telling(value: str) -> Choice:
    options = tuple(Option(key=key, label=label) for key, label in TOLD.items())
    return Choice(name="notify", label="Send invitations by mail", value=value, options=options)


async def viewers(calendar: Calendar, ident: str) -> tuple[str, ...]:
    """Who else can read a calendar; only its owners are told, so on another's the card says that it isn't known."""
    try:
        return await calendar.readers(ident)
    except Refused:
        return (UNTOLD,)


def open_to(who: Sequence[str]) -> str:
    """Who else can read what stands in a calendar, in a sentence."""
    return f"On this calendar it can also be read by {', '.join(who)}." if who else ""


async def guest_zones(calendar: Calendar, guests: Iterable[Recipient], own: str) -> dict[str, str]:
    """The zones of guests where they can be seen and aren't the person's own, by address."""
    emails = [g.address.email for g in guests]
    found = await asyncio.gather(*map(calendar.zone, emails))
    return {email: zone for email, zone in zip(emails, found, strict=True) if zone and zone != own}


def addresses(emails: Iterable[str]) -> str:
    return ", ".join(sorted(e.lower() for e in emails))


def meaning(event: Event, zone: str) -> dict[str, str]:
    """What of an event matters to its people, in words by field: not how guests answered, and not its etag."""
    return {
        "Title": event.title,
        "When": when(event.start, event.end, zone, all_day=event.all_day),
        "Repeats": repeated(event.recurrence, zone),
        "Place": event.place,
        "Notes": event.notes,
        "Guests": addresses(g.email for g in event.guests),
    }
