"""What a job keeps while it works, and what it draws beside: the desk over the steps of a plan, the notes that only it
may add to, the cards of the steps before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.actions import Action
from app.domain.approvals import Approval, Decision, Status
from app.domain.desk import Desk, Note
from app.domain.errors import StoreUnavailable, Throttled
from app.domain.grants import Tokens
from app.domain.types import Account, AccountId, ActionId, Person
from app.performing import OpenDesk, ProgressLedger
from app.store.steps import REDRAW_AGAIN
from tests.fakes import ManualClock, MemoryDesks
from tests.samples import ANN, account, archive
from tests.unit.desk_world import ListLedger
from tests.unit.plans_world import approve_all, at_work, drawn, propose, statuses
from tests.unit.steward_at_work import AtWork

CLOCK = ManualClock()
PATIENCE = 20.0
"""Seconds after which a test is sure that something will not come."""


class CountedDesks(MemoryDesks):
    """Desks that know how often one was opened, and whether each was given back."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = self.closed = 0

    @asynccontextmanager
    async def open(self, person: Person) -> AsyncIterator[Desk]:
        self.opened += 1
        async with super().open(person) as desk:
            yield desk
        self.closed += 1


def counted() -> tuple[AtWork, CountedDesks]:
    at, desks = at_work(), CountedDesks()
    desks.place(at.mailbox, at.calendar)
    at.outside.desks = desks
    at.restart()
    return at, desks


async def connect(at: AtWork, which: Account) -> None:
    await at.outside.grants.keep(which, Tokens(access="a", refresh="r", expires_at=CLOCK.now(), scopes=()))


async def test_one_desk_serves_all_steps_of_a_plan_that_one_job_takes() -> None:
    at, desks = counted()
    actions = [archive("m1"), archive("m2"), archive("m3")]
    await approve_all(at, await propose(at, *actions))
    before = desks.opened
    await at.work()
    assert statuses(at, *actions) == [Status.DONE] * 3
    assert (desks.opened - before, desks.closed) == (1, desks.opened)


def slow(at: AtWork, first: Action, until: asyncio.Event) -> None:
    """Slack takes its time with one card, once it is done."""
    redraw = at.chat.redraw

    async def redrawn(approval: Approval) -> None:
        if approval.id == first.id and approval.status is Status.DONE:
            await until.wait()
        await redraw(approval)

    at.chat.redraw = redrawn  # type: ignore[method-assign]


async def test_the_next_step_does_not_wait_for_slack() -> None:
    at, actions, answered = at_work(), [archive("m1"), archive("m2"), archive("m3")], asyncio.Event()
    turn = await propose(at, *actions)
    await approve_all(at, turn)
    slow(at, actions[0], answered)
    working = asyncio.create_task(at.work())
    async with asyncio.timeout(PATIENCE):
        while at.status(actions[2]) is not Status.DONE:
            await asyncio.sleep(0)
    assert at.card(actions[0]).status is Status.APPROVED
    assert at.card(actions[1]).status is Status.APPROVED, "cards are drawn one after the other"
    answered.set()
    await working
    assert [at.card(action).status for action in actions] == [Status.DONE] * 3
    assert drawn(at, turn) == [Status.DONE] * 3
    assert all(kept.approval.drawn is Status.DONE for kept in map(at.disk.approvals.get, ids(actions)) if kept)


async def test_a_plan_whose_next_step_is_put_down_is_drawn_as_it_is() -> None:
    at, first, second = at_work(), archive("m1"), archive("m2")
    turn = await propose(at, first, second)
    await approve_all(at, turn)
    at.mailbox.faults.extend([(True, None), *[(False, Throttled(provider="Gmail", retry_after=timedelta(60)))] * 2])
    await at.work()
    assert statuses(at, first, second) == [Status.DONE, Status.RUNNING]
    assert at.card(first).status is Status.DONE
    assert drawn(at, turn) == [Status.DONE, Status.RUNNING]


