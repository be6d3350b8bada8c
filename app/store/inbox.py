"""Envelopes, kept durably before they are acked: all that wait are written in one commit."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import func, select

from app.domain.errors import StoreUnavailable
from app.domain.types import person_id
from app.store.database import Database, compact, session
from app.store.ownership import Ownership, take_number
from app.store.schema import INGEST, conninfo

BATCH = 1_000
"""Envelopes in one INSERT: more gain nothing, and the first of them would wait for the last."""
INSERT = """
INSERT INTO steward.inbox (key, person, payload, owner)
SELECT key, person, payload::json, %s FROM unnest(%b::text[], %b::uuid[], %b::text[]) AS e (key, person, payload)
ON CONFLICT DO NOTHING RETURNING key
"""
"""Arrays go in binary: as text, escaping every quote of every payload would take most of the time."""


class _Arrival(NamedTuple):
    key: str
    person: UUID | None
    payload: str
    kept: "asyncio.Future[bool]"


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
        self._arrivals: list[_Arrival] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, key: str, person: UUID | None, payload: str) -> bool:
        arrival = _Arrival(key, person, payload, asyncio.get_running_loop().create_future())
        self._arrivals.append(arrival)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await arrival.kept

    async def _write(self) -> None:
        """Write whatever has arrived, and then what arrived meanwhile, until nothing waits."""
        try:
            while self._arrivals:
                batch, self._arrivals = self._arrivals[:BATCH], self._arrivals[BATCH:]
                await self._commit(batch)
        finally:
            self._writing = None

    async def _commit(self, batch: list[_Arrival]) -> None:
        try:
            connection = await self._connected()
            keys, people, payloads, _ = zip(*batch, strict=True)
            cursor = await connection.execute(INSERT, (self._number, list(keys), list(people), list(payloads)))
            new = {key for (key,) in await cursor.fetchall()}
        except (psycopg.Error, OSError) as away:
            await self._disconnect()
            _fail(batch, away)
            return
        except BaseException as ended:
            _fail(batch, ended)
            raise
        for arrival in batch:
            if not arrival.kept.done():
                arrival.kept.set_result(arrival.key in new)
            new.discard(arrival.key)  # twice in one batch: only the first is new

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
        if self._writing:
            await asyncio.wait({self._writing})
        await self._disconnect()


def _fail(batch: list[_Arrival], cause: BaseException) -> None:
    for arrival in batch:
        if not arrival.kept.done():
            failure = StoreUnavailable()
            failure.__cause__ = cause
            arrival.kept.set_exception(failure)


class PostgresInbox:
    """Serves `app.domain.ports.Inbox`. The app's role has no right to the table: it takes and settles one envelope at a
    time, by its key, through functions."""

    def __init__(self, url: str, database: Database, ownership: Ownership) -> None:
        self._intake = Intake(url)
        self._database = database
        self._ownership = ownership

    async def put(self, key: str, envelope: Mapping[str, Any]) -> bool:
        """Keep an envelope; False when its key was kept before. Raises StoreUnavailable when it may not have been."""
        return await self._intake.put(key, sender(envelope), compact(envelope))

    async def settle(self, key: str) -> None:
        async with self._database.statement() as connection:
            await connection.execute(select(func.steward.settle_envelope(key)))

    async def take(self, key: str) -> Mapping[str, Any] | None:
        owner = await self._ownership.held()
        async with self._database.statement() as connection:
            taken: Mapping[str, Any] | None = await connection.scalar(select(func.steward.take_envelope(key, owner)))
            return taken

    async def close(self) -> None:
        await self._intake.close()
