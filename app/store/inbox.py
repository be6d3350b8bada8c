"""Envelopes, kept durably before they are acked: all that wait are written in one commit."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import func, select, text

from app.domain.errors import StoreUnavailable
from app.domain.types import person_id
from app.store.database import Database, compact, session
from app.store.grouping import Group
from app.store.ownership import Ownership, take_number
from app.store.schema import INGEST, conninfo

INSERT = """
INSERT INTO steward.inbox (key, person, payload, owner)
SELECT key, person, payload::json, %s FROM unnest(%b::text[], %b::uuid[], %b::text[]) AS e (key, person, payload)
ON CONFLICT DO NOTHING RETURNING key
"""
"""Arrays go in binary: as text, escaping every quote of every payload would take most of the time."""
SETTLE = text("SELECT steward.settle_envelope(key) FROM unnest(CAST(:keys AS text[])) AS e (key)")


class _Arrival(NamedTuple):
    key: str
    person: UUID | None
    payload: str


TEAMS = (("team_id",), ("team", "id"), ("user", "team_id"))
USERS = (
    ("user_id",),
    ("user", "id"),
    ("event", "user"),
    ("event", "user", "id"),
    ("event", "message", "user"),
    ("event", "previous_message", "user"),
)
"""Where Slack's events, interactions and commands name the workspace and who caused them."""


def sender(envelope: Mapping[str, Any]) -> UUID | None:
    """Whose envelope it is, from the envelope alone; None for what nobody caused."""
    team, user = _first(envelope, TEAMS), _first(envelope, USERS)
    return person_id(team, user) if team and user else None


def _first(envelope: Mapping[str, Any], paths: Iterable[tuple[str, ...]]) -> str:
    for path in paths:
        found: Any = envelope
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        if found and isinstance(found, str):
            return found
    return ""


class Intake:
    """The one connection that brings envelopes in, as a role that can do nothing else.

    Its rows carry the number of this very connection: if it breaks while a commit is under way, nobody knows whether
    they were kept, but if they were, they belong to nobody and the sweeper finds them."""

    def __init__(self, url: str) -> None:
        self._conninfo = conninfo(url)
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._number = 0
        self._arrivals = Group(self._insert)

    async def put(self, key: str, person: UUID | None, payload: str) -> bool:
        return await self._arrivals.add(_Arrival(key, person, payload))

    async def _insert(self, batch: Sequence[_Arrival]) -> list[bool]:
        try:
            try:
                new = await self._inserted(batch)
            except psycopg.OperationalError:
                if self._connection is None or not self._connection.broken:
                    raise
                # The server was restarted, and a click isn't brought again. What had arrived in spite of it counts as
                # known, and belongs to nobody.
                await self._disconnect()
                new = await self._inserted(batch)
        except (psycopg.Error, OSError) as away:
            await self._disconnect()
            raise StoreUnavailable from away
        answers = []
        for arrival in batch:
            answers.append(arrival.key in new)
            new.discard(arrival.key)  # twice in one batch: only the first is new
        return answers

    async def _inserted(self, batch: Sequence[_Arrival]) -> set[str]:
        connection = await self._connected()
        keys, people, payloads = zip(*batch, strict=True)
        cursor = await connection.execute(INSERT, (self._number, list(keys), list(people), list(payloads)))
        return {key for (key,) in await cursor.fetchall()}

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None:
            connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, **session(INGEST))
            self._number = await take_number(connection)
            self._connection = connection
        return self._connection

    async def _disconnect(self) -> None:
        if connection := self._connection:
            self._connection = None
            await connection.close()

    async def close(self) -> None:
        await self._arrivals.idle()
        await self._disconnect()


class PostgresInbox:
    """Serves `app.domain.ports.Inbox`. The app's role has no right to the table: it takes and settles what it knows
    the key of, through functions."""

    def __init__(self, url: str, database: Database, ownership: Ownership) -> None:
        self._intake = Intake(url)
        self._effected = Group(self._settle)
        self._database = database
        self._ownership = ownership

    async def put(self, key: str, envelope: Mapping[str, Any]) -> bool:
        """Keep an envelope; False when its key was kept before. Raises StoreUnavailable when it may not have been."""
        return await self._intake.put(key, sender(envelope), compact(envelope))

    async def settle(self, key: str) -> None:
        await self._effected.add(key)

    async def _settle(self, keys: Sequence[str]) -> Sequence[None]:
        async with self._database.statement() as connection:
            await connection.execute(SETTLE, {"keys": list(keys)})
        return [None] * len(keys)

    async def take(self, key: str) -> Mapping[str, Any] | None:
        owner = await self._ownership.held()
        async with self._database.statement() as connection:
            taken: Mapping[str, Any] | None = await connection.scalar(select(func.steward.take_envelope(key, owner)))
            return taken

    async def close(self) -> None:
        await self._effected.idle()
        await self._intake.close()
