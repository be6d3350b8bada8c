"""Ownership over real connections: killed processes, cut connections, and what they may still write."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from app.domain.approvals import Decision, Status
from app.domain.errors import LostClaim, StoreUnavailable
from app.domain.ports import Claim
from app.domain.types import ActionId
from app.store import PostgresStore
from app.store.ownership import Ownership
from tests.fakes import ManualClock
from tests.houses import House, in_postgres
from tests.postgres import Addresses
from tests.samples import ANN, archive, message

ROOT = Path(__file__).parents[2]
# Claims the action it is told to, says so, and then works on it until it is killed.
WORKER = """
import asyncio, sys
from uuid import UUID
from app.store import PostgresStore
from tests.fakes import ManualClock
from tests.samples import ANN

async def main():
    store = await PostgresStore.open(sys.argv[1], key=bytes(32), clock=ManualClock())
    claim = await store.approvals.claim(ANN.id, UUID(sys.argv[2]))
    await store.approvals.ledger(claim).note("creating")
    print(claim.approval.attempt, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
async def house(clock: ManualClock, database: Addresses) -> AsyncIterator[House]:
    async for each in in_postgres(clock, database.app):
        yield each


@pytest.fixture
async def store(house: House) -> PostgresStore:
    opened = await house.process()
    assert isinstance(opened, PostgresStore)
    return opened


async def approved(house: House, store: PostgresStore) -> ActionId:
    proposed = await house.proposed(store, archive())
    await store.approvals.decide(ANN.id, proposed.id, Decision.APPROVE)
    return proposed.id


async def eventually(look: Callable[[], Awaitable[Claim | None]]) -> Claim:
    """Look until it is there; the test's own timeout is the limit."""
    while (found := await look()) is None:
        await asyncio.sleep(0.005)
    return found


async def terminate(admin: str, number: int) -> None:
    """Cut the connection that holds a number, from the server's side."""
    query = """SELECT pg_terminate_backend(pid, 5000) FROM pg_locks
        WHERE locktype = 'advisory' AND ((classid::bigint << 32) | objid::bigint) = %s AND objsubid = 1"""
    async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:
        assert await (await connection.execute(query, (number,))).fetchall() == [(True,)]


async def test_a_killed_workers_action_is_taken_over(house: House, store: PostgresStore, database: Addresses) -> None:
    action = await approved(house, store)
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", WORKER, database.app, str(action)), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    assert await worker.stdout.readline() == b"1\n"
    assert await store.approvals.claim(ANN.id, action) is None
    worker.kill()
    await worker.wait()
    claim = await eventually(lambda: store.approvals.claim(ANN.id, action))
    assert (claim.approval.attempt, claim.approval.status) == (2, Status.RUNNING)
    assert [note.step for note in await store.approvals.ledger(claim).recall()] == ["creating"]


async def test_a_cut_connection_is_noticed_and_nothing_claimed_under_it_is_written(
    house: House, store: PostgresStore, database: Addresses
) -> None:
    action, turn = await approved(house, store), await house.turn(store)
    claim = await store.approvals.claim(ANN.id, action)
    assert claim is not None
    before = store.ownership.number
    await terminate(database.admin, before)
    await store.ownership.lost.wait()
    late: list[Awaitable[Any]] = [
        store.approvals.ledger(claim).note("late"),
        store.approvals.settle(claim, Status.DONE),
        store.approvals.wait(claim, claim.since),
        store.turns.mine(turn),
    ]
    for each in late:
        with pytest.raises(LostClaim):
            await each
    again = await store.approvals.claim(ANN.id, action)
    assert again is not None
    assert again.approval.attempt == 2
    assert not store.ownership.lost.is_set()
    assert store.ownership.number > before
    with pytest.raises(LostClaim):
        await store.approvals.ledger(claim).note("later still")
    await store.approvals.ledger(again).note("on time")


async def test_a_lock_that_is_gone_without_our_knowing_stops_notes(
    house: House, store: PostgresStore, database: Addresses
) -> None:
    claim = await store.approvals.claim(ANN.id, await approved(house, store))
    assert claim is not None
    asyncio.get_running_loop().remove_reader(_fileno(store.ownership))  # as if the farewell were still on its way
    await terminate(database.admin, store.ownership.number)
    assert not store.ownership.lost.is_set()
    with pytest.raises(LostClaim):
        await store.approvals.ledger(claim).note("late")


def _fileno(ownership: Ownership) -> int:
    assert ownership._connection is not None
    return ownership._connection.fileno()


async def test_a_note_under_way_is_seen_by_whoever_takes_over(
    house: House, store: PostgresStore, database: Addresses
) -> None:
    """No note slips in behind a claim: the claim waits for it, although its owner is dead by then."""
    other, action = await house.process(), await approved(house, store)
    claim = await store.approvals.claim(ANN.id, action)
    assert claim is not None
    async with await psycopg.AsyncConnection.connect(database.admin, autocommit=True) as admin:
        async with admin.transaction():
            await admin.execute("SELECT FROM steward.approvals WHERE id = %s FOR UPDATE", (action,))
            note = asyncio.create_task(store.approvals.ledger(claim).note("sending"))
            await blocked(database.admin, 1)
            await terminate(database.admin, store.ownership.number)
            taking = asyncio.create_task(other.approvals.claim(ANN.id, action))
            await blocked(database.admin, 2)
        await note
        taken = await taking
    assert taken is not None
    assert [note.step for note in await other.approvals.ledger(taken).recall()] == ["sending"]


async def blocked(admin_url: str, backends: int) -> None:
    """Return once so many of the app's backends wait for a lock; the test's own timeout is the limit."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'steward_login' AND wait_event_type = 'Lock'"
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
        while await (await admin.execute(query)).fetchone() != (backends,):
            await asyncio.sleep(0.005)


async def test_numbers_are_never_given_twice(database: Addresses) -> None:
    first = await Ownership.open(database.app)
    number = first.number
    await first.close()
    second = await Ownership.open(database.app)
    assert second.number > number
    with pytest.raises(LostClaim):
        assert first.number
    await second.close()


async def test_after_every_connection_was_cut_the_store_goes_on(
    house: House, store: PostgresStore, database: Addresses, clock: ManualClock
) -> None:
    """What a restart of the server does to us."""
    await store.inbox.put("Ev1", {})
    turn = await house.turn(store)
    await store.waiting()
    others = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'steward_login'"
    async with await psycopg.AsyncConnection.connect(database.admin, autocommit=True) as admin:
        await admin.execute(others)
    assert await store.people.person(ANN.id) is None
    assert {waiting.id for waiting in await store.waiting()} == {"Ev1", str(turn.id)}
    resumed = await store.turns.resume(turn.id)
    assert resumed is not None
    assert resumed.attempt == 2
    assert await store.inbox.take("Ev1") == {}


async def test_a_cancelled_transaction_leaves_nothing_behind(
    house: House, store: PostgresStore, database: Addresses
) -> None:
    said = message()
    async with await psycopg.AsyncConnection.connect(database.admin, autocommit=True) as admin:
        async with admin.transaction():
            await admin.execute("LOCK TABLE steward.turns IN EXCLUSIVE MODE")
            opening = [asyncio.create_task(store.turns.open(said, limit=9)) for _ in range(3)]
            await blocked(database.admin, 3)
            for task in opening:
                task.cancel()
            await asyncio.wait(opening)
            assert all(task.cancelled() for task in opening)
        query = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'steward_login' AND state LIKE 'idle in%'"
        assert await (await admin.execute(query)).fetchone() == (0,)
    _, new = await store.turns.open(said, limit=9)
    assert new


async def test_a_server_that_isnt_there_is_unavailable(database: Addresses, clock: ManualClock) -> None:
    wrong = make_url(database.app).set(password="wrong").render_as_string(hide_password=False)
    with pytest.raises(StoreUnavailable):
        await PostgresStore.open(wrong, key=bytes(32), clock=clock)
    opened = await PostgresStore.open(database.app, key=bytes(32), clock=clock)
    async with await psycopg.AsyncConnection.connect(database.admin, autocommit=True) as admin:
        await admin.execute("ALTER ROLE steward_login NOLOGIN")
        cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'steward_login'"
        await admin.execute(cut)
        try:
            with pytest.raises(StoreUnavailable):
                await opened.ping()
        finally:
            await admin.execute("ALTER ROLE steward_login LOGIN")
    await opened.ping()
    await opened.close()
