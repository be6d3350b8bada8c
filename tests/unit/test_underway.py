"""What a job keeps while it works: the desk over the steps of a plan, and the notes that only it may add to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from app.domain.approvals import Decision, Status
from app.domain.desk import Desk, Note
from app.domain.errors import StoreUnavailable
from app.domain.grants import Tokens
from app.domain.types import Account, AccountId, Person
from app.performing import OpenDesk, ProgressLedger
from tests.fakes import ManualClock, MemoryDesks
from tests.samples import ANN, account, archive
from tests.unit.desk_world import ListLedger
from tests.unit.plans_world import approve_all, at_work, propose, statuses
from tests.unit.steward_at_work import AtWork

CLOCK = ManualClock()


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
