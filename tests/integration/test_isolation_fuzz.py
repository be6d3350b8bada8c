"""Nobody sees or decides for another: thousands of calls of the store and the handlers under wrong persons, with the
application's own filters and without them, by two app processes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import cycle
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import ColumnElement, event, true
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.sql.schema import Column
from sqlalchemy.sql.visitors import replacement_traverse

from app.accounts import Accounts
from app.assistant import Assistant, Limits
from app.domain.errors import StewardError
from app.domain.types import Person
from app.editing import Editor
from app.reception import Reception
from app.store import PostgresStore
from app.store.database import session
from app.store.schema import APP
from app.store.tables import metadata
from app.telemetry import Telemetry
from handlers.accounts import AccountClicks
from handlers.answers import Answers
from handlers.approvals import Clicks
from handlers.commands import Commands
from handlers.editing import Editing
from handlers.messages import Messages
from tests.fakes import FakeHouse, ManualClock
from tests.integration.isolation_world import (
    BUTTONS,
    INTRUDERS,
    OWNERS,
    Arguments,
    Belongings,
    Call,
    body,
    call_of_the_store,
    listeners,
    methods,
    settle_in,
    told,
)
from tests.postgres import Addresses
from tests.sampling import dice, whole

CALLS = 10_000 if whole() else 1_000
BATCH = 50
"""Calls between two looks at the owners' rows."""
REFUSALS = (StewardError, DBAPIError, ValueError)
"""What a call may end with: our own errors, the database's, and moves that no table allows."""
TABLES = {name.removeprefix("steward."): table for name, table in metadata.tables.items()}
PERSONAL = {name: "person" for name, table in TABLES.items() if "person" in table.c and name != "inbox"} | {
    "people": "id"
}


ELSEWHERE = ("Messages.mention",)
"""What opens a request of the intruder's own, as anybody may."""


@dataclass
class World:
    """Two processes over one database, what the owners have, and what the intruders found."""

    processes: tuple[PostgresStore, PostgresStore]
    owners: list[Belongings]
    admin: psycopg.AsyncConnection[Any]
    clock: ManualClock
    tried: dict[str, int] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)

    async def rows(self) -> str:
        """A fingerprint of everything the owners have in the database."""
        each = (
            f"SELECT '{table}' || t::text AS r FROM steward.{table} t WHERE {column} = ANY(%(owners)s)"
            for table, column in PERSONAL.items()
        )
        query = f"SELECT count(*), md5(string_agg(r, '|' ORDER BY r)) FROM ({' UNION ALL '.join(each)}) AS everything"
        found = await self.admin.execute(query, {"owners": [owner.person.id for owner in self.owners]})
        return str(await found.fetchone())

    async def attempt(self, call: Call) -> None:
        """Make a call as an intruder, and keep what it told."""
        self.tried[call.name] = self.tried.get(call.name, 0) + 1
        try:
            result = await call.run()
        except REFUSALS:
            return
        except InvalidRequestError as surprised:
            self.found.append(f"{call} met rows it did not expect: {surprised}")
            return
        if told(result, OWNERS):
            self.found.append(f"{call} returned {result!r:.200}")


@pytest.fixture
async def world(database: Addresses, clock: ManualClock) -> AsyncIterator[World]:
    one, other = [await PostgresStore.open(database.app, key=bytes(32), clock=clock) for _ in range(2)]
    owners = [await settle_in(one, clock, owner) for owner in OWNERS]
    for intruder in INTRUDERS:
        await settle_in(other, clock, intruder)
    async with await psycopg.AsyncConnection.connect(database.admin, autocommit=True) as admin:
        yield World((one, other), owners, admin, clock)
    await one.close()
    await other.close()


