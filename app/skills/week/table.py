"""The week as it is and the proposed one side by side, day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from app.domain.cards import counted
from app.domain.reports import Table
from app.planning.blocks import FOCUS_TITLE
from app.planning.sanitising import visible
from app.planning.week import Solution
from app.skills.week.gathering import Found

MOST_ROWS = 14
"""Rows that are taken in at a glance; in a longer week what stays is counted instead."""
WHOLE = 28
"""Rows of a week beside which nothing is proposed; a message has room for 30 (integrations/slack/reports.py)."""
TITLE = 40
"""Characters of a title in a cell: two of them stand beside each other."""
WITHOUT = "(no title)"
SAME = "the same"


@dataclass(frozen=True)
class Entry:
    """What stands at a time today, in the proposed week, or in both."""

    at: datetime
    today: str = ""
    proposed: str = ""

    @property
    def stays(self) -> bool:
        return self.today == self.proposed


def table(found: Found, solution: Solution | None) -> Table:
    """The week as it is and as it would be; without a solution only as it is."""
    zone = ZoneInfo(found.rules.zone)
    entries = sorted(_entries(found, solution, zone), key=lambda e: (e.at.date(), e.at.timestamp(), e.today))
    days = [(day, list(those)) for day, those in groupby(entries, key=lambda e: e.at.date())]
    rows = [row for day, those in days for row in _rows(day, those, short=False)]
    if len(rows) > (MOST_ROWS if solution else WHOLE):
        rows = [row for day, those in days for row in _rows(day, those, short=True)]
    columns = ("Day", "As it is", "Proposed")
    return Table(columns=columns if solution else columns[:2], rows=tuple(r if solution else r[:2] for r in rows))


def _entries(found: Found, solution: Solution | None, zone: ZoneInfo) -> Iterable[Entry]:
    moves = {move.meeting.id: move for move in solution.moves} if solution else {}
    for ident, event in found.events.items():
        start, end = event.start.astimezone(zone), event.end.astimezone(zone)
        name = shortened(event.title)
        when = "all day" if event.all_day else clock(start, end)
        move = moves.get(ident)
        if move is None:
            yield Entry(start, f"{when} {name}", f"{when} {name}")
        else:
            there = f"➜ {clock(move.start, move.end)} {name}"
            if move.start.date() == start.date():
                yield Entry(start, f"{when} {name}", there)
            else:
                yield Entry(start, today=f"{when} {name} → {move.start:%a %H:%M}")
                yield Entry(move.start, proposed=there)
    for start, end in solution.focus if solution else ():
        yield Entry(start, proposed=f"✦ {clock(start, end)} {FOCUS_TITLE}")


def _rows(day: date, entries: list[Entry], *, short: bool) -> Iterable[tuple[str, str, str]]:
    shown = [e for e in entries if not (short and e.stays)]
    left = len(entries) - len(shown)
    stay = counted(left, "more entry", "more entries") if shown else counted(left, "entry", "entries")
    cells = [(e.today, e.proposed) for e in shown] + ([(stay, SAME)] if left else [])
    for today, proposed in cells:
        yield f"{day:%a %-d %b}", today, proposed


def clock(start: datetime, end: datetime) -> str:
    """From when until when, on the wall clock."""
    return f"{start:%H:%M}–{end:%H:%M}"


def shortened(title: str) -> str:
    """A title as a cell has room for it."""
    words = " ".join(visible(title).split()) or WITHOUT
    return words if len(words) <= TITLE else f"{words[: TITLE - 1].rstrip()}…"


def turns(found: Found) -> list[str]:
    """On which days of the span the clocks change, in words."""
    zone, notes = ZoneInfo(found.rules.zone), []
    day = found.wish.start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    while day < found.wish.end:
        before, after = day.utcoffset(), (day + timedelta(days=1)).utcoffset()
        if before is not None and after is not None and before != after:
            way = "forward" if after > before else "back"
            notes.append(f"The clocks go {way} on {day:%A %-d %B}; all times are as the clock shows them then.")
        day += timedelta(days=1)
    return notes
