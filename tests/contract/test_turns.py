"""The contract of Turns."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.errors import LostClaim, TooManyRequests
from app.domain.ports import Kind, Store
from app.domain.types import Place, Turn, TurnId, TurnStatus
from tests.houses import House
from tests.samples import ANN, BOB, archive, message, proposal, reply, slack_ts

S = TurnStatus
LIMIT = 100


async def say(store: Store, text: str = "hello", **fields: Any) -> Turn:
    turn, _ = await store.turns.open(message(text, **fields), limit=LIMIT)
    return turn


async def answer(store: Store, turn: Turn, reply: str = "done") -> None:
    assert await store.turns.end(turn, status=S.ENDED, reply=reply, actions=[])


async def waiting_turns(store: Store) -> list[str]:
    return [waiting.id for waiting in await store.waiting() if waiting.kind is Kind.TURN]


# Opening.


async def test_the_first_request_runs_and_the_next_ones_queue(store: Store) -> None:
    first, second = await say(store), await say(store)
    elsewhere = await say(store, place=Place(channel="C1", thread="1.1"))
    other = await say(store, person=BOB)
    assert [t.status for t in (first, second, elsewhere, other)] == [S.RUNNING, S.QUEUED, S.RUNNING, S.RUNNING]
    assert (first.attempt, second.attempt) == (1, 0)


async def test_a_slack_message_opens_one_turn(store: Store) -> None:
    said = message()
    turn, new = await store.turns.open(said, limit=LIMIT)
    again, new_again = await store.turns.open(said, limit=LIMIT)
    assert (new, new_again) == (True, False)
    assert again == turn


async def test_of_many_at_once_exactly_one_runs(house: House) -> None:
    stores = [await house.process() for _ in range(3)]
    said = [message() for _ in range(12)]
    opened = await asyncio.gather(*(stores[n % 3].turns.open(m, limit=LIMIT) for n, m in enumerate(said)))
    assert sorted(turn.status for turn, _ in opened) == [S.QUEUED] * 11 + [S.RUNNING]


async def test_one_that_is_left_goes_on_with_its_errand_elsewhere(house: House) -> None:
    app, worker = await house.process(), await house.process()
    turn, second = await say(app), await say(app)
    await app.turns.leave(turn, "triage")
    with pytest.raises(LostClaim):
        await app.turns.leave(turn, "digest")
    assert not await app.turns.end(turn, status=S.ENDED, reply="x", actions=[])
    assert await app.turns.next(ANN.id, turn.place.conversation) is None
    assert await waiting_turns(app) == [str(turn.id)]
    taken = await worker.turns.resume(turn.id)
    assert taken is not None
    assert (taken.errand, taken.attempt, taken.status) == ("triage", 2, S.RUNNING)
    assert await waiting_turns(app) == []
    await answer(worker, taken)
    following = await worker.turns.next(ANN.id, turn.place.conversation)
    assert following is not None
    assert following.id == second.id


async def test_one_that_was_stopped_is_left_to_nobody(store: Store) -> None:
    turn = await say(store)
    await store.turns.halt(ANN.id, turn.place.conversation)
    with pytest.raises(LostClaim):
        await store.turns.leave(turn, "triage")


async def test_the_same_message_at_once_opens_one_turn(house: House) -> None:
    stores, said = [await house.process() for _ in range(3)], message()
    opened = await asyncio.gather(*(store.turns.open(said, limit=LIMIT) for store in stores))
    assert [new for _, new in opened].count(True) == 1
    assert len({turn.id for turn, _ in opened}) == 1


async def test_too_many_requests_in_a_minute_are_refused(house: House) -> None:
    store, said = await house.process(), message()
    await store.turns.open(said, limit=2)
    house.clock.advance(timedelta(seconds=20))
    await store.turns.open(message(), limit=2)
    with pytest.raises(TooManyRequests) as refused:
        await store.turns.open(message(), limit=2)
    assert refused.value.facts == {"limit": 2, "seconds": 41}
    # Slack bringing a known message again isn't a request, and neither is somebody else's.
    assert (await store.turns.open(said, limit=2))[1] is False
    assert (await store.turns.open(message(person=BOB), limit=2))[1]
    house.clock.advance(timedelta(seconds=40))
    assert (await store.turns.open(message(), limit=2))[1]


# Order.


async def test_queued_turns_start_in_slacks_order_one_at_a_time(store: Store) -> None:
    running = await say(store)
    early, late = slack_ts(), slack_ts()
    second = await say(store, ts=late)
    first = await say(store, ts=early)
    conversation = running.place.conversation
    assert await store.turns.next(ANN.id, conversation) is None
    await answer(store, running)
    started = await store.turns.next(ANN.id, conversation)
    assert started is not None
    assert (started.id, started.status, started.attempt) == (first.id, S.RUNNING, 1)
    assert await store.turns.next(ANN.id, conversation) is None
    await answer(store, started)
    after = await store.turns.next(ANN.id, conversation)
    assert after is not None
    assert after.id == second.id


async def test_of_many_who_start_the_next_turn_one_does(house: House) -> None:
    stores = [await house.process() for _ in range(4)]
    running = await say(stores[0])
    await say(stores[0])
    await answer(stores[0], running)
    started = await asyncio.gather(*(s.turns.next(ANN.id, running.place.conversation) for s in stores))
    assert sum(turn is not None for turn in started) == 1


async def test_a_queued_turn_nobody_starts_waits_for_the_sweeper(store: Store) -> None:
    running, queued = await say(store), await say(store)
    behind = await say(store)
    assert await store.turns.resume(queued.id) is None
    await answer(store, running, reply="")
    assert await waiting_turns(store) == [str(queued.id)]
    assert await store.turns.resume(behind.id) is None
    resumed = await store.turns.resume(queued.id)
    assert resumed is not None
    assert (resumed.status, resumed.attempt) == (S.RUNNING, 1)


# Ending.


async def test_a_turn_ends_once_with_its_actions(house: House) -> None:
    store = await house.process()
    turn = await house.turn(store)
    actions = [proposal(a, turn, house.clock.now(), position=n) for n, a in enumerate((archive(), reply()))]
    assert await store.turns.end(turn, status=S.ENDED, reply="Two cards.", actions=actions)
    assert list(await store.approvals.of_turn(turn)) == actions
    late = proposal(archive("m9"), turn, house.clock.now())
    assert not await store.turns.end(turn, status=S.ENDED, reply="Again.", actions=[late])
    assert list(await store.approvals.of_turn(turn)) == actions


async def test_of_many_who_end_a_turn_one_does(store: Store) -> None:
    turn = await say(store)
    ends = (store.turns.end(turn, status=S.ENDED, reply=f"{n}", actions=[]) for n in range(20))
    assert (await asyncio.gather(*ends)).count(True) == 1


async def test_a_turn_is_its_processs_own(house: House) -> None:
    first, second = await house.process(), await house.process()
    turn = await house.turn(first)
    await first.turns.mine(turn)
    assert await first.turns.running(ANN.id, turn.place.conversation) == turn
    assert await second.turns.running(ANN.id, turn.place.conversation) is None
    with pytest.raises(LostClaim):
        await second.turns.mine(turn)
    assert not await second.turns.end(turn, status=S.ENDED, reply="", actions=[])
    assert await second.turns.resume(turn.id) is None
    assert await waiting_turns(second) == []


async def test_a_turn_left_running_is_taken_over_and_the_first_attempt_cannot_end_it(house: House) -> None:
    first, second = await house.process(), await house.process()
    turn = await house.turn(first)
    await first.close()
    assert await waiting_turns(second) == [str(turn.id)]
    resumed = await second.turns.resume(turn.id)
    assert resumed is not None
    assert (resumed.status, resumed.attempt) == (S.RUNNING, 2)
    with pytest.raises(LostClaim):
        await second.turns.mine(turn)
    assert not await second.turns.end(turn, status=S.ENDED, reply="old", actions=[])
    assert await second.turns.end(resumed, status=S.ENDED, reply="new", actions=[])


async def test_an_unknown_turn_cannot_be_resumed(store: Store) -> None:
    assert await store.turns.resume(TurnId(uuid4())) is None


async def test_a_reply_that_doesnt_stand_in_slack_is_brought_again_ever_more_rarely(house: House) -> None:
    store = await house.process()
    turn = await house.turn(store)
    await answer(store, turn, "Here you are.")
    for seconds in (10, 10, 20):
        await store.turns.put_off(turn)  # Slack didn't take it
        assert await waiting_turns(store) == []
        house.clock.advance(timedelta(seconds=seconds - 1))
        assert await store.turns.resume(turn.id) is None
        house.clock.advance(timedelta(seconds=1))
        assert await waiting_turns(store) == [str(turn.id)]
        left = await store.turns.resume(turn.id)
        assert left is not None
        assert (left.status, left.reply, left.attempt) == (S.ENDED, "Here you are.", 1)
    await store.turns.posted(turn, "1700000000.000001")
    assert await waiting_turns(store) == []
    assert await store.turns.resume(turn.id) is None


async def test_a_reply_that_is_being_posted_is_left_to_who_posts_it(house: House) -> None:
    store = await house.process()
    turn = await house.turn(store)
    await answer(store, turn, "Here you are.")
    for _ in range(2):
        house.clock.advance(timedelta(seconds=119))
        assert await waiting_turns(store) == []
        assert await store.turns.resume(turn.id) is None
        house.clock.advance(timedelta(seconds=1))
        assert await store.turns.resume(turn.id) is not None


async def test_the_reply_of_a_dead_process_is_brought_at_once(house: House) -> None:
    first, second = await house.process(), await house.process()
    turn = await house.turn(first)
    await answer(first, turn, "Here you are.")
    await first.close()
    assert await waiting_turns(second) == [str(turn.id)]
    assert await second.turns.resume(turn.id) is not None
    assert await waiting_turns(second) == []


# Changing one's mind.


async def test_stop_ends_the_running_turn_and_cancels_the_queued(store: Store) -> None:
    running, queued = await say(store), await say(store)
    halted = await store.turns.halt(ANN.id, running.place.conversation)
    assert [(t.id, t.status) for t in halted] == [(running.id, S.STOPPED), (queued.id, S.CANCELLED)]
    with pytest.raises(LostClaim):
        await store.turns.mine(running)
    assert not await store.turns.end(running, status=S.ENDED, reply="late", actions=[])
    assert await store.turns.next(ANN.id, running.place.conversation) is None
    assert await store.turns.halt(ANN.id, running.place.conversation) == ()
    assert (await say(store)).status is S.RUNNING


async def test_stop_stops_only_ones_own(store: Store) -> None:
    place = Place(channel="C1", thread="1.1")
    mine, theirs = await say(store, place=place), await say(store, place=place, person=BOB)
    assert [t.id for t in await store.turns.halt(ANN.id, place.conversation)] == [mine.id]
    await store.turns.mine(theirs)


async def test_a_queued_message_can_be_edited_and_deleted_a_running_one_cant(store: Store) -> None:
    running, queued = await say(store), await say(store)
    assert await store.turns.reword(ANN.id, running.place, running.ts, "changed") is None
    assert await store.turns.reword(BOB.id, queued.place, queued.ts, "not yours") is None
    reworded = await store.turns.reword(ANN.id, queued.place, queued.ts, "changed")
    assert reworded is not None
    assert (reworded.id, reworded.text) == (queued.id, "changed")
    cancelled = await store.turns.reword(ANN.id, queued.place, queued.ts, None)
    assert cancelled is not None
    assert cancelled.status is S.CANCELLED
    await answer(store, running)
    assert await store.turns.next(ANN.id, running.place.conversation) is None