async def attack(world: World, chance: Random, *, calls: int, at_once: int = BATCH) -> None:
    """So many calls, batch by batch: what they changed is found by looking, what they told is in `found`."""
    names = sorted(methods(world.processes[0]))
    in_turn = cycle(chance.sample(names, len(names)))
    for _ in range(0, calls, at_once):
        before = await world.rows()
        batch = [_call(next(in_turn), world, chance) for _ in range(at_once)]
        await asyncio.gather(*map(world.attempt, batch))
        if await world.rows() != before:
            world.found.append(f"an owner's rows were changed by one of {', '.join(map(str, batch))}")


def _call(name: str, world: World, chance: Random) -> Call:
    intruder, owner = chance.choice(INTRUDERS), chance.choice(world.owners)
    arguments = Arguments(chance, intruder, owner, world.clock.now())
    return call_of_the_store(name, chance.choice(world.processes), arguments)


# Without the application's own filters.


@contextmanager
def unfiltered(world: World) -> Iterator[list[int]]:
    """Takes every "person = …" out of whatever the store asks, and counts them."""
    taken: list[int] = []

    def replaced(element: Any, **_: Any) -> ColumnElement[bool] | None:
        if not isinstance(element, BinaryExpression) or element.operator is not operators.eq:
            return None
        column = element.left
        named = isinstance(column, Column) and (column.name == "person" or str(column) == "steward.people.id")
        if not named:
            return None
        taken.append(1)
        return true()

    def strip(_: Any, statement: Any, multi: Any, params: Any, __: Any) -> tuple[Any, Any, Any]:
        return replacement_traverse(statement, {}, replaced), multi, params

    engines = [store._app._engine.sync_engine for store in world.processes]
    for engine in engines:
        event.listen(engine, "before_execute", strip, retval=True)
    try:
        yield taken
    finally:
        for engine in engines:
            event.remove(engine, "before_execute", strip)


@contextmanager
def without_row_security(database: Addresses) -> Iterator[None]:
    """Row-level security switched off, as if it had been forgotten."""
    switch = "; ".join(f"ALTER TABLE steward.{table} {{0}} ROW LEVEL SECURITY" for table in PERSONAL)
    with psycopg.connect(database.admin, autocommit=True) as admin:
        admin.execute(switch.format("DISABLE"))
        try:
            yield
        finally:
            admin.execute(switch.format("ENABLE"))


