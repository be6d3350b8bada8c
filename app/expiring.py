"""Until when a new card can be decided: one working day, by its person's own hours."""

from datetime import datetime

from app.domain.approvals import LIFETIME
from app.domain.ports import Services
from app.domain.types import PersonId
from app.planning.preferences import working_hours
from app.planning.workdays import a_day_on


async def expiring(services: Services, person: PersonId) -> datetime:
    """When a card that is proposed now expires, unless what it is about comes first. May raise StoreUnavailable."""
    now, preferences = services.clock.now(), await services.store.preferences.of(person)
    known = None if preferences.zone else await services.store.people.person(person)
    try:
        return a_day_on(now, working_hours(preferences), preferences.zone or (known.zone if known else "UTC"))
    except ValueError:
        return now + LIFETIME
