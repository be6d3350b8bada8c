"""The job that takes an approved action one step on."""

from uuid import UUID

from app.domain.types import ActionId, PersonId
from app.wiring import House
from jobs.boundary import run


async def perform(person: str, action: str) -> None:
    """Called by RQ with ids only."""
    await run("perform", _perform, person, action)


async def _perform(house: House, person: PersonId, action: UUID) -> None:
    await house.performer.perform(person, ActionId(action))
