"""A worker that Redis has left listens no more: RQ's thread would go on, and complain of what isn't there."""

import logging
import threading

import pytest
from redis import Redis
from redis.client import PubSubWorkerThread
from rq.serializers import JSONSerializer

from app.commands.work import Steady
from app.embedded import services
from tests.integration.embedded_world import temporary_home


async def test_nothing_listens_for_a_worker_that_left(caplog: pytest.LogCaptureFixture) -> None:
    with temporary_home() as home:
        async with services(home, database_url="postgresql://unused", redis_url=None) as addresses:
            connection = Redis.from_url(addresses.redis_url)
            worker = Steady(["now"], connection=connection, serializer=JSONSerializer)
            worker.subscribe()  # type: ignore[no-untyped-call]
            (thread,) = (each for each in threading.enumerate() if isinstance(each, PubSubWorkerThread))
            worker.leave()
            connection.close()
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
