"""Models of Anthropic for tests: on the stand-in's address, with its key, and an allowance that counts."""

from typing import Any

from pydantic import SecretStr

from app.domain.errors import PaidCallsSpent
from integrations.models.anthropic import SteadyClaude, anthropic_model
from sandbox.models.anthropic import API_KEY


class Counted:
    """An allowance of so many calls."""

    def __init__(self, limit: int = 1_000) -> None:
        self.limit = self.left = limit

    async def take(self) -> None:
        if not self.left:
            raise PaidCallsSpent(limit=self.limit)
        self.left -= 1


def claude(address: str, model: str = "steward-planner", *, key: str = API_KEY, allowance: Any = None) -> SteadyClaude:
    return anthropic_model(name=model, key=SecretStr(key), url=address, allowance=allowance or Counted())
