"""The audit trail of what a person does to a card besides deciding, and who may not write it."""

from collections.abc import AsyncIterator
from hashlib import sha256

import psycopg
import pytest

from app.domain.approvals import Decision, Status, successor
from app.store import PostgresStore
from tests.fakes import ManualClock
from tests.houses import House, in_postgres
from tests.postgres import Addresses
from tests.samples import ANN, archive


@pytest.fixture
async def house(clock: ManualClock, database: Addresses) -> AsyncIterator[House]:
    async for each in in_postgres(clock, database.app):
        yield each


@pytest.fixture
async def store(house: House) -> PostgresStore:
    opened = await house.process()
    assert isinstance(opened, PostgresStore)
    return opened


def trail(database: Addresses) -> list[tuple[object, ...]]:
    columns = "event, was, became, ref, evidence, action"
    query = f"SELECT {columns} FROM steward.audit WHERE person = %s ORDER BY number"
    with psycopg.connect(database.admin) as admin:
        return admin.execute(query, (ANN.id,)).fetchall()


async def test_opening_a_form_and_replacing_a_card_leave_their_lines(
    house: House, store: PostgresStore, database: Addresses
) -> None:
    old = await house.proposed(store, archive("m1", "m2"))
    await store.approvals.opened(old, "V123")
    new = successor(old, archive("m1"), house.clock.now())
    assert await store.approvals.replace(ANN.id, old.id, new)
    assert trail(database) == [
        ("proposed", None, "proposed", None, None, old.id),
        ("opened", None, "proposed", "V123", None, old.id),
        ("moved", "proposed", "replaced", None, None, old.id),
        ("proposed", None, "proposed", None, None, new.id),
    ]


async def test_a_reason_leaves_its_hash_and_none_of_its_words(
    house: House, store: PostgresStore, database: Addresses
) -> None:
    action = await house.proposed(store, archive("m1"))
    await store.approvals.decide(ANN.id, action.id, Decision.REJECT)
    for _ in range(2):
        await store.approvals.explain(ANN.id, action.id, "I still read “these”")
    *_, line = trail(database)
    assert line == ("explained", None, "rejected", None, sha256("I still read “these”".encode()).hexdigest(), action.id)
    assert [event for event, *_ in trail(database)].count("explained") == 1


async def test_every_change_of_a_reason_shows(house: House, store: PostgresStore, database: Addresses) -> None:
    action = await house.proposed(store, archive("m1"))
    decided = await store.approvals.decide(ANN.id, action.id, Decision.REJECT)
    assert decided is not None
    assert decided.status is Status.REJECTED
    for words in ("first", "second"):
        with psycopg.connect(database.admin) as admin:
            admin.execute("UPDATE steward.approvals SET reason = %s WHERE id = %s", (words, action.id))
    assert [event for event, *_ in trail(database)].count("explained") == 2
