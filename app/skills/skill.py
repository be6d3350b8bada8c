"""What every skill is: given a person's desk it brings a thought, and changes nothing outside."""

from typing import ClassVar, Protocol

from app.domain.desk import Desk
from app.domain.ports import Request, Thought, Watch


class Skill(Protocol):
    long: ClassVar[bool]
    """Whether it is work for a worker: it judges mails or proves an optimum, which takes long and much of a machine."""

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Do what the argument says; empty for what it does by itself. Raises StewardError."""
