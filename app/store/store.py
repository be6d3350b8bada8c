"""Everything that lasts, in PostgreSQL: the aggregates over their pools, and what waits."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Self

from sqlalchemy import JSON, Boolean, Row, column, func, select

from app.domain.ports import Clock, Kind, Waiting
from app.domain.preferences import Preferences, clock
from app.domain.rhythms import DIGEST, Rhythm
from app.domain.types import AccountId, PersonId
from app.store.allowance import PostgresAllowance
from app.store.approvals import PostgresApprovals
from app.store.audit import PostgresAudit
from app.store.chain import AuditKey
from app.store.database import Database
from app.store.grants import PostgresGrants
from app.store.inbox import PostgresInbox
from app.store.ownership import Ownership
from app.store.parking import PATIENCE, PostgresParking
from app.store.people import PostgresPeople
from app.store.preferences import PostgresPreferences
from app.store.relations import PostgresRelations
from app.store.schema import APP, RELAY
from app.store.sealing import Sealer
from app.store.tasks import PostgresTasks
from app.store.turns import PostgresTurns
from app.store.verdicts import PostgresVerdicts
from app.store.watches import PostgresWatches

DRAWN_FOR = timedelta(days=1)
"""How long after its last change a card may still be drawn again from its row."""
BATCH = 200
"""Rows looked up at once when everything is sealed anew."""


class PostgresStore:
    """Serves `app.domain.ports.Store` and, as `grants`, `app.domain.ports.Grants`."""

    def __init__(self, url: str, *, keys: Sequence[bytes], audit: bytes, ownership: Ownership, clock: Clock) -> None:
        self._clock = clock
        signing = AuditKey(audit)
        self._sealer = Sealer(*keys)
        self._app = Database(url, APP, audit_key=signing.blocks)
        self._relay = Database(url, RELAY, pool=1)
        self.ownership = ownership
        self.inbox = PostgresInbox(url, self._app, ownership)
        self.people = PostgresPeople(self._app)
        self.turns = PostgresTurns(self._app, ownership, clock)
        self.parking = PostgresParking(self._app, self.turns, ownership, clock)
        self.approvals = PostgresApprovals(self._app, ownership, clock)
        self.relations = PostgresRelations(self._app)
        self.preferences = PostgresPreferences(self._app, clock)
        self.verdicts = PostgresVerdicts(self._app, clock)
        self.watches = PostgresWatches(self._app)
        self.tasks = PostgresTasks(self._app, clock)
        self.grants = PostgresGrants(self._app, self._sealer)
        self.audit = PostgresAudit(self._app, self._relay, signing)

    @classmethod
    async def open(cls, url: str, *, key: bytes, clock: Clock, older: Sequence[bytes] = (), audit: bytes = b"") -> Self:
        """Connect as the login user of `url`, who needs no rights but the lent roles. `key` has 32 bytes and seals;
        `older` ones, the newest first, still open; `audit` signs the audit trail, or else the oldest of all. Open it
        after forking, in the event loop that uses it. Raises StoreUnavailable."""
        keys = (key, *older)
        store = cls(url, keys=keys, audit=audit or keys[-1], ownership=Ownership(url), clock=clock)
        # Side by side: a connection takes milliseconds, and a person waits for the job that opens this.
        opened = await asyncio.gather(store.ownership.held(), store.ping(), return_exceptions=True)
        for failure in opened:
            if isinstance(failure, BaseException):
                await store.close()
                raise failure
        return store

    def allowance(self, limit: int) -> PostgresAllowance:
        """The calls to a paid model that all processes together may make in a day."""
        return PostgresAllowance(self._app, self._clock, limit=limit)

    async def waiting(self) -> tuple[Waiting, ...]:
        """Rows that nobody works on and that are due, as the role that sees ids only."""
        columns = ("kind", "id", "person", column("bulk", Boolean))
        waits = func.steward.waiting(self._clock.now()).table_valued(*columns)
        async with self._relay.statement() as connection:
            rows = (await connection.execute(select(waits))).all()
        return tuple(Waiting(kind=Kind(row.kind), id=row.id, person=row.person, bulk=row.bulk) for row in rows)

    async def rhythms(self) -> tuple[Rhythm, ...]:
        """When everybody who has a living account is to hear something, as the role that sees no content."""
        rows = func.steward.rhythms().table_valued("person", "zone", "since", column("stated", JSON), "last")
        async with self._relay.statement() as connection:
            return tuple(map(_rhythm, await connection.execute(select(rows))))

    async def reseal(self) -> tuple[int, int]:
        """Seal every account's tokens with the newest key, in batches, each row by itself: interrupted, it is begun
        again and goes on. How many were sealed anew, and how many this process has no key for."""
        sealed, unopened = 0, set[AccountId]()
        while rows := [row for row in await self.sealed_otherwise(len(unopened)) if row[0] not in unopened]:
            for account, person in rows:
                if await self.grants.reseal(account, person):
                    sealed += 1
                else:
                    unopened.add(account)
        return sealed, len(unopened)

    async def sealed_otherwise(self, more: int = 0) -> list[tuple[AccountId, PersonId]]:
        """Accounts that another key than the newest has sealed: a batch of them, and so many more."""
        rows = func.steward.sealed_otherwise(self._sealer.newest, BATCH + more).table_valued("id", "person")
        async with self._relay.statement() as connection:
            return [(row.id, row.person) for row in await connection.execute(select(rows))]

    async def tidy(self, before: datetime, *, settled: datetime) -> None:
        """Forget envelopes, conversations and unused links older than `before`, actions that were over before `settled`
        (both aware), what waited for an account longer than PATIENCE although it was stopped, and what was settled in
        accounts that are gone."""
        now = self._clock.now()
        async with self._relay.statement() as connection:
            await connection.execute(select(func.steward.tidy(before)))
            await connection.execute(select(func.steward.unpark(now - PATIENCE)))
            await connection.execute(select(func.steward.let_go_of_old(now - DRAWN_FOR)))
            await connection.execute(select(func.steward.let_go_of_settled(min(settled, now - DRAWN_FOR))))

    async def ping(self) -> None:
        """Raises StoreUnavailable."""
        async with self._app.statement() as connection:
            await connection.execute(select(1))

    async def close(self) -> None:
        """Give back what is owned, and every connection."""
        await self.inbox.close()
        await self.ownership.close()
        await self._app.close()
        await self._relay.close()


def _rhythm(row: Row[Any]) -> Rhythm:
    stated = Preferences.model_validate(row.stated or {})
    last = date.fromisoformat(row.last.removeprefix(f"{DIGEST} ")) if row.last else None
    return Rhythm(person=row.person, zone=clock(stated.zone, row.zone), since=row.since, preferences=stated, last=last)
