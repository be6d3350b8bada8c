"""A tool for the cards that wait."""

from typing import ClassVar

from app.agent.bench import Bench
from app.agent.tools.tool import Result, Tool, fenced


class WaitingCards(Tool):
    """List the cards that wait for the person's decision."""

    step: ClassVar[str] = "is looking at your cards…"

    async def run(self, bench: Bench) -> Result:
        return fenced(waiting=bench.request.waiting)
