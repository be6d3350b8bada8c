"""Several actions of one request over fakes: shown as one plan, decided together or one by one, in their order."""

from typing import Any

import pytest

from app.domain.approvals import Approval, Decision, Status
from app.domain.cards import Origin
from app.domain.errors import AllSettled, AlreadySettled, ChatError, NotYours
from app.domain.mailboxes import CHUNK
from app.domain.plans import Plan
from app.domain.ports import Kind
from tests.samples import ANN, BOB, archive, event, reply
from tests.unit.plans_world import (
    REFUSED,
    START,
    approve_all,
    at_work,
    drawn,
    offered,
    plan,
    propose,
    statuses,
    work_off,
)

S, D = Status, Decision

# The message.


async def test_one_action_has_no_plan_message() -> None:
    at = at_work()
    await propose(at, archive("m1"))
    assert at.chat.plans == {}


async def test_a_plan_stands_above_its_cards_and_offers_only_what_can_be_seen() -> None:
    at, first, second = at_work(), archive("m1"), archive("m2")
    turn = await propose(at, first, second)
    assert at.chat.plans[turn][0].offered(D.APPROVE) == ()
    assert at.chat.plan_ts[turn] < at.chat.cards[first.id].ts < at.chat.cards[second.id].ts
    assert offered(at, turn) == [first.id, second.id]
    assert (await at.store.turns.get(ANN.id, turn)).plan_ts == at.chat.plan_ts[turn]  # type: ignore[union-attr]


async def test_a_card_that_does_not_stand_is_not_offered_with_the_others() -> None:
    at, first, second, third = at_work(), archive("m1"), archive("m2"), archive("m3")
    show = at.chat.show

    async def refusing(approval: Approval, *, again: bool = False) -> str:
        if approval.id == second.id:
            raise ChatError(why="ratelimited")
        return await show(approval, again=again)

    at.chat.show = refusing  # type: ignore[method-assign]
    turn = await propose(at, first, second, third)
    await at.assistant.decide(ANN.id, first.id, D.REJECT)
    assert offered(at, turn, D.REJECT) == []
    at.chat.show = show  # type: ignore[method-assign]
    await at.sweep(after=10)
    assert offered(at, turn, D.REJECT) == [second.id, third.id]
    assert [card.shows.id for card in at.chat.posted] == [first.id, second.id, third.id]


async def test_a_plan_is_posted_once_whoever_was_killed_while_posting() -> None:
    at, first, second = at_work(), archive("m1"), archive("m2")
    turn = await propose(at, first, second)
    row = at.disk.turns[turn]
    row.turn, row.reply_ts = row.turn.model_copy(update={"plan_ts": ""}), ""
    ts = at.chat.plan_ts[turn]
    at.restart()
    await at.sweep(after=10)
    assert at.chat.plan_ts[turn] == ts == at.disk.turns[turn].turn.plan_ts


async def test_the_plan_shows_every_change_of_a_step() -> None:
    at, first, second = at_work(), archive("m1"), archive("m2")
    turn = await propose(at, first, second)
    await at.assistant.decide(ANN.id, first.id, D.REJECT)
    assert drawn(at, turn) == [S.REJECTED, S.PROPOSED]
    assert offered(at, turn) == []
    await at.assistant.decide(ANN.id, second.id, D.APPROVE)
    assert drawn(at, turn) == [S.REJECTED, S.APPROVED]
    await work_off(at)
    assert drawn(at, turn) == [S.REJECTED, S.DONE]
    await at.assistant.decide(ANN.id, second.id, D.UNDO)
    await work_off(at)
    assert drawn(at, turn) == [S.REJECTED, S.UNDONE]


async def test_a_plan_slack_did_not_take_is_drawn_later_with_the_card_that_changed() -> None:
    at, first, second = at_work(), archive("m1"), archive("m2")
    turn = await propose(at, first, second)
    at.chat.refuses = True
    await at.assistant.decide(ANN.id, first.id, D.REJECT)
    at.chat.refuses = False
    assert drawn(at, turn) == [S.PROPOSED, S.PROPOSED]
    await at.sweep(after=10)
    assert drawn(at, turn) == [S.REJECTED, S.PROPOSED]


async def test_of_two_who_draw_a_plan_at_once_the_newer_state_stays() -> None:
    at, first, second = at_work(), archive("m1"), archive("m2")
    turn = await propose(at, first, second)
    draw, meanwhile = at.chat.plan, [second]

    async def slow(shown: Plan, *, again: bool = False) -> str:
        while meanwhile:  # another process decides and draws before this drawing arrives
            await at.assistant.decide(ANN.id, meanwhile.pop().id, D.REJECT)
        return await draw(shown, again=again)

    at.chat.plan = slow  # type: ignore[method-assign]
    await at.assistant.decide(ANN.id, first.id, D.REJECT)
    assert drawn(at, turn) == [S.REJECTED, S.REJECTED]


# Deciding together.


async def test_all_are_approved_by_one_click_and_done_in_their_order() -> None:
    at, actions = at_work(), [archive("m1"), event(START), archive("m2")]
    turn = await propose(at, *actions)
    order: list[Any] = []
    settle = at.store.approvals.settle

    async def noting(claim: Any, *given: Any, **more: Any) -> Approval:
        order.append(claim.approval.id)
        return await settle(claim, *given, **more)

    at.store.approvals.settle = noting  # type: ignore[method-assign]
    assert await approve_all(at, turn) == 3
    assert drawn(at, turn) == [S.APPROVED] * 3
    assert [at.card(action).status for action in actions] == [S.APPROVED] * 3
    await work_off(at)
    assert order == [action.id for action in actions]
    assert drawn(at, turn) == [S.DONE] * 3


