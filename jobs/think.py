"""The job that goes on with a turn: one that was left behind, or one whose actions are settled."""

from uuid import UUID

from app.domain.types import PersonId, TurnId
from app.wiring import House
from jobs.boundary import run


async def think(person: str, turn: str) -> None:
    """Called by RQ with ids only."""
    await run("think", _think, person, turn)


async def think_long(person: str, turn: str) -> None:
    """The same where nobody waits for the next job; called by RQ with ids only."""
    await run("think_long", _think_long, person, turn)


async def _think(house: House, person: PersonId, turn: UUID) -> None:
    if not await house.assistant.left_aside(person, TurnId(turn)):
        await house.assistant.resume(TurnId(turn))
    await house.assistant.go_on(person, TurnId(turn))


async def _think_long(house: House, person: PersonId, turn: UUID) -> None:
    await house.assistant.resume(TurnId(turn), aside=True)
    await house.assistant.go_on(person, TurnId(turn))
