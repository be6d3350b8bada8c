"""A turn over a diary, in which the tools of the calendar are used."""

import json
from datetime import datetime, timedelta
from typing import Any

from app.agent.bench import Bench
from app.agent.tools.event_changes import ChangeEvents
from app.agent.tools.fitting import serialised
from app.agent.tools.tool import Tool
from app.domain.ports import Request
from app.domain.types import Event
from tests.unit.events_world import HOUR, TEN, VIENNA, Diary, review

NOW = datetime(2026, 3, 2, 11, tzinfo=VIENNA)
"""A Monday."""
DAY = timedelta(days=1)


class Turn:
    """One turn over a diary."""

    def __init__(self, *events: Event, text: str = "please") -> None:
        self.at = Diary(*events)
        request = Request(person=self.at.desk.person, now=NOW, text=text)
        self.bench = Bench(request=request, desk=self.at.desk, watch=self._watch)

    async def _watch(self, _: str) -> None:
        return None

    async def use(self, tool: Tool) -> Any:
        result = json.loads(serialised(await tool.run(self.bench)))
        return result.get("untrusted", result)

    async def change(self, do: Any, *events: str, **more: Any) -> Any:
        refs = [f"work:primary:{e}" for e in events]
        return await self.use(ChangeEvents(do=do, events=refs, **more))

    @property
    def one(self) -> Any:
        (action,) = self.bench.plan
        return action

    @property
    def starts(self) -> list[str]:
        """The new times, in the order of the plan."""
        return [f"{a.start.astimezone(VIENNA):%a %H:%M}" for a in self.bench.plan]  # type: ignore[attr-defined]


def standing(ident: str, hours: float, *, days: int = 0, **more: Any) -> Event:
    """Something of an hour, so many hours after ten tomorrow, that nobody else comes to."""
    start = TEN + days * DAY + hours * HOUR
    given = {"id": ident, "uid": ident, "title": ident, "guests": (), "start": start, "end": start + HOUR}
    return review(**given | more)
