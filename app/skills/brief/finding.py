"""Which meeting a briefing is about."""

from datetime import timedelta

from app.domain.busy import is_meeting, once
from app.domain.calendars import Calendar, own_events
from app.domain.desk import Desk
from app.domain.ports import Request
from app.domain.reading import Reading
from app.domain.types import Event
from app.planning.naming import meant
from app.planning.preferences import spoken_hours

AHEAD = timedelta(days=28)
"""How far a meeting is looked for."""
YEAR = timedelta(days=366)


def reference(event: Event) -> str:
    """An event as tools and offers name it."""
    return f"{event.account.name}:{event.calendar}:{event.id}"


async def find(
    words: str, request: Request, *, desk: Desk, zone: str, reading: Reading
) -> tuple[list[Event], list[Event]]:
    """The meetings that a reference or words can mean, and all that come. Raises GrantDead."""
    if (named := await _referred(words.strip(), request, desk)) is not None:
        return [named], []
    coming = await _coming(request, desk, reading)
    hours = spoken_hours(request.preferences)
    return meant(words, coming, now=request.now, zone=zone, hours=hours), coming


async def _referred(ref: str, request: Request, desk: Desk) -> Event | None:
    account, _, place = ref.partition(":")
    calendar, _, ident = place.rpartition(":")
    if not calendar or account not in {c.account.name for c in desk.calendars}:
        return None
    event = await desk.calendar(account).event(calendar, ident)
    if event is None or not event.recurrence:
        return event
    found = await desk.calendar(account).occurrences(event, request.now, request.now + YEAR)
    return found[0] if found else event


async def _coming(request: Request, desk: Desk, reading: Reading) -> list[Event]:
    """What is to come of the person's own meetings, those that run included."""
    now = request.now

    async def events(calendar: Calendar) -> tuple[Event, ...]:
        return await own_events(calendar, now, now + AHEAD)

    read = await reading.each(desk.calendars, events, what="calendar")
    found = once(e for _, some in read for e in some)
    return [e for e in found if is_meeting(e) and e.busy and e.end > now and (e.guests or not e.mine)]
