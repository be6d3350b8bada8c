"""What doesn't go together in a calendar, in words, and which meeting had best give way and to when."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

from app.domain.busy import AWAY, busy_times, is_soft, meeting, once, takes_time
from app.domain.cards import counted
from app.domain.types import Event
from app.planning.hours import working
from app.planning.slots import Diary, Slot, Wish, nearest, slots
from app.planning.stretches import seconds

TRAVEL = timedelta(minutes=10)
"""Between meetings at different places: enough to change rooms. How far apart places are, nobody tells."""
AHEAD = timedelta(days=7)
"""How far after a meeting another time for it is looked for."""
THEIRS = 3
"""What it weighs that somebody else organises a meeting, in guests: they'd have to be asked."""
LOOSE = 2
"""What it takes off a meeting's weight, in guests, that it is only tentative or focus time."""


class Trouble(StrEnum):
    """A kind of conflict, the worst first."""

    OVERLAP = "overlap"
    TRAVEL = "no time to get there"
    OUTSIDE = "outside working hours"


@dataclass(frozen=True, slots=True)
class Conflict:
    """What doesn't go together, by start."""

    trouble: Trouble
    events: tuple[Event, ...]

    @property
    def lighter(self) -> Event | None:
        """What had best give way: what few people have to move for, and what its owner can move. None when it is an
        absence that is in the way of itself."""
        loose = [e for e in self.events if not e.all_day and e.kind != AWAY]
        return min(loose, key=lambda e: (_weight(e), -seconds(e.start)), default=None)


def conflicts(events: Iterable[Event], own: Diary, *, now: datetime) -> tuple[Conflict, ...]:
    """The conflicts among one's events of all accounts, the worst kind first, then by start. Each meeting is looked at
    once; mirror blocks and what is over are left out. `own` tells zone and hours."""
    busy = [e for e in once(events) if takes_time(e) and not e.mirrors and max(e.start, now) < e.end]
    return (*_overlaps(busy), *_hurried(busy), *_late(busy, own))


def explained(conflict: Conflict, zone: ZoneInfo) -> str:
    """A conflict as a sentence, without the proposal."""
    first, *others = conflict.events
    if conflict.trouble is Trouble.OUTSIDE:
        return f"{_named(first)} is outside your working hours: {_span(first, zone)}."
    (second,) = others
    if conflict.trouble is Trouble.TRAVEL:
        spare = (second.start - first.end) // timedelta(minutes=1)
        between = counted(spare, "minute") if spare else "no time"
        return (
            f"There is {between} between {_named(first)} ({first.place}), which ends {_at(first.end, zone)}, "
            f"and {_named(second)} ({second.place})."
        )
    return f"{_named(first)} ({_span(first, zone)}) overlaps {_named(second)} ({_span(second, zone)})."


def resolution(conflict: Conflict, events: Iterable[Event], own: Diary, *, now: datetime) -> tuple[Event | None, str]:
    """Which meeting had best give way, and in words what to do about it. `events` are all of one's own until AHEAD
    after the conflict; only they are looked at, and the words say so."""
    event = conflict.lighter
    if event is None:
        return None, ""
    if not event.mine:
        asked = event.organizer.called or "its organiser"
        return event, f"Ask {asked} for another time for {_named(event)}, or decline it."
    slot = _elsewhere(event, events, own, now=now)
    guests = f"; {counted(len(event.guests), 'guest')}" if event.guests else ""
    why = f"you organise it{guests}{'; tentative' if is_soft(event) else ''}"
    if slot is None:
        return event, f"Move {_named(event)} ({why}); you have no free time for it in the next {AHEAD.days} days."
    return event, f"Move {_named(event)} ({why}) to {slot.start:%a %-d %b %H:%M}, when you are free."


def _elsewhere(event: Event, events: Iterable[Event], own: Diary, *, now: datetime) -> Slot | None:
    """The nearest time at which its owner is free for it, tentative things respected too."""
    others = busy_times(e for e in events if meeting(e) != meeting(event))
    firm = tuple(b._replace(soft=False) for b in others)
    morning = event.start.astimezone(ZoneInfo(own.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    wish = Wish(max(now, morning), event.end + AHEAD, event.end - event.start)
    found = slots([replace(own, busy=firm)], wish) if wish.start < wish.end else ()
    return nearest(found, event.start)


# The three kinds.


def _overlaps(events: Sequence[Event]) -> Iterator[Conflict]:
    for place, first in enumerate(events):
        for second in events[place + 1 :]:
            if second.start >= first.end:
                break
            yield Conflict(Trouble.OVERLAP, (first, second))


def _hurried(events: Sequence[Event]) -> Iterator[Conflict]:
    """Meetings at different places with too little between them; one that is held at a URL is nowhere."""
    placed = [e for e in events if e.place.strip() and "://" not in e.place and not e.all_day]
    for first, second in pairwise(placed):
        near = timedelta() <= second.start - first.end < TRAVEL
        if near and first.place.strip().casefold() != second.place.strip().casefold():
            yield Conflict(Trouble.TRAVEL, (first, second))


def _late(events: Sequence[Event], own: Diary) -> Iterator[Conflict]:
    """Meetings with others that aren't wholly within one's hours, unless one has said yes to them."""
    if own.hours is None:
        return
    for event in events:
        if event.guests and event.answer != "accepted" and not event.all_day and event.kind != AWAY:
            worked = working(own.hours, own.zone, start=event.start, end=event.end)
            if worked != [(seconds(event.start), seconds(event.end))]:
                yield Conflict(Trouble.OUTSIDE, (event,))


# Words and weights.


def _weight(event: Event) -> int:
    return len(event.guests) + (0 if event.mine else THEIRS) - (LOOSE if is_soft(event) else 0)


def _named(event: Event) -> str:
    return f"“{event.title or '(no title)'}”"


def _at(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %-d %b %H:%M}"


def _span(event: Event, zone: ZoneInfo) -> str:
    first, last = event.start.astimezone(zone), event.end.astimezone(zone)
    if event.all_day:
        return f"{first:%a %-d %b}, all day"
    closing = f"{last:%H:%M}" if last.date() == first.date() else _at(last, zone)
    return f"{_at(first, zone)}–{closing}"
