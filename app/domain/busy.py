"""What of an event keeps its owner busy, and how firmly; the same meeting in two calendars counts once."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from app.domain.types import Event

IDLE_KINDS = frozenset({"workingLocation", "birthday"})
"""Event types that say where or what a day is and keep nobody busy (Calendar API v3: eventType)."""
AWAY = "outOfOffice"
FOCUS = "focusTime"
MEETING = ("default", "fromGmail")
"""Event types that can be meetings."""


class Busy(NamedTuple):
    """A time at which somebody is taken; aware datetimes."""

    start: datetime
    end: datetime
    soft: bool = False
    """Tentative, or focus time that may give way: a meeting can be put there if it must."""
    title: str = ""


def takes_time(event: Event) -> bool:
    """Whether an event keeps its owner busy at all: one of a whole day only if it is marked so (Google's own free/busy
    has it like that too), being out of office always."""
    if event.status == "cancelled" or event.answer == "declined" or event.kind in IDLE_KINDS:
        return False
    return event.busy or event.kind == AWAY


def is_meeting(event: Event) -> bool:
    """Whether an event is among "all my meetings": not a day, an absence, a block of ours, or what was declined."""
    timed = not event.all_day and event.kind in MEETING and not event.mirrors
    return timed and event.status != "cancelled" and event.answer != "declined"


def is_soft(event: Event, *, firm_focus: bool = False) -> bool:
    """Whether what it takes can be given to something else: only tentative, or focus time unless that is firm."""
    tentative = event.status == "tentative" or event.answer == "tentative"
    return tentative or (event.kind == FOCUS and not firm_focus)


def once(events: Iterable[Event]) -> list[Event]:
    """Each meeting once, however many of one's calendars and accounts it stands in, by start: of its copies the one
    that binds most."""
    copies: dict[object, Event] = {}
    for event in events:
        known = copies.setdefault(meeting(event), event)
        if _binding(event) > _binding(known):
            copies[meeting(event)] = event
    return sorted(copies.values(), key=lambda e: (e.start, e.end, e.id))


def busy_times(events: Iterable[Event], *, firm_focus: bool = False) -> tuple[Busy, ...]:
    """When the owner of these events is busy, by start."""
    return tuple(
        Busy(e.start, e.end, soft=is_soft(e, firm_focus=firm_focus), title=e.title)
        for e in once(events)
        if takes_time(e) and e.start < e.end
    )


def meeting(event: Event) -> object:
    """What a meeting is known by across calendars: its UID, which all occurrences of a series share, and its time."""
    if event.uid:
        return event.uid, event.start.timestamp(), event.end.timestamp()
    return event.account.id, event.calendar, event.id


def _binding(event: Event) -> tuple[bool, bool, bool]:
    return takes_time(event), not is_soft(event), event.mine