async def test_a_desk_that_cannot_be_given_back_keeps_nothing_from_being_drawn() -> None:
    class Stuck(CountedDesks):
        @asynccontextmanager
        async def open(self, person: Person) -> AsyncIterator[Desk]:
            async with super().open(person) as desk:
                yield desk
            raise ConnectionResetError

    at, first, second = at_work(), archive("m1"), archive("m2")
    turn = await propose(at, first, second)
    await approve_all(at, turn)
    at.outside.desks = Stuck()
    at.outside.desks.place(at.mailbox, at.calendar)
    at.restart()
    at.mailbox.faults.extend([(True, None), *[(False, Throttled(provider="Gmail", retry_after=timedelta(60)))] * 2])
    with pytest.raises(ConnectionResetError):
        await at.work()
    assert at.card(first).status is Status.DONE
    assert drawn(at, turn) == [Status.DONE, Status.RUNNING]


async def test_when_slack_takes_no_drawing_the_steps_are_done_all_the_same() -> None:
    at, actions = at_work(), [archive("m1"), archive("m2")]
    turn = await propose(at, *actions)
    await approve_all(at, turn)
    at.chat.refuses = True
    await at.work()
    assert statuses(at, *actions) == [Status.DONE] * 2
    at.chat.refuses = False
    await at.sweep(after=REDRAW_AGAIN.total_seconds())
    assert [at.card(action).status for action in actions] == [Status.DONE] * 2
    assert drawn(at, turn) == [Status.DONE] * 2


def ids(actions: list[Action]) -> list[ActionId]:
    return [action.id for action in actions]


async def test_the_next_job_opens_a_desk_of_its_own() -> None:
    at, desks = counted()
    action = archive("m1")
    await at.approve(action)
    await at.work()
    before = desks.opened
    await at.assistant.decide(ANN.id, action.id, Decision.UNDO)
    await at.work()
    assert at.status(action) is Status.UNDONE
    assert desks.opened == before + 1


async def test_a_desk_is_opened_anew_when_the_accounts_changed() -> None:
    at, desks = counted()
    await at.propose(archive("m1"))
    desks.opened = desks.closed = 0
    opened = OpenDesk(at.outside.services(at.store), ANN.id)
    other = account(id=AccountId(uuid4()), subject="2002", name="home", email="ann@home.example")
    await connect(at, account())
    assert len(await opened.accounts()) == 1
    first = await opened.desk()
    await opened.accounts()
    assert await opened.desk() is first
    await connect(at, other)
    assert len(await opened.accounts()) == 2
    assert desks.closed == 1
    second = await opened.desk()
    assert second is not first
    await at.outside.grants.bury(other.id, ANN.id)
    await opened.accounts()
    assert await opened.desk() is not second
    await opened.close()
    assert (desks.opened, desks.closed) == (3, 3)


@dataclass
class StoredLedger(ListLedger):
    """A ledger that counts how often it is read, and may keep a note of which no answer comes."""

    reads: int = 0
    silent: bool = False

    async def note(self, step: str, **refs: Any) -> None:
        await super().note(step, **refs)
        if self.silent:
            raise StoreUnavailable

    async def recall(self) -> tuple[Note, ...]:
        self.reads += 1
        return await super().recall()


async def underway() -> tuple[StoredLedger, ProgressLedger]:
    at, stored = at_work(), StoredLedger(CLOCK)
    approval = await at.propose(archive("m1"))
    return stored, ProgressLedger(stored, approval, at.outside.services(at.store))


async def test_what_only_its_holder_adds_to_is_read_once() -> None:
    stored, ledger = await underway()
    assert await ledger.recall() == ()
    await ledger.note("chunk", ids=("m1", "m2"))
    await ledger.note("turned", index=0)
    assert [(n.step, n.refs) for n in await ledger.recall()] == [
        ("chunk", {"ids": ["m1", "m2"]}),  # as the database would give it
        ("turned", {"index": 0}),
    ]
    assert stored.reads == 1


async def test_what_was_noted_before_is_read_first() -> None:
    stored, ledger = await underway()
    await stored.note("chunk", ids=[])
    await ledger.note("turned")
    assert [n.step for n in await ledger.recall()] == ["chunk", "turned"]


async def test_after_a_note_without_an_answer_all_is_read_again() -> None:
    stored, ledger = await underway()
    assert await ledger.recall() == ()
    stored.silent = True
    with pytest.raises(StoreUnavailable):
        await ledger.note("sending")
    assert [n.step for n in await ledger.recall()] == ["sending"]
