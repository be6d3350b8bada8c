"""A look into the inbox of a house, past the rights of its processes: what was acked has to be there."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from app.commands.run import LOGIN
from app.embedded import services
from app.store.schema import conninfo
from bench.programs import House

POLL_SECONDS = 0.02
SETTLE_SECONDS = 60.0


class Inbox:
    """Counts rows."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection

    async def count(self) -> int:
        """Envelopes ever kept."""
        return (await self._counted())[0]

    async def settled(self) -> float:
        """Wait until every envelope has had its effect; the seconds it took."""
        began = time.perf_counter()
        async with asyncio.timeout(SETTLE_SECONDS):
            while (await self._counted())[1]:
                await asyncio.sleep(POLL_SECONDS)
        return time.perf_counter() - began

    async def _counted(self) -> tuple[int, int]:
        counting = "SELECT count(*), count(*) FILTER (WHERE settled_at IS NULL) FROM steward.inbox"
        row = await (await self._connection.execute(counting)).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])


@asynccontextmanager
async def inbox(house: House) -> AsyncIterator[Inbox]:
    """The inbox of a house with an embedded database."""
    async with administrator(house) as connection:
        yield Inbox(connection)


@asynccontextmanager
async def administrator(house: House) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A connection to the embedded database of a house that may see everybody's rows."""
    async with services(house.home, database_url=None, redis_url=house.settings.redis) as addresses:
        admin = conninfo(make_url(addresses.database_admin_url or "").set(database=LOGIN))
        async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:
            yield connection
