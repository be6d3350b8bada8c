"""What people have to do: one row for each task, known by its key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.ports import Clock
from app.domain.tasks import Found, State, Task
from app.domain.types import PersonId
from app.store.database import Database, storable
from app.store.tables import tasks

OPEN = tasks.c.state == State.OPEN
KEPT = tuple(name for name in Task.model_fields if name != "found")


class PostgresTasks:
    """Serves `app.domain.tasks.Tasks`. Every method may raise StoreUnavailable."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def open(self, person: PersonId) -> tuple[Task, ...]:
        """Those that aren't done, snoozed ones included, by number."""
        async with self._database.transaction(person) as connection:
            return await self._open(connection, person)

    async def _open(self, connection: AsyncConnection, person: PersonId) -> tuple[Task, ...]:
        mine = (tasks.c.person == person) & OPEN
        rows = await connection.execute(select(tasks).where(mine).order_by(tasks.c.number))
        return tuple(map(_task, rows.mappings()))

    async def find(self, person: PersonId, found: Sequence[Found]) -> tuple[Task, ...]:
        """Keep what is new, renew what is known of the open ones, and leave alone what was done; all open ones then."""
        async with self._database.transaction(person, alone=True) as connection:
            known = await self._known(connection, person, found)
            last = await connection.scalar(select(func.max(tasks.c.number)).where(tasks.c.person == person)) or 0
            new = list({f.key: f for f in found if known.get(f.key) != f.model_dump(mode="json")}.values())
            fresh = [f for f in new if f.key not in known]
            numbers = {f.key: number for number, f in enumerate(fresh, start=last + 1)}
            rows = [self._row(person, f, numbers.get(f.key, 0)) for f in new]
            if rows:
                await self._kept(connection, person, rows)
            return await self._open(connection, person)

    async def _known(self, connection: AsyncConnection, person: PersonId, found: Sequence[Found]) -> dict[str, Any]:
        keys = [storable(f.key) for f in found]
        mine = (tasks.c.person == person) & tasks.c.key.in_(keys)
        rows = await connection.execute(select(tasks.c.key, tasks.c.found).where(mine))
        return {row.key: row.found for row in rows}

    async def _kept(self, connection: AsyncConnection, person: PersonId, rows: list[dict[str, Any]]) -> None:
        put = insert(tasks).values(rows)
        mine = (tasks.c.person == person) & OPEN
        same = (tasks.c.person, tasks.c.key)
        renewed = {"found": put.excluded.found, "changed_at": put.excluded.changed_at}
        await connection.execute(put.on_conflict_do_update(index_elements=same, set_=renewed, where=mine))

    def _row(self, person: PersonId, found: Found, number: int) -> dict[str, Any]:
        plain = {k: storable(v) if isinstance(v, str) else v for k, v in found.model_dump(mode="json").items()}
        named = {"person": person, "key": plain["key"], "number": number, "account": found.account}
        empty = {"state": State.OPEN, "snoozed": None, "moved": "", "moved_from": ""}
        return {**named, **empty, "found": plain, "changed_at": self._clock.now()}

    async def close(self, person: PersonId, numbers: Sequence[int]) -> tuple[Task, ...]:
        """These are done from now on, or were before; the ones that there are."""
        return await self._change(person, numbers, true(), state=State.DONE)

    async def snooze(self, person: PersonId, number: int, until: datetime) -> Task | None:
        """Don't show an open task before an aware instant; None when there is none of this number."""
        return next(iter(await self._change(person, [number], OPEN, snoozed=until)), None)

    async def move(self, person: PersonId, number: int, quadrant: str, *, before: str) -> Task | None:
        """Put an open task into a quadrant for good, and keep where its evidence had put it."""
        return next(iter(await self._change(person, [number], OPEN, moved=quadrant, moved_from=before)), None)

    async def _change(
        self, person: PersonId, numbers: Sequence[int], which: ColumnElement[bool], **fields: Any
    ) -> tuple[Task, ...]:
        these = (tasks.c.person == person) & tasks.c.number.in_(numbers) & which
        changed = update(tasks).where(these).values(changed_at=self._clock.now(), **fields).returning(tasks)
        async with self._database.transaction(person) as connection:
            rows = (await connection.execute(changed)).mappings().all()
        return tuple(sorted(map(_task, rows), key=lambda task: task.number))


def _task(row: RowMapping) -> Task:
    return Task(found=Found.model_validate(row["found"]), **{name: row[name] for name in KEPT})
