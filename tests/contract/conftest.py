"""The stores the contract is tested on: in memory, and PostgreSQL."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.domain.grants import Grants
from app.embedded import services
from app.store import PostgresStore
from tests import postgres
from tests.contract import booked as calendars
from tests.fakes import ManualClock, MemoryGrants
from tests.houses import House, Running, in_memory, in_postgres


@pytest.fixture(params=["memory", "postgres"])
async def house(request: pytest.FixtureRequest, clock: ManualClock) -> AsyncIterator[House]:
    if request.param == "memory":
        houses = in_memory(clock)
    else:
        addresses: postgres.Addresses = request.getfixturevalue("database")
        houses = in_postgres(clock, addresses.app)
    async for each in houses:
        yield each


@pytest.fixture
async def store(house: House) -> Running:
    return await house.process()


@pytest.fixture(params=["memory", "postgres"])
async def grants(request: pytest.FixtureRequest, clock: ManualClock) -> AsyncIterator[Grants]:
    if request.param == "memory":
        yield MemoryGrants()
        return
    addresses: postgres.Addresses = request.getfixturevalue("database")
    opened = await PostgresStore.open(addresses.app, key=bytes(32), clock=clock)
    yield opened.grants
    await opened.close()


@pytest.fixture(params=["memory", "google"])
async def booked(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[calendars.Booked]:
    """Ada's calendars: in memory, and at Google."""
    async for each in calendars.in_memory() if request.param == "memory" else calendars.in_google(tmp_path):
        yield each


@pytest.fixture(scope="module")
def valkey() -> Iterator[str]:
    """A real server, started as the product starts it."""
    # Not below pytest's own folder: under root, the server's user may not enter that.
    home = Path(tempfile.mkdtemp(prefix="steward-test-"))
    with ThreadPoolExecutor(1) as thread:
        loop = asyncio.new_event_loop()
        running = services(home, database_url="postgresql://not.used.here/", redis_url=None)
        addresses = thread.submit(loop.run_until_complete, running.__aenter__()).result()
        try:
            yield addresses.redis_url
        finally:
            thread.submit(loop.run_until_complete, running.__aexit__(None, None, None)).result()
            loop.close()
    shutil.rmtree(home, ignore_errors=True)
