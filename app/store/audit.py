"""Reads the audit trail: where every chain ends, and whether one is whole."""

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.types import PersonId
from app.store.chain import AuditKey, BrokenChain, Line, Tail, ended, follow
from app.store.database import Database
from app.store.tables import audit, chains

PAGE = 1_000
"""Lines read at once: some 400 kB, and far from every time limit."""
_LINE = [audit.c[name] for name in Line._fields]
Attested = Mapping[int, Mapping[str, bytes]]
"""Of one chain: what each anchor, by its name, says the hash of a line is."""


class Whole(NamedTuple):
    """A chain to which nothing was done."""

    lines: int
    anchors: int
    """How many anchors attest lines of it."""
    unchained: int
    """Lines from before there was a chain; nothing vouches for them."""


class PostgresAudit:
    """The lines are read as the app, a person's own; the list of chains comes from the role that sees ids only."""

    def __init__(self, app: Database, relay: Database, key: AuditKey) -> None:
        self._app = app
        self._relay = relay
        self._key = key

    async def tails(self) -> dict[PersonId, Tail]:
        """Where every person's chain ends, without looking whether it is whole. Raises StoreUnavailable."""
        listed = func.steward.tails().table_valued("person", "lines", "hash")
        async with self._relay.statement() as connection:
            rows = (await connection.execute(select(listed))).all()
        return {PersonId(row.person): Tail(row.lines, row.hash or Tail().hash) for row in rows}

    async def verify(self, person: PersonId, attested: Attested) -> Whole:
        """Follow a person's chain to its end, past every anchor; raises BrokenChain, StoreUnavailable.

        Lines that are added meanwhile are left to the next time."""
        async with self._app.transaction(person) as connection:
            kept, mac, chained, unchained = await self._kept(connection, person)
        tail = Tail()
        async for tail in self._follow(person, kept.lines if kept else chained):
            for anchor, hashed in attested.get(tail.lines, {}).items():
                if hashed != tail.hash:
                    raise BrokenChain(f"line {tail.lines:,} is not the one that {anchor} attests")
        if kept or chained or not unchained:
            ended(Tail(max(tail.lines, chained), tail.hash), kept, mac, self._key)
        for lines, anchors in sorted(attested.items()):
            if lines > tail.lines:
                raise BrokenChain(f"the chain ends after line {tail.lines:,}, but {min(anchors)} attests {lines:,}")
        return Whole(tail.lines, sum(map(len, attested.values())), unchained)

    async def _kept(self, connection: AsyncConnection, person: PersonId) -> tuple[Tail | None, bytes | None, int, int]:
        """The end that was kept with its signature, and how many lines there are in the chain and outside: at one
        moment, because it is one statement."""
        mine = audit.c.person == person
        counts = select(func.count(audit.c.number).label("chained"), func.count().label("all")).where(mine).subquery()
        state = select(counts, chains).select_from(counts).outerjoin(chains, chains.c.person == person)
        row = (await connection.execute(state)).one()
        kept = Tail(row.lines, row.hash) if row.lines is not None else None
        return kept, row.mac, row.chained, row.all - row.chained

    async def _follow(self, person: PersonId, last: int) -> AsyncIterator[Tail]:
        """The chain's end after each line up to number `last`."""
        tail = Tail()
        while tail.lines < last:
            page = (
                select(*_LINE)
                .where(audit.c.person == person, audit.c.number > tail.lines, audit.c.number <= last)
                .order_by(audit.c.number)
                .limit(PAGE)
            )
            async with self._app.transaction(person) as connection:
                lines = [Line._make(row) for row in (await connection.execute(page)).all()]
            if not lines:
                return
            for line in lines:
                tail = follow(tail, line, self._key)
                yield tail
