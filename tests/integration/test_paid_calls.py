"""The daily cap on calls to a paid model: no two processes get past it together."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from psycopg import errors

from app.domain.errors import PaidCallsSpent
from app.store import PostgresStore
from app.store.database import session
from app.store.schema import APP
from tests.fakes import ManualClock
from tests.postgres import Addresses


async def test_all_processes_share_the_calls_of_a_day(database: Addresses, clock: ManualClock) -> None:
    stores = [await PostgresStore.open(database.app, key=bytes(32), clock=clock) for _ in range(3)]
    tries = [store.allowance(20).take() for store in stores * 10]
    came_of = await asyncio.gather(*tries, return_exceptions=True)
    assert came_of.count(None) == 20
    assert {type(refused) for refused in came_of if refused is not None} == {PaidCallsSpent}
    clock.advance(timedelta(days=1))
    await stores[0].allowance(20).take()
    for store in stores:
        await store.close()


async def test_a_cap_of_none_allows_none(database: Addresses, clock: ManualClock) -> None:
    store = await PostgresStore.open(database.app, key=bytes(32), clock=clock)
    with pytest.raises(PaidCallsSpent, match="Today's 0 calls"):
        await store.allowance(0).take()
    await store.close()


async def test_the_app_can_count_and_nothing_else(database: Addresses) -> None:
    async with await psycopg.AsyncConnection.connect(database.app, autocommit=True, **session(APP)) as app:
        for query in ("UPDATE steward.paid_calls SET calls = 0", "DELETE FROM steward.paid_calls"):
            with pytest.raises(errors.InsufficientPrivilege):
                await app.execute(query)
