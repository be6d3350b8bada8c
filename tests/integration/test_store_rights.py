"""Who may do what in the database, whatever the queries say: row-level security, lent roles, immutable payloads."""

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy.exc import IntegrityError

from app.domain.approvals import Decision, Status
from app.domain.errors import SealedElsewhere
from app.domain.grants import Asked, Tokens
from app.domain.memory import SAID, Relation
from app.domain.ports import Kind
from app.domain.sorting import Opinion
from app.domain.tasks import Found, Source
from app.domain.types import AccountId, Address, Person, TurnStatus
from app.store import PostgresStore
from app.store.database import session
from app.store.schema import APP, INGEST, RELAY
from app.store.sealing import number
from tests.fakes import ManualClock
from tests.postgres import LOGIN, Addresses
from tests.samples import ANN, BOB, TEAM, account, archive, message, proposal

Connection = psycopg.AsyncConnection[Any]
PEOPLES = (
    *("people", "accounts", "turns", "messages", "approvals", "ledger", "audit", "chains", "parked", "relations"),
    *("preferences", "verdicts", "tasks", "watches"),
)
"""Tables with a person that the app may read."""


GOING = ("accounts", "parked", "preferences", "relations", "verdicts", "watches")
"""Of them, those whose rows a person may let go."""


@pytest.fixture
async def store(database: Addresses, clock: ManualClock) -> AsyncIterator[PostgresStore]:
    opened = await PostgresStore.open(database.app, key=bytes(32), clock=clock)
    for person in (ANN, BOB):
        await fill(opened, clock, person)
    yield opened
    await opened.close()


async def fill(store: PostgresStore, clock: ManualClock, person: Person) -> None:
    """A row of this person in every table."""
    await store.people.meet(person)
    await store.inbox.put(f"Ev-{person.user}", {"team_id": TEAM, "event": {"user": person.user, "text": "secret"}})
    turn, _ = await store.turns.open(message(person=person), limit=9)
    action = archive()
    await store.turns.end(turn, status=TurnStatus.ENDED, reply="Done.", actions=[proposal(action, turn, clock.now())])
    dana = Address(email="dana@example.org")
    await store.relations.keep(person.id, Relation(name="Dana", people=(dana,), origin=SAID, since=clock.now()))
    await store.approvals.decide(person.id, action.id, Decision.APPROVE)
    claim = await store.approvals.claim(person.id, action.id)
    assert claim is not None
    await store.approvals.ledger(claim).note("chunk", ids=["m1"])
    tokens = Tokens(access="access", refresh="refresh", expires_at=clock.now(), scopes=())
    kept = await store.grants.keep(account(person), tokens)
    await store.grants.ask(person.user, Asked(person=person.id, place=turn.place, verifier="v"), until=clock.now())
    await store.parking.park(turn, {kept.id: ()})
    await store.preferences.state(person.id, "buffer", 10, words="ten minutes")
    await store.verdicts.keep(person.id, [verdict(kept.id)], version="1")
    await store.tasks.find(person.id, [Found(key="k", source=Source.MAIL, title="Sign", since=clock.now())])
    await store.watches.advance(person.id, kept.id, "7")


def verdict(account: AccountId) -> Opinion:
    return Opinion(account=account, mail="m1", category="routine", priority=3, why="nothing")


@pytest.fixture
async def app(store: PostgresStore, database: Addresses) -> AsyncIterator[Connection]:
    """A connection just as the pools of the app make them."""
    async with await psycopg.AsyncConnection.connect(database.app, autocommit=True, **session(APP)) as connection:
        yield connection


async def become(connection: Connection, person: Person) -> None:
    await connection.execute("SELECT set_config('steward.person', %s, false)", (str(person.id),))


async def rows(connection: Connection, table: str) -> list[Any]:
    query = sql.SQL("SELECT * FROM {}").format(sql.Identifier("steward", table))
    return await (await connection.execute(query)).fetchall()


