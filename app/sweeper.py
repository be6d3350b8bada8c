"""Finds rows that were left behind and wakes them again: what makes every wake-up and every process dispensable."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from app.domain.errors import StewardError, StoreUnavailable
from app.domain.ports import Kind, Queue, Store, Waiting
from app.telemetry import Telemetry

EVERY = 2.0
"""Seconds between two sweeps: an orphan waits at most this long (design: recovery within 15 s)."""

AGAIN = 6.0
"""Seconds after which a row that still waits is woken once more; the queue forgets wake-ups after a minute."""
Rehear = Callable[[str], Awaitable[None]]
"""Goes on with a kept envelope, by its key."""
log = structlog.get_logger(__name__)


class Sweeper:
    """Runs in every app process and in the scheduler; any number of them may run at once."""

    def __init__(self, store: Store, queue: Queue, *, rehear: Rehear | None, telemetry: Telemetry) -> None:
        self._store = store
        self._queue = queue
        self._rehear = rehear
        self._telemetry = telemetry
        self._hearing: set[asyncio.Task[None]] = set()
        self._woken: dict[tuple[Kind, str], float] = {}

    async def run(self) -> None:
        """Sweep until cancelled; a database that is away is waited for."""
        while True:
            try:
                await self.sweep()
            except StoreUnavailable:
                log.warning("sweep_skipped")
            await asyncio.sleep(EVERY)

    async def sweep(self) -> None:
        """Wake everything that waits and that nobody works on."""
        now = time.monotonic()
        self._woken = {row: at for row, at in self._woken.items() if now - at < AGAIN}
        waiting = await self._store.waiting()
        for kind in Kind:
            self._telemetry.waiting.labels(kind.value).set(sum(row.kind is kind for row in waiting))
        for row in waiting:
            if row.kind is not Kind.ENVELOPE:
                if (row.kind, row.id) not in self._woken:
                    self._woken[row.kind, row.id] = now
                    await self._queue.wake(row.kind, row.id, row.person, bulk=row.bulk, again=True)
            elif self._rehear is not None:
                # On its own: a request takes as long as its thinking, and the next orphan shall not wait for it.
                task = asyncio.create_task(self._hear(self._rehear, row))
                self._hearing.add(task)
                task.add_done_callback(self._hearing.discard)

    async def _hear(self, rehear: Rehear, row: Waiting) -> None:
        try:
            await rehear(row.id)
        except StewardError as failure:
            log.warning("envelope_left", key=row.id, error=failure.code)
