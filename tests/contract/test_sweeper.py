"""The sweeper over real PostgreSQL and Valkey: what was left behind stands where its like stands."""

from collections.abc import AsyncIterator, Iterator

import pytest
from redis import Redis
from rq import Queue as RQueue
from rq.serializers import JSONSerializer

from app.domain.actions import Action
from app.domain.approvals import Decision
from app.domain.mailboxes import CHUNK
from app.domain.types import ActionId
from app.store import PostgresStore
from app.sweeper import Sweeper
from app.telemetry import Telemetry
from integrations.queue import BULK, NOW, RedisQueue
from tests.fakes import ManualClock
from tests.houses import House, in_postgres
from tests.postgres import Addresses
from tests.samples import ANN, archive


@pytest.fixture
async def house(clock: ManualClock, database: Addresses) -> AsyncIterator[House]:
    async for each in in_postgres(clock, database.app):
        yield each


@pytest.fixture
def redis(valkey: str) -> Iterator[Redis]:
    with Redis.from_url(valkey) as connection:
        connection.flushall()
        yield connection


@pytest.fixture
def queue(valkey: str, redis: Redis) -> Iterator[RedisQueue]:
    made = RedisQueue(valkey)
    yield made
    made.close()


async def store_of(house: House) -> PostgresStore:
    opened = await house.process()
    assert isinstance(opened, PostgresStore)
    return opened


async def orphan(house: House, action: Action) -> ActionId:
    """An action whose worker died over it."""
    worker = await store_of(house)
    proposed = await house.proposed(worker, action)
    await worker.approvals.decide(ANN.id, proposed.id, Decision.APPROVE)
    assert await worker.approvals.claim(ANN.id, proposed.id) is not None
    await worker.close()
    return proposed.id


def woken(redis: Redis, queue: str) -> list[str]:
    return [job.args[1] for job in RQueue(queue, connection=redis, serializer=JSONSerializer).jobs]


async def test_an_orphan_that_takes_long_stands_in_nobodys_way(house: House, queue: RedisQueue, redis: Redis) -> None:
    long = await orphan(house, archive(*(f"m{n}" for n in range(CHUNK + 1))))
    short = await orphan(house, archive("m1"))
    sweeper = Sweeper(await store_of(house), queue, rehear=None, aside=None, telemetry=Telemetry())
    await sweeper.sweep()
    assert (woken(redis, NOW), woken(redis, BULK)) == ([str(short)], [str(long)])
