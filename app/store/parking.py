"""Requests that wait for an account: to be connected again, or to be allowed more."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, delete, exists, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from app.domain.grants import Needs
from app.domain.ports import Clock
from app.domain.types import AccountId, PersonId, Turn, TurnId, TurnStatus
from app.store.database import Database
from app.store.tables import accounts, parked, turns
from app.store.turns import BLANK, FOLLOWING, PostgresTurns

PATIENCE = timedelta(days=7)
"""How long a request waits: as long as the link that would let it go on can be used."""
SAME = (
    *("person", "channel", "thread", "conversation", "text", "typed", "private", "follows", "about", "errand"),
    "answers",
)
"""What a request that is opened anew keeps."""


class PostgresParking:
    """Serves `app.domain.ports.Parking`. Every method may raise StoreUnavailable; times are the clock's, aware."""

    def __init__(self, database: Database, turns: PostgresTurns, clock: Clock) -> None:
        self._database = database
        self._turns = turns
        self._clock = clock

    async def park(self, turn: Turn, needs: Needs) -> frozenset[AccountId]:
        """Keep a request until every account is there and allows this; the accounts that something waited for
        already."""
        others = and_(parked.c.person == turn.person, parked.c.turn != turn.id, parked.c.account.in_(needs))
        async with self._database.transaction(turn.person, alone=True) as connection:
            known = frozenset((await connection.scalars(select(parked.c.account).where(others))).all())
            for account, permissions in needs.items():
                fields = {"turn": turn.id, "account": account, "person": turn.person, "since": self._clock.now()}
                row = upsert(parked).values(fields | {"scopes": sorted(permissions)})
                await connection.execute(row.on_conflict_do_nothing())
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
        recent = parked.c.since > self._clock.now() - PATIENCE
        mine = and_(parked.c.turn == turn, parked.c.person == person, recent)
        over = exists().where(turns.c.id == turn, turns.c.status.in_((TurnStatus.ENDED, TurnStatus.FAILED)))
        ready = delete(parked).where(mine, over, ~_unmet(turn)).returning(parked.c.turn)
        async with self._database.transaction(person, alone=True) as connection:
            if not (await connection.execute(ready)).all():
                return None
            row = (await connection.execute(select(turns).where(turns.c.id == turn))).mappings().one()
            now = self._clock.now()
            ident = TurnId(uuid4())
            ts = f"{max(f'{now.timestamp():.6f}', row['ts'])}{FOLLOWING}{ident.hex[:8]}"
            new = {"id": ident, "ts": ts, "status": TurnStatus.QUEUED, "attempt": 0, "asked_at": now}
            await connection.execute(insert(turns).values(BLANK | {name: row[name] for name in SAME} | new))
        return await self._turns.get(person, ident)


def _unmet(turn: TurnId) -> ColumnElement[bool]:
    """Whether an account that a request waits for isn't there, or doesn't allow what it needs."""
    other = parked.alias("other")
    there = and_(accounts.c.id == other.c.account, accounts.c.alive, accounts.c.scopes.contains(other.c.scopes))
    return exists().where(other.c.turn == turn, ~exists().where(there))
