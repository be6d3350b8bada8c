"""The daily cap on calls to a paid model, counted in PostgreSQL over all processes."""

from datetime import UTC

from sqlalchemy import func, select

from app.domain.errors import PaidCallsSpent
from app.domain.ports import Clock
from app.store.database import Database


class PostgresAllowance:
    """Serves `app.domain.ports.Allowance`: at most `limit` calls a day, which begins at midnight UTC."""

    def __init__(self, database: Database, clock: Clock, *, limit: int) -> None:
        self._database = database
        self._clock = clock
        self._limit = limit

    async def take(self) -> None:
        """Count one call before it is made. Raises PaidCallsSpent, StoreUnavailable."""
        today = self._clock.now().astimezone(UTC).date()
        async with self._database.statement() as connection:
            asked = select(func.steward.take_paid_call(today, self._limit))
            taken = (await connection.execute(asked)).scalar_one()
        if not taken:
            raise PaidCallsSpent(limit=self._limit)
