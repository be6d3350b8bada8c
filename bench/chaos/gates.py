"""Gates in the database, put there from outside: they keep a write waiting before it is made, or at its commit."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg

LOCKS = 0x0C4A05
"""The first number of our advisory locks; the product's begin with 1 and 2."""
BEFORE, AFTER = "before", "after"
TABLES = ("inbox", "turns", "approvals", "ledger")
RECONNECT = 5.0
"""Seconds a connection may take to be made anew, while the server comes back."""

# A write is named by what it means in the life of an action, and belongs to a kind of action where it has one. The
# lock of a gate is held by the harness alone as long as the gate is shut; whoever wants to pass asks for a share of it.
# Before a row is written the trigger fires at once; the deferred one fires when COMMIT has arrived already, so that the
# write lasts although whoever asked for it is killed without having heard so.
SETUP: LiteralString = """
CREATE SCHEMA chaos;
CREATE TABLE chaos.gates (key int PRIMARY KEY, kind text NOT NULL, name text NOT NULL, moment text NOT NULL);
CREATE TABLE chaos.writes (
    n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(), kind text NOT NULL, name text NOT NULL);
CREATE FUNCTION chaos.name(tab text, fresh jsonb, was jsonb) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE tab
        WHEN 'inbox' THEN CASE
            WHEN was IS NULL THEN 'envelope kept'
            WHEN was->'settled_at' = 'null' AND fresh->'settled_at' <> 'null' THEN 'envelope settled' END
        WHEN 'turns' THEN CASE
            WHEN was IS NULL THEN 'turn opened'
            WHEN fresh->'status' <> was->'status' THEN 'turn ' || (fresh->>'status')
            WHEN fresh->'reply_ts' <> was->'reply_ts' THEN 'turn posted' END
        WHEN 'ledger' THEN 'note ' || (fresh->>'step')
        ELSE CASE
            WHEN was IS NULL THEN 'proposed'
            WHEN fresh->'status' <> was->'status' THEN fresh->>'status'
            WHEN fresh->'attempt' <> was->'attempt' THEN 'taken over'
            WHEN fresh->'drawn' <> was->'drawn' OR fresh->'card_ts' <> was->'card_ts'
                THEN 'shown ' || (fresh->>'drawn') END
    END
$$;
CREATE FUNCTION chaos.pass() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = chaos, pg_temp AS $$
DECLARE
    fresh CONSTANT jsonb := to_jsonb(NEW);
    what CONSTANT text := name(TG_TABLE_NAME, fresh, CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(OLD) END);
    whose text := '';
    gate record;
BEGIN
    IF what IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_TABLE_NAME = 'approvals' THEN
        whose := fresh->'payload'->>'kind';
    ELSIF TG_TABLE_NAME = 'ledger' THEN
        SELECT payload->>'kind' INTO whose FROM steward.approvals WHERE id = NEW.action;
    END IF;
    IF TG_WHEN = 'BEFORE' THEN
        INSERT INTO writes (kind, name) VALUES (whose, what);
    END IF;
    FOR gate IN SELECT g.key FROM gates g
        WHERE g.kind = whose AND g.name = what AND g.moment = lower(TG_WHEN)
    LOOP
        PERFORM pg_advisory_xact_lock_shared(%(locks)s, gate.key);
    END LOOP;
    RETURN NEW;
END
$$;
"""
TRIGGERS: LiteralString = """
CREATE TRIGGER chaos_before BEFORE INSERT OR UPDATE ON steward.{table}
    FOR EACH ROW EXECUTE FUNCTION chaos.pass();
CREATE CONSTRAINT TRIGGER chaos_after AFTER INSERT OR UPDATE ON steward.{table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chaos.pass();
"""
TAKE_DOWN: LiteralString = "DROP SCHEMA IF EXISTS chaos CASCADE"
WAITING: LiteralString = """
SELECT objid::int, count(*) FROM pg_locks
WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2 AND NOT granted GROUP BY objid
"""


@dataclass(frozen=True)
class Write:
    """A write that was committed, by what it means."""

    n: int
    at: datetime
    kind: str
    name: str


class Gates:
    """The harness's own connection, which holds every shut gate; a database that comes back has none shut."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._keys = 0

    async def shut(self, kind: str, name: str, moment: str) -> int:
        """Keep writes of this name waiting from now on; the gate's number."""
        self._keys += 1
        key = self._keys
        await self._ask("SELECT pg_advisory_lock(%s, %s)", LOCKS, key)
        await self._ask("INSERT INTO chaos.gates VALUES (%s, %s, %s, %s)", key, kind, name, moment)
        return key

    async def waiting(self) -> dict[int, int]:
        """How many wait at each gate."""
        return dict(await self._ask(WAITING, LOCKS))

    async def open(self, *keys: int) -> None:
        """Let through who waits at these gates, and whoever comes."""
        for key in keys:
            await self._ask("DELETE FROM chaos.gates WHERE key = %s", key)
            await self._ask("SELECT pg_advisory_unlock(%s, %s)", LOCKS, key)

    async def open_all(self) -> None:
        await self._ask("DELETE FROM chaos.gates")
        await self._ask("SELECT pg_advisory_unlock_all()")

    async def last(self) -> int:
        """The number of the last write."""
        ((n,),) = await self._ask("SELECT COALESCE(max(n), 0) FROM chaos.writes")
        return int(n)

    async def writes(self, after: int) -> list[Write]:
        """What was written since, in order."""
        rows = await self._ask("SELECT n, at, kind, name FROM chaos.writes WHERE n > %s ORDER BY at, n", after)
        return [Write(*row) for row in rows]

    async def rows(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """What the database really holds, whoever's it is."""
        return await self._ask(query, *values)

    async def _ask(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """One statement; after a restart of the server, once more on a new connection."""
        try:
            return await self._asked(query, values)
        except psycopg.OperationalError:
            await self.close()
            return await self._asked(query, values)

    async def _asked(self, query: LiteralString, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                self._url, autocommit=True, connect_timeout=int(RECONNECT)
            )
        cursor = await self._connection.execute(query, values or None)
        return await cursor.fetchall() if cursor.description else []

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


@asynccontextmanager
async def gates(url: str) -> AsyncIterator[Gates]:
    """Gates in the database at this address, of someone who may do everything there; gone afterwards."""
    found = Gates(url)
    statements = [SETUP.replace("%(locks)s", str(LOCKS)), *(TRIGGERS.replace("{table}", table) for table in TABLES)]
    try:
        for statement in statements:
            await found.rows(statement)
        yield found
    finally:
        await found.rows(TAKE_DOWN)
        await found.close()
