"""Who works on a row: a number that is held exactly as long as a connection lives, so nobody has to compare clocks."""

import asyncio
from typing import Any

import psycopg

from app.domain.errors import LostClaim
from app.store.database import reachable, session
from app.store.schema import APP, conninfo


class Ownership:
    """One dedicated connection that holds the advisory lock of a number of its own; rows carry that number."""

    def __init__(self, url: str) -> None:
        self._conninfo = conninfo(url)
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._socket = -1
        self._number = 0
        self._opening = asyncio.Lock()
        self.lost = asyncio.Event()
        """Set when the connection dies: what was claimed under its number belongs to nobody any more."""
        self.lost.set()

    @classmethod
    async def open(cls, url: str) -> "Ownership":
        """Connect and take a number; raises StoreUnavailable."""
        ownership = cls(url)
        await ownership.held()
        return ownership

    @property
    def number(self) -> int:
        """The number in force; raises LostClaim when the connection is gone."""
        if self.lost.is_set():
            raise LostClaim
        return self._number

    async def held(self) -> int:
        """The number in force, a new one if the last was lost; raises StoreUnavailable."""
        async with self._opening:
            if self.lost.is_set():
                await self._take()
        return self._number

    async def _take(self) -> None:
        async with reachable():
            connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, **session(APP))
            self._number = await take_number(connection)
        self._connection = connection
        self._socket = connection.fileno()
        asyncio.get_running_loop().add_reader(self._socket, self._noticed, connection)
        self.lost.clear()

    def _noticed(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Nothing is ever asked on this connection, so what arrives is the server's farewell."""
        try:
            connection.pgconn.consume_input()
        except psycopg.OperationalError:
            self._let_go()
            connection.pgconn.finish()

    def _let_go(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._connection = None
        self.lost.set()

    async def close(self) -> None:
        """Give the number back; what it still owns is free at once."""
        if connection := self._connection:
            self._let_go()
            try:
                # Before closing, so that it is free when this returns, not when the server has noticed.
                await connection.execute("SELECT pg_advisory_unlock_all()")
            except psycopg.OperationalError:
                pass  # the server is gone, and the lock with it
            finally:
                await connection.close()


async def take_number(connection: psycopg.AsyncConnection[Any]) -> int:
    """Give this connection a number that no other ever had, and its lock."""
    cursor = await connection.execute(
        "SELECT number, pg_advisory_lock(number) FROM nextval('steward.owners') AS number"
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])
