"""What the optimiser is given: the meetings of a span from all accounts, which of them may be moved, and the rules."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain.busy import FOCUS, is_meeting, once, takes_time
from app.domain.calendars import Availability, Calendar, own_events
from app.domain.desk import Desk
from app.domain.errors import GrantDead, ProviderError
from app.domain.reading import Reading
from app.domain.types import Account, Event
from app.planning.attendance import away
from app.planning.blocks import FOCUS_TITLE
from app.planning.naming import named
from app.planning.phrases import WorkingHours
from app.planning.preferences import listed, spoken_hours
from app.planning.week import Meeting, Rules
from app.planning.week.wishes import Wish, rules

MOST_GUESTS = 50
"""Whose free and busy times are asked for, by account: what Google answers about at once."""


@dataclass(frozen=True)
class Staying:
    """What the person wants to stay where it is."""

    words: str
    """As they named it."""
    events: tuple[Event, ...]
    """By start; none where nothing in the span is called so."""


@dataclass(frozen=True)
class Found:
    """A week as it stands."""

    wish: Wish
    rules: Rules
    events: Mapping[str, Event]
    """By reference."""
    meetings: tuple[Meeting, ...]
    """The same; each with its event's reference for an id."""
    staying: tuple[Staying, ...] = ()

    @property
    def own(self) -> list[Meeting]:
        """What may be moved."""
        return [m for m in self.meetings if m.movable]

    @property
    def others(self) -> list[Meeting]:
        """Meetings that somebody else organises."""
        return [m for m in self.meetings if m.counted and not self.events[m.id].mine]

    @property
    def kept(self) -> frozenset[str]:
        """The references of what stays because the person said so."""
        return frozenset(reference(event) for each in self.staying for event in each.events)


def reference(event: Event) -> str:
    """An event as tools and offers name it."""
    return f"{event.account.name}:{event.calendar}:{event.id}"


async def gather(desk: Desk, wish: Wish, now: datetime, reading: Reading) -> Found:
    """Read the span; calendars that fail are noted. `now` is in the person's zone. Raises GrantDead."""

    async def events(calendar: Calendar) -> tuple[Event, ...]:
        return await own_events(calendar, wish.start, wish.end)

    read = await reading.each(desk.calendars, events, what="calendar")
    standing = [e for e in once(e for _, found in read for e in found) if takes_time(e) and e.start < e.end]
    moving = [e for e in standing if movable(e, wish)]
    seen = await _seen([calendar for calendar, _ in read], moving, wish, reading)
    done = sum((e.end - e.start for e in standing if _focus(e)), timedelta())
    staying = tuple(_staying(wish, sorted(standing, key=lambda e: e.start), now))
    kept = {reference(event) for each in staying for event in each.events}
    return Found(
        wish=wish,
        rules=rules(wish.preferences, str(now.tzinfo), done),
        events={reference(e): e for e in standing},
        meetings=tuple(_held(_meeting(e, moving, seen), kept) for e in standing),
        staying=staying,
    )


def _staying(wish: Wish, events: Sequence[Event], now: datetime) -> Iterator[Staying]:
    """What the person wants to stay; several meetings may be named in one text."""
    hours = spoken_hours(wish.preferences)
    for words in wish.fixed:
        parts = {part: _called(part, events, now, hours) for part in listed(words.replace(" or ", " and "))}
        apart = len(set(parts.values())) == len(parts) and all(parts.values())
        for part, found in (parts if apart else {words: _called(words, events, now, hours)}).items():
            yield Staying(part, found)


def _called(words: str, events: Sequence[Event], now: datetime, hours: WorkingHours) -> tuple[Event, ...]:
    """The meetings that go by a reference of ours or by a person's words."""
    if known := tuple(e for e in events if reference(e) == words.strip("[]")):
        return known
    found = named(words, events, now=now, zone=str(now.tzinfo), hours=hours)
    return tuple(e for e in found if is_meeting(e))


def _held(meeting: Meeting, kept: Set[str]) -> Meeting:
    """A meeting, in its place if the person wants it so."""
    return replace(meeting, movable=False, stays=meeting.movable) if meeting.id in kept else meeting


def movable(event: Event, wish: Wish) -> bool:
    """Whether the person may move it: a meeting that they organise for others. What they noted for themselves, such as
    a visit to the dentist, is not theirs alone to move."""
    inside = wish.start <= event.start and event.end <= wish.end
    return inside and event.mine and is_meeting(event) and bool(event.guests)


def _focus(event: Event) -> bool:
    """Whether it is time for undisturbed work, be it Google's kind or a block of ours."""
    return event.kind == FOCUS or bool(event.steward_action and event.title == FOCUS_TITLE and not event.guests)


def _meeting(event: Event, moving: Sequence[Event], seen: Mapping[str, Availability]) -> Meeting:
    theirs = [g for g in event.guests if g.answer != "declined"]
    mine = event in moving
    return Meeting(
        id=reference(event),
        start=event.start,
        end=event.end,
        title=event.title,
        movable=mine,
        guests=len(theirs),
        counted=is_meeting(event) and bool(event.guests or not event.mine),
        away=tuple(s for g in theirs for s in _away(g.email, moving, seen)) if mine else (),
    )


def _away(email: str, moving: Sequence[Event], seen: Mapping[str, Availability]) -> Sequence[tuple[datetime, datetime]]:
    if email not in seen:
        return ()
    own = [(e.start, e.end) for e in moving if any(g.email == email and g.answer != "declined" for g in e.guests)]
    return away(seen[email].busy, own)


async def _seen(
    calendars: Sequence[Calendar], moving: Sequence[Event], wish: Wish, reading: Reading
) -> Mapping[str, Availability]:
    """When guests are busy, as far as that can be seen; for whom it can't is noted."""

    async def asked(calendar: Calendar) -> Mapping[str, Availability]:
        events = [e for e in moving if e.account.id == calendar.account.id]
        people = sorted({g.email for e in events for g in e.guests if g.answer != "declined"})
        return await _availability(calendar, people, wish, reading)

    told = await asyncio.gather(*(asked(calendar) for calendar in calendars))
    unseen = sorted({who for each in told for who, what in each.items() if what.unknown})
    if unseen:
        some = ", ".join(unseen[:3]) + (f" and {len(unseen) - 3} more" if len(unseen) > 3 else "")
        reading.notes.append(f"I can't see when these guests are busy: {some}.")
    return {who: what for each in told for who, what in each.items() if not what.unknown}


async def _availability(
    calendar: Calendar, people: Sequence[str], wish: Wish, reading: Reading
) -> Mapping[str, Availability]:
    if not people:
        return {}
    if len(people) > MOST_GUESTS:
        reading.notes.append(f"I looked at the free time of {MOST_GUESTS} of {len(people)} guests only.")
    try:
        return await calendar.availability(people[:MOST_GUESTS], wish.start, wish.end)
    except GrantDead:
        raise
    except ProviderError as failure:
        name = calendar.account.described
        reading.notes.append(f"I couldn't read when the guests are busy through {name}: {failure.sentence}")
        return {}


def home(desk: Desk) -> Account:
    """Whose calendar blocks of focus time go to."""
    return desk.calendars[0].account
