"""What the ledger and the audit trail cost an action, beside the same moves without; and how fast a chain verifies."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from app.domain.approvals import Decision, Status
from app.embedded import services
from app.store import PostgresStore
from app.store.chain import AuditKey
from app.store.schema import conninfo, login, upgrade
from app.wiring import SystemClock
from bench.measuring import Row, Table, median, percentile
from bench.programs import folder
from tests.samples import ANN, archive, message, proposal

ROUNDS = 20
ACTIONS = 10
"""Of a round; rounds with and without are taken in turn, so that a busy moment of the machine strikes both."""
CHAIN, BATCH = 10_000, 500
KEY = bytes(32)
COST_MS = 5
TRIGGERS = "ALTER TABLE steward.approvals {0} TRIGGER USER; ALTER TABLE steward.ledger {0} TRIGGER USER"
LINES = """INSERT INTO steward.ledger (person, action, attempt, step, refs, noted_at)
    SELECT person, id, attempt, 'chunk', '{}', now()
    FROM (SELECT * FROM steward.approvals LIMIT 1) AS action, generate_series(1, %s)"""


@dataclass
class Desk:
    """A store of our own, and its administrator."""

    store: PostgresStore
    admin: psycopg.AsyncConnection[object]

    async def audited(self, wanted: bool) -> None:
        """Whether the tables write the audit trail."""
        await self.admin.execute(TRIGGERS.format("ENABLE" if wanted else "DISABLE").encode())

    async def action(self, *, noted: bool) -> float:
        """One action from its proposal to its receipt, and how many seconds the store took."""
        clock, approvals = SystemClock(), self.store.approvals
        turn, _ = await self.store.turns.open(message(), limit=1_000_000)
        proposed = proposal(archive(), turn, clock.now())
        began = time.perf_counter()
        await self.store.turns.end(turn, status=turn.status.ENDED, reply="", actions=[proposed])
        await approvals.shown(proposed, turn.ts)
        await approvals.decide(ANN.id, proposed.id, Decision.APPROVE)
        claim = await approvals.claim(ANN.id, proposed.id)
        assert claim is not None
        if noted:
            ledger = approvals.ledger(claim)
            await ledger.note("chunk", index=0, ids=["m1", "m2"])
            await ledger.note("archived", index=0)
        await approvals.shown(await approvals.settle(claim, Status.DONE), turn.ts)
        return time.perf_counter() - began


async def measure() -> Sequence[Table]:
    """Both questions, on an embedded database that waits for its disk."""
    table = Table(
        "What the ledger and the audit trail cost",
        "the same moves of an action, with neither notes nor audit lines",
        ("One action: proposed, shown, approved, claimed, two notes, settled, shown. 8 lines of the audit.",),
    )
    with folder() as home:
        async with desk(home) as at:
            table.rows.extend(await _of_an_action(at))
            table.rows.append(await _verifying(at))
    return [table]


@asynccontextmanager
async def desk(home: Path) -> AsyncIterator[Desk]:
    async with services(home, database_url=None, redis_url="redis://127.0.0.1:1") as addresses:
        server = addresses.database_admin_url or ""
        url = login(server, user="bench", password="only-for-measuring")
        await asyncio.to_thread(upgrade, server, url)
        admin = conninfo(make_url(server).set(database="bench"))
        async with await psycopg.AsyncConnection.connect(admin, autocommit=True) as connection:
            store = await PostgresStore.open(url, key=KEY, clock=SystemClock())
            try:
                yield Desk(store, connection)
            finally:
                await store.close()


async def _of_an_action(at: Desk) -> list[Row]:
    taken: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(ROUNDS):
        for wanted, seconds in taken.items():
            await at.audited(wanted)
            seconds += [await at.action(noted=wanted) for _ in range(ACTIONS)]
    await at.audited(True)
    ms = {wanted: [1000 * each for each in seconds] for wanted, seconds in taken.items()}
    cost = median(ms[True]) - median(ms[False])
    return [
        Row("ledger and audit, of an action", "ms", cost, at_most=COST_MS, note="difference of the medians below"),
        Row("an action in the store, median", "ms", median(ms[True]), median(ms[False])),
        Row("an action in the store, p99", "ms", percentile(ms[True], 0.99), percentile(ms[False], 0.99)),
    ]


async def _verifying(at: Desk) -> Row:
    """Lines a second, of a chain that notes have made long."""
    await at.admin.execute("SELECT set_config('steward.audit_key', %s, false)", (AuditKey(KEY).blocks,))
    for _ in range(0, CHAIN, BATCH):
        await at.admin.execute(LINES, (BATCH,))
    began = time.perf_counter()
    whole = await at.store.audit.verify(ANN.id, {})
    return Row("verifying a chain", "lines/s", whole.lines / (time.perf_counter() - began))
