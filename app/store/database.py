"""Connections that act as one role, and transactions in which only one person's rows exist."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.domain.errors import StoreUnavailable
from app.domain.types import PersonId

POOL = 5
"""Connections kept; a turn holds one only for the milliseconds of a transaction."""
OVERFLOW = 10
"""More of them under load; PostgreSQL allows 100 by default, shared by all processes."""
CONNECT_SECONDS = 5
PATIENCE_SECONDS = 10.0
"""How long a transaction waits for a free connection."""
LIMITS = {
    "statement_timeout": "15s",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
    # A peer that vanished without a word is given up within 25 s, and what it held is free.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""Settings of every session: whatever hangs, ends."""
KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
"""Our side of the same: we notice a dead server before the server gives our rows away."""


def session(role: str, **more: str) -> dict[str, Any]:
    """psycopg's connection arguments for acting as a role, with `more` of our own settings: RESET ROLE comes back to
    it, not to the login user. They go with a connection's start, so no statement, log or list of activity has them."""
    settings = {"role": role, **LIMITS, **{f"steward.{name}": value for name, value in more.items()}}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    return {"options": options, "connect_timeout": CONNECT_SECONDS, **KEEPALIVE}


def storable(text: str) -> str:
    """A text as PostgreSQL can keep it: without NUL and without halves of surrogate pairs."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def compact(content: object) -> str:
    """JSON with sorted keys and no spaces: the same bytes as `app.domain.actions.canonical`."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


@asynccontextmanager
async def reachable() -> AsyncIterator[None]:
    """Turns every way in which a database can be away into StoreUnavailable."""
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError) as away:
        raise StoreUnavailable from away


class Database:
    """A small pool of connections acting as one role; nothing connects before the first transaction."""

    def __init__(self, url: str, role: str, *, pool: int = POOL, **settings: str) -> None:
        self._engine = create_async_engine(
            make_url(url).set(drivername="postgresql+psycopg"),
            connect_args=session(role, **settings),
            # Transactions are opened below, in one round trip with the person they are for.
            isolation_level="AUTOCOMMIT",
            pool_size=pool,
            max_overflow=OVERFLOW,
            pool_timeout=PATIENCE_SECONDS,
            json_serializer=compact,
            use_native_hstore=False,
        )

    @asynccontextmanager
    async def transaction(self, person: PersonId, *, alone: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees this person's rows and no others; those that ask to be `alone` follow each other.
        Raises StoreUnavailable."""
        setting = psycopg.sql.SQL("BEGIN; SELECT set_config('steward.person', {}, true)").format(str(person))
        if alone:
            # The form with two numbers, which can't collide with the owners' locks.
            lock = psycopg.sql.SQL("; SELECT pg_advisory_xact_lock(1, hashtext({}))").format(str(person))
            setting = psycopg.sql.Composed([setting, lock])
        async with reachable():
            connection = await self._begin(setting)
            try:
                yield connection
                await _driver(connection).execute("COMMIT", prepare=False)
            finally:
                # What wasn't committed is rolled back when the connection returns to the pool.
                await connection.close()

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[AsyncConnection]:
        """A connection for single statements, which belong to no person. Raises StoreUnavailable."""
        async with reachable():
            connection = await self._begin(psycopg.sql.SQL(""))
            try:
                yield connection
            finally:
                await connection.close()

    async def _begin(self, opening: psycopg.sql.SQL | psycopg.sql.Composed) -> AsyncConnection:
        try:
            return await self._opened(opening)
        except (psycopg.OperationalError, OperationalError):
            # The server was restarted: the pool's connections are dead, and nothing of ours has begun.
            await self._engine.dispose()
            return await self._opened(opening)

    async def _opened(self, opening: psycopg.sql.SQL | psycopg.sql.Composed) -> AsyncConnection:
        connection = await self._engine.connect()
        try:
            await connection.get_raw_connection()
            await _driver(connection).execute(opening, prepare=False)
        except BaseException:
            await connection.invalidate()
            await connection.close()
            raise
        return connection

    async def close(self) -> None:
        await self._engine.dispose()


def _driver(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    """psycopg's connection underneath: its simple protocol takes several statements in one round trip."""
    raw = connection.sync_connection
    assert raw is not None
    driver: psycopg.AsyncConnection[Any] = raw.connection.driver_connection  # type: ignore[assignment]
    return driver
