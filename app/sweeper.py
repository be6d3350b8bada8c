"""Finds rows that were left behind and wakes them again: what makes every wake-up and every process dispensable."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog

from app.domain.errors import StewardError, StoreUnavailable
from app.domain.ports import Kind, Queue, Store, Waiting
from app.domain.types import PersonId, TurnId
from app.telemetry import Telemetry

EVERY = 2.0
"""Seconds between two sweeps: an orphan waits at most this long (design: recovery within 15 s)."""

AGAIN = 6.0
"""Seconds after which a row that still waits is woken once more; the queue forgets wake-ups after a minute."""
AT_ONCE = 8
"""Turns looked at side by side: of hundreds that wait, each takes a connection and a call to Slack."""
Rehear = Callable[[str], Awaitable[None]]
"""Goes on with a kept envelope, by its key."""
Aside = Callable[[PersonId, TurnId], Awaitable[bool]]
"""Leaves a turn to the worker of what takes long, if it is of that kind, and whether it did."""
log = structlog.get_logger(__name__)


class Sweeper:
    """Runs in every app process and in the scheduler; any number of them may run at once."""

    def __init__(
        self, store: Store, queue: Queue, *, rehear: Rehear | None, aside: Aside | None, telemetry: Telemetry
    ) -> None:
        self._store = store
        self._queue = queue
        self._rehear = rehear
        self._aside = aside
        self._telemetry = telemetry
        self._under_way: set[asyncio.Task[None]] = set()
        self._at_once = asyncio.Semaphore(AT_ONCE)
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
            if row.kind is Kind.ENVELOPE:
                if self._rehear is not None:
                    self._begin(self._hear(self._rehear, row))
            elif (row.kind, row.id) not in self._woken:
                self._woken[row.kind, row.id] = now
                if row.kind is Kind.TURN and self._aside is not None:
                    self._begin(self._look(self._aside, row))
                else:
                    await self._wake(row)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """On its own: a request takes as long as its thinking, and the next orphan shall not wait for it."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _hear(self, rehear: Rehear, row: Waiting) -> None:
        try:
            await rehear(row.id)
        except StewardError as failure:
            log.warning("envelope_left", key=row.id, error=failure.code)

    async def _look(self, aside: Aside, row: Waiting) -> None:
        """Have a turn gone on with. One that waits for the worker of what takes long needs no job to find that out: a
        hundred of them would be in everybody's way every few seconds."""
        left = False
        async with self._at_once:
            with suppress(StewardError):
                left = row.person is not None and await aside(row.person, TurnId(UUID(row.id)))
        if not left:
            await self._wake(row)

    async def _wake(self, row: Waiting) -> None:
        await self._queue.wake(row.kind, row.id, row.person, bulk=row.bulk)
