"""The contract of Gate: alone, and over all processes that share a Redis; and quota storms on the stand-in."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from redis import Redis

from app.domain.errors import Throttled
from app.domain.types import MailQuery
from integrations.google import wire
from integrations.google.desks import Gates, Google, GoogleDesks
from integrations.google.gate import Gate, LocalGate, SharedGate
from integrations.google.quota import CALENDAR, GMAIL, Limits, cost
from sandbox.google import front
from sandbox.google.quota import Meter
from tests.contract.google_desk import PERSON, GoogleHome, google_home
from tests.contract.google_world import ADA, Clock, running

SMALL = Limits("small", at_once=3, a_minute=100)
Make = Callable[[Limits], Gate]


@pytest.fixture(params=["alone", "shared"])
async def gates(request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    """Makes the gates of several processes; of one that is alone there is only one."""
    if request.param == "alone":
        known: dict[Limits, Gate] = {}
        yield lambda limits: known.setdefault(limits, LocalGate(limits))
        return
    url: str = request.getfixturevalue("valkey")
    with Redis.from_url(url) as redis:
        redis.flushall()
    made: list[SharedGate] = []

    def make(limits: Limits) -> Gate:
        made.append(SharedGate(url, limits))
        return made[-1]

    yield make
    for gate in made:
        await gate.close()


class Room:
    """Counts who is inside."""

    def __init__(self) -> None:
        self.inside = self.most = self.served = 0

    async def visit(self, gate: Gate, user: str = "ada", units: int = 1) -> None:
        async with gate.passing(user, units):
            self.inside += 1
            self.most = max(self.most, self.inside)
            await asyncio.sleep(0.002)
            self.inside -= 1
            self.served += 1


async def test_no_more_are_inside_than_allowed_whichever_process_they_come_from(gates: Make) -> None:
    room, doors = Room(), [gates(SMALL) for _ in range(3)]
    await asyncio.gather(*(room.visit(doors[n % 3]) for n in range(60)))
    assert (room.most, room.served) == (SMALL.at_once, 60)


async def test_one_user_doesnt_stand_in_anothers_way(gates: Make) -> None:
    gate, room = gates(SMALL), Room()
    async with gate.passing("ada", 1), gate.passing("ada", 1), gate.passing("ada", 1):
        await room.visit(gate, "bob")
    assert room.served == 1


async def test_whoever_fails_inside_leaves_their_seat(gates: Make) -> None:
    gate, room = gates(SMALL), Room()
    for _ in range(2 * SMALL.at_once):
        with pytest.raises(RuntimeError):
            async with gate.passing("ada", 1):
                raise RuntimeError
    await room.visit(gate)
    assert room.served == 1


async def test_no_more_units_are_spent_in_a_minute_than_allowed(gates: Make) -> None:
    doors = [gates(SMALL), gates(SMALL)]
    room = Room()
    for n in range(10):
        await room.visit(doors[n % 2], units=10)
    with pytest.raises(Throttled) as busy:
        await room.visit(doors[0], units=10)
    assert timedelta(seconds=30) < busy.value.retry_after <= timedelta(seconds=61)
    await room.visit(doors[0], "bob", units=10)
    assert room.served == 11


async def test_a_retry_after_is_kept_by_all(gates: Make) -> None:
    told, other = gates(SMALL), gates(SMALL)
    await told.hold_off("ada", timedelta(seconds=40))
    for gate in (told, other):
        with pytest.raises(Throttled) as busy:
            await Room().visit(gate)
        assert timedelta(seconds=30) < busy.value.retry_after <= timedelta(seconds=40)
    await Room().visit(other, "bob")


async def test_while_redis_is_away_each_process_keeps_to_its_part() -> None:
    gate, room = SharedGate("redis://127.0.0.1:1/0", GMAIL), Room()
    await asyncio.gather(*(room.visit(gate) for _ in range(10)))
    assert (room.most, room.served) == (1, 10)
    with pytest.raises(Throttled):
        await room.visit(gate, units=GMAIL.a_minute // 5)
    await gate.close()


def test_what_a_method_costs_is_what_google_says() -> None:
    """Gmail API reference, usage limits."""
    listed = {"messages.get": 5, "messages.list": 5, "messages.modify": 5, "messages.batchModify": 50}
    listed |= {"messages.send": 100, "drafts.send": 100, "threads.get": 10}
    assert {name: cost(f"gmail.users.{name}") for name in listed} == listed
    assert cost("calendar.events.list") == 1


# Storms, on the stand-in.


@asynccontextmanager
async def houses(tmp_path: Path, url: str) -> AsyncIterator[tuple[GoogleHome, list[GoogleDesks]]]:
    """Ann's account as four processes see it, each with a session and gates of its own."""
    with running(tmp_path, clock=Clock()) as world:
        async with google_home(world) as google:
            await google.connect()
            sessions = [aiohttp.ClientSession() for _ in range(4)]
            gates = [(SharedGate(url, GMAIL), SharedGate(url, CALENDAR)) for _ in range(4)]
            yield (
                google,
                [
                    GoogleDesks(Google(session, world.url, Gates(*pair)), google.grants, google.consent, google.clock)
                    for session, pair in zip(sessions, gates, strict=True)
                ],
            )
            for session, pair in zip(sessions, gates, strict=True):
                await session.close()
                for gate in pair:
                    await gate.close()


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many requests of the account the stand-in had in flight, each time one more came."""
    found: list[int] = []
    enter = Meter.enter

    def entering(self: Meter, most: float) -> None:
        enter(self, most)
        found.append(self.in_flight)

    monkeypatch.setattr(front.Meter, "enter", entering)
    yield found


async def test_four_processes_never_have_more_in_flight_than_allowed(
    tmp_path: Path, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Redis.from_url(valkey) as redis:
        redis.flushall()
    async with houses(tmp_path, valkey) as (google, desks):
        google.world.switch(latency_ms=5)

        async def look(desks_of_one: GoogleDesks) -> int:
            async with desks_of_one.open(PERSON) as desk:
                ids = await desk.mailboxes[0].ids(MailQuery())
                pages = await asyncio.gather(*(desk.mailboxes[0].read(ids[n : n + 4]) for n in range(0, len(ids), 4)))
                return sum(map(len, pages))

        with counted(monkeypatch) as in_flight:
            assert await asyncio.gather(*map(look, desks)) == [17] * 4
        assert max(in_flight) == GMAIL.at_once


async def test_a_storm_of_refusals_is_waited_out_and_nothing_is_lost(
    tmp_path: Path, valkey: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "FIRST_PAUSE", 0.001)
    with Redis.from_url(valkey) as redis:
        redis.flushall()
    async with houses(tmp_path, valkey) as (google, desks):
        for reason in ("rateLimitExceeded", "userRateLimitExceeded"):
            storm = {"n": 3, "status": 403, "reason": reason, "retry_after": 0}
            google.world.switch(fail_next={"gmail.users.messages.get": storm})
            async with desks[0].open(PERSON) as desk:
                assert len(await desk.mailboxes[0].read(await desk.mailboxes[0].ids(MailQuery()))) == 17
        # A Retry-After that one process was told keeps the others from asking at all.
        told = {"n": 1, "status": 429, "retry_after": 30}
        google.world.switch(fail_next={"gmail.users.messages.list": told})
        before = len(google.world.control("log"))
        for each in desks:
            async with each.open(PERSON) as desk:
                with pytest.raises(Throttled):
                    await desk.mailboxes[0].ids(MailQuery())
        asked = [e for e in google.world.control("log")[before:] if "/messages" in str(e.get("path"))]
        assert [e["status"] for e in asked] == [429]
        assert (await google.grants.accounts(PERSON.id))[0].email == ADA
