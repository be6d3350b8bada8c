"""The contract of claims and ledgers: one worker at a time, and nothing written by one that lost its claim."""

import asyncio
from datetime import timedelta

import pytest

from app.domain.actions import Action
from app.domain.approvals import Decision, Status
from app.domain.errors import LostClaim
from app.domain.mailboxes import CHUNK
from app.domain.ports import Claim, Kind, Store
from app.domain.types import ActionId
from tests.houses import House
from tests.samples import ANN, archive

S, D = Status, Decision


async def approved(house: House, store: Store, action: Action | None = None) -> ActionId:
    proposed = await house.proposed(store, action or archive())
    assert await store.approvals.decide(ANN.id, proposed.id, D.APPROVE)
    return proposed.id


async def claimed(store: Store, action: ActionId) -> Claim:
    claim = await store.approvals.claim(ANN.id, action)
    assert claim is not None
    return claim


async def waiting_actions(store: Store) -> list[str]:
    return [waiting.id for waiting in await store.waiting() if waiting.kind is Kind.ACTION]


async def test_an_approved_action_waits_and_is_claimed_once(house: House) -> None:
    stores = [await house.process() for _ in range(3)]
    action = await approved(house, stores[0])
    assert await waiting_actions(stores[1]) == [str(action)]
    claims = await asyncio.gather(*(stores[n % 3].approvals.claim(ANN.id, action) for n in range(12)))
    won = [claim for claim in claims if claim]
    assert len(won) == 1
    assert (won[0].approval.status, won[0].approval.attempt, won[0].tries) == (S.RUNNING, 1, 1)
    assert won[0].since == house.clock.now()
    assert await waiting_actions(stores[1]) == []


@pytest.mark.parametrize("end", [S.DONE, S.PARTIAL, S.FAILED, S.UNCERTAIN, S.STALE])
async def test_a_claim_settles_once(house: House, end: Status) -> None:
    store = await house.process()
    claim = await claimed(store, await approved(house, store))
    settled = await store.approvals.settle(claim, end)
    assert settled.status is end
    for again in (S.DONE, end):
        with pytest.raises(LostClaim):
            await store.approvals.settle(claim, again)


async def test_a_claim_cannot_settle_where_no_move_leads(house: House) -> None:
    store = await house.process()
    claim = await claimed(store, await approved(house, store))
    with pytest.raises(ValueError, match="no move leads"):
        await store.approvals.settle(claim, S.UNDONE)


async def test_a_dead_workers_action_is_free_at_once_and_the_dead_write_nothing(house: House) -> None:
    first, second = await house.process(), await house.process()
    action = await approved(house, first)
    old = await claimed(first, action)
    ledger = first.approvals.ledger(old)
    await ledger.note("creating", draft=1)
    assert await second.approvals.claim(ANN.id, action) is None
    await first.close()
    assert await waiting_actions(second) == [str(action)]
    new = await claimed(second, action)
    assert (new.approval.attempt, new.tries, new.since) == (2, 2, old.since)
    for late in (ledger.note("created"), first.approvals.settle(old, S.DONE), first.approvals.wait(old, old.since)):
        with pytest.raises(LostClaim):
            await late
    assert [note.step for note in await second.approvals.ledger(new).recall()] == ["creating"]


async def bulk(store: Store) -> list[bool]:
    return [waiting.bulk for waiting in await store.waiting()]


async def test_what_takes_long_waits_as_such_however_often_it_is_put_down(house: House) -> None:
    first, second = await house.process(), await house.process()
    many = archive(*(f"m{n}" for n in range(CHUNK + 1)))
    action = await approved(house, first, many)
    assert await bulk(second) == [True]
    claim = await claimed(first, action)
    await first.close()
    assert await bulk(second) == [True]
    claim = await claimed(second, action)
    await second.approvals.wait(claim, house.clock.now())
    assert await bulk(second) == [True]
    await second.approvals.settle(await claimed(second, action), S.DONE)
    house.clock.advance(timedelta(seconds=10))
    assert await bulk(second) == [False], "its card is drawn in a moment"
    await approved(house, second)
    assert await bulk(second) == [False, False]


