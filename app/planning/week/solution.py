"""What the optimiser answers: a week and what it costs, or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.planning.stretches import Stretch
from app.planning.week.rules import Meeting

MOVED = 20
"""What it costs to move a meeting, for the person alone: so much that no meeting moves for a nicer time of day."""
GUEST = 5
"""… and for each guest who has to move with it."""
A_DAY, AN_HOUR = 4, 1
"""… and for every day and hour (begun ones count) that its new time is away from the old one."""
MISSING = 60
"""What a stretch of focus that is wished for and not found costs: three meetings without guests may move for one."""
HOUR = 3_600


class Reason(StrEnum):
    """A kind of rule that can be in the way."""

    HOURS = "hours"
    CLOSED = "closed"
    BUFFER = "buffer"
    MOST = "most a day"
    FIXED = "fixed"
    """A meeting stays because the person said so."""
    GUESTS = "guests"
    ROOM = "room"
    """No single kind of rule: there is more to meet about than time."""
    UNTOLD = "untold"
    """Which kind it is could not be found out in time."""


@dataclass(frozen=True, slots=True)
class Move:
    """A meeting and its new time, in the person's zone."""

    meeting: Meeting
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Solution:
    """A week that keeps every rule for what can be moved."""

    moves: tuple[Move, ...]
    """By new start; meetings that stay are not among them."""
    focus: tuple[tuple[datetime, datetime], ...]
    """Where the stretches of focus lie."""
    cost: int
    today: int | None
    """What today's week would cost; None when it breaks a rule that moving can mend."""
    optimal: bool
    gap: float = 0.0
    """How far below its cost the best week could be, as a share of it; 0 when it is proven optimal."""

    @property
    def guests(self) -> int:
        """How many people have to move with it."""
        return sum(move.meeting.guests for move in self.moves)


@dataclass(frozen=True, slots=True)
class Stuck:
    """No week keeps all rules. Without any single one of these kinds of rules there would be one."""

    reasons: tuple[Reason, ...]


def price(meeting: Meeting, start: int, today: int) -> int:
    """What a meeting costs at a start, both in seconds since 1970; nothing where it is today."""
    if start == today:
        return 0
    off = abs(start - today)
    days, rest = divmod(off, 24 * HOUR)
    return MOVED + GUEST * meeting.guests + A_DAY * days + AN_HOUR * -(-rest // HOUR)


def cost(meetings: Sequence[Meeting], starts: Mapping[str, int], today: Mapping[str, int], missing: int) -> int:
    """What a week costs in all: its moves, and the stretches of focus that aren't found."""
    moves = sum(price(m, starts[m.id], today[m.id]) for m in meetings if m.movable)
    return moves + MISSING * missing


def fitting(free: Sequence[Stretch], length: timedelta, step: int) -> list[Stretch]:
    """The most stretches of a length that fit into free time, each begun at a multiple of the step (seconds, from the
    epoch): taken greedily from the left, which no other choice betters."""
    seconds = int(length.total_seconds())
    found: list[Stretch] = []
    for start, end in free:
        at = -(-start // step) * step
        while at + seconds <= end:
            found.append((at, at + seconds))
            at = -(-(at + seconds) // step) * step
    return found
