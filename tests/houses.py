"""What lasts, in memory or in PostgreSQL, and processes over it that may die."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from app.domain.actions import Action
from app.domain.approvals import Approval
from app.domain.ports import Store
from app.domain.types import Person, Turn, TurnStatus
from app.store import PostgresStore
from tests.fakes import Disk, ManualClock, MemoryStore
from tests.samples import ANN, message, proposal


class Running(Store, Protocol):
    """A store that can be closed, as a process that ends would."""

    async def close(self) -> None: ...


@dataclass
class House:
    """One store's data, and the processes that work on it."""

    clock: ManualClock
    process: Callable[[], Awaitable[Running]]
    """Starts one more process."""

    async def turn(self, store: Store, person: Person = ANN) -> Turn:
        """A running turn in a conversation of its own."""
        turn, new = await store.turns.open(message(person=person), limit=100)
        assert new
        assert turn.status is TurnStatus.RUNNING
        return turn

    async def proposed(self, store: Store, action: Action, person: Person = ANN) -> Approval:
        """An action whose turn has ended; its card isn't shown yet."""
        turn = await self.turn(store, person)
        approval = proposal(action, turn, self.clock.now())
        assert await store.turns.end(turn, status=TurnStatus.ENDED, reply="", actions=[approval])
        return approval


async def in_memory(clock: ManualClock) -> AsyncIterator[House]:
    disk = Disk()

    async def process() -> Running:
        return MemoryStore(clock, disk)

    yield House(clock, process)


async def in_postgres(clock: ManualClock, app_url: str) -> AsyncIterator[House]:
    running: list[PostgresStore] = []

    async def process() -> Running:
        running.append(await PostgresStore.open(app_url, key=bytes(32), clock=clock))
        return running[-1]

    yield House(clock, process)
    for store in running:
        await store.close()
