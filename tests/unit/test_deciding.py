"""Deciding on cards: who may, how often, and what happens to a card when the world moves on."""

from datetime import timedelta

import pytest

from app.domain.approvals import Approval, Decision, Status
from app.domain.errors import (
    AlreadySettled,
    CardDeleted,
    Conflict,
    Faulty,
    GrantDead,
    Missing,
    NotYours,
    ProviderError,
    Refused,
    ScopeMissing,
    Throttled,
    Unanswered,
)
from app.domain.ports import Kind
from tests.fakes import ManualClock
from tests.samples import ANN, BOB, WORK, archive, event, reply
from tests.unit.desk_world import mail, meeting
from tests.unit.steward_at_work import always, at_work, inbox

S, D = Status, Decision
LOST = Unanswered(provider="Gmail")
FAULT = Faulty(provider="Gmail", why="status 503")
SURE: list[ProviderError] = [
    Refused(provider="Gmail", why="no"),
    ScopeMissing(account=WORK.email),
    GrantDead(provider="Google", account=WORK.email),
    Conflict(provider="Gmail", why="no"),
]
START = ManualClock().now() + timedelta(hours=3)


async def test_nothing_happens_before_the_click_nor_after_a_rejection() -> None:
    at, action = at_work(), archive("m1")
    await at.propose(action)
    await at.sweep()
    assert await inbox(at) == {"m1", "m2"}
    await at.assistant.decide(ANN.id, action.id, D.REJECT)
    await at.sweep()
    assert await inbox(at) == {"m1", "m2"}
    assert at.card(action).status is S.REJECTED
    assert at.outside.queue.woken == []


async def test_a_card_that_is_drawn_late_doesnt_hide_what_came_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    at, action = at_work(), archive("m1")
    await at.propose(action)
    redraw = at.chat.redraw

    async def late(approval: Approval) -> None:
        if approval.status is S.APPROVED:
            await at.work()  # it is done, and drawn, before this arrives
        await redraw(approval)

    monkeypatch.setattr(at.chat, "redraw", late)
    await at.assistant.decide(ANN.id, action.id, D.APPROVE)
    assert [card.status for card in at.chat.cards[action.id].states] == [S.PROPOSED, S.DONE, S.APPROVED, S.DONE]
    assert await at.store.waiting() == ()


async def test_a_card_is_decided_by_its_owner_alone() -> None:
    at, action = at_work(), archive("m1")
    await at.propose(action)
    for decision in Decision:
        with pytest.raises(NotYours):
            await at.assistant.decide(BOB.id, action.id, decision)
    assert at.status(action) is S.PROPOSED
    assert at.outside.queue.woken == []


async def test_a_click_on_a_card_whose_row_is_deleted_says_that_it_is_and_only_to_its_owner() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    await at.work()
    assert D.UNDO in at.card(action).offers
    await at.store.approvals.let_go(ANN.id, WORK.id)
    with pytest.raises(CardDeleted):
        await at.assistant.decide(ANN.id, action.id, D.UNDO)
    with pytest.raises(NotYours):
        await at.assistant.decide(BOB.id, action.id, D.UNDO)


async def test_a_second_click_changes_nothing_and_says_so() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    with pytest.raises(AlreadySettled, match="already approved"):
        await at.assistant.decide(ANN.id, action.id, D.APPROVE)
    assert at.outside.queue.woken == [(Kind.ACTION, str(action.id), ANN.id)]


async def test_an_unknown_recipient_takes_two_different_clicks() -> None:
    at, action = at_work(), reply()
    assert (await at.propose(action)).needs == 2
    await at.assistant.decide(ANN.id, action.id, D.APPROVE, click="1")
    assert at.outside.queue.woken == []
    assert at.card(action).confirmations == 1
    with pytest.raises(AlreadySettled):
        await at.assistant.decide(ANN.id, action.id, D.APPROVE, click="1")  # the same click, delivered twice
    assert at.status(action) is S.PROPOSED
    await at.assistant.decide(ANN.id, action.id, D.APPROVE, click="2")
    assert at.status(action) is S.APPROVED
    assert len(at.outside.queue.woken) == 1


async def test_a_click_counts_even_if_slack_doesnt_take_the_card() -> None:
    at, action = at_work(), archive("m1")
    await at.propose(action)
    at.chat.refuses = True
    await at.assistant.decide(ANN.id, action.id, D.APPROVE)
    assert at.status(action) is S.APPROVED
    await at.work()
    assert at.status(action) is S.DONE
    at.chat.refuses = False
    await at.sweep(after=60)
    assert at.card(action).status is S.DONE


async def test_what_one_didnt_decide_in_time_expires_on_its_card() -> None:
    at, action = at_work(), archive("m1")
    await at.propose(action)
    await at.sweep(after=86_400)
    assert at.card(action).status is S.EXPIRED
    with pytest.raises(AlreadySettled, match="already expired"):
        await at.assistant.decide(ANN.id, action.id, D.APPROVE)
    assert await inbox(at) == {"m1", "m2"}


# When the world moved on.


async def test_a_stale_card_is_followed_by_one_with_the_preview_of_now() -> None:
    at, action = at_work(), event(START)
    await at.approve(action)
    at.calendar.put(meeting(START, title="Board"))
    await at.work()
    assert at.card(action).status is S.STALE
    assert at.card(action).note == "The time was taken since the preview: “Board”"
    assert len(at.chat.posted) == 2
    renewed = at.chat.posted[1].shows
    assert renewed.status is S.PROPOSED
    assert [i.title for i in renewed.card.items] == ["Overlaps “Board”"]
    assert renewed.turn == at.card(action).turn
    await at.assistant.decide(ANN.id, renewed.id, D.APPROVE)
    await at.work()
    assert at.card(renewed.action).status is S.DONE


async def test_what_makes_no_sense_any_more_isnt_proposed_again() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await at.approve(action)
    always(at, "thread", Missing(provider="Gmail", what="thread"))
    await at.work()
    assert at.card(action).status is S.STALE
    assert len(at.chat.posted) == 1


async def test_a_reply_that_went_stale_half_way_leaves_no_draft() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await at.approve(action)
    at.mailbox.faults.extend([(True, None), (False, Throttled(provider="Gmail", retry_after=timedelta(seconds=5)))])
    await at.work()
    (left,) = at.mailbox.drafts
    at.mailbox.put(mail("m3", thread="t2", received=at.clock.now()))
    await at.sweep(after=5)
    assert at.card(action).status is S.STALE
    assert await at.mailbox.draft(left.id) is None
    assert at.mailbox.sent_bytes == []
