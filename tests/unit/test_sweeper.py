"""The sweeper over fakes: what waits for the worker of what takes long is in nobody else's way."""

import asyncio
from datetime import timedelta

from app.assistant import BUSY
from app.domain.errors import StoreUnavailable
from app.domain.ports import Kind
from app.domain.types import PersonId, TurnId
from app.sweeper import Aside, Sweeper
from app.telemetry import Telemetry
from tests.samples import ANN, BOB, message
from tests.unit.steward_at_work import AtWork
from tests.unit.test_errands import at_work_long


async def left_over(at: AtWork) -> list[tuple[Kind, str]]:
    """An errand that waits for its worker, and a turn whose process died; their ids as they are to be woken."""
    await at.assistant.hear(message("sort it", errand="long one"))
    orphan, _ = await at.store.turns.open(message("hello", person=BOB), limit=9)
    (errand,) = [row.turn for row in at.disk.turns.values() if row.turn.errand]
    at.disk.turns[orphan.id].owner = None
    at.outside.queue.woken.clear()
    return [(Kind.ERRAND, str(errand.id)), (Kind.TURN, str(orphan.id))]


async def woken(at: AtWork, aside: Aside | None) -> list[tuple[Kind, str]]:
    """Who was woken once two rows were swept."""
    sweeper = Sweeper(at.store, at.outside.queue, rehear=None, aside=aside, telemetry=Telemetry())
    await sweeper.sweep()
    while len(at.outside.queue.woken) < 2:
        await asyncio.sleep(0)
    found, at.outside.queue.woken = at.outside.queue.woken, []
    return sorted((kind, ident) for kind, ident, _ in found)


async def test_what_waits_for_the_worker_of_what_takes_long_takes_no_other_workers_time() -> None:
    at, _ = at_work_long()
    left = await left_over(at)
    assert await woken(at, at.assistant.left_aside) == left
    statuses = [text for _, text in at.chat.statuses]
    assert BUSY not in statuses
    at.clock.advance(timedelta(minutes=1))
    assert await woken(at, at.assistant.left_aside) == left
    assert [text for _, text in at.chat.statuses][len(statuses) :] == [BUSY]


async def test_who_cannot_tell_wakes_all_the_same() -> None:
    at, _ = at_work_long()
    left = await left_over(at)

    async def away(person: PersonId, turn: TurnId) -> bool:
        assert person in (ANN.id, BOB.id)
        raise StoreUnavailable

    for aside in (away, None):
        assert await woken(at, aside) == sorted((Kind.TURN, ident) for _, ident in left)