async def refused(connection: Connection, query: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        await connection.execute(query)


async def test_every_table_forces_row_level_security(store: PostgresStore, database: Addresses) -> None:
    query = """SELECT relname, relrowsecurity AND relforcerowsecurity, relowner::regrole::text FROM pg_class
        WHERE relnamespace = 'steward'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'"""
    async with await psycopg.AsyncConnection.connect(database.admin) as admin:
        found = {name: (forced, owner) for name, forced, owner in await (await admin.execute(query)).fetchall()}
    assert set(found) == {*PEOPLES, "inbox", "consents", "paid_calls"}
    assert set(found.values()) == {(True, "steward_owner")}


@pytest.mark.parametrize("table", PEOPLES)
async def test_a_select_without_where_finds_ones_own_rows_only(app: Connection, table: str) -> None:
    assert await rows(app, table) == []
    await become(app, ANN)
    mine = await rows(app, table)
    await become(app, BOB)
    theirs = await rows(app, table)
    assert mine
    assert theirs
    assert not set(map(str, mine)) & set(map(str, theirs))


async def test_nothing_can_be_written_for_another(app: Connection, store: PostgresStore) -> None:
    await become(app, ANN)
    changed = await app.execute("UPDATE steward.people SET name = 'x' WHERE id = %s", (BOB.id,))
    assert changed.rowcount == 0
    changed = await app.execute("UPDATE steward.approvals SET status = 'approved'")
    assert changed.rowcount == 1
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        await app.execute("UPDATE steward.turns SET person = %s", (BOB.id,))


HANGING = {
    "messages": "conversation, thread, role, text, ts, said_at",
    "ledger": "attempt, step, refs, noted_at",
}


@pytest.mark.parametrize(("table", "column"), [("messages", "turn"), ("ledger", "action")])
async def test_no_row_of_ones_own_hangs_on_anothers(app: Connection, table: str, column: str) -> None:
    await become(app, ANN)
    [(hers,)] = await (await app.execute(f"SELECT {column} FROM steward.{table} LIMIT 1")).fetchall()
    await become(app, BOB)
    copied = f"SELECT person, %s, {HANGING[table]} FROM steward.{table} LIMIT 1"
    insert = f"INSERT INTO steward.{table} (person, {column}, {HANGING[table]}) {copied}"
    with pytest.raises(errors.ForeignKeyViolation):
        await app.execute(insert, (hers,))


async def test_no_action_joins_anothers_plan(app: Connection, store: PostgresStore, clock: ManualClock) -> None:
    await become(app, ANN)
    [(hers,)] = await (await app.execute("SELECT id FROM steward.turns LIMIT 1")).fetchall()
    turn, _ = await store.turns.open(message(person=BOB), limit=9)
    for stolen in ({"turn": hers}, {"plan": hers}):
        with pytest.raises(IntegrityError, match="violates foreign key"):
            await store.approvals.propose(proposal(archive(), turn, clock.now()).model_copy(update=stolen))


async def test_resetting_the_role_comes_back_to_the_lent_one(app: Connection) -> None:
    for reset in ("RESET ROLE", "RESET ALL", "DISCARD ALL", "SET SESSION AUTHORIZATION DEFAULT"):
        await app.execute(reset)
        row = await (await app.execute("SELECT current_user::text")).fetchone()
        assert row == (APP,)
        assert await rows(app, "approvals") == []


async def test_the_login_user_itself_can_do_nothing(app: Connection) -> None:
    await app.execute("SET ROLE NONE")
    row = await (await app.execute("SELECT current_user::text")).fetchone()
    assert row == (LOGIN,)
    for table in (*PEOPLES, "inbox", "consents"):
        await refused(app, f"SELECT 1 FROM steward.{table}")


async def test_the_owner_cannot_be_become(app: Connection) -> None:
    await refused(app, "SET ROLE steward_owner")
    await refused(app, "SET ROLE steward_admin")
    await refused(app, "ALTER TABLE steward.approvals DISABLE ROW LEVEL SECURITY")
    await refused(app, "SET SESSION AUTHORIZATION steward_admin")


async def test_switching_row_security_off_refuses_instead_of_showing(app: Connection) -> None:
    await app.execute("SET row_security = off")
    await refused(app, "SELECT * FROM steward.approvals")


async def test_what_was_approved_cannot_be_rewritten_nor_anything_deleted(app: Connection) -> None:
    await become(app, ANN)
    bound = ("payload", "sha256", "person", "id", "turn", "account", "needs", "undoable", "expires_at")
    for column in (*bound, "plan", "position", "replaces"):
        await refused(app, f"UPDATE steward.approvals SET {column} = {column}")
    for table in (*PEOPLES, "inbox", "consents"):
        if table not in GOING:
            await refused(app, f"DELETE FROM steward.{table}")
        await refused(app, f"TRUNCATE steward.{table}")


async def test_a_payload_that_isnt_the_hashed_one_cannot_be_kept(app: Connection) -> None:
    await become(app, ANN)
    copy = """INSERT INTO steward.approvals SELECT gen_random_uuid(), person, turn, channel, thread, position, account,
        '{}', sha256, needs, undoable, status, attempt, tries, owner, not_before, started_at, confirmations, clicks,
        note, receipt, card_ts, drawn, proposed_at, expires_at, decided_at, changed_at, redraw_at, plan
        FROM steward.approvals"""
    with pytest.raises(errors.CheckViolation):
        await app.execute(copy)


async def test_the_audit_writes_itself_and_can_only_be_read(app: Connection, store: PostgresStore) -> None:
    await become(app, ANN)
    query = "SELECT event, was, became, attempt, sha256 FROM steward.audit ORDER BY id"
    trail = await (await app.execute(query)).fetchall()
    hashed = {row[4] for row in trail}
    assert [row[:4] for row in trail] == [
        ("proposed", None, "proposed", 0),
        ("moved", "proposed", "approved", 0),
        ("moved", "approved", "running", 1),
        ("called", None, "running", 1),
    ]
    assert len(hashed) == 1
    await refused(app, "UPDATE steward.audit SET became = 'rejected'")
    await refused(app, "INSERT INTO steward.audit OVERRIDING SYSTEM VALUE SELECT * FROM steward.audit")
    await refused(app, "UPDATE steward.chains SET lines = 1")
    await refused(app, "INSERT INTO steward.chains SELECT * FROM steward.chains")
    await refused(app, "SELECT steward.append(a) FROM steward.audit a")
    await refused(app, "SELECT setval('steward.audit_id_seq', 1)")
    await refused(app, "SELECT * FROM steward.tails()")
    await refused(app, "UPDATE steward.ledger SET step = 'x'")


async def test_the_app_cannot_read_envelopes_except_one_by_its_key(app: Connection) -> None:
    await refused(app, "SELECT key FROM steward.inbox")
    await refused(app, "UPDATE steward.inbox SET settled_at = now()")
    await refused(app, "INSERT INTO steward.inbox (key, payload) VALUES ('x', '{}')")
    await refused(app, "SELECT * FROM steward.waiting(now())")
    await refused(app, "SELECT * FROM steward.consents")


async def test_ingest_brings_and_does_nothing_else(store: PostgresStore, database: Addresses) -> None:
    arguments = session(INGEST)
    async with await psycopg.AsyncConnection.connect(database.app, autocommit=True, **arguments) as ingest:
        await ingest.execute("INSERT INTO steward.inbox (key, payload) VALUES ('mine', '{}') ON CONFLICT DO NOTHING")
        assert await (await ingest.execute("SELECT key FROM steward.inbox")).fetchall() == []
        await refused(ingest, "SELECT payload FROM steward.inbox")
        await refused(ingest, "UPDATE steward.inbox SET owner = 1")
        await refused(ingest, "DELETE FROM steward.inbox")
        await refused(ingest, "INSERT INTO steward.inbox (key, payload, received_at) VALUES ('x', '{}', now())")
        await refused(ingest, "SELECT steward.take_envelope('mine', 1)")
        for table in (*PEOPLES, "consents"):
            await refused(ingest, f"SELECT 1 FROM steward.{table}")


async def test_relay_sees_what_waits_and_no_content(store: PostgresStore, database: Addresses) -> None:
    async with await psycopg.AsyncConnection.connect(database.app, autocommit=True, **session(RELAY)) as relay:
        cursor = await relay.execute("SELECT * FROM steward.waiting(now())")
        assert cursor.description is not None
        assert [column.name for column in cursor.description] == ["kind", "id", "person", "bulk"]
        for table in (*PEOPLES, "inbox", "consents"):
            await refused(relay, f"SELECT 1 FROM steward.{table}")


async def test_what_waits_is_seen_for_everybody(database: Addresses, store: PostgresStore, clock: ManualClock) -> None:
    await store.close()
    other = await PostgresStore.open(database.app, key=bytes(32), clock=clock)
    waiting = await other.waiting()
    await other.close()
    assert {(w.kind, w.person) for w in waiting} >= {
        (kind, person.id) for kind in (Kind.ENVELOPE, Kind.ACTION) for person in (ANN, BOB)
    }


async def test_tokens_are_sealed_at_rest(app: Connection, store: PostgresStore, clock: ManualClock) -> None:
    await become(app, ANN)
    [(sealed, version)] = await (await app.execute("SELECT sealed, key_version FROM steward.accounts")).fetchall()
    assert version == number(bytes(32))
    assert b"refresh" not in bytes(sealed)
    # Somebody with the database moves Ann's tokens to another account of hers: they don't open there.
    await store.grants.keep(account(subject="2002", name="personal"), await own_tokens(store))
    await app.execute("UPDATE steward.accounts SET sealed = %s WHERE name = 'personal'", (sealed,))
    personal = (await store.grants.accounts(ANN.id))[1]
    with pytest.raises(SealedElsewhere):
        await store.grants.tokens(personal)


async def own_tokens(store: PostgresStore) -> Any:
    return await store.grants.tokens((await store.grants.accounts(ANN.id))[0])


def test_status_names_are_the_ones_sql_uses() -> None:
    """The functions and indexes of the migrations spell these out."""
    assert {"proposed", "approved", "running", "undoing"} <= {s.value for s in Status}
    assert {"queued", "running", "ended", "failed"} <= {s.value for s in TurnStatus}
