"""A long audit chain, written by the database itself, and what can be done to one."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg

from app.domain.approvals import Decision
from app.store import PostgresStore
from app.store.chain import AuditKey, Line
from app.store.database import session
from app.store.schema import APP
from tests.fakes import ManualClock
from tests.houses import House
from tests.postgres import Addresses
from tests.samples import ANN, archive

KEY = bytes(32)
LENGTH = 10_000
BATCH = 500
COLUMNS = ", ".join(Line._fields)
MORE = """INSERT INTO steward.ledger (person, action, attempt, step, refs, noted_at)
    SELECT person, id, 1, 'chunk', json_build_object('index', n), now()
    FROM steward.approvals, generate_series(1, %s) AS n"""


async def begin(app_url: str) -> None:
    """An action of Ann's from its proposal to its first call: the first lines of her chain."""
    clock = ManualClock()
    store = await PostgresStore.open(app_url, key=KEY, clock=clock)

    async def same() -> PostgresStore:
        return store

    proposed = await House(clock, same).proposed(store, archive())
    await store.approvals.shown(proposed, "1772442000.000100")
    await store.approvals.decide(ANN.id, proposed.id, Decision.APPROVE, click="first")
    claim = await store.approvals.claim(ANN.id, proposed.id)
    assert claim is not None
    await store.approvals.ledger(claim).note("chunk", index=0, ids=["m1"])
    await store.close()


def lengthen(app_url: str, *, key: bytes = KEY) -> None:
    """Notes by SQL, each of which makes a line, until the chain has its length."""
    with as_app(app_url, key=key) as connection:
        row = connection.execute("SELECT count(*) FROM steward.audit").fetchone()
        assert row is not None
        missing = LENGTH - row[0]
        # In several transactions: one that updates the same row ten thousand times crawls.
        for done in range(0, missing, BATCH):
            connection.execute(MORE, (min(BATCH, missing - done),))


def as_app(app_url: str, *, key: bytes = KEY) -> psycopg.Connection[Any]:
    """A connection just as the app's pool makes them, acting for Ann."""
    arguments = session(APP, audit_key=AuditKey(key).blocks, person=str(ANN.id))
    return psycopg.connect(app_url, autocommit=True, **arguments)


def build(database: Addresses) -> list[Line]:
    """Ann's chain of LENGTH lines, as they stand in the database."""
    asyncio.run(begin(database.app))
    lengthen(database.app)
    with psycopg.connect(database.admin) as admin:
        rows = admin.execute(f"SELECT {COLUMNS} FROM steward.audit ORDER BY number").fetchall()
    lines = [Line(*row) for row in rows]
    assert [line.number for line in lines] == list(range(1, LENGTH + 1))
    return lines


def otherwise(value: Any) -> Any:
    """Another value of the same type, as near to it as there is."""
    changes: dict[type, Callable[[Any], Any]] = {
        int: lambda n: n + 1,
        str: lambda text: text[:-1] + ("b" if text.endswith("a") else "a"),
        bytes: lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        type(None): lambda _: "",
    }
    kind = type(value)
    if kind in changes:
        return changes[kind](value)
    return value + timedelta(microseconds=1) if hasattr(value, "astimezone") else uuid4()


def edited(line: Line, column: str) -> Line:
    """The line with another value in one column."""
    return line._replace(**{column: otherwise(getattr(line, column))})
