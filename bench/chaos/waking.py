"""Wakes at once what a kill has left behind: how long Steward's own sweepers take for that is measured apart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from app.domain.errors import StoreUnavailable
from app.store import PostgresStore
from app.sweeper import Sweeper
from app.telemetry import Telemetry
from integrations.queue import RedisQueue

EVERY = 0.5
"""Seconds between two sweeps. Steward's own are rarer, and let a row they woke lately rest: that is most of the time
that a recovery takes, and none of what a matrix is about."""


class Waker:
    """One more sweeper, of the product's own make; any number of them may run at once."""

    def __init__(self, store: PostgresStore, redis_url: str) -> None:
        self._store = store
        self._queue = RedisQueue(redis_url)
        self._telemetry = Telemetry()

    @asynccontextmanager
    async def keen(self) -> AsyncIterator[None]:
        """Sweeps for the length of the block; it remembers nothing of an earlier one."""
        task = asyncio.create_task(self._sweep())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _sweep(self) -> None:
        sweeper = Sweeper(self._store, self._queue, rehear=None, aside=None, telemetry=self._telemetry)
        while True:
            with suppress(StoreUnavailable):
                await sweeper.sweep()
            await asyncio.sleep(EVERY)

    def close(self) -> None:
        self._queue.close()
