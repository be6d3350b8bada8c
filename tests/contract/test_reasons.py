"""The contract of what a person does to a card besides deciding: a reason that is kept once, and the turn it opens."""

from datetime import timedelta

import pytest

from app.domain.approvals import Approval, Decision, Status, successor
from app.domain.ports import Store
from tests.houses import House
from tests.samples import ANN, BOB, archive, message

S, D = Status, Decision


async def rejected(house: House, store: Store) -> Approval:
    proposed = await house.proposed(store, archive("m1"))
    decided = await store.approvals.decide(ANN.id, proposed.id, D.REJECT)
    assert decided is not None
    return decided


async def test_a_reason_is_kept_with_the_time_it_was_given(house: House) -> None:
    store = await house.process()
    action = await rejected(house, store)
    at = house.clock.advance(timedelta(minutes=1))
    explained = await store.approvals.explain(ANN.id, action.id, "Not the second one")
    assert explained is not None
    assert (explained.reason, explained.explained_at, explained.status) == ("Not the second one", at, S.REJECTED)
    assert await store.approvals.get(ANN.id, action.id) == explained


async def test_the_same_reason_again_changes_nothing_and_another_is_refused(house: House) -> None:
    store = await house.process()
    action = await rejected(house, store)
    first = await store.approvals.explain(ANN.id, action.id, "Not now")
    house.clock.advance(timedelta(minutes=1))
    assert await store.approvals.explain(ANN.id, action.id, "Not now") == first
    assert await store.approvals.explain(ANN.id, action.id, "Never") is None
    assert await store.approvals.get(ANN.id, action.id) == first


@pytest.mark.parametrize("decision", [None, D.APPROVE])
async def test_only_what_was_rejected_has_a_reason(house: House, decision: Decision | None) -> None:
    store = await house.process()
    action = await house.proposed(store, archive("m1"))
    if decision:
        await store.approvals.decide(ANN.id, action.id, decision)
    assert await store.approvals.explain(ANN.id, action.id, "Not now") is None


async def test_nobody_explains_for_another(house: House) -> None:
    store = await house.process()
    action = await rejected(house, store)
    assert await store.approvals.explain(BOB.id, action.id, "Not now") is None
    kept = await store.approvals.get(ANN.id, action.id)
    assert kept is not None
    assert kept.reason == ""


async def test_what_postgres_cannot_hold_is_left_out_of_a_reason(house: House) -> None:
    store = await house.process()
    action = await rejected(house, store)
    assert await store.approvals.explain(ANN.id, action.id, "Naïve 🙂 “reason”") is not None


async def test_a_turn_knows_what_it_is_about(house: House) -> None:
    store = await house.process()
    action = await rejected(house, store)
    said = message("Not the second one", about=action.id)
    turn, new = await store.turns.open(said, limit=10)
    assert (turn.about, turn.words, new) == (action.id, "Not the second one", True)
    assert await store.turns.open(said, limit=10) == (turn, False)
    assert await store.turns.get(ANN.id, turn.id) == turn
    assert (await house.turn(store, BOB)).about is None


async def test_what_is_past_its_time_is_not_replaced(house: House) -> None:
    store = await house.process()
    old = await house.proposed(store, archive("m1"))
    now = house.clock.advance(old.expires_at - house.clock.now())
    assert not await store.approvals.replace(ANN.id, old.id, successor(old, archive("m2"), now))
    kept = await store.approvals.get(ANN.id, old.id)
    assert kept is not None
    assert kept.status is S.PROPOSED
    assert await store.approvals.waiting(ANN.id) == ()
