"""Turns to test with, without a store."""

from uuid import uuid4

from app.domain.types import Message, Turn, TurnId, TurnStatus
from tests.fakes import ManualClock


def turn_of(message: Message, status: TurnStatus = TurnStatus.RUNNING) -> Turn:
    """The turn a message opens."""
    given = message.model_dump(include={"person", "place", "ts", "text"})
    return Turn(id=TurnId(uuid4()), status=status, attempt=1, asked_at=ManualClock().now(), **given)
