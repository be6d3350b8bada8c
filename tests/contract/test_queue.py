"""The contract of Queue: in memory, and RQ on a real Valkey; a wake-up, not a promise."""

import asyncio
import json
import socket
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from redis import Redis
from rq import Queue as RQueue
from rq.serializers import JSONSerializer

from app.domain.ports import Kind, Queue
from app.domain.types import PersonId
from integrations.queue import BULK, JOB_TIMEOUT, JOBS, NOW, TTL, RedisQueue
from tests.fakes import MemoryQueue
from tests.samples import ANN

Woken = list[tuple[Kind, str, PersonId | None]]


@pytest.fixture
def redis(valkey: str) -> Iterator[Redis]:
    with Redis.from_url(valkey) as connection:
        connection.flushall()
        yield connection


def jobs(redis: Redis, queue: str) -> list[tuple[str, tuple[str, ...]]]:
    waiting = RQueue(queue, connection=redis, serializer=JSONSerializer).jobs
    return [(job.func_name, tuple(job.args)) for job in waiting]


@dataclass
class Waking:
    queue: Queue
    woken: Callable[[], Woken]


@pytest.fixture(params=["memory", "rq"])
def waking(request: pytest.FixtureRequest) -> Iterator[Waking]:
    if request.param == "memory":
        fake = MemoryQueue()
        yield Waking(fake, lambda: fake.woken)
        return
    redis: Redis = request.getfixturevalue("redis")
    kinds = {job: kind for kind, job in JOBS.items() if kind is not Kind.UNASKED}

    def woken() -> Woken:
        return [(kinds[name], args[1], PersonId(ANN.id)) for name, args in jobs(redis, NOW) if args[0] == str(ANN.id)]

    queue = RedisQueue(request.getfixturevalue("valkey"))
    yield Waking(queue, woken)
    queue.close()


async def test_who_is_woken_is_told_what_to_look_at(waking: Waking) -> None:
    action, turn = str(uuid4()), str(uuid4())
    await waking.queue.wake(Kind.ACTION, action, ANN.id)
    await waking.queue.wake(Kind.TURN, turn, ANN.id)
    assert waking.woken() == [(Kind.ACTION, action, ANN.id), (Kind.TURN, turn, ANN.id)]


async def test_waking_twice_is_as_good_as_once(waking: Waking) -> None:
    action = str(uuid4())
    await waking.queue.wake(Kind.ACTION, action, ANN.id)
    await waking.queue.wake(Kind.ACTION, action, ANN.id)
    assert set(waking.woken()) == {(Kind.ACTION, action, ANN.id)}


# What only the real one can do.


@pytest.fixture
def queue(valkey: str, redis: Redis) -> Iterator[RedisQueue]:
    made = RedisQueue(valkey)
    yield made
    made.close()


async def test_bulk_work_stands_in_a_queue_of_its_own(queue: RedisQueue, redis: Redis) -> None:
    await queue.wake(Kind.ACTION, "1", ANN.id, bulk=True)
    await queue.wake(Kind.ACTION, "2", ANN.id)
    assert jobs(redis, BULK) == [("jobs.perform.perform", (str(ANN.id), "1"))]
    assert jobs(redis, NOW) == [("jobs.perform.perform", (str(ANN.id), "2"))]


async def test_what_nobody_asked_for_is_bulk_work(queue: RedisQueue, redis: Redis) -> None:
    await queue.wake(Kind.UNASKED, "1", ANN.id)
    assert jobs(redis, BULK) == [("jobs.think.think_long", (str(ANN.id), "1"))]
    assert jobs(redis, NOW) == []


async def test_an_errand_that_somebody_waits_for_comes_before_what_nobody_asked_for(
    queue: RedisQueue, redis: Redis
) -> None:
    for turn, kind in (("1", Kind.UNASKED), ("2", Kind.UNASKED), ("3", Kind.ERRAND)):
        await queue.wake(kind, turn, ANN.id)
    assert [args[1] for _, args in jobs(redis, BULK)] == ["3", "1", "2"]


async def test_who_stands_in_a_long_line_is_not_put_into_it_again(queue: RedisQueue, redis: Redis) -> None:
    for turn in ("1", "2", "1", "2"):
        await queue.wake(Kind.UNASKED, turn, ANN.id)
        await queue.wake(Kind.ERRAND, turn, ANN.id)
    assert [args[1] for _, args in jobs(redis, BULK)] == ["2", "1", "1", "2"]


async def test_who_is_forgotten_in_a_line_is_woken_again(queue: RedisQueue, redis: Redis) -> None:
    await queue.wake(Kind.UNASKED, "1", ANN.id)
    redis.delete("rq:job:unasked-1")  # as Redis does after TTL
    await queue.wake(Kind.UNASKED, "1", ANN.id)
    assert {args[1] for _, args in jobs(redis, BULK)} == {"1"}


async def test_a_job_carries_ids_and_is_forgotten_soon(queue: RedisQueue, redis: Redis) -> None:
    await queue.wake(Kind.TURN, "4711", ANN.id)
    (job,) = RQueue(NOW, connection=redis, serializer=JSONSerializer).jobs
    assert (job.func_name, job.args, job.kwargs) == ("jobs.think.think", [str(ANN.id), "4711"], {})
    assert (job.ttl, job.result_ttl, job.failure_ttl, job.timeout) == (TTL, 0, TTL, JOB_TIMEOUT)
    kept = zlib.decompress(redis.hget(f"rq:job:{job.id}", "data"))  # type: ignore[arg-type]
    assert json.loads(kept) == ["jobs.think.think", None, [str(ANN.id), "4711"], {}]  # and no pickle


async def test_a_tick_wakes_once_however_many_tick(queue: RedisQueue, valkey: str, redis: Redis) -> None:
    other = RedisQueue(valkey)
    for scheduler in (queue, other, queue):
        await scheduler.tick("jobs.tidy.tidy", within=3600)
    other.close()
    assert jobs(redis, BULK) == [("jobs.tidy.tidy", ())]
    assert 0 < redis.ttl("steward:tick:jobs.tidy.tidy") < 3600


async def test_a_redis_that_was_wiped_takes_the_next(queue: RedisQueue, redis: Redis) -> None:
    await queue.wake(Kind.ACTION, "1", ANN.id)
    redis.flushall()
    await queue.wake(Kind.ACTION, "2", ANN.id)
    assert jobs(redis, NOW) == [("jobs.perform.perform", (str(ANN.id), "2"))]
    assert queue.ping()


async def test_a_redis_that_is_gone_is_no_error() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    gone = RedisQueue(f"redis://127.0.0.1:{port}/0")
    await gone.wake(Kind.ACTION, "1", ANN.id)
    await gone.tick("jobs.tidy.tidy", within=60)
    assert not gone.ping()
    gone.close()


async def test_a_redis_that_hangs_holds_up_nobody_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never answers
        hanging = RedisQueue(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        waking = asyncio.create_task(hanging.wake(Kind.ACTION, "1", ANN.id))
        connection, _ = await asyncio.to_thread(silent.accept)  # it has asked, and the loop still turns
        assert not waking.done()
        connection.close()
        await waking
        hanging.close()
