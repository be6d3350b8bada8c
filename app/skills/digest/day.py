"""What a digest tells, as facts: today's meetings, what waits for the person and others, and what came overnight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.busy import busy_times, is_meeting, takes_time
from app.domain.calendars import Period
from app.domain.desk import Desk
from app.domain.mailboxes import SENT, Mailbox
from app.domain.ports import Request, Services, Watch
from app.domain.sorting import Sorted
from app.domain.types import Email, Event
from app.planning import workdays
from app.planning.conflicts import Conflict, conflicts
from app.planning.hours import working
from app.planning.owing import Debt, debt
from app.planning.preferences import working_hours
from app.planning.reasons import YOU
from app.planning.slots import Diary, Wish, gaps
from app.planning.stretches import instant
from app.skills.skill import Reading
from app.skills.tasks.board import Board, board
from app.skills.triage import Triage

FREE = timedelta(minutes=30)
"""How long free time must be to be worth naming."""
PATIENCE = 3
"""Working days after which one may ask again for an answer."""
ASKED = 20
"""Threads of one account looked at, the newest first, for whether others owe an answer."""
NIGHT = timedelta(hours=16)
"""How long a night is for somebody who never works."""
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Day:
    """What there is to tell of a day."""

    now: datetime
    """Aware, in the person's zone."""
    zone: ZoneInfo
    board: Board
    meetings: tuple[Event, ...]
    """The rest of today's, by start."""
    conflicts: tuple[Conflict, ...]
    free: tuple[Period, ...]
    """What is left of the working time and long enough."""
    owed: tuple[Debt, ...]
    """What waits for an answer of the person, the most pressing first."""
    waited: tuple[tuple[Debt, int], ...]
    """Whose answers the person has waited for, and how many working days."""
    night: tuple[tuple[Email, Sorted], ...]
    """Unread mails that came since the last working day ended, the most pressing first."""
    since: datetime


async def gather(
    services: Services, triage: Triage, request: Request, desk: Desk, *, watch: Watch
) -> tuple[Day, Reading]:
    """Everything, and what could not be read. Raises GrantDead, StoreUnavailable, LostClaim."""
    reading = Reading()
    whole = await board(services, request, desk, reading)
    zone = ZoneInfo(whole.preferences.zone or request.person.zone)
    now = request.now.astimezone(zone)
    since = evening(whole, now)
    fresh = [m for m in whole.inbox.mails if m.unread and m.received >= since]
    night = await triage.sort(request, whole.inbox, fresh, watch=watch, reading=reading)
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), zone)
    today = [e for e in whole.inbox.events if e.start < midnight and takes_time(e) and not e.mirrors]
    own = Diary(YOU, zone.key, busy_times(today), working_hours(whole.preferences))
    read = bool(whole.inbox.calendars)
    day = Day(
        now=now,
        zone=zone,
        board=whole,
        meetings=tuple(e for e in today if is_meeting(e)),
        conflicts=conflicts(today, own, now=now),
        free=gaps([own], Wish(now, midnight, FREE)) if read else (),
        owed=_owed(whole, {s.mail: s.priority for s in night}),
        waited=await _waited(whole, now, reading),
        night=_ordered(fresh, night),
        since=since,
    )
    return day, reading


def evening(whole: Board, now: datetime) -> datetime:
    """When the last working day before today ended."""
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    zone = str(now.tzinfo)
    worked = working(working_hours(whole.preferences), zone, start=midnight - WEEK, end=midnight)
    return instant(worked[-1][1]).astimezone(now.tzinfo) if worked else now - NIGHT


def _ordered(mails: Sequence[Email], found: Sequence[Sorted]) -> tuple[tuple[Email, Sorted], ...]:
    pairs = zip(mails, found, strict=True)
    return tuple(sorted(pairs, key=lambda pair: (-pair[1].priority, pair[0].received)))


def _threads(whole: Board) -> list[list[Email]]:
    threads: dict[tuple[str, str], list[Email]] = {}
    for mail in (*whole.inbox.mails, *whole.inbox.sent):
        threads.setdefault((str(mail.account.id), mail.thread), []).append(mail)
    return list(threads.values())


def _owed(whole: Board, priorities: dict[str, int]) -> tuple[Debt, ...]:
    """What waits for the person: the mails read tell, since their answers are among those sent."""
    found = [debt(mails, whole.inbox.circle.own) for mails in _threads(whole)]
    mine = [d for d in found if d and d.owed == "by_me"]
    return tuple(sorted(mine, key=lambda d: (-priorities.get(d.last.id, 0), d.since)))


async def _waited(whole: Board, now: datetime, reading: Reading) -> tuple[tuple[Debt, int], ...]:
    """Whose answers have been waited for so long that one may ask again; whole threads are read, since an answer may
    lie archived."""
    own, hours = whole.inbox.circle.own, working_hours(whole.preferences)
    last = [max(mails, key=lambda m: m.received) for mails in _threads(whole)]
    asked = sorted((m for m in last if SENT in m.labels), key=lambda m: m.received, reverse=True)

    async def read(box: Mailbox) -> list[Debt]:
        mine = [m.thread for m in asked if m.account.id == box.account.id]
        found = [debt([m.email for m in t.mails], own) for t in await box.threads(mine[:ASKED])]
        return [d for d in found if d and d.owed == "to_me"]

    debts = [d for _, some in await reading.each(whole.inbox.boxes, read, what="sent mail") for d in some]
    days = [(d, workdays.between(d.since.astimezone(now.tzinfo).date(), now.date(), hours)) for d in debts]
    return tuple(sorted((each for each in days if each[1] >= PATIENCE), key=lambda each: -each[1]))
