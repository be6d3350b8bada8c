"""The audit trail: what is written to it, who may not, that it holds under parallel writers, its anchors, and the
command that verifies all of it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import errors
from pydantic import SecretStr

from app.commands.audit import NobodyKnown, NoTrail, verify
from app.domain.approvals import Decision, Status
from app.domain.types import PersonId
from app.settings import Settings, kept_secret
from app.store import PostgresStore
from app.store.anchors import Anchors, BrokenAnchor
from app.store.chain import AuditKey, BrokenChain, Tail
from jobs.anchor import anchor
from tests import postgres
from tests.fakes import ManualClock
from tests.houses import House, in_postgres
from tests.integration.audit_world import KEY, as_app
from tests.postgres import Addresses
from tests.samples import ANN, BOB, archive, reply

ROOT = Path(__file__).parents[2]
OTHER_KEY = bytes(range(32))
TABLES = ("audit", "chains")


@pytest.fixture
async def house(clock: ManualClock, database: Addresses) -> AsyncIterator[House]:
    async for each in in_postgres(clock, database.app):
        yield each


@pytest.fixture
async def store(house: House) -> PostgresStore:
    opened = await house.process()
    assert isinstance(opened, PostgresStore)
    return opened


def trail(database: Addresses, columns: str, *, person: PersonId = ANN.id) -> list[Any]:
    query = f"SELECT {columns} FROM steward.audit WHERE person = %s ORDER BY number"
    with psycopg.connect(database.admin) as admin:
        return admin.execute(query, (person,)).fetchall()


async def lived(house: House, store: PostgresStore) -> None:
    """An action of Ann's from the proposal to the receipt, with two clicks, a view, two notes and three cards."""
    proposed = await house.proposed(store, reply())
    await store.approvals.shown(proposed, "100.1")
    await store.approvals.opened(proposed, "V1")
    for click in ("first", "second"):
        decided = await store.approvals.decide(ANN.id, proposed.id, Decision.APPROVE, click=click)
    assert decided is not None
    await store.approvals.shown(decided, "100.1")
    claim = await store.approvals.claim(ANN.id, proposed.id)
    assert claim is not None
    ledger = store.approvals.ledger(claim)
    await ledger.note("sending", thread="a secret thread")
    await ledger.note("sent", message="m9")
    settled = await store.approvals.settle(claim, Status.FAILED, note="a secret reason")
    await store.approvals.shown(settled, "100.1")


# What is written.


async def test_every_step_of_an_action_is_a_line(house: House, store: PostgresStore, database: Addresses) -> None:
    await lived(house, store)
    assert trail(database, "event, was, became, click, ref") == [
        ("proposed", None, "proposed", None, None),
        ("posted", None, "proposed", None, "100.1"),
        ("opened", None, "proposed", None, "V1"),
        ("confirmed", "proposed", "proposed", "first", None),
        ("moved", "proposed", "approved", "second", None),
        ("updated", "proposed", "approved", None, "100.1"),
        ("moved", "approved", "running", None, None),
        ("called", None, "running", None, "sending"),
        ("called", None, "running", None, "sent"),
        ("moved", "running", "failed", None, None),
        ("updated", "approved", "failed", None, "100.1"),
    ]
    assert (await store.audit.verify(ANN.id, {})).lines == 11


async def test_no_line_holds_content(house: House, store: PostgresStore, database: Addresses) -> None:
    await lived(house, store)
    [evidence] = {row[0] for row in trail(database, "evidence, ref") if row[1] == "sending"}
    assert len(bytes.fromhex(evidence)) == 32
    written = str(trail(database, "audit::text"))
    assert "secret" not in written
    assert "gladly" not in written
    assert "@" not in written


async def test_a_view_of_anothers_card_is_no_line(house: House, store: PostgresStore, database: Addresses) -> None:
    anns = await house.proposed(store, archive())
    before = trail(database, "*")
    await store.approvals.opened(anns.model_copy(update={"person": BOB.id}), "V1")
    assert trail(database, "*") == before
    assert trail(database, "*", person=BOB.id) == []


