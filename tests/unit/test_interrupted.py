"""Undoing, and workers that are stopped, over fakes: an action comes to an end all the same."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.approvals import Decision, Status
from app.domain.desk import Desk
from app.domain.errors import (
    Conflict,
    Faulty,
    GrantDead,
    LostClaim,
    ProviderError,
    Refused,
    ScopeMissing,
    Unanswered,
)
from app.domain.mailboxes import CHUNK
from app.performing import BACKOFF, BREAKS, TRIES, UNDOING_UNKNOWN
from tests.fakes import ManualClock
from tests.samples import ANN, WORK, archive, event, reply
from tests.unit.desk_world import mail
from tests.unit.steward_at_work import AtWork, at_work, exhaust, inbox, inbox_of

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
    assert UNDOING_UNKNOWN in at.card(action).note


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
    assert receipt.summary == "Archived 1,005 mails in work"