async def test_an_old_claim_of_the_same_process_writes_nothing(house: House) -> None:
    store = await house.process()
    action = await approved(house, store)
    old = await claimed(store, action)
    await store.approvals.wait(old, house.clock.now())
    new = await claimed(store, action)
    ledger = store.approvals.ledger(old)
    for late in (ledger.note("late"), store.approvals.settle(old, S.DONE), store.approvals.wait(old, old.since)):
        with pytest.raises(LostClaim):
            await late
    await store.approvals.ledger(new).note("on time")
    await store.approvals.settle(new, S.DONE)
    with pytest.raises(LostClaim):
        await store.approvals.ledger(new).note("after the end")


async def test_the_ledger_keeps_everything_in_order_through_attempts(house: House) -> None:
    first, second = await house.process(), await house.process()
    action = await approved(house, first)
    claim = await claimed(first, action)
    before = house.clock.now()
    await first.approvals.ledger(claim).note("chunk", index=0, ids=["m1", "m2"])
    house.clock.advance(timedelta(seconds=3))
    await first.approvals.ledger(claim).note("archived", index=0)
    await first.close()
    ledger = second.approvals.ledger(await claimed(second, action))
    await ledger.note("chunk", index=1, ids=[])
    notes = await ledger.recall()
    assert [(note.step, note.refs["index"]) for note in notes] == [("chunk", 0), ("archived", 0), ("chunk", 1)]
    assert notes[0].refs == {"index": 0, "ids": ["m1", "m2"]}
    assert [note.at - before for note in notes] == [timedelta(0), timedelta(seconds=3), timedelta(seconds=3)]


async def test_one_actions_ledger_isnt_anothers(house: House) -> None:
    store = await house.process()
    one, other = [await claimed(store, await approved(house, store)) for _ in range(2)]
    await store.approvals.ledger(one).note("sending")
    assert await store.approvals.ledger(other).recall() == ()


async def test_an_action_put_down_is_claimed_again_from_then_on(house: House) -> None:
    store = await house.process()
    action = await approved(house, store)
    claim = await claimed(store, action)
    await store.approvals.wait(claim, house.clock.now() + timedelta(seconds=30))
    house.clock.advance(timedelta(seconds=29))
    assert await store.approvals.claim(ANN.id, action) is None
    assert await waiting_actions(store) == []
    house.clock.advance(timedelta(seconds=1))
    assert await waiting_actions(store) == [str(action)]
    again = await claimed(store, action)
    assert (again.approval.status, again.approval.attempt, again.tries) == (S.RUNNING, 2, 2)
    assert again.since == claim.since


async def test_retry_begins_to_count_anew_and_keeps_the_ledger(house: House) -> None:
    store = await house.process()
    action = await approved(house, store)
    claim = await claimed(store, action)
    await store.approvals.ledger(claim).note("creating")
    await store.approvals.settle(claim, S.FAILED, note="Google refused")
    later = house.clock.advance(timedelta(hours=1))
    retried = await store.approvals.decide(ANN.id, action, D.RETRY)
    assert retried is not None
    assert (retried.status, retried.note) == (S.APPROVED, "")
    again = await claimed(store, action)
    assert (again.approval.attempt, again.tries, again.since) == (2, 1, later)
    assert [note.step for note in await store.approvals.ledger(again).recall()] == ["creating"]


async def test_undoing_is_claimed_like_doing(house: House) -> None:
    first, second = await house.process(), await house.process()
    action = await approved(house, first)
    await first.approvals.settle(await claimed(first, action), S.DONE)
    undoing = await first.approvals.decide(ANN.id, action, D.UNDO)
    assert undoing is not None
    assert undoing.status is S.UNDOING
    claim = await claimed(first, action)
    assert (claim.approval.status, claim.tries) == (S.UNDOING, 1)
    assert await second.approvals.claim(ANN.id, action) is None
    await first.approvals.ledger(claim).note("restoring")
    await first.close()
    again = await claimed(second, action)
    assert (again.approval.status, again.tries) == (S.UNDOING, 2)
    assert (await second.approvals.settle(again, S.UNDONE)).status is S.UNDONE
