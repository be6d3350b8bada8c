"""The rest of today: its meetings with their conflicts, and the most pressing tasks put into the free time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.busy import busy_times, is_meeting, takes_time
from app.domain.calendars import Period
from app.domain.tasks import Task
from app.domain.types import Email, Event
from app.planning.conflicts import Conflict, conflicts
from app.planning.day import Need, fitted
from app.planning.eisenhower import Placed, Quadrant
from app.planning.preferences import working_hours
from app.planning.reasons import YOU
from app.planning.signals import ASIDE, Verdict, signals, weigh
from app.planning.slots import Diary, Wish, gaps
from app.skills.tasks.board import Board

SHORTEST = timedelta(minutes=15)
"""Less free time is a break."""
USUAL = 30
"""Minutes planned for what nobody knows the length of."""
MOST = 8
"""Tasks planned for one day: a longer list is no focus."""


@dataclass(frozen=True)
class Piece:
    """A task with its time."""

    task: Task
    placed: Placed
    period: Period


@dataclass(frozen=True)
class Unread:
    """A mail that somebody wrote and nobody has read, as heavy as its signals make it."""

    mail: Email
    verdict: Verdict
    link: str


@dataclass(frozen=True)
class Today:
    """The rest of a day."""

    now: datetime
    """Aware, in the person's zone."""
    zone: ZoneInfo
    meetings: tuple[Event, ...]
    conflicts: tuple[Conflict, ...]
    free: tuple[Period, ...]
    """What is left of the working time, the time of the pieces included."""
    pieces: tuple[Piece, ...]
    """By start."""
    left: tuple[tuple[Task, Placed], ...]
    """What is to be done now and has no room."""
    unread: tuple[Unread, ...]
    """What people wrote and no task above stands for, the heaviest first."""
    known: bool
    """Whether any calendar could be read; if not, what is free isn't known either."""


def today(board: Board, now: datetime) -> Today:
    """The rest of today at an instant in the person's zone."""
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
    events = [e for e in board.inbox.events if e.start < midnight and takes_time(e) and not e.mirrors]
    own = Diary(YOU, str(now.tzinfo), busy_times(events), working_hours(board.preferences))
    known = bool(board.inbox.calendars)
    free = gaps([own], Wish(now, midnight, SHORTEST)) if known else ()
    wanted = [*board.of(Quadrant.DO), *board.of(Quadrant.SCHEDULE)][:MOST]
    times = fitted(free, [_need(task, now) for task, _ in wanted])
    pieces = [Piece(*each, period) for each, period in zip(wanted, times, strict=True) if period]
    planned = {piece.task.number for piece in pieces}
    left = tuple(each for each in board.of(Quadrant.DO) if each[0].number not in planned)
    return Today(
        now=now,
        zone=ZoneInfo(own.zone),
        meetings=tuple(e for e in events if is_meeting(e)),
        conflicts=conflicts(events, own, now=now),
        free=free,
        pieces=tuple(sorted(pieces, key=lambda piece: piece.period.start)),
        left=left,
        unread=_unread(board, now, [*(piece.task for piece in pieces), *(task for task, _ in left)]),
        known=known,
    )


def _unread(board: Board, now: datetime, named: Sequence[Task]) -> tuple[Unread, ...]:
    threads = {task.found.conversation for task in named}
    found = [
        Unread(mail, weigh(signals(mail, "", board.inbox.circle), now), board.inbox.link(mail))
        for mail in board.inbox.mails
        if mail.unread and not mail.invitation and (mail.account.id, mail.thread) not in threads
    ]
    people = [each for each in found if each.verdict.category not in ASIDE]
    return tuple(sorted(people, key=lambda each: -each.verdict.priority))


def _need(task: Task, now: datetime) -> Need:
    ends = [end for end in (task.found.meeting, task.found.due) if end is not None and end > now]
    return Need(max(timedelta(minutes=task.found.minutes or USUAL), SHORTEST), min(ends, default=None))