async def test_one_worker_goes_on_with_the_next_step() -> None:
    at, actions = at_work(), [archive("m1"), event(START), archive("m2")]
    turn = await propose(at, *actions)
    await approve_all(at, turn)
    await at.work()
    assert drawn(at, turn) == statuses(at, *actions) == [S.DONE] * 3
    assert at.outside.queue.woken == []


async def test_a_step_that_takes_long_is_left_to_the_workers_of_such() -> None:
    at, short, long = at_work(), archive("m1"), archive(*(f"m{n}" for n in range(CHUNK + 1)))
    turn = await propose(at, short, long)
    await approve_all(at, turn)
    await at.work()
    assert statuses(at, short, long) == [S.DONE, S.APPROVED]
    assert at.outside.queue.woken == [(Kind.ACTION, str(long.id), ANN.id)]


async def test_marked_recipients_are_left_out() -> None:
    at, first, marked, last = at_work(), archive("m1"), reply(seen=("m1",)), archive("m2")
    turn = await propose(at, first, marked, last)
    assert offered(at, turn) == [first.id, last.id]
    assert [step.id for step in plan(at, turn).left_out] == [marked.id]
    assert await at.assistant.decide_all(ANN.id, turn, D.APPROVE, shown=[first.id, marked.id, last.id]) == 2
    assert statuses(at, first, marked, last) == [S.APPROVED, S.PROPOSED, S.APPROVED]


async def test_all_are_rejected_by_one_click_marked_ones_too() -> None:
    at, actions = at_work(), [archive("m1"), reply(seen=("m1",)), archive("m2")]
    turn = await propose(at, *actions)
    shown = offered(at, turn, D.REJECT)
    assert await at.assistant.decide_all(ANN.id, turn, D.REJECT, shown=shown) == 3
    await at.sweep()
    assert drawn(at, turn) == [S.REJECTED] * 3
    assert await at.mailbox.having("INBOX", ["m1", "m2"]) == {"m1", "m2"}


async def test_a_second_click_for_all_changes_nothing_and_a_strangers_neither() -> None:
    at, actions = at_work(), [archive("m1"), archive("m2")]
    turn = await propose(at, *actions)
    shown = offered(at, turn)
    with pytest.raises(NotYours):
        await at.assistant.decide_all(BOB.id, turn, D.APPROVE, shown=shown)
    assert await at.assistant.decide_all(ANN.id, turn, D.APPROVE, shown=shown) == 2
    for decision in (D.APPROVE, D.REJECT):
        with pytest.raises(AllSettled):
            await at.assistant.decide_all(ANN.id, turn, decision, shown=shown)


# The order.


async def test_a_later_card_may_be_decided_first_and_is_not_held_up() -> None:
    at, first, second = at_work(), archive("m1"), archive("m2")
    await propose(at, first, second)
    await at.assistant.decide(ANN.id, second.id, D.APPROVE)
    await work_off(at)
    assert statuses(at, first, second) == [S.PROPOSED, S.DONE]
    await at.assistant.decide(ANN.id, first.id, D.APPROVE)
    await work_off(at)
    assert statuses(at, first, second) == [S.DONE, S.DONE]


async def test_when_a_step_fails_the_approved_rest_is_skipped_and_says_which_failed() -> None:
    at, actions = at_work(), [archive("m1"), event(START), archive("m2")]
    turn = await propose(at, *actions)
    at.calendar.faults.append((False, REFUSED))
    await approve_all(at, turn)
    await work_off(at)
    assert statuses(at, *actions) == [S.DONE, S.FAILED, S.SKIPPED]
    assert drawn(at, turn) == [S.DONE, S.FAILED, S.SKIPPED]
    assert at.card(actions[2]).status is S.SKIPPED
    assert at.card(actions[2]).note == "An earlier step, “Create an event”, wasn't done, so I left this one out."
    assert await at.mailbox.having("INBOX", ["m1", "m2"]) == {"m2"}
    with pytest.raises(AlreadySettled):
        await at.assistant.decide(ANN.id, actions[2].id, D.APPROVE)


async def test_a_stale_step_shows_its_new_preview_in_its_place() -> None:
    at, first, second = at_work(), reply(Origin.CONTACT, thread="t1", seen=()), archive("m2")
    turn = await propose(at, first, second)
    await approve_all(at, turn)
    await work_off(at)
    renewed, later = plan(at, turn).steps
    assert (renewed.replaces, renewed.status, later.status) == (first.id, S.PROPOSED, S.SKIPPED)
    assert at.chat.cards[renewed.id].shows.status is S.PROPOSED
    assert at.chat.cards[first.id].shows.status is S.STALE
    assert "no longer as shown" in at.card(second).note


async def test_a_worker_killed_between_two_steps_leaves_nothing_undone() -> None:
    at, actions = at_work(), [archive("m1"), archive("m2"), archive("m3")]
    turn = await propose(at, *actions)
    await approve_all(at, turn)
    claim = await at.store.approvals.claim(ANN.id, actions[0].id)
    assert claim is not None
    await at.store.approvals.settle(claim, S.DONE)
    at.outside.queue.woken.clear()
    at.restart()
    await at.sweep(after=10)
    await work_off(at)
    assert drawn(at, turn) == [S.DONE] * 3
