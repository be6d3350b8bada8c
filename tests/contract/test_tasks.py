"""The contract of tasks: found once, done for good, snoozed, moved, and nobody else's."""

import asyncio
from datetime import timedelta

from app.domain.ports import Store
from app.domain.tasks import Found, Source, State
from tests.fakes import ManualClock
from tests.samples import ANN, BOB

NOW = ManualClock().now()


def found(key: str = "mail:1:t1", title: str = "Contract", minutes: int = 0) -> Found:
    return Found(key=key, source=Source.MAIL, title=title, minutes=minutes, since=NOW, due=NOW + timedelta(days=1))


async def test_what_is_found_again_is_the_same_task_with_what_is_known_now(store: Store) -> None:
    assert await store.tasks.open(ANN.id) == ()
    (first,) = await store.tasks.find(ANN.id, [found(title="Contract\x00"), found(title="Contract\x00")])
    assert (first.number, first.state, first.snoozed, first.moved) == (1, State.OPEN, None, "")
    assert first.found.title.startswith("Contract")
    both = await store.tasks.find(ANN.id, [found("mail:1:t2"), found(minutes=10)])
    assert [(t.number, t.found.key, t.found.minutes) for t in both] == [(1, "mail:1:t1", 10), (2, "mail:1:t2", 0)]
    assert await store.tasks.open(ANN.id) == both


async def test_what_was_done_does_not_come_back(store: Store) -> None:
    await store.tasks.find(ANN.id, [found(), found("mail:1:t2")])
    assert await store.tasks.close(BOB.id, [1]) == ()
    (done,) = await store.tasks.close(ANN.id, [1, 77])
    assert (done.number, done.state) == (1, State.DONE)
    assert await store.tasks.close(ANN.id, [1]) == (done,)
    left = await store.tasks.find(ANN.id, [found(title="Contract again")])
    assert [task.number for task in left] == [2]
    (_, new) = await store.tasks.find(ANN.id, [found("said:3")])
    assert new.number == 3


async def test_snoozed_and_moved(store: Store) -> None:
    await store.tasks.find(ANN.id, [found()])
    later = NOW + timedelta(days=2)
    assert await store.tasks.snooze(BOB.id, 1, later) is None
    snoozed = await store.tasks.snooze(ANN.id, 1, later)
    assert snoozed is not None
    assert snoozed.snoozed == later
    assert (snoozed.awake(NOW), snoozed.awake(later)) == (False, True)
    moved = await store.tasks.move(ANN.id, 1, "later", before="do")
    assert moved is not None
    assert (moved.moved, moved.moved_from, moved.snoozed) == ("later", "do", later)
    (kept,) = await store.tasks.find(ANN.id, [found(minutes=5)])
    assert kept == moved.model_copy(update={"found": found(minutes=5)})
    await store.tasks.close(ANN.id, [1])
    assert await store.tasks.move(ANN.id, 1, "do", before="do") is None
    assert await store.tasks.snooze(ANN.id, 1, later) is None


async def test_each_person_counts_for_themself(store: Store) -> None:
    await store.tasks.find(ANN.id, [found(), found("mail:1:t2")])
    (his,) = await store.tasks.find(BOB.id, [found()])
    assert his.number == 1
    assert len(await store.tasks.open(ANN.id)) == 2


async def test_two_who_find_at_once_number_apart(store: Store) -> None:
    await asyncio.gather(*(store.tasks.find(ANN.id, [found(f"said:{n}")]) for n in range(8)))
    assert [task.number for task in await store.tasks.open(ANN.id)] == list(range(1, 9))
