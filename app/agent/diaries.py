"""Whose time it is: the diaries of the person and of colleagues, read from every calendar that tells."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from app.agent.bench import Bench
from app.domain.busy import Busy, busy_times
from app.domain.calendars import Availability, Calendar
from app.domain.errors import GrantDead, ProviderError
from app.planning.hours import USUAL
from app.planning.preferences import meeting_hours, working_hours
from app.planning.reasons import YOU
from app.planning.slots import Diary

UNASKED = Availability(unknown="no calendar account could be asked")


async def own_diary(bench: Bench, start: datetime, end: datetime, *, firm: bool = False) -> Diary:
    """The person's own time over all accounts, and when they want to be met; `firm` is for work instead of meetings,
    and keeps clear of what is only tentative too."""
    busy, preferences = busy_times(await bench.own_events(start, end)), bench.request.preferences
    if firm:
        busy = tuple(b._replace(soft=False) for b in busy)
    return Diary(YOU, bench.zone.key, busy, working_hours(preferences) if firm else meeting_hours(preferences))


async def colleagues(
    bench: Bench, people: Sequence[str], account: str, span: tuple[datetime, datetime]
) -> tuple[list[Diary], dict[str, str]]:
    """The diaries of those whose calendars tell, and of the others why they don't. Each account is asked until one of
    them knows, the named one first. Raises UnclearAccount."""
    first = bench.calendars(account)
    calendars = (*first, *(c for c in bench.desk.calendars if c not in first))
    known: dict[str, Diary] = {}
    unknown = dict.fromkeys(people, UNASKED.unknown)
    for calendar in calendars:
        asked = [email for email in people if email not in known]
        try:
            told = await calendar.availability(asked, *span) if asked else {}
            unknown |= {email: answer.unknown for email, answer in told.items() if answer.unknown}
            seen = {email: answer for email, answer in told.items() if not answer.unknown}
            diaries = await asyncio.gather(*(_diary(calendar, email, answer) for email, answer in seen.items()))
            known |= dict(zip(seen, diaries, strict=True))
        except GrantDead:
            raise
        except ProviderError as failure:
            unknown |= {email: failure.sentence for email in asked if email not in known}
    return [known[e] for e in people if e in known], {e: why for e, why in unknown.items() if e not in known}


async def _diary(calendar: Calendar, email: str, answer: Availability) -> Diary:
    """A colleague's diary: the usual hours of where they are, or none where that isn't known."""
    zone = answer.zone or await calendar.zone(email)
    busy = tuple(Busy(period.start, period.end) for period in answer.busy)
    return Diary(email, zone, busy, USUAL if zone else None)
