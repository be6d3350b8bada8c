"""The stores the contract is tested on: in memory, and PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from app.domain.grants import Grants
from app.store import PostgresStore
from tests import postgres
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
