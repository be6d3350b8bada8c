"""Deciding and performing over fakes: every answer a provider can give, and every way a worker can be stopped."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.actions import Action
from app.domain.approvals import UNKNOWN_FOR, Decision, Status
from app.domain.desk import CHUNK, Desk
from app.domain.errors import (
    AlreadySettled,
    Busy,
    Conflict,
    Faulty,
    GrantDead,
    LostClaim,
    Missing,
    NotYours,
    ProviderError,
    Refused,
    ScopeMissing,
    Unanswered,
)
from app.domain.ports import Kind
from app.performing import BACKOFF, BREAKS, LOOK_AGAIN, TRIES, UNKNOWN
from tests.fakes import ManualClock
from tests.samples import ANN, BOB, WORK, archive, event, reply
from tests.unit.desk_world import mail, meeting
from tests.unit.steward_at_work import AtWork

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


def at_work() -> AtWork:
    return AtWork(mail("m1"), mail("m2", thread="t2"))


async def inbox(at: AtWork, *ids: str) -> set[str]:
    return set(await at.mailbox.having("INBOX", ids or ("m1", "m2")))


def always(at: AtWork, method: str, why: Exception) -> Any:
    """From now on this call of the mailbox fails; returns what takes it back."""
    kept = getattr(at.mailbox, method)

    async def failing(*_: Any, **__: Any) -> Any:
        raise why

    setattr(at.mailbox, method, failing)
    return lambda: setattr(at.mailbox, method, kept)


# Deciding.


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


async def test_a_card_is_decided_by_its_owner_alone() -> None:
    at, action = at_work(), archive("m1")
    await at.propose(action)
    for decision in Decision:
        with pytest.raises(NotYours):
            await at.assistant.decide(BOB.id, action.id, decision)
    assert at.status(action) is S.PROPOSED
    assert at.outside.queue.woken == []


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


# Doing.


async def test_an_approved_action_is_done_once_and_can_be_undone() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    await at.work()
    assert (at.card(action).status, await inbox(at)) == (S.DONE, {"m2"})
    assert at.card(action).receipt is not None
    await at.performer.perform(ANN.id, action.id)  # woken again for nothing
    assert len(at.chat.cards[action.id].states) == 3
    await at.assistant.decide(ANN.id, action.id, D.UNDO)
    await at.work()
    assert (at.card(action).status, await inbox(at)) == (S.UNDONE, {"m1", "m2"})


@pytest.mark.parametrize("why", SURE, ids=lambda e: e.code)
@pytest.mark.parametrize("tries", [0, 1])
async def test_a_definite_answer_fails_it_at_once_and_the_person_may_try_again(why: ProviderError, tries: int) -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await at.approve(action)
    at.mailbox.faults.extend([(True, None)] * tries + [(False, why)])  # at the draft's making, or at its sending
    await at.work()
    assert at.card(action).status is S.FAILED
    assert at.card(action).note == why.sentence
    assert at.card(action).offers == (D.RETRY,)
    await at.assistant.decide(ANN.id, action.id, D.RETRY)
    await at.work()
    assert at.card(action).status is S.DONE
    assert at.card(action).note == ""
    assert len(at.mailbox.sent_bytes) == 1
    assert at.mailbox.drafts == ()


@pytest.mark.parametrize("committed", [True, False])
async def test_one_lost_answer_is_looked_into_at_once(*, committed: bool) -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await at.approve(action)
    at.mailbox.faults.extend([(True, None), (committed, LOST)])
    await at.work()
    assert at.card(action).status is S.DONE
    assert len(at.mailbox.sent_bytes) == 1


@pytest.mark.parametrize("why", [LOST, FAULT], ids=lambda e: e.code)
async def test_two_lost_answers_wait_and_are_tried_again(why: ProviderError) -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    at.mailbox.faults.extend([(False, why)] * 2)
    await at.work()
    assert at.status(action) is S.RUNNING
    assert await at.store.waiting() == ()
    await at.sweep(after=BACKOFF[0])
    assert at.card(action).status is S.DONE


async def test_a_busy_provider_is_left_alone_as_long_as_it_asks() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    at.mailbox.faults.append((False, Busy(provider="Gmail", retry_after=timedelta(seconds=90))))
    await at.work()
    await at.sweep(after=89)
    assert at.status(action) is S.RUNNING
    assert await inbox(at) == {"m1", "m2"}
    await at.sweep(after=1)
    assert at.card(action).status is S.DONE


async def exhaust(at: AtWork, action: Action) -> int:
    """Sweep until it is settled one way or another; the attempts it took."""
    for _ in range(2 * BREAKS):
        if at.status(action) not in (S.APPROVED, S.RUNNING, S.UNDOING):
            break
        await at.sweep(after=BACKOFF[-1])
    return at.disk.approvals[action.id].tries


async def test_a_provider_that_never_recovers_is_given_up_and_nothing_was_changed() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    always(at, "having", FAULT)
    assert await exhaust(at, action) == TRIES
    assert at.card(action).status is S.FAILED
    assert at.card(action).note == FAULT.sentence
    assert await inbox_of(at) == {"m1", "m2"}


async def inbox_of(at: AtWork) -> set[str]:
    return {m.id for m in await at.mailbox.read(["m1", "m2"]) if "INBOX" in m.labels}


async def test_a_send_that_can_never_be_looked_into_is_uncertain_and_never_failed() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await at.approve(action)
    at.mailbox.faults.extend([(True, None), (True, LOST)])
    always(at, "draft", FAULT)
    await exhaust(at, action)
    assert at.card(action).status is S.UNCERTAIN
    assert at.card(action).note == f"{FAULT.sentence} {UNKNOWN}"
    assert at.card(action).offers == (D.WENT_OUT, D.DID_NOT)
    assert len(at.mailbox.sent_bytes) == 1


async def test_the_last_look_finds_what_went_out() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await at.approve(action)
    at.mailbox.faults.extend([(True, None), (True, LOST)])
    open_again = always(at, "draft", FAULT)
    await at.work()
    for _ in range(TRIES - 2):
        await at.sweep(after=BACKOFF[-1])
    assert at.status(action) is S.RUNNING
    open_again()
    await at.sweep(after=BACKOFF[-1])
    assert at.card(action).status is S.DONE
    assert len(at.mailbox.sent_bytes) == 1


async def test_a_bulk_that_stopped_half_way_says_how_far_it_came() -> None:
    ids = [f"n{n}" for n in range(CHUNK + 5)]
    at, action = AtWork(*(mail(i) for i in ids)), archive(*ids)
    await at.approve(action)
    at.mailbox.faults.extend([(True, None), (False, SURE[0])])
    await at.work()
    assert at.card(action).status is S.PARTIAL
    receipt = at.card(action).receipt
    assert receipt is not None
    assert receipt.summary == "Archived 500 of 505 mails in work"
    assert at.card(action).offers == (D.RESUME, D.UNDO)
    await at.assistant.decide(ANN.id, action.id, D.UNDO)
    await at.work()
    assert at.card(action).status is S.UNDONE
    assert len(await inbox(at, *ids)) == CHUNK + 5


async def test_a_bulk_that_was_given_up_half_way_says_how_far_it_came() -> None:
    ids = [f"n{n}" for n in range(CHUNK + 5)]
    at, action = AtWork(*(mail(i) for i in ids)), archive(*ids)
    await at.approve(action)
    at.mailbox.faults.extend([(True, None), *[(False, FAULT)] * 3 * TRIES])
    await exhaust(at, action)
    assert at.card(action).status is S.PARTIAL


# When nobody knows.


async def deleted_draft(at: AtWork, action: Action) -> None:
    """The answer to the send was lost, nothing went out, and the person has deleted the draft."""
    await at.approve(action)
    at.mailbox.faults.extend([(True, None), (False, LOST)])
    find = at.mailbox.draft

    async def gone(draft: str) -> Any:
        await at.mailbox.delete_draft(draft)
        return await find(draft)

    at.mailbox.draft = gone  # type: ignore[method-assign]
    await at.work()


async def test_evidence_is_looked_for_two_minutes_and_then_it_is_uncertain() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await deleted_draft(at, action)
    waited = timedelta()
    while at.status(action) is S.RUNNING:
        await at.sweep(after=LOOK_AGAIN.total_seconds())
        waited += LOOK_AGAIN
    assert waited == UNKNOWN_FOR
    assert at.card(action).status is S.UNCERTAIN
    assert at.card(action).note == UNKNOWN
    assert at.mailbox.sent_bytes == []


async def test_evidence_that_comes_late_is_taken() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await deleted_draft(at, action)
    await at.sweep(after=60)
    at.mailbox.put(mail("sent", thread="t2", labels=("SENT",), steward_action=str(action.id)))
    await at.sweep(after=10)
    assert at.card(action).status is S.DONE
    assert at.mailbox.sent_bytes == []


async def test_the_two_minutes_count_from_the_last_attempt_not_from_the_first() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await at.approve(action)
    at.mailbox.faults.append((False, Busy(provider="Gmail", retry_after=timedelta(minutes=30))))
    await at.work()
    at.clock.advance(timedelta(minutes=30))
    at.mailbox.faults.extend([(True, None), (False, LOST)])
    find = at.mailbox.draft

    async def gone(draft: str) -> Any:
        await at.mailbox.delete_draft(draft)
        return await find(draft)

    at.mailbox.draft = gone  # type: ignore[method-assign]
    await at.sweep()
    assert at.status(action) is S.RUNNING
    await at.sweep(after=UNKNOWN_FOR.total_seconds())
    assert at.status(action) is S.UNCERTAIN


async def test_an_account_that_is_gone_doesnt_prove_that_nothing_went_out() -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await at.approve(action)
    at.mailbox.faults.extend([(True, None), (True, LOST)])
    always(at, "draft", FAULT)
    await at.work()
    at.outside.desks._desks.clear()
    await at.sweep(after=BACKOFF[0])
    assert at.status(action) is S.RUNNING
    await at.sweep(after=UNKNOWN_FOR.total_seconds())
    assert at.card(action).status is S.UNCERTAIN


async def test_an_account_that_was_gone_before_anything_began_fails_it() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    at.outside.desks._desks.clear()
    await at.work()
    assert at.card(action).status is S.FAILED
    assert "No mail or calendar account is connected" in at.card(action).note


@pytest.mark.parametrize(("decision", "status"), [(D.WENT_OUT, S.DONE), (D.DID_NOT, S.FAILED)])
async def test_the_person_says_what_became_of_it(decision: Decision, status: Status) -> None:
    at, action = at_work(), reply(thread="t2", seen=("m2",))
    await deleted_draft(at, action)
    await at.sweep(after=UNKNOWN_FOR.total_seconds())
    await at.assistant.decide(ANN.id, action.id, decision)
    assert at.card(action).status is status
    assert at.outside.queue.woken == []


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
    at.mailbox.faults.extend([(True, None), (False, Busy(provider="Gmail", retry_after=timedelta(seconds=5)))])
    await at.work()
    (left,) = at.mailbox.drafts
    at.mailbox.put(mail("m3", thread="t2", received=at.clock.now()))
    await at.sweep(after=5)
    assert at.card(action).status is S.STALE
    assert await at.mailbox.draft(left.id) is None
    assert at.mailbox.sent_bytes == []


# Undoing.


async def test_undo_that_the_provider_refuses_leaves_it_done_and_says_why() -> None:
    at, action = at_work(), event(START)
    await at.approve(action)
    await at.work()
    at.calendar.put(
        (await at.calendar.events(START, START + timedelta(hours=1)))[0].model_copy(update={"title": "Retro"})
    )
    await at.assistant.decide(ANN.id, action.id, D.UNDO)
    await at.work()
    assert at.card(action).status is S.DONE
    assert "its title changed since I made it" in at.card(action).note
    assert at.card(action).offers == (D.UNDO,)


async def test_undo_that_is_never_answered_is_uncertain() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    await at.work()
    await at.assistant.decide(ANN.id, action.id, D.UNDO)
    at.mailbox.faults.extend([(False, LOST)] * 3 * TRIES)
    assert await exhaust(at, action) == TRIES
    assert at.card(action).status is S.UNCERTAIN
    assert UNKNOWN in at.card(action).note


async def test_undo_without_an_account_leaves_it_done() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    await at.work()
    at.outside.desks._desks.clear()
    await at.assistant.decide(ANN.id, action.id, D.UNDO)
    await at.work()
    assert at.card(action).status is S.DONE


async def test_undo_is_counted_from_its_own_beginning() -> None:
    """However many attempts the deed took, undoing it has all of its own."""
    at, action = at_work(), archive("m1")
    await at.approve(action)
    at.mailbox.faults.extend([(False, FAULT)] * 2 * (TRIES - 1))
    await exhaust(at, action)
    assert at.status(action) is S.DONE
    await at.assistant.decide(ANN.id, action.id, D.UNDO)
    at.mailbox.faults.extend([(False, FAULT)] * 2)
    await at.work()
    assert at.status(action) is S.UNDOING
    await at.sweep(after=BACKOFF[0])
    assert at.card(action).status is S.UNDONE


# Workers that are stopped.


async def test_a_worker_that_lost_its_claim_touches_nothing_more() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    having, first = at.mailbox.having, at.store

    async def taken_over(label: str, ids: Any) -> Any:
        first.die()
        return await having(label, ids)

    at.mailbox.having = taken_over  # type: ignore[method-assign]
    await at.work()
    assert await inbox_of(at) == {"m1", "m2"}
    assert at.status(action) is S.RUNNING
    at.mailbox.having = having  # type: ignore[method-assign]
    at.restart()
    await at.sweep()
    assert at.card(action).status is S.DONE


async def test_a_claim_that_is_lost_while_settling_is_settled_by_its_new_owner() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    settle = at.store.approvals.settle

    async def taken_over(*_: Any, **__: Any) -> Any:
        raise LostClaim

    at.store.approvals.settle = taken_over  # type: ignore[method-assign]
    await at.work()
    at.store.approvals.settle = settle  # type: ignore[method-assign]
    assert at.card(action).status is S.APPROVED
    at.restart()
    await at.sweep()
    assert at.card(action).status is S.DONE


@pytest.mark.parametrize("kind", ["archive", "reply", "event"])
async def test_an_action_that_breaks_every_worker_ends_all_the_same(kind: str) -> None:
    at = at_work()
    action = {"archive": archive("m1"), "reply": reply(thread="t2", seen=("m2",)), "event": event(START)}[kind]
    await at.approve(action)

    async def broken(self: Any, desk: Desk) -> None:
        raise ZeroDivisionError

    type(action).check, check = broken, type(action).check  # type: ignore[method-assign]
    try:
        for attempt in range(BREAKS):
            at.outside.queue.woken.clear()
            with pytest.raises(ZeroDivisionError):
                await at.performer.perform(ANN.id, action.id)
            assert at.disk.approvals[action.id].tries == attempt + 1
            at.restart()
        await at.sweep()
    finally:
        type(action).check = check  # type: ignore[method-assign]
    assert at.card(action).status is S.FAILED
    assert at.card(action).note == "I was interrupted too often while doing this."


async def test_an_action_of_nobody_is_left_alone() -> None:
    at = at_work()
    await at.performer.perform(ANN.id, archive().id)
    assert at.chat.posted == []


async def test_the_rest_of_a_bulk_is_done_when_the_person_says_so() -> None:
    ids = [f"n{n}" for n in range(CHUNK + 5)]
    at, action = AtWork(*(mail(i) for i in ids)), archive(*ids)
    await at.approve(action)
    at.mailbox.faults.extend([(True, None), (False, SURE[0])])
    await at.work()
    assert at.card(action).status is S.PARTIAL
    await at.assistant.decide(ANN.id, action.id, D.RESUME)
    await at.work()
    assert at.card(action).status is S.DONE
    assert await inbox(at, *ids) == frozenset()
    receipt = at.card(action).receipt
    assert receipt is not None
    assert receipt.summary == "Archived 505 mails in work"
