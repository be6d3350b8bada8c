"""What stays in a week because the person said so, in words: what was taken for it, and which rule it breaks."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from app.domain.types import Event
from app.planning.sanitising import visible
from app.planning.week import Grid, in_the_way
from app.skills.week.gathering import Found, Staying
from app.skills.week.table import shortened

NONE = "I found no meeting called “{words}” in this time, so nothing stays for it."
STAYS = "{titles} stays, as you said."
SEVERAL = "“{words}” could be {titles}: all of them stay."
NAMED = 5
"""Meetings that a note names; the others are counted."""


def kept(found: Found) -> list[str]:
    """What became of each thing that was to stay, and what of it is against a rule all the same."""
    return [*(_kept(each, found) for each in found.staying), *_broken(found)]


def titles(found: Found) -> str:
    """All that stays and could have been moved."""
    return _listed([found.events[m.id] for m in found.meetings if m.stays], found)


def _kept(staying: Staying, found: Found) -> str:
    words = " ".join(visible(staying.words).split())
    if not staying.events:
        return NONE.format(words=words)
    several = len({(e.account.id, e.series or e.id) for e in staying.events}) > 1
    told = _listed(staying.events, found)
    return SEVERAL.format(words=words, titles=told) if several else STAYS.format(titles=told)


def _listed(events: Sequence[Event], found: Found) -> str:
    """Meetings by title and time; of a series the first, and how many there are."""
    zone, series = ZoneInfo(found.rules.zone), dict[object, list[Event]]()
    for event in events:
        series.setdefault((event.account.id, event.series or event.id), []).append(event)
    told = []
    for first, *more in list(series.values())[:NAMED]:
        again = f", and {len(more)} more of it" if more else ""
        told.append(f"“{shortened(first.title)}” ({first.start.astimezone(zone):%a %-d %b %H:%M}{again})")
    left = len(series) - NAMED
    return " and ".join((*told, *((f"{left} more",) if left > 0 else ())))


def _broken(found: Found) -> list[str]:
    """Rules that what stays breaks: they are told, as no move can mend it."""
    grid = Grid(found.meetings, found.rules, found.wish.start, found.wish.end)
    held = [m for m in found.meetings if m.stays]
    zone = ZoneInfo(found.rules.zone)
    return [
        f"“{shortened(found.events[ident].title)}” stays although it is {' '.join(visible(why).split())} "
        f"({found.events[ident].start.astimezone(zone):%a %-d %b %H:%M})."
        for ident, why in in_the_way(grid, held).items()
    ]
