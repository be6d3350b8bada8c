"""Requests that wait for an account: to be connected again, or to be allowed more."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, RowMapping, and_, delete, exists, insert, select, update

from app.domain.grants import Needs
from app.domain.permissions import Permission
from app.domain.ports import Clock
from app.domain.types import STEWARD, AccountId, PersonId, Turn, TurnId, TurnStatus
from app.store import conversation as said
from app.store.database import Database, storable
from app.store.ownership import Ownership
from app.store.tables import accounts, parked, turns
from app.store.turns import BLANK, UNDER_WAY, PostgresTurns, ts_after

PATIENCE = timedelta(days=7)
"""How long a request waits: as long as the link that would let it go on can be used."""
ASKED = ("person", "channel", "thread", "conversation", "text", "typed", "private", "asked_at")
"""What was asked by whom, where and when: what is said of it is forgotten together with it."""
SAME = (*ASKED, "follows", "about", "errand", "answers")
"""What a request that is opened anew keeps."""
OVER = (TurnStatus.ENDED, TurnStatus.FAILED)
"""How a request ended of which its person was told that it waits."""


class PostgresParking:
    """Serves `app.domain.ports.Parking`. Every method may raise StoreUnavailable; times are the clock's, aware."""

    def __init__(self, database: Database, turns: PostgresTurns, ownership: Ownership, clock: Clock) -> None:
        self._database = database
        self._turns = turns
        self._ownership = ownership
        self._clock = clock

    async def park(self, turn: Turn, needs: Needs) -> frozenset[AccountId]:
        """Keep a request until every account is there and allows this, and nothing else that an interrupted attempt may
        have said it needs; the accounts that something waited for already."""
        others = and_(parked.c.person == turn.person, parked.c.turn != turn.id, parked.c.account.in_(needs))
        async with self._database.transaction(turn.person, alone=True) as connection:
            known = frozenset((await connection.scalars(select(parked.c.account).where(others))).all())
            await connection.execute(delete(parked).where(parked.c.person == turn.person, parked.c.turn == turn.id))
            for account, permissions in needs.items():
                fields = {"turn": turn.id, "account": account, "person": turn.person, "since": self._clock.now()}
                await connection.execute(insert(parked).values(fields | {"scopes": sorted(permissions)}))
        return known

    async def waiting(self, person: PersonId, account: AccountId) -> tuple[TurnId, ...]:
        """The requests that wait for an account, the oldest first."""
        mine = select(parked.c.turn).where(parked.c.person == person, parked.c.account == account)
        async with self._database.transaction(person) as connection:
            found = (await connection.scalars(mine.order_by(parked.c.since))).all()
        return tuple(map(TurnId, found))

    async def waiting_only(self, person: PersonId, account: AccountId) -> tuple[Turn, ...]:
        """The requests that wait for this account and no other, the oldest first."""
        other = parked.alias("other")
        alone = ~exists().where(other.c.turn == parked.c.turn, other.c.account != account)
        mine = select(parked.c.turn).where(parked.c.person == person, parked.c.account == account, alone)
        async with self._database.transaction(person) as connection:
            idents = (await connection.scalars(mine.order_by(parked.c.since))).all()
        found = [await self._turns.get(person, TurnId(ident)) for ident in idents]
        return tuple(turn for turn in found if turn is not None)

    async def go_on(self, person: PersonId, turn: TurnId) -> Turn | None:
        """Open a parked request anew, queued; None when it isn't over, isn't parked, or waits on."""
        mine = and_(parked.c.turn == turn, parked.c.person == person, ~self._past(turn))
        ready = delete(parked).where(mine, _over(turn), ~_unmet(turn)).returning(parked.c.turn)
        async with self._database.transaction(person, alone=True) as connection:
            if not (await connection.execute(ready)).all():
                return None
            row = (await connection.execute(select(turns).where(turns.c.id == turn))).mappings().one()
            # What goes on with a plan is one turn: from here on the new one.
            await connection.execute(update(turns).where(turns.c.id == turn).values(follows=None))
            now = self._clock.now()
            new = _following(row, now, SAME) | {"status": TurnStatus.QUEUED, "attempt": 0, "asked_at": now}
            await connection.execute(insert(turns).values(new))
        return await self._turns.get(person, new["id"])

    async def in_vain(self, person: PersonId, turn: TurnId) -> Needs | None:
        """What a request has waited for as long as one may; None when it isn't over, isn't parked, or waits on."""
        mine = and_(parked.c.turn == turn, parked.c.person == person, _over(turn), self._past(turn))
        async with self._database.transaction(person) as connection:
            rows = (await connection.execute(select(parked.c.account, parked.c.scopes).where(mine))).all()
        return {AccountId(row.account): tuple(map(Permission, row.scopes)) for row in rows} or None

    async def let_go(self, turn: Turn, reply: str) -> Turn | None:
        """Let go of a request that waited in vain, once, and keep the turn that says so, ended and ours to post. None
        when somebody else did, or it waits on."""
        now, owner, words = self._clock.now(), await self._ownership.held(), storable(reply)
        mine = and_(parked.c.turn == turn.id, parked.c.person == turn.person, _over(turn.id), self._past(turn.id))
        async with self._database.transaction(turn.person, alone=True) as connection:
            if not (await connection.execute(delete(parked).where(mine).returning(parked.c.turn))).all():
                return None
            row = (await connection.execute(select(turns).where(turns.c.id == turn.id))).mappings().one()
            new = _following(row, now, ASKED) | {"status": TurnStatus.ENDED, "attempt": 1, "owner": owner}
            new |= {"reply": words, "ended_at": now, "post_at": now + UNDER_WAY}
            await connection.execute(insert(turns).values(new))
            ended = turn.model_copy(update={"id": new["id"], "ts": new["ts"]})
            await said.keep(connection, ended, STEWARD, words, at=now)
        return await self._turns.get(turn.person, new["id"])

    def _past(self, turn: TurnId) -> ColumnElement[bool]:
        """Whether nothing that a request waits for may still come."""
        other = parked.alias("other")
        return ~exists().where(other.c.turn == turn, other.c.since > self._clock.now() - PATIENCE)


def _over(turn: TurnId) -> ColumnElement[bool]:
    return exists().where(turns.c.id == turn, turns.c.status.in_(OVER))


def _following(row: RowMapping, now: datetime, kept: Collection[str]) -> dict[str, Any]:
    """The row of a turn that comes of an earlier one and keeps these fields of it."""
    ident = TurnId(uuid4())
    return BLANK | {name: row[name] for name in kept} | {"id": ident, "ts": ts_after(row["ts"], now, ident)}


def _unmet(turn: TurnId) -> ColumnElement[bool]:
    """Whether an account that a request waits for isn't there, or doesn't allow what it needs."""
    other = parked.alias("other")
    there = and_(accounts.c.id == other.c.account, accounts.c.alive, accounts.c.scopes.contains(other.c.scopes))
    return exists().where(other.c.turn == turn, ~exists().where(there))
