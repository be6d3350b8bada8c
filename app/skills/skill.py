"""What every skill is: given a person's desk it brings a thought, and changes nothing outside."""

from typing import Protocol

from app.domain.desk import Desk
from app.domain.ports import Request, Thought, Watch


class Skill(Protocol):
    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Do what the argument says; empty for what it does by itself. Raises StewardError."""
