"""The job that shows the way to renew an account whose connection has ended."""

from uuid import UUID

from app.domain.types import AccountId, PersonId
from app.wiring import House
from jobs.boundary import run


async def remind(person: str, account: str) -> None:
    """Called by RQ with ids only."""
    await run("remind", _remind, person, account)


async def _remind(house: House, person: PersonId, account: UUID) -> None:
    await house.accounts.remind(person, AccountId(account))
