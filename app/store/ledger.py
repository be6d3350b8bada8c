"""The ledger: what a restart needs, written only by whoever holds the action."""

from typing import Any

from sqlalchemy import Integer, Text, and_, func, insert, literal, select

from app.domain.approvals import WORKING
from app.domain.desk import Note
from app.domain.errors import LostClaim
from app.domain.ports import Claim, Clock
from app.store.database import Database
from app.store.ownership import Ownership
from app.store.tables import approvals, ledger


class PostgresLedger:
    """Serves `app.domain.desk.Ledger` for one claim. Both methods may raise StoreUnavailable."""

    def __init__(self, database: Database, ownership: Ownership, clock: Clock, claim: Claim) -> None:
        self._database = database
        self._ownership = ownership
        self._clock = clock
        self._claim = claim

    async def note(self, step: str, **refs: Any) -> None:
        """Keep this for ever; raises LostClaim when the action, or our number, isn't ours any more."""
        held = self._claim.approval
        # FOR SHARE: another's claim waits for this note, or this note for the claim, and then finds nothing.
        mine = (
            select(
                approvals.c.person,
                approvals.c.id,
                approvals.c.attempt,
                literal(step, Text),
                literal(refs, ledger.c.refs.type),
                literal(self._clock.now(), ledger.c.noted_at.type),
            )
            .where(
                and_(
                    approvals.c.id == held.id,
                    approvals.c.person == held.person,
                    approvals.c.status.in_(sorted(WORKING)),
                    approvals.c.attempt == literal(held.attempt, Integer),
                    approvals.c.owner == self._ownership.number,
                    func.steward.held(approvals.c.owner),
                )
            )
            .with_for_update(read=True)
        )
        columns = ("person", "action", "attempt", "step", "refs", "noted_at")
        async with self._database.transaction(held.person) as connection:
            noted = insert(ledger).from_select(columns, mine).returning(ledger.c.id)
            if await connection.scalar(noted) is None:
                raise LostClaim

    async def recall(self) -> tuple[Note, ...]:
        """Everything noted for this action, in any attempt, oldest first."""
        held = self._claim.approval
        own = and_(ledger.c.action == held.id, ledger.c.person == held.person)
        async with self._database.transaction(held.person) as connection:
            rows = (await connection.execute(select(ledger).where(own).order_by(ledger.c.id))).mappings().all()
        return tuple(Note(step=row["step"], refs=row["refs"], at=row["noted_at"]) for row in rows)
