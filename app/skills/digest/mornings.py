"""Begins everybody's digest when it is due on their own clock: once for each person and local day."""

from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

import structlog

from app.domain.ports import Kind, Services
from app.domain.rhythms import DIGEST, Rhythm
from app.planning.due import EXPIRED, Daily, Due, due
from app.planning.quiet import is_quiet

TEXT = "Morning digest"
"""What stands where a request would."""
log = structlog.get_logger(__name__)


class Mornings:
    """Ticked every minute, by as many schedulers as there are: whose turn is begun already is left alone."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def begin(self) -> None:
        """Begin what is due. The turn is the truth: a wake-up that gets lost, the sweeper makes good."""
        now = self._services.clock.now()
        for rhythm in await self._services.store.rhythms():
            if found := when(rhythm, now):
                await self._begin(rhythm, found)

    async def _begin(self, rhythm: Rhythm, found: Due) -> None:
        store = self._services.store
        person = await store.people.person(rhythm.person)
        if person is None:
            return
        errand = " ".join((DIGEST, found.since.isoformat(), *([found.missed.isoformat()] if found.missed else [])))
        turn = await store.turns.begin(person, errand, text=TEXT, key=f"{DIGEST} {found.day}")
        if turn is not None:
            await self._services.queue.wake(Kind.UNASKED, str(turn.id), person.id)


def when(rhythm: Rhythm, now: datetime) -> Due | None:
    """The digest that is due for somebody at an aware instant; whoever connected later than it was, had no morning."""
    preferences = rhythm.preferences
    if preferences.digest is None:
        return None
    days = frozenset(range(7)) if preferences.digest_off else frozenset(stretch.day for stretch in preferences.hours)
    try:
        found = due(now, Daily(preferences.digest, rhythm.zone, days), rhythm.last)
    except ZoneInfoNotFoundError:
        log.warning("zone_unknown", person=str(rhythm.person), zone=rhythm.zone)
        return None
    if found is None or found.since < rhythm.since:
        return None
    # A morning's digest that comes hours late is still wanted, but not at night.
    quiet = now - found.since >= EXPIRED and is_quiet(now, preferences.quiet, rhythm.zone)
    return None if quiet else found
