"""What a digest tells, as facts: today's meetings, what waits for the person and others, and what came overnight."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.busy import busy_times, is_meeting, takes_time
from app.domain.calendars import Period
from app.domain.desk import Desk
from app.domain.ports import Request, Services, Watch
from app.domain.preferences import DIGEST as ONLY
from app.domain.preferences import Preferences
from app.domain.reading import Reading
from app.domain.sorting import Key, Sorted
from app.domain.tasks import Source
from app.domain.types import Email, Event, MailQuery
from app.planning.conflicts import Conflict, conflicts
from app.planning.hours import working
from app.planning.preferences import working_hours
from app.planning.reasons import YOU
from app.planning.slots import Diary, Wish, gaps
from app.planning.stretches import instant
from app.skills.follow.waiting import Wait, waits
from app.skills.tasks.board import Board, board
from app.skills.triage import Triage
from app.skills.triage.gathering import MOST

FREE = timedelta(minutes=30)
"""How long free time must be to be worth naming."""
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
    owed: tuple[Wait, ...]
    """What waits for an answer of the person, the most pressing first."""
    waited: tuple[Wait, ...]
    """Whose answers the person has waited for so long that they may ask again."""
    night: tuple[tuple[Email, Sorted], ...]
    """Unread mails that came since the last working day ended, the most pressing first."""
    more: int
    """How many older ones came since then and aren't sorted."""
    since: datetime


async def gather(
    services: Services, triage: Triage, request: Request, desk: Desk, *, watch: Watch
) -> tuple[Day, Reading]:
    """Everything, and what could not be read. Raises GrantDead, StoreUnavailable, LostClaim."""
    reading = Reading()
    zone, now = ZoneInfo(request.person.zone), request.now
    since = evening(await services.store.preferences.of(request.person.id), now)
    overnight = MailQuery(where="inbox", unread=True, since=since.date())
    whole = await board(services, request, desk, reading, also=[overnight])
    came = [m for m in (*whole.inbox.mails, *whole.inbox.besides) if m.unread and m.received >= since]
    fresh = sorted(came, key=lambda m: m.received, reverse=True)[:MOST]
    night = await triage.sort(request, whole.inbox, fresh, watch=watch, reading=reading)
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), zone)
    today = [e for e in whole.inbox.events if e.start < midnight and takes_time(e) and not e.mirrors]
    own = Diary(YOU, zone.key, busy_times(today), working_hours(whole.preferences))
    read = bool(whole.inbox.calendars)
    found = await waits(whole.inbox, now, working_hours(whole.preferences), reading)
    priority = {each.mail: each.priority for each in night}
    asleep = await _asleep(services, request)
    day = Day(
        now=now,
        zone=zone,
        board=whole,
        meetings=tuple(e for e in today if is_meeting(e)),
        conflicts=conflicts(today, own, now=now),
        free=gaps([own], Wish(now, midnight, FREE)) if read else (),
        owed=tuple(sorted(found.by_me, key=lambda wait: -priority.get(wait.debt.last.id, 0))),
        waited=tuple(wait for wait in found.to_me if wait.long and wait.key not in asleep),
        night=_ordered(fresh, night),
        more=len(came) - len(fresh),
        since=since,
    )
    return day, reading


def evening(preferences: Preferences, now: datetime) -> datetime:
    """When the last working day before today ended; who is told of urgent mail by the digest alone, is told of all that
    came since the one before."""
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    zone = str(now.tzinfo)
    worked = working(working_hours(preferences), zone, start=midnight - WEEK, end=midnight)
    ended = instant(worked[-1][1]).astimezone(now.tzinfo) if worked else now - NIGHT
    if preferences.notify != ONLY:
        return ended
    return min(ended, datetime.combine(ended.date(), preferences.digest or time(), now.tzinfo))


def _ordered(mails: Sequence[Email], found: Sequence[Sorted]) -> tuple[tuple[Email, Sorted], ...]:
    pairs = zip(mails, found, strict=True)
    return tuple(sorted(pairs, key=lambda pair: (-pair[1].priority, pair[0].received)))


async def _asleep(services: Services, request: Request) -> frozenset[Key]:
    """Threads of which the person doesn't want to be reminded yet."""
    tasks = await services.store.tasks.open(request.person.id)
    owed = [t.found for t in tasks if t.found.source is Source.OWED and not t.awake(request.now)]
    return frozenset(place for f in owed if (place := f.conversation))
