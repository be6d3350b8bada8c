"""The contract of Approvals: deciding and showing."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from app.domain.approvals import MOVES, REMEMBERED, Decision, Status
from app.domain.cards import Receipt
from app.domain.desk import DISOWNED, begun, edition
from app.domain.ports import Approvals, Kind, Store
from app.domain.types import ActionId, Place, TurnStatus
from tests.houses import House
from tests.samples import ANN, BOB, archive, event, proposal, reply

S, D = Status, Decision
PATHS: dict[Status, tuple[Decision | Status, ...]] = {
    S.PROPOSED: (),
    S.APPROVED: (D.APPROVE,),
    S.REJECTED: (D.REJECT,),
    S.RUNNING: (D.APPROVE, S.RUNNING),
    S.DONE: (D.APPROVE, S.RUNNING, S.DONE),
    S.PARTIAL: (D.APPROVE, S.RUNNING, S.PARTIAL),
    S.FAILED: (D.APPROVE, S.RUNNING, S.FAILED),
    S.UNCERTAIN: (D.APPROVE, S.RUNNING, S.UNCERTAIN),
    S.STALE: (D.APPROVE, S.RUNNING, S.STALE),
    S.UNDOING: (D.APPROVE, S.RUNNING, S.DONE, D.UNDO),
    S.UNDONE: (D.APPROVE, S.RUNNING, S.DONE, D.UNDO, S.RUNNING, S.UNDONE),
}
UNCLEAR: tuple[Decision | Status, ...] = (D.APPROVE, S.RUNNING, S.DONE, D.UNDO, S.RUNNING, S.UNCERTAIN)
"""How it comes to an undoing of which nobody knows what became of it."""
"""How an action comes to each status: a decision, a claim (RUNNING), or how the claim settles."""


async def lead(approvals: Approvals, action: ActionId, to: Status) -> None:
    await walk(approvals, action, PATHS[to])


async def walk(approvals: Approvals, action: ActionId, path: tuple[Decision | Status, ...]) -> None:
    claim = None
    for step in path:
        if isinstance(step, Decision):
            assert await approvals.decide(ANN.id, action, step)
        elif step is S.RUNNING:
            claim = await approvals.claim(ANN.id, action)
        else:
            assert claim is not None
            await approvals.settle(claim, step)


async def waiting_actions(store: Store) -> list[str]:
    return [waiting.id for waiting in await store.waiting() if waiting.kind is Kind.ACTION]


async def test_what_was_proposed_comes_back_as_it_was(house: House) -> None:
    store = await house.process()
    for action in (
        archive(),
        reply(),
        event(house.clock.now() + timedelta(hours=3)),
        reply(body="nul \0, half \ud83d"),
    ):
        proposed = await house.proposed(store, action)
        assert await store.approvals.get(ANN.id, action.id) == proposed
    assert await store.approvals.get(ANN.id, ActionId(uuid4())) is None
    assert await store.approvals.get(BOB.id, action.id) is None


@pytest.mark.parametrize("decision", Decision)
@pytest.mark.parametrize("path", [*PATHS.values(), UNCLEAR], ids=[*PATHS, "unclear"])
async def test_a_decision_moves_only_from_where_it_is_offered(
    house: House, path: tuple[Decision | Status, ...], decision: Decision
) -> None:
    store = await house.process()
    action = (await house.proposed(store, archive())).id
    await walk(store.approvals, action, path)
    before = await store.approvals.get(ANN.id, action)
    assert before is not None
    assert before.reversing is (D.UNDO in path)
    offered = decision in before.offers
    decided = await store.approvals.decide(ANN.id, action, decision)
    assert (decided is not None) is offered
    after = await store.approvals.get(ANN.id, action)
    assert after == (decided if offered else before)
    if decided:
        assert decided.status is decision.move[1]
        assert (decided.reversing, decided.note) == (decision.of_undoing, decision.said)
        assert decided.status in MOVES[before.status]
        assert decided.decided_at == house.clock.now()


async def test_of_fifty_clicks_at_once_exactly_one_counts(house: House) -> None:
    stores = [await house.process() for _ in range(3)]
    action = (await house.proposed(stores[0], archive())).id
    clicks = (stores[n % 3].approvals.decide(ANN.id, action, D.APPROVE, click=f"{n}") for n in range(50))
    decided = await asyncio.gather(*clicks)
    assert sum(approval is not None for approval in decided) == 1


async def test_of_opposite_clicks_at_once_exactly_one_counts(house: House) -> None:
    store = await house.process()
    action = (await house.proposed(store, archive())).id
    both = [D.APPROVE, D.REJECT] * 5
    decided = await asyncio.gather(*(store.approvals.decide(ANN.id, action, decision) for decision in both))
    assert sum(approval is not None for approval in decided) == 1


async def test_nobody_decides_for_another(house: House) -> None:
    store = await house.process()
    proposed = await house.proposed(store, archive())
    for decision in Decision:
        assert await store.approvals.decide(BOB.id, proposed.id, decision) is None
    assert await store.approvals.claim(BOB.id, proposed.id) is None
    assert await store.approvals.waiting(BOB.id) == ()
    assert await store.approvals.get(ANN.id, proposed.id) == proposed


async def test_a_marked_recipient_takes_two_different_clicks(house: House) -> None:
    store = await house.process()
    action = (await house.proposed(store, reply())).id
    first = await store.approvals.decide(ANN.id, action, D.APPROVE, click="trigger-1")
    assert first is not None
    assert (first.status, first.confirmations, first.decided_at) == (S.PROPOSED, 1, None)
    assert await store.approvals.decide(ANN.id, action, D.APPROVE, click="trigger-1") is None
    assert await store.approvals.claim(ANN.id, action) is None
    second = await store.approvals.decide(ANN.id, action, D.APPROVE, click="trigger-2")
    assert second is not None
    assert (second.status, second.confirmations) == (S.APPROVED, 2)


async def test_the_same_click_many_times_at_once_is_one_confirmation(house: House) -> None:
    store = await house.process()
    action = (await house.proposed(store, reply())).id
    clicks = (store.approvals.decide(ANN.id, action, D.APPROVE, click="trigger-1") for _ in range(20))
    decided = [approval for approval in await asyncio.gather(*clicks) if approval]
    assert [approval.confirmations for approval in decided] == [1]


async def test_what_is_past_its_time_cannot_be_approved_and_expires(house: House) -> None:
    store = await house.process()
    soon = (await house.proposed(store, event(house.clock.now() + timedelta(minutes=5)))).id
    house.clock.advance(timedelta(minutes=5))
    assert await store.approvals.decide(ANN.id, soon, D.APPROVE) is None
    expired = await store.approvals.get(ANN.id, soon)
    assert expired is not None
    assert expired.status is S.EXPIRED


async def test_expiry_touches_what_is_past_its_time_and_only_that(house: House) -> None:
    store = await house.process()
    old = (await house.proposed(store, archive())).id
    house.clock.advance(timedelta(hours=23))
    young = await house.proposed(store, archive())
    theirs = await house.proposed(store, archive(), person=BOB)
    house.clock.advance(timedelta(hours=1))
    assert await store.approvals.waiting(ANN.id) == (young,)
    assert [a.id for a in await store.approvals.expire(ANN.id, house.clock.now())] == [old]
    assert await store.approvals.expire(ANN.id, house.clock.now()) == ()
    assert await store.approvals.get(BOB.id, theirs.id) == theirs


async def test_a_card_that_is_drawn_too_late_is_known(house: House) -> None:
    store = await house.process()
    proposed = await house.proposed(store, archive())
    assert await store.approvals.shown(proposed, "1.1") is None
    approved = await store.approvals.decide(ANN.id, proposed.id, D.APPROVE)
    assert approved is not None
    claim = await store.approvals.claim(ANN.id, proposed.id)
    assert claim is not None
    assert await store.approvals.shown(approved, "1.1") is None  # what comes of it is drawn when it has come
    done = await store.approvals.settle(claim, S.DONE)
    assert await store.approvals.shown(done, "1.1") is None
    fresh = await store.approvals.shown(approved, "1.1")
    assert fresh is not None
    assert (fresh.status, fresh.drawn, fresh.card_ts) == (S.DONE, S.APPROVED, "1.1")
    assert await store.approvals.shown(fresh, "1.1") is None


async def test_an_overdue_card_waits_to_be_expired_and_then_to_be_redrawn(house: House) -> None:
    store = await house.process()
    proposed = await house.proposed(store, archive())
    await store.approvals.shown(proposed, "1.1")
    house.clock.advance(timedelta(days=1))
    assert await waiting_actions(store) == [str(proposed.id)]
    assert await store.approvals.claim(ANN.id, proposed.id) is None
    [expired] = await store.approvals.expire(ANN.id, house.clock.now())
    assert (expired.status, expired.drawn) == (S.EXPIRED, S.PROPOSED)
    assert await waiting_actions(store) == []
    house.clock.advance(timedelta(seconds=10))
    assert await waiting_actions(store) == [str(proposed.id)]


async def test_cards_wait_oldest_first_until_decided(house: House) -> None:
    store = await house.process()
    first = await house.proposed(store, archive())
    house.clock.advance(timedelta(minutes=1))
    second = await house.proposed(store, reply())
    assert await store.approvals.waiting(ANN.id) == (first, second)
    await store.approvals.decide(ANN.id, first.id, D.REJECT)
    assert await store.approvals.waiting(ANN.id) == (second,)


async def test_a_card_stands_where_it_was_shown_last(house: House) -> None:
    store = await house.process()
    proposed = await house.proposed(store, archive())
    elsewhere = proposed.model_copy(update={"place": Place(channel="D9", thread="9.9")})
    await store.approvals.shown(proposed, "1.1")
    before = await store.approvals.shown_again(elsewhere, "9.10")
    assert before == proposed.model_copy(update={"card_ts": "1.1", "drawn": S.PROPOSED})
    shown = await store.approvals.get(ANN.id, proposed.id)
    assert shown == elsewhere.model_copy(update={"card_ts": "9.10", "drawn": S.PROPOSED})


async def test_who_posts_a_card_hears_that_it_was_shown_again_meanwhile(house: House) -> None:
    store = await house.process()
    proposed = await house.proposed(store, archive())
    elsewhere = proposed.model_copy(update={"place": Place(channel="D9", thread="9.9")})
    assert await store.approvals.shown_again(elsewhere, "9.10") == proposed
    shown = elsewhere.model_copy(update={"card_ts": "9.10", "drawn": S.PROPOSED})
    assert await store.approvals.shown(proposed, "1.1") == shown
    assert await store.approvals.get(ANN.id, proposed.id) == shown


async def test_a_card_that_doesnt_stand_yet_comes_with_the_reply_of_its_turn(house: House) -> None:
    store = await house.process()
    turn = await house.turn(store)
    approval = proposal(archive(), turn, house.clock.now())
    assert await store.turns.end(turn, status=TurnStatus.ENDED, reply="Here it is.", actions=[approval])
    house.clock.advance(timedelta(seconds=10))
    assert await waiting_actions(store) == []  # whoever brings the reply brings the card, too
    await store.turns.posted(turn, "1.1")
    assert await waiting_actions(store) == [str(approval.id)]


async def test_a_card_that_shows_an_old_status_is_looked_at_ever_more_rarely(house: House) -> None:
    store = await house.process()
    proposed = await house.proposed(store, archive())
    assert await waiting_actions(store) == []
    house.clock.advance(timedelta(seconds=10))
    assert await waiting_actions(store) == [str(proposed.id)]
    await store.approvals.shown(proposed, "1.1")
    assert await waiting_actions(store) == []
    await store.approvals.decide(ANN.id, proposed.id, D.REJECT)
    for wait in (10, 10, 20, 40):
        assert await waiting_actions(store) == []
        house.clock.advance(timedelta(seconds=wait))
        assert await waiting_actions(store) == [str(proposed.id)]
        assert await store.approvals.claim(ANN.id, proposed.id) is None
    rejected = await store.approvals.get(ANN.id, proposed.id)
    assert rejected is not None
    await store.approvals.shown(rejected, "1.1")
    house.clock.advance(timedelta(hours=1))
    assert await waiting_actions(store) == []


async def test_a_renewed_preview_joins_its_turn(house: House) -> None:
    store = await house.process()
    turn = await house.turn(store)
    first = proposal(archive(), turn, house.clock.now())
    assert await store.turns.end(turn, status=TurnStatus.ENDED, reply="", actions=[first])
    renewed = proposal(archive("m3"), turn, house.clock.advance(timedelta(minutes=1)))
    await store.approvals.propose(renewed)
    assert await store.approvals.of_turn(turn) == (first, renewed)


async def test_a_receipt_is_kept(house: House) -> None:
    store = await house.process()
    action = (await house.proposed(store, archive())).id
    await store.approvals.decide(ANN.id, action, D.APPROVE)
    claim = await store.approvals.claim(ANN.id, action)
    assert claim is not None
    receipt = Receipt(summary="Archived 2 mails in work", skipped=1)
    settled = await store.approvals.settle(claim, S.DONE, note="a note", receipt=receipt)
    assert (settled.receipt, settled.note, settled.status) == (receipt, "a note", S.DONE)
    assert await store.approvals.get(ANN.id, action) == settled
    undone = await store.approvals.decide(ANN.id, action, D.UNDO)
    assert undone is not None
    assert (undone.receipt, undone.note) == (receipt, "")


async def test_what_cannot_be_undone_isnt(house: House) -> None:
    store = await house.process()
    action = (await house.proposed(store, reply())).id
    for _ in range(2):
        await store.approvals.decide(ANN.id, action, D.APPROVE)
    claim = await store.approvals.claim(ANN.id, action)
    assert claim is not None
    await store.approvals.settle(claim, S.DONE)
    assert await store.approvals.decide(ANN.id, action, D.UNDO) is None


async def test_what_the_person_says_was_not_done_is_noted_for_the_next_attempt(house: House) -> None:
    store = await house.process()
    action = (await house.proposed(store, archive())).id
    await walk(store.approvals, action, (D.APPROVE, S.RUNNING, S.UNCERTAIN))
    for decision in (D.DID_NOT, D.RETRY):
        assert await store.approvals.decide(ANN.id, action, decision)
    assert await store.approvals.decide(ANN.id, action, D.DID_NOT) is None
    claim = await store.approvals.claim(ANN.id, action)
    assert claim is not None
    ledger = store.approvals.ledger(claim)
    assert [note.step for note in await ledger.recall()] == [DISOWNED]
    assert (await edition(ledger), await begun(ledger)) == (1, False)
    await ledger.note("sending")
    assert await begun(ledger)


@pytest.mark.parametrize("status", [S.PROPOSED, S.UNCERTAIN, S.FAILED, S.PARTIAL, S.DONE, S.REJECTED, S.RUNNING])
async def test_what_asks_for_something_is_unsettled(house: House, status: Status) -> None:
    store = await house.process()
    action = (await house.proposed(store, archive())).id
    await house.proposed(store, archive("m9"), person=BOB)
    await lead(store.approvals, action, status)
    asks = status in (S.PROPOSED, S.UNCERTAIN, S.FAILED, S.PARTIAL)
    assert [a.id for a in await store.approvals.unsettled(ANN.id)] == [action] * asks
    house.clock.advance(REMEMBERED)
    assert [a.id for a in await store.approvals.unsettled(ANN.id)] == [action] * (status is S.UNCERTAIN)
