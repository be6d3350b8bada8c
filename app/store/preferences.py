"""How people want their days: one row for each preference that was stated."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.ports import Clock
from app.domain.preferences import Preferences, Said
from app.domain.types import PersonId
from app.store.database import Database, storable
from app.store.tables import preferences


class PostgresPreferences:
    """Serves `app.domain.preferences.PreferenceStore`. Every method may raise StoreUnavailable."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, person: PersonId) -> Preferences:
        """All of them; what was never stated is as usual."""
        async with self._database.transaction(person) as connection:
            return await self._read(connection, person)

    async def _read(self, connection: AsyncConnection, person: PersonId) -> Preferences:
        mine = select(preferences.c.name, preferences.c.value).where(preferences.c.person == person)
        rows = (await connection.execute(mine)).all()
        known = {name: value for name, value in rows if name in Preferences.model_fields}
        return Preferences.model_validate(known)

    async def said(self, person: PersonId) -> tuple[Said, ...]:
        """What the person stated, the newest first."""
        mine = select(preferences).where(preferences.c.person == person).order_by(preferences.c.since.desc())
        async with self._database.transaction(person) as connection:
            rows = (await connection.execute(mine)).mappings().all()
        return tuple(Said(**{name: row[name] for name in Said.model_fields}) for row in rows)

    async def state(self, person: PersonId, name: str, value: Any, *, words: str) -> Preferences:
        """Keep a preference instead of the one before; raises ValueError for a value that none can have."""
        async with self._database.transaction(person, alone=True) as connection:
            before = await self._read(connection, person)
            after = Preferences.model_validate(before.model_dump(mode="json") | {name: value})
            fields = {
                "value": after.model_dump(mode="json")[name],
                "before": before.model_dump(mode="json")[name],
                "words": storable(words),
                "since": self._clock.now(),
            }
            new = insert(preferences).values(person=person, name=name, **fields)
            same = (preferences.c.person, preferences.c.name)
            await connection.execute(
                new.on_conflict_do_update(index_elements=same, set_=fields, where=preferences.c.person == person)
            )
        return after

    async def undo(self, person: PersonId, name: str) -> Preferences | None:
        """What held before a preference was last stated holds again; None when there is nothing to undo."""
        this = (preferences.c.person == person) & (preferences.c.name == name)
        async with self._database.transaction(person, alone=True) as connection:
            row = (await connection.execute(delete(preferences).where(this).returning(preferences))).mappings().first()
            if row is None:
                return None
            if row["before"] != Preferences().model_dump(mode="json")[name]:
                back = {"value": row["before"], "before": row["before"], "words": "", "since": self._clock.now()}
                await connection.execute(insert(preferences).values(person=person, name=name, **back))
            return await self._read(connection, person)
