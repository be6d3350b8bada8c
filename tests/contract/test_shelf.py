"""The contract of Shelf: in memory, and sealed on a real Valkey; what it keeps is nobody else's and goes by itself."""

import random
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from app.domain.ports import Shelf
from app.domain.types import ActionId
from app.store.sealing import KEY_BYTES, Sealer
from integrations.shelf import LARGEST, RedisShelf
from tests.fakes import ManualClock, MemoryShelf
from tests.samples import ANN, BOB

FACTS: dict[str, Any] = {"people": [{"email": "carol@example.org", "name": "Carol"}], "writers": [0, 0, -1]}
HOUR = timedelta(hours=1)
OLD, NEW = bytes(KEY_BYTES), bytes(range(KEY_BYTES))


@dataclass
class Shelving:
    shelf: Shelf
    other: Shelf
    """Of another process."""


@pytest.fixture(params=["memory", "redis"])
async def shelving(request: pytest.FixtureRequest) -> AsyncIterator[Shelving]:
    if request.param == "memory":
        fake = MemoryShelf(ManualClock())
        yield Shelving(fake, fake)
        return
    url: str = request.getfixturevalue("valkey")
    shelves = [RedisShelf(url, Sealer(OLD)) for _ in range(2)]
    yield Shelving(*shelves)
    for shelf in shelves:
        await shelf.close()


def some() -> ActionId:
    return ActionId(uuid4())


async def test_what_was_kept_is_found_by_every_process(shelving: Shelving) -> None:
    action = some()
    assert await shelving.shelf.find(action, ANN.id) == {}
    await shelving.shelf.keep(action, ANN.id, FACTS, lasting=HOUR)
    assert await shelving.other.find(action, ANN.id) == FACTS
    await shelving.other.keep(action, ANN.id, {"writers": [1]}, lasting=HOUR)
    assert await shelving.shelf.find(action, ANN.id) == {"writers": [1]}


async def test_nobody_finds_what_is_anothers_or_anothers_actions(shelving: Shelving) -> None:
    action = some()
    await shelving.shelf.keep(action, ANN.id, FACTS, lasting=HOUR)
    assert await shelving.shelf.find(action, BOB.id) == {}
    assert await shelving.shelf.find(some(), ANN.id) == {}


async def test_what_would_last_no_time_is_not_kept(shelving: Shelving) -> None:
    action = some()
    await shelving.shelf.keep(action, ANN.id, FACTS, lasting=timedelta())
    assert await shelving.shelf.find(action, ANN.id) == {}


async def test_it_goes_by_itself_and_nothing_of_it_can_be_read(valkey: str) -> None:
    shelf, action = RedisShelf(valkey, Sealer(OLD)), some()
    await shelf.keep(action, ANN.id, FACTS, lasting=HOUR)
    async with Redis.from_url(valkey) as redis:
        (key,) = [key async for key in redis.scan_iter("steward:shelf:*") if str(action).encode() in key]
        assert 0 < await redis.pttl(key) <= HOUR.total_seconds() * 1000
        kept = await redis.get(key)
        assert b"carol" not in kept
        elsewhere = some()
        await redis.set(f"steward:shelf:{elsewhere}", kept)
        await redis.set(f"steward:shelf:{(short := some())}", kept[:3])
    assert await shelf.find(elsewhere, ANN.id) == {}
    assert await shelf.find(short, ANN.id) == {}
    await shelf.close()


async def test_a_new_key_opens_what_an_older_one_sealed_and_a_strange_one_nothing(valkey: str) -> None:
    before, after, strange = (RedisShelf(valkey, Sealer(*keys)) for keys in ((OLD,), (NEW, OLD), (NEW,)))
    action = some()
    await before.keep(action, ANN.id, FACTS, lasting=HOUR)
    assert await after.find(action, ANN.id) == FACTS
    assert await strange.find(action, ANN.id) == {}
    for shelf in (before, after, strange):
        await shelf.close()


async def test_what_is_too_large_is_not_kept_and_ten_thousand_senders_are(valkey: str) -> None:
    shelf, action, dice = RedisShelf(valkey, Sealer(OLD)), some(), random.Random(7)
    names = ["".join(dice.choices("abcdefghijklmnopqrstuvwxyz", k=12)) for _ in range(10_000)]
    people = [{"email": f"{name}@{name[:6]}.example", "name": name.title()} for name in names]
    most = {"people": people, "writers": list(range(10_000))}
    await shelf.keep(action, ANN.id, most, lasting=HOUR)
    assert await shelf.find(action, ANN.id) == most
    larger = some()
    await shelf.keep(larger, ANN.id, {"noise": dice.randbytes(LARGEST).hex()}, lasting=HOUR)
    assert await shelf.find(larger, ANN.id) == {}
    await shelf.close()


async def test_a_server_that_is_away_or_silent_is_no_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and never answers
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        shelf = RedisShelf(url, Sealer(OLD))
        await shelf.keep(some(), ANN.id, FACTS, lasting=HOUR)
    assert await shelf.find(some(), ANN.id) == {}
    await shelf.close()
