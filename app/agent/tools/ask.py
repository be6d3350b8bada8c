"""The tool that asks the person."""

from typing import ClassVar

from pydantic import Field

from app.agent.bench import Bench
from app.agent.tools.fitting import Result
from app.agent.tools.tool import Tool


class AskPerson(Tool):
    """Ask the person what you can't know, with answers to click. Ends your turn."""

    step: ClassVar[str] = "has a question…"
    question: str = Field(min_length=1)
    options: list[str] = Field(default_factory=list, description="up to 5; people with their address")

    async def run(self, bench: Bench) -> Result:
        return {"asked": bench.ask(self.question, self.options)}
