"""What stays in a week because the person said so, in words: what was taken for it, and which rule it breaks."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from app.domain.types import Event
from app.planning.sanitising import visible
from app.planning.week import Grid, in_the_way
from app.skills.week.gathering import Found, Staying, reference
from app.skills.week.table import shortened

NONE = "I found no meeting called “{words}” in this time, so nothing stays for it."
STAYS = "{titles} stays, as you said{although}."
SEVERAL = "“{words}” could be {titles}: all of them stay."
NAMED = 5
"""Meetings that a note names; the others are counted."""


def kept(found: Found) -> list[str]:
    """What became of each thing that was to stay, and which rule it breaks all the same: no move can mend that."""
    grid = Grid(found.meetings, found.rules, found.wish.start, found.wish.end)
    broken = in_the_way(grid, [m for m in found.meetings if m.stays])
    return list(dict.fromkeys(_kept(each, found, broken) for each in found.staying))


def titles(found: Found) -> str:
    """All that stays and could have been moved."""
    return _listed([found.events[m.id] for m in found.meetings if m.stays], found)


def _kept(staying: Staying, found: Found, broken: Mapping[str, str]) -> str:
    words = " ".join(visible(staying.words).split())
    if not staying.events:
        return NONE.format(words=words)
    whys = {why: event for event in staying.events if (why := broken.get(reference(event)))}
    several = len({(e.account.id, e.series or e.id) for e in staying.events}) > 1
    told = _listed(staying.events, found)
    if several:
        against = [f" “{shortened(event.title)}” is {_said(why)}." for why, event in whys.items()]
        return SEVERAL.format(words=words, titles=told) + "".join(against)
    although = f", although it is {' and '.join(map(_said, whys))}" if whys else ""
    return STAYS.format(titles=told, although=although)


def _said(why: str) -> str:
    return " ".join(visible(why).split())


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
