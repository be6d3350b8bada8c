"""Tasks in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.domain.tasks import Found, State, Task
from app.domain.types import PersonId
from tests.fakes.rows import Disk


class MemoryTasks:
    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def _mine(self, person: PersonId) -> list[Task]:
        mine = [task for (whose, _), task in self._disk.tasks.items() if whose == person]
        return sorted(mine, key=lambda task: task.number)

    async def open(self, person: PersonId) -> tuple[Task, ...]:
        return tuple(task for task in self._mine(person) if task.state is State.OPEN)

    async def find(self, person: PersonId, found: Sequence[Found]) -> tuple[Task, ...]:
        for each in {f.key: f for f in found}.values():
            known = self._disk.tasks.get((person, each.key))
            if known is None:
                known = Task(number=len(self._mine(person)) + 1, found=each)
            if known.state is State.OPEN:
                self._disk.tasks[person, each.key] = known.model_copy(update={"found": each})
        return await self.open(person)

    async def close(self, person: PersonId, numbers: Sequence[int]) -> tuple[Task, ...]:
        return self._change(person, [t for t in self._mine(person) if t.number in numbers], state=State.DONE)

    async def snooze(self, person: PersonId, number: int, until: datetime) -> Task | None:
        return self._change_one(person, number, snoozed=until)

    async def move(self, person: PersonId, number: int, quadrant: str, *, before: str) -> Task | None:
        return self._change_one(person, number, moved=quadrant, moved_from=before)

    def _change_one(self, person: PersonId, number: int, **fields: Any) -> Task | None:
        these = [t for t in self._mine(person) if t.number == number and t.state is State.OPEN]
        return next(iter(self._change(person, these, **fields)), None)

    def _change(self, person: PersonId, changed: Sequence[Task], **fields: Any) -> tuple[Task, ...]:
        after = tuple(task.model_copy(update=fields) for task in changed)
        self._disk.tasks |= {(person, task.found.key): task for task in after}
        return after
