"""Everything that lasts, in PostgreSQL: the aggregates over their pools, and what waits."""

import asyncio
from datetime import datetime
from typing import Self

from sqlalchemy import func, select

from app.domain.ports import Clock, Kind, Waiting
from app.store.allowance import PostgresAllowance
from app.store.approvals import PostgresApprovals
from app.store.audit import PostgresAudit
from app.store.chain import AuditKey
from app.store.database import Database
from app.store.grants import PostgresGrants
from app.store.inbox import PostgresInbox
from app.store.ownership import Ownership
from app.store.people import PostgresPeople
from app.store.schema import APP, RELAY
from app.store.sealing import Sealer
from app.store.turns import PostgresTurns

KEY_VERSION = 1
"""Of the one sealing key there is; a second one comes with a rotation."""


class PostgresStore:
    """Serves `app.domain.ports.Store` and, as `grants`, `app.domain.ports.Grants`."""

    def __init__(self, url: str, *, key: bytes, ownership: Ownership, clock: Clock) -> None:
        self._clock = clock
        signing = AuditKey(key)
        self._app = Database(url, APP, audit_key=signing.blocks)
        self._relay = Database(url, RELAY, pool=1)
        self.ownership = ownership
        self.inbox = PostgresInbox(url, self._app, ownership)
        self.people = PostgresPeople(self._app)
        self.turns = PostgresTurns(self._app, ownership, clock)
        self.approvals = PostgresApprovals(self._app, ownership, clock)
        self.grants = PostgresGrants(self._app, Sealer({KEY_VERSION: key}))
        self.audit = PostgresAudit(self._app, self._relay, signing)

    @classmethod
    async def open(cls, url: str, *, key: bytes, clock: Clock) -> Self:
        """Connect as the login user of `url`, who needs no rights but the lent roles; `key` has 32 bytes.
        Open it after forking, in the event loop that uses it. Raises StoreUnavailable."""
        store = cls(url, key=key, ownership=Ownership(url), clock=clock)
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
        waits = func.steward.waiting(self._clock.now()).table_valued("kind", "id", "person")
        async with self._relay.statement() as connection:
            rows = (await connection.execute(select(waits))).all()
        return tuple(Waiting(kind=Kind(row.kind), id=row.id, person=row.person) for row in rows)

    async def tidy(self, before: datetime) -> None:
        """Forget envelopes, conversations and unused links older than `before` (aware)."""
        async with self._relay.statement() as connection:
            await connection.execute(select(func.steward.tidy(before)))

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