@pytest.mark.timeout(900)
async def test_no_call_of_the_store_shows_or_changes_what_is_anothers(world: World) -> None:
    await attack(world, dice("filtered"), calls=CALLS // 2)
    assert world.found == []


@pytest.mark.timeout(900)
async def test_nor_without_the_applications_own_filters(world: World) -> None:
    with unfiltered(world) as taken:
        await attack(world, dice("unfiltered"), calls=CALLS // 2)
    assert len(taken) > CALLS // 4
    assert world.found == []
    assert set(world.tried) == set(methods(world.processes[0]))


async def test_without_either_the_intruders_succeed(world: World, database: Addresses) -> None:
    """The proof that these calls would find a hole if there were one."""
    with unfiltered(world), without_row_security(database):
        await attack(world, dice("open doors"), calls=4 * BATCH, at_once=1)
    told_something = {found.partition("(")[0] for found in world.found}
    assert {"approvals.waiting", "grants.accounts", "turns.history"} & told_something
    assert any("rows were changed" in found for found in world.found)


# Handlers.


@pytest.mark.timeout(900)
async def test_no_click_form_or_edit_decides_or_shows_anothers(world: World) -> None:
    chance = dice("handlers")
    for _ in range(0, CALLS // 4, BATCH):
        before, outside = await world.rows(), FakeHouse(clock=world.clock)
        with unfiltered(world):
            for _ in range(BATCH):
                name, listener = chance.choice(heard(outside, chance.choice(world.processes)))
                envelope = body(chance, chance.choice(INTRUDERS), chance.choice(world.owners), name)
                await world.attempt(Call(name, {}, partial(listener, envelope)))
        assert await world.rows() == before
        assert not told(vars(outside.chat), OWNERS)
        assert outside.queue.woken == []
    assert world.found == []
    assert {"AccountClicks.click", "Answers.take_up", "Messages.direct", *BUTTONS} <= set(world.tried)


def heard(outside: FakeHouse, store: PostgresStore) -> list[tuple[str, Any]]:
    """The listeners of one process that a person's own words, clicks and forms reach."""
    services = replace(outside.services(store), grants=store.grants)

    async def invite(*_: object) -> None:
        """Nobody asks for a link here."""

    assistant = Assistant(services, Limits(characters=1000, requests=1000), invite=invite)
    accounts = Accounts(services)
    commands = Commands(assistant=assistant, accounts=accounts, reception=Reception(services), chat=outside.chat)
    parts = (
        Clicks(assistant, outside.chat, Telemetry()),
        Answers(assistant, outside.chat),
        Editing(Editor(services, hear=assistant.hear), outside.chat),
        AccountClicks(accounts, outside.chat),
        Messages(assistant, commands),
    )
    return sorted((name, each) for name, each in listeners(*parts).items() if name not in ELSEWHERE)


# By SQL of one's own, as the app.


def statements(chance: Random, owner: Belongings) -> list[sql.Composed]:
    """What somebody might ask who got hold of the app's connection, but not of another person's name."""
    name = chance.choice(sorted(PERSONAL))
    table, person = sql.Identifier("steward", name), sql.Identifier(PERSONAL[name])
    column = sql.Identifier(chance.choice([c.name for c in TABLES[name].columns]))
    theirs, action = sql.Literal(owner.person.id), sql.Literal(chance.choice(owner.approvals).id)
    asked = [
        "SELECT * FROM {table}",
        "SELECT * FROM {table} WHERE {person} = {theirs}",
        "SELECT count(*) FROM {table} WHERE {person} = {theirs} HAVING count(*) > 0",
        "SELECT * FROM {table} FOR UPDATE",
        "UPDATE {table} SET {column} = {column} WHERE {person} = {theirs} RETURNING *",
        "UPDATE {table} SET {column} = DEFAULT WHERE {person} = {theirs} RETURNING *",
        "UPDATE {table} SET {person} = {theirs} RETURNING *",
        "UPDATE steward.approvals SET status = 'approved' WHERE id = {action} RETURNING *",
        "WITH gone AS (DELETE FROM {table} RETURNING *) SELECT * FROM gone",
        "INSERT INTO steward.ledger (person, action, attempt, step, refs, noted_at)"
        " VALUES ({theirs}, {action}, 1, 'sent', '{{}}', now()) RETURNING *",
        "SELECT * FROM steward.witness({action}, 'V1') AS done WHERE done",
        "SELECT (SELECT string_agg(t::text, '') FROM {table} t)",
        "COPY (SELECT * FROM {table}) TO STDOUT",
    ]
    named = {"table": table, "person": person, "column": column, "theirs": theirs, "action": action}
    return [sql.SQL(each).format(**named) for each in asked]


@pytest.mark.timeout(900)
async def test_no_sql_of_the_app_reaches_the_rows_of_another(world: World, database: Addresses) -> None:
    chance, before, done = dice("statements"), await world.rows(), 0
    async with await psycopg.AsyncConnection.connect(database.app, autocommit=True, **session(APP)) as app:
        while done < CALLS // 4:
            await become(app, chance.choice(INTRUDERS))
            owner = chance.choice(world.owners)
            for query in statements(chance, owner):
                done += 1
                assert not told(await answer(app, query), OWNERS), query.as_string(app)
    assert await world.rows() == before


async def become(app: psycopg.AsyncConnection[Any], person: Person) -> None:
    await app.execute("SELECT set_config('steward.person', %s, false)", (str(person.id),))


async def answer(app: psycopg.AsyncConnection[Any], query: sql.Composed) -> Any:
    """Whatever the database gives, or its refusal."""
    cursor = app.cursor()
    try:
        if query.as_string(app).startswith("COPY"):
            async with cursor.copy(query) as copied:
                return [bytes(block) async for block in copied]
        await cursor.execute(query)
        return await cursor.fetchall()
    except psycopg.Error as refused:
        return str(refused)