async def test_lines_from_before_there_was_a_chain_stand_apart(
    house: House, store: PostgresStore, database: Addresses
) -> None:
    await house.proposed(store, archive())
    with psycopg.connect(database.admin) as admin:
        admin.execute("UPDATE steward.audit SET number = NULL, hash = NULL, mac = NULL; DELETE FROM steward.chains")
    assert await store.audit.verify(ANN.id, {}) == (0, 0, 1)
    await house.proposed(store, archive())
    assert await store.audit.verify(ANN.id, {}) == (1, 0, 1)


# Who may not, and what it shows.


@pytest.mark.parametrize("table", TABLES)
async def test_the_app_can_only_read(house: House, store: PostgresStore, database: Addresses, table: str) -> None:
    await house.proposed(store, archive())
    with as_app(database.app) as app:
        for query in (
            f"UPDATE steward.{table} SET hash = hash",
            f"DELETE FROM steward.{table}",
            f"TRUNCATE steward.{table}",
            f"INSERT INTO steward.{table} DEFAULT VALUES",
            f"ALTER TABLE steward.{table} DISABLE TRIGGER ALL",
            f"DROP TABLE steward.{table}",
            "DROP TRIGGER record ON steward.approvals",
            "SET session_replication_role = replica",
            "SELECT steward.append(a) FROM steward.audit a",
            "SELECT steward.signed('x', 'line', 'y')",
            "SELECT nextval('steward.audit_id_seq')",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                app.execute(query)


@pytest.mark.parametrize(("key", "says"), [(None, "no signature"), (OTHER_KEY, "signature of another key")])
async def test_a_decision_made_with_the_password_alone_shows(
    house: House, store: PostgresStore, database: Addresses, *, key: bytes | None, says: str
) -> None:
    """Someone has DATABASE_URL, acts as the app and names Ann, and even goes on afterwards as if nothing were."""
    proposed = await house.proposed(store, archive())
    with as_app(database.app, key=key or KEY) as app:
        if key is None:
            app.execute("SET steward.audit_key = ''")
        changed = app.execute("UPDATE steward.approvals SET status = 'approved', decided_at = now()")
        assert changed.rowcount == 1
    assert await store.approvals.claim(ANN.id, proposed.id)
    with pytest.raises(BrokenChain, match=rf"line 2 \(moved, .* {says}"):
        await store.audit.verify(ANN.id, {})


async def test_the_key_stands_in_no_list_of_activity(house: House, store: PostgresStore, database: Addresses) -> None:
    await house.proposed(store, archive())
    with psycopg.connect(database.admin) as admin:
        assert AuditKey(KEY).blocks[:32] not in str(admin.execute("SELECT * FROM pg_stat_activity").fetchall())


# Parallel writers.

WRITER = """
import asyncio, sys
from uuid import UUID
from app.domain.approvals import Decision, Status
from app.store import PostgresStore
from tests.fakes import ManualClock
from tests.samples import ANN

async def main():
    store = await PostgresStore.open(sys.argv[1], key=bytes(32), clock=ManualClock())

    async def work(action):
        await store.approvals.decide(ANN.id, action, Decision.APPROVE)
        claim = await store.approvals.claim(ANN.id, action)
        for n in range(10):
            await store.approvals.ledger(claim).note("chunk", index=n)
        await store.approvals.settle(claim, Status.DONE)

    await asyncio.gather(*(work(UUID(action)) for action in sys.argv[2:]))
    await store.close()

asyncio.run(main())
"""
BLOCKED = "SELECT DISTINCT application_name FROM pg_stat_activity WHERE wait_event = 'advisory'"


async def test_a_chain_stays_whole_under_parallel_writers(
    house: House, store: PostgresStore, database: Addresses
) -> None:
    """Two processes, eight actions of one person at once in each."""
    shares = {name: [(await house.proposed(store, archive())).id for _ in range(8)] for name in ("one", "other")}
    with psycopg.connect(database.admin, autocommit=True) as admin:
        # Both stand before the chain's lock when it is let go.
        admin.execute("SELECT pg_advisory_lock(2, hashtext(%s))", (str(ANN.id),))
        writers = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", WRITER, database.app, *map(str, share)),
                cwd=ROOT,
                env={**os.environ, "PGAPPNAME": name},
            )
            for name, share in shares.items()
        ]
        while {row[0] for row in admin.execute(BLOCKED).fetchall()} != set(shares):
            assert [writer.returncode for writer in writers] == [None, None]
            await asyncio.sleep(0.01)
    assert [await writer.wait() for writer in writers] == [0, 0]
    assert (await store.audit.verify(ANN.id, {})).lines == 2 * 8 * 14


