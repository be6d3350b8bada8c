"""What of a week breaks the rules although it can't be moved: meetings that somebody else organises."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.planning.stretches import instant, seconds, without
from app.planning.week.grid import Grid, span
from app.planning.week.rules import Meeting
from app.planning.week.solution import Solution, price

OUTSIDE = "outside your working hours"
CLOSED = "in time you keep free of meetings"
TOGETHER = "at the same time as “{title}”"
CLOSE = "too close to “{title}”"
FULL = "more meetings on that day than you want"
OFFERED = 2
"""Other times offered for a meeting: more is no help in choosing."""


def in_the_way(grid: Grid, others: Sequence[Meeting]) -> Mapping[str, str]:
    """For each of these meetings that breaks a rule which no move can mend, by its id: which, in words."""
    found = {meeting.id: _broken(grid, meeting) for meeting in others}
    return {ident: why for ident, why in found.items() if why}


def _broken(grid: Grid, meeting: Meeting) -> str:
    taken = [span(meeting.start, meeting.end)]
    if without(taken, grid.worked):
        return OUTSIDE
    if without(taken, grid.open):
        return CLOSED
    fixed = [m for m in grid.meetings if not m.movable and m.id != meeting.id]
    for other in fixed:
        if other.start < meeting.end and meeting.start < other.end:
            return TOGETHER.format(title=other.title)
    buffer = grid.rules.buffer
    for other in fixed:
        if other.counted and other.start - buffer < meeting.end and meeting.start < other.end + buffer:
            return CLOSE.format(title=other.title)
    most = grid.rules.most_a_day
    return FULL if most is not None and grid.held(grid.day(seconds(meeting.start))) > most else ""


def elsewhere(grid: Grid, meeting: Meeting, found: Solution | None) -> list[datetime]:
    """Times nearby to which a meeting that can't be moved could be asked to move, in a week as it will be."""
    at = {move.meeting.id: (move.start, move.end) for move in found.moves} if found else {}
    standing = [_placed(m, at) for m in grid.meetings if m.id != meeting.id]
    around = Grid([*standing, replace(meeting, movable=True)], grid.rules, grid.start, grid.end)
    own = replace(meeting, movable=True)
    today, most = seconds(meeting.start), grid.rules.most_a_day
    free = [s for s in around.candidates(own) if s != today and (most is None or around.held(around.day(s)) < most)]
    chosen: list[int] = []
    for start in sorted(free, key=lambda s: (price(own, s, today), s)):
        if len(chosen) < OFFERED and all(abs(start - other) >= grid.length(meeting) for other in chosen):
            chosen.append(start)
    return [instant(start).astimezone(ZoneInfo(grid.rules.zone)) for start in sorted(chosen)]


def _placed(meeting: Meeting, at: Mapping[str, tuple[datetime, datetime]]) -> Meeting:
    start, end = at.get(meeting.id, (meeting.start, meeting.end))
    return replace(meeting, start=start, end=end, movable=False)
