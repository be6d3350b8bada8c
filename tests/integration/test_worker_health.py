"""A worker's container is well while its worker keeps telling Redis so."""

import importlib.util
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from redis import Redis
from rq import Worker
from rq.serializers import JSONSerializer

from app.embedded import services
from tests.integration.embedded_world import temporary_home

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "worker_health.py"


@pytest.fixture(scope="module")
def health() -> ModuleType:
    spec = importlib.util.spec_from_file_location("worker_health", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_it_is_well_as_long_as_its_own_worker_is_heard_of(health: ModuleType) -> None:
    host = socket.gethostname()
    with temporary_home() as home:
        async with services(home, database_url="postgresql://unused", redis_url=None) as addresses:
            with Redis.from_url(addresses.redis_url) as connection:
                now = datetime.now(UTC)
                assert not health.alive(connection, host, now)
                worker = Worker(["now"], connection=connection, serializer=JSONSerializer)
                worker.register_birth()
                assert health.alive(connection, host, now)
                assert not health.alive(connection, "another-container", now)
                assert not health.alive(connection, host, now + timedelta(minutes=2))
                worker.register_death()
                assert not health.alive(connection, host, now)