# Anchors.

DAY = timedelta(days=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CHAINS = {ANN.id: Tail(3, bytes(range(32))), BOB.id: Tail(1, bytes(32))}


@pytest.fixture
def anchors(tmp_path: Path) -> Anchors:
    """Three days of them."""
    made = Anchors(tmp_path, KEY)
    for day in range(3):
        assert made.due(NOON + day * DAY)
        made.write(CHAINS, NOON + day * DAY)
    return made


def test_an_anchor_is_what_was_written_once_a_day(anchors: Anchors, tmp_path: Path) -> None:
    assert not anchors.due(NOON)
    anchors.write({}, NOON + timedelta(hours=1))
    found = list(anchors.read())
    assert [anchor.name for anchor in found] == [f"anchors-2026-03-0{n}.json" for n in (2, 3, 4)]
    assert [anchor.chains for anchor in found] == [CHAINS] * 3
    assert list(Anchors(tmp_path, KEY).read()) == found


def spoil(content: str) -> str:
    """One digit of one hash."""
    return content.replace("1f", "1e", 1)


def forge(content: str) -> str:
    """Signed by somebody else."""
    signed = json.loads(content)
    return json.dumps({**signed, "signature": signed["signature"][::-1]})


@pytest.mark.parametrize("change", [spoil, forge, lambda _: "", lambda _: "{}"])
def test_a_changed_anchor_is_named(anchors: Anchors, tmp_path: Path, change: Any) -> None:
    path = tmp_path / "anchors-2026-03-03.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(BrokenAnchor, match=r"anchors-2026-03-03\.json is not what was signed"):
        list(anchors.read())


def test_an_anchor_that_was_taken_away_or_put_elsewhere_is_missed(anchors: Anchors, tmp_path: Path) -> None:
    middle = tmp_path / "anchors-2026-03-03.json"
    kept = middle.read_text()
    middle.unlink()
    with pytest.raises(BrokenAnchor, match=r"anchors-2026-03-04\.json does not follow the one before"):
        list(anchors.read())
    middle.write_text((tmp_path / "anchors-2026-03-02.json").read_text())
    with pytest.raises(BrokenAnchor, match="anchor of another day"):
        list(anchors.read())
    middle.write_text(kept)
    assert len(list(anchors.read())) == 3
    (tmp_path / "anchors.pub").unlink()
    with pytest.raises(BrokenAnchor, match=r"anchors\.pub"):
        list(anchors.read())


async def test_an_anchor_shows_a_database_that_was_put_back(
    house: House, store: PostgresStore, database: Addresses, tmp_path: Path
) -> None:
    """Lines and signed end of an earlier day come back, as from a backup: by themselves they are whole."""
    await house.proposed(store, archive())
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute("CREATE TEMP TABLE ends AS TABLE steward.chains")
        await house.proposed(store, archive())
        tails = await store.audit.tails()
        assert tails[ANN.id].lines == 2
        admin.execute("DELETE FROM steward.audit WHERE number > 1; DELETE FROM steward.chains")
        admin.execute("INSERT INTO steward.chains TABLE ends")
    assert (await store.audit.verify(ANN.id, {})).lines == 1
    attested = {2: {"anchors-2026-03-02.json": tails[ANN.id].hash}}
    with pytest.raises(BrokenChain, match=r"ends after line 1, but anchors-2026-03-02\.json attests 2"):
        await store.audit.verify(ANN.id, attested)
    await house.proposed(store, archive())
    with pytest.raises(BrokenChain, match=r"line 2 is not the one that anchors-2026-03-02\.json attests"):
        await store.audit.verify(ANN.id, attested)


# The command and the job, as processes.


def here(home: Path) -> Anchors:
    """The anchors of a home, with the key that it keeps."""
    return Anchors(home / "audit", kept_secret(home / "audit" / "anchors.key", lambda: KEY))


@pytest.fixture
def settings(database: Addresses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of an installation whose home is this test's folder; processes are given the same."""
    given = {"database_url": database.app, "encryption_key": "A" * 43 + "=", "steward_home": str(tmp_path)}
    given |= {"redis_url": "redis://127.0.0.1:1"}
    monkeypatch.chdir(tmp_path)
    for name, value in given.items():
        monkeypatch.setenv(name.upper(), value)
    return Settings.load()


async def test_the_command_says_that_nothing_was_changed(
    house: House, store: PostgresStore, settings: Settings
) -> None:
    for person in (ANN, ANN, BOB):
        await house.proposed(store, archive(), person)
    here(settings.home).write(await store.audit.tails(), NOON)
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", "audit", "verify"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await run.communicate()
    assert sorted(said.decode().splitlines()) == sorted(
        [
            f"✓ {ANN.id}: 2 lines, 1 anchor.",
            f"✓ {BOB.id}: 1 line, 1 anchor.",
            "2 chains, 3 lines, 1 anchor: nothing was changed.",
        ]
    )
    assert run.returncode == 0


async def test_the_command_names_the_first_broken_line_of_each_chain(
    house: House,
    store: PostgresStore,
    settings: Settings,
    database: Addresses,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for person in (ANN, ANN, BOB):
        await house.proposed(store, archive(), person)
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute("UPDATE steward.audit SET became = 'rejected' WHERE person = %s AND number = 2", (ANN.id,))
    assert await verify(settings, "") == 1
    said = capsys.readouterr().out
    assert f"✗ {ANN.id}: line 2 (proposed, " in said
    assert f"✓ {BOB.id}: 1 line" in said
    assert said.splitlines()[-1] == "2 chains, 1 line, 0 anchors: 1 broken."
    assert await verify(settings, str(ANN.id)) == 1
    assert await verify(settings, f"{BOB.team}/{BOB.user}") == 0
    for nobody in (str(uuid4()), "ann", f"{BOB.team}/U0NOBODY"):
        with pytest.raises(NobodyKnown):
            await verify(settings, nobody)


async def test_the_command_finds_a_chain_that_is_gone_by_its_anchor(
    house: House,
    store: PostgresStore,
    settings: Settings,
    database: Addresses,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await house.proposed(store, archive())
    anchors = here(settings.home)
    anchors.write(await store.audit.tails(), NOON)
    postgres.empty(database.admin)
    assert await verify(settings, "") == 1
    assert f"✗ {ANN.id}: there was a chain, but it is gone." in capsys.readouterr().out
    anchors.write({}, NOON - DAY)
    assert await verify(settings, "") == 1
    assert "✗ anchors: anchors-2026-03-01.json does not follow" in capsys.readouterr().out


async def test_without_a_trail_the_command_says_where_it_looked(settings: Settings) -> None:
    with pytest.raises(NoTrail) as none:
        await verify(settings.model_copy(update={"database_url": SecretStr("")}), "")
    assert str(settings.home) in none.value.sentence


async def test_the_job_anchors_once_there_is_something(house: House, store: PostgresStore, settings: Settings) -> None:
    folder = settings.home / "audit"
    await anchor()
    assert list(folder.glob("*.json")) == []
    await house.proposed(store, archive())
    await anchor()
    await anchor()
    [found] = here(settings.home).read()
    assert dict(found.chains) == await store.audit.tails()
    assert (folder / "anchors.key").stat().st_mode & 0o777 == 0o600
