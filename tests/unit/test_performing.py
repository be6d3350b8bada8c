"""Performing over fakes: every answer a provider can give, and what is done when none comes."""

from datetime import timedelta

import pytest

from app.domain.approvals import Decision, Status
from app.domain.errors import (
    Conflict,
    Faulty,
    ProviderError,
    Refused,
    ScopeMissing,
    Throttled,
    Unanswered,
)
from app.domain.mailboxes import CHUNK
from app.performing import BACKOFF, TRIES, UNKNOWN
from tests.samples import ANN, WORK, archive, reply
from tests.unit.desk_world import mail
from tests.unit.steward_at_work import AtWork, always, at_work, exhaust, inbox, inbox_of

S, D = Status, Decision
LOST = Unanswered(provider="Gmail")
FAULT = Faulty(provider="Gmail", why="status 503")
SURE: list[ProviderError] = [
    Refused(provider="Gmail", why="no"),
    ScopeMissing(account=WORK.email),
    Conflict(provider="Gmail", why="no"),
]


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
    at.mailbox.faults.append((False, Throttled(provider="Gmail", retry_after=timedelta(seconds=90))))
    await at.work()
    await at.sweep(after=89)
    assert at.status(action) is S.RUNNING
    assert await inbox(at) == {"m1", "m2"}
    await at.sweep(after=1)
    assert at.card(action).status is S.DONE


async def test_a_provider_that_never_recovers_is_given_up_and_nothing_was_changed() -> None:
    at, action = at_work(), archive("m1")
    await at.approve(action)
    always(at, "having", FAULT)
    assert await exhaust(at, action) == TRIES
    assert at.card(action).status is S.FAILED
    assert at.card(action).note == FAULT.sentence
    assert await inbox_of(at) == {"m1", "m2"}


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
    assert receipt.summary == "Archived 1,000 of 1,005 mails in work"
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
