"""The errand "focus": one plan for the rest of today."""

from typing import ClassVar

from app.domain.desk import Desk
from app.domain.memory import Trail
from app.domain.ports import Request, Services, Thought, Watch
from app.domain.reading import Reading
from app.skills.digest.planning import suggestion
from app.skills.focus.day import today
from app.skills.focus.reporting import plan, report
from app.skills.tasks.board import board


class Focus:
    long: ClassVar[bool] = False

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Plan today out of meetings and tasks, urgent mail among them. Raises StewardError."""
        del argument
        reading = Reading()
        await watch("is looking at your day…")
        day = today(await board(self._services, request, desk, reading), request.now)
        words = await suggestion(self._services.mind, plan(day))
        shown = report(day, plan=words, notes=reading.notes)
        return Thought(reply=shown.summary, trail=Trail(report=shown))
