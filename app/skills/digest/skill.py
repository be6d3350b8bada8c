"""The errand "digest": the morning's digest, when it is due or asked for."""

from datetime import date, datetime, timedelta
from typing import ClassVar

from app.domain.desk import Desk
from app.domain.memory import Trail
from app.domain.ports import Request, Services, Thought, Watch
from app.skills.digest.day import gather
from app.skills.digest.planning import plan, suggestion
from app.skills.digest.reporting import report
from app.skills.triage import Triage


class Digest:
    long: ClassVar[bool] = True

    def __init__(self, services: Services) -> None:
        self._services = services
        self._triage = Triage(services)

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Tell of today. The argument is the instant since when it was due and, where the one before didn't come, its
        day; or nothing when it was asked for."""
        await watch("is looking at your day…")
        day, reading = await gather(self._services, self._triage, request, desk, watch=watch)
        since, _, missed = argument.partition(" ")
        late = day.now - datetime.fromisoformat(since) if since else timedelta()
        shown = report(
            day,
            name=request.person.name.partition(" ")[0],
            plan=await suggestion(self._services.mind, plan(day)),
            notes=[*reading.notes, *_missing(missed)],
            late=late,
        )
        return Thought(reply=shown.summary, trail=Trail(report=shown))


def _missing(day: str) -> tuple[str, ...]:
    return (f"There was no digest on {date.fromisoformat(day):%A %-d %B}.",) if day else ()
