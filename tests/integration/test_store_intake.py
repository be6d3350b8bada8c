"""The intake of envelopes: many in one commit, and nothing lost when its connection is cut."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from app.domain.types import person_id
from app.store import PostgresStore
from app.store.inbox import sender
from tests.fakes import ManualClock
from tests.postgres import Addresses

TEAM, USER = "T1", "U1"
ANN = person_id(TEAM, USER)


@pytest.fixture
async def store(database: Addresses, clock: ManualClock) -> AsyncIterator[PostgresStore]:
    opened = await PostgresStore.open(database.app, key=bytes(32), clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
async def admin(database: Addresses) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(database.admin, autocommit=True) as connection:
        yield connection


async def count(admin: psycopg.AsyncConnection[Any], query: str) -> int:
    row = await (await admin.execute(query)).fetchone()
    assert row is not None
    return int(row[0])


async def test_those_that_wait_together_are_committed_together(
    store: PostgresStore, admin: psycopg.AsyncConnection[Any]
) -> None:
    await store.inbox.put("first", {})
    answers = await asyncio.gather(*(store.inbox.put(f"Ev{n}", {"n": n}) for n in range(3000)))
    assert all(answers)
    assert await count(admin, "SELECT count(*) FROM steward.inbox") == 3001
    assert await count(admin, "SELECT count(DISTINCT xmin::text) FROM steward.inbox") == 4


async def test_a_batch_whose_connection_is_cut_is_kept_over_a_new_one(
    store: PostgresStore, admin: psycopg.AsyncConnection[Any]
) -> None:
    """The commit is held open by a lock, and its connection cut meanwhile: nobody can know whether it happened."""
    await store.inbox.put("before", {})
    async with admin.transaction():
        await admin.execute("LOCK TABLE steward.inbox IN SHARE MODE")
        batch = [asyncio.create_task(store.inbox.put(f"Ev{n}", {})) for n in range(3)]
        pid = await blocked(admin)
        await admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    assert await asyncio.gather(*batch) == [True, True, True]
    # The envelope of before belongs to nobody now, because its connection is gone.
    assert [waiting.id for waiting in await store.waiting()] == ["before"]


async def test_a_click_right_after_a_restart_of_the_server_is_kept(
    store: PostgresStore, admin: psycopg.AsyncConnection[Any]
) -> None:
    """Slack brings no click again, so the one that finds the old connection dead must not be lost."""
    await store.inbox.put("before", {})
    await admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    assert await store.inbox.put("click", {})
    assert not await store.inbox.put("before", {})


async def blocked(admin: psycopg.AsyncConnection[Any]) -> int:
    """The backend that waits for a lock on the inbox."""
    while True:
        query = "SELECT pid FROM pg_locks WHERE relation = 'steward.inbox'::regclass AND NOT granted"
        if row := await (await admin.execute(query)).fetchone():
            return int(row[0])
        await asyncio.sleep(0.005)


async def test_a_put_that_nobody_waits_for_any_more_is_kept_all_the_same(
    store: PostgresStore, admin: psycopg.AsyncConnection[Any]
) -> None:
    async with admin.transaction():
        await admin.execute("LOCK TABLE steward.inbox IN SHARE MODE")
        put = asyncio.create_task(store.inbox.put("Ev1", {}))
        await blocked(admin)
        put.cancel()
        with pytest.raises(asyncio.CancelledError):
            await put
    assert not await store.inbox.put("Ev1", {})


@pytest.mark.parametrize(
    "envelope",
    [
        {"team_id": TEAM, "event": {"user": USER}},
        {"team_id": TEAM, "event": {"subtype": "message_changed", "message": {"user": USER}}},
        {"team_id": TEAM, "event": {"subtype": "message_deleted", "previous_message": {"user": USER}}},
        {"team": {"id": TEAM}, "user": {"id": USER}, "type": "block_actions"},
        {"team_id": TEAM, "user_id": USER, "command": "/steward"},
        {"team_id": TEAM, "event": {"type": "user_change", "user": {"id": USER, "name": "ann"}}},
    ],
)
def test_the_sender_is_known_from_the_envelope_alone(envelope: dict[str, Any]) -> None:
    assert sender(envelope) == ANN


@pytest.mark.parametrize(
    "envelope", [{}, {"team_id": TEAM}, {"team_id": TEAM, "event": "odd", "user": 7}, {"team": "odd", "user_id": USER}]
)
def test_an_envelope_may_be_nobodys(envelope: dict[str, Any]) -> None:
    assert sender(envelope) is None


async def test_what_had_its_effect_together_is_settled_together(
    store: PostgresStore, admin: psycopg.AsyncConnection[Any]
) -> None:
    """One transaction each would take a connection each, of which there are far fewer than envelopes in a burst."""
    keys = [f"Ev{n}" for n in range(3000)]
    await asyncio.gather(*(store.inbox.put(key, {}) for key in keys))
    await asyncio.gather(*(store.inbox.settle(key) for key in keys))
    assert await count(admin, "SELECT count(*) FROM steward.inbox WHERE settled_at IS NULL") == 0
    assert await count(admin, "SELECT count(DISTINCT xmin::text) FROM steward.inbox") == 3
