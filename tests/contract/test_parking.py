"""The contract of Parking: requests that wait for an account, in memory and in PostgreSQL; what sleeps meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from app.domain.actions import Action
from app.domain.approvals import Decision, Status
from app.domain.desk import reference
from app.domain.grants import Grants, Tokens
from app.domain.memory import Trail
from app.domain.permissions import READING, Permission
from app.domain.ports import Store
from app.domain.types import Account, AccountRef, Turn, TurnStatus
from app.store import PostgresStore
from app.store.parking import PATIENCE
from app.store.store import DRAWN_FOR
from tests import postgres
from tests.fakes import ManualClock, MemoryGrants, MemoryStore
from tests.houses import House
from tests.samples import ANN, BOB, account, archive, message, proposal
from tests.unit.events_world import Diary, homewards, review
from tests.unit.test_forwarding import forward


@dataclass
class Lot:
    """A store with its grants."""

    store: Store
    grants: Grants
    clock: ManualClock

    async def connect(self, **fields: Any) -> Account:
        mine = account(**fields)
        expires = self.clock.now() + timedelta(hours=1)
        return await self.grants.keep(mine, Tokens(access="a", refresh="r", expires_at=expires, scopes=mine.scopes))

    async def asked(self, *, ended: bool = True) -> Turn:
        turn, _ = await self.store.turns.open(message("archive it"), limit=9)
        if ended:
            await self.store.turns.end(turn, status=TurnStatus.ENDED, reply="Not yet.", actions=[])
        return turn


@pytest.fixture(params=["memory", "postgres"])
async def lot(request: pytest.FixtureRequest, clock: ManualClock) -> AsyncIterator[Lot]:
    if request.param == "memory":
        store, grants = MemoryStore(clock), MemoryGrants()
        store.parking.grants = grants
        yield Lot(store, grants, clock)
        return
    addresses: postgres.Addresses = request.getfixturevalue("database")
    opened = await PostgresStore.open(addresses.app, key=bytes(32), clock=clock)
    yield Lot(opened, opened.grants, clock)
    await opened.close()


async def test_a_request_goes_on_once_when_more_is_allowed(lot: Lot) -> None:
    work = await lot.connect(scopes=READING)
    turn = await lot.asked()
    assert await lot.store.parking.park(turn, {work.id: (Permission.CHANGE_MAIL,)}) == frozenset()
    assert await lot.store.parking.waiting(ANN.id, work.id) == (turn.id,)
    assert await lot.store.parking.go_on(ANN.id, turn.id) is None
    await lot.connect(scopes=(*READING, Permission.CHANGE_MAIL))
    assert await lot.store.parking.go_on(BOB.id, turn.id) is None
    again = await lot.store.parking.go_on(ANN.id, turn.id)
    assert again is not None
    assert (again.text, again.place, again.status) == (turn.text, turn.place, TurnStatus.QUEUED)
    assert again.id != turn.id
    assert await lot.store.parking.go_on(ANN.id, turn.id) is None
    assert await lot.store.parking.waiting(ANN.id, work.id) == ()


async def test_what_goes_on_with_a_plan_can_wait_too(lot: Lot) -> None:
    work = await lot.connect(scopes=READING)
    first, _ = await lot.store.turns.open(message("make it and mail them"), limit=9)
    made = proposal(archive("m1"), first, lot.clock.now())
    trail = Trail(then="mail them")
    await lot.store.turns.end(first, status=TurnStatus.ENDED, reply="Made.", actions=[made], trail=trail)
    await lot.store.approvals.decide(ANN.id, made.id, Decision.APPROVE)
    claim = await lot.store.approvals.claim(ANN.id, made.id)
    assert claim is not None
    await lot.store.approvals.settle(claim, Status.DONE)
    ended = await lot.store.turns.get(ANN.id, first.id)
    assert ended is not None
    opened = await lot.store.turns.follow(ended, place=first.place, text="Go on.")
    assert opened is not None
    following = await lot.store.turns.resume(opened.id)
    assert following is not None
    await lot.store.parking.park(following, {work.id: (Permission.CHANGE_MAIL,)})
    await lot.store.turns.end(following, status=TurnStatus.FAILED, reply="Not yet.", actions=[])
    await lot.connect(scopes=(*READING, Permission.CHANGE_MAIL))
    again = await lot.store.parking.go_on(ANN.id, following.id)
    assert again is not None
    assert (again.follows, again.text, again.words) == (first.id, "Go on.", first.text)
    assert await lot.store.turns.follow(ended, place=first.place, text="Go on.") is None


async def test_a_request_waits_for_every_account_and_for_its_own_end(lot: Lot) -> None:
    work, home = await lot.connect(), await lot.connect(subject="2", name="home")
    for each in (work, home):
        await lot.grants.bury(each.id, ANN.id)
    turn = await lot.asked(ended=False)
    await lot.store.parking.park(turn, {work.id: (), home.id: ()})
    await lot.connect()
    assert await lot.store.parking.go_on(ANN.id, turn.id) is None
    await lot.connect(subject="2", name="home")
    assert await lot.store.parking.go_on(ANN.id, turn.id) is None
    await lot.store.turns.end(turn, status=TurnStatus.FAILED, reply="Not yet.", actions=[])
    assert await lot.store.parking.go_on(ANN.id, turn.id) is not None


async def test_what_somebody_waits_for_already_is_told(lot: Lot) -> None:
    work = await lot.connect(scopes=READING)
    first, second = await lot.asked(), await lot.asked()
    needs = {work.id: (Permission.CHANGE_MAIL,)}
    assert await lot.store.parking.park(first, needs) == frozenset()
    assert await lot.store.parking.park(first, needs) == frozenset()
    assert await lot.store.parking.park(second, needs) == {work.id}


async def test_a_request_waits_for_what_it_was_last_found_to_need(lot: Lot) -> None:
    work, home = await lot.connect(scopes=READING), await lot.connect(subject="2", name="home", scopes=READING)
    turn, other = await lot.asked(), await lot.asked()
    for each in (turn, other):
        await lot.store.parking.park(each, {work.id: (Permission.CHANGE_MAIL,)})
    await lot.store.parking.park(turn.model_copy(update={"person": BOB.id}), {})
    assert await lot.store.parking.waiting(ANN.id, work.id) == (turn.id, other.id)
    await lot.store.parking.park(turn, {home.id: (Permission.CHANGE_MAIL,)})
    assert await lot.store.parking.waiting(ANN.id, work.id) == (other.id,)
    assert await lot.store.parking.waiting(ANN.id, home.id) == (turn.id,)
    await lot.store.parking.park(turn, {})
    assert await lot.store.parking.waiting(ANN.id, home.id) == ()


async def test_a_parked_action_can_be_cancelled_and_is_claimed_anew(lot: Lot) -> None:
    work = await lot.connect()
    turn, _ = await lot.store.turns.open(message("archive it"), limit=9)
    ref = AccountRef(id=work.id, name=work.name, email=work.email)
    approvals = lot.store.approvals
    for decision in (Decision.CANCEL, None):
        action = archive("m1").renewed(account=ref)
        await approvals.propose(proposal(action, turn, lot.clock.now()))
        approved = await approvals.decide(ANN.id, action.id, Decision.APPROVE)
        assert approved is not None
        parked = await approvals.park(approved, "It waits.", account=work.id)
        assert parked is not None
        assert (parked.status, parked.waits_for, parked.note) == (Status.APPROVED, work.id, "It waits.")
        assert Decision.CANCEL in parked.offers
        if decision is Decision.CANCEL:
            cancelled = await approvals.decide(ANN.id, action.id, decision)
            assert cancelled is not None
            assert (cancelled.status, cancelled.waits_for) == (Status.CANCELLED, None)
            continue
        claim = await approvals.claim(ANN.id, action.id)
        assert claim is not None
        assert (claim.approval.waits_for, claim.approval.note) == (None, "")
        assert await approvals.park(approved, "Too late.", account=work.id) is None  # another attempt by now
        asleep = await approvals.park(claim.approval, "It waits again.", account=work.id)
        assert asleep is not None
        assert (asleep.status, asleep.waits_for) == (Status.RUNNING, work.id)


def crossing(kind: str, one: Account, other: Account) -> Action:
    """A change in one account that needs another one."""
    here, there = reference(one), reference(other)
    if kind == "forward":
        return forward(source=there).renewed(account=here)
    return homewards(Diary(), review()).renewed(account=here, target=there)


@pytest.mark.parametrize("kind", ["move", "forward"])
async def test_a_change_across_accounts_ends_with_either_of_them(lot: Lot, kind: str) -> None:
    work, home = await lot.connect(), await lot.connect(subject="2", name="home")
    turn, _ = await lot.store.turns.open(message("move it"), limit=9)
    approvals = lot.store.approvals
    undecided, approved, later, other = (
        *(crossing(kind, work, home) for _ in range(2)),
        *(archive("m1").renewed(account=reference(work)) for _ in range(2)),
    )
    for position, action in enumerate((undecided, approved, later)):
        await approvals.propose(proposal(action, turn, lot.clock.now(), position=position))
    unplanned, _ = await lot.store.turns.open(message("archive it"), limit=9)
    await approvals.propose(proposal(other, unplanned, lot.clock.now()))
    for action in (approved, later):
        await approvals.decide(ANN.id, action.id, Decision.APPROVE)
    parked = await approvals.get(ANN.id, approved.id)
    assert parked is not None
    asleep = await approvals.park(parked, "It waits.", account=home.id)
    assert asleep is not None
    assert asleep.waits_for == home.id
    assert await approvals.give_up(BOB.id, home.id, "Gone.") == ()
    ended = await approvals.give_up(ANN.id, home.id, "Gone.")
    assert {a.id: (a.status, a.waits_for) for a in ended} == {
        undecided.id: (Status.EXPIRED, None),
        approved.id: (Status.CANCELLED, None),
        later.id: (Status.SKIPPED, None),
    }
    untouched = await approvals.get(ANN.id, other.id)
    assert untouched is not None
    assert untouched.status is Status.PROPOSED


async def test_only_what_waits_for_no_other_account_ends_with_one(lot: Lot) -> None:
    work, home = await lot.connect(), await lot.connect(subject="2", name="home")
    first, both, last = [await lot.asked() for _ in range(3)]
    for turn, needs in ((first, {work.id: ()}), (both, {work.id: (), home.id: ()}), (last, {work.id: ()})):
        await lot.store.parking.park(turn, needs)
        lot.clock.advance(timedelta(minutes=1))
    assert [t.id for t in await lot.store.parking.waiting_only(ANN.id, work.id)] == [first.id, last.id]
    assert await lot.store.parking.waiting_only(ANN.id, home.id) == ()
    assert await lot.store.parking.waiting_only(BOB.id, work.id) == ()


async def test_what_was_settled_in_an_account_that_is_gone_is_forgotten(lot: Lot) -> None:
    work, home = await lot.connect(), await lot.connect(subject="2", name="home")
    approvals = lot.store.approvals
    across, there, here, open_step, beside = (
        crossing("forward", home, work),
        *(archive("m1").renewed(account=reference(each)) for each in (work, home, work, work)),
    )
    for actions in ((across,), (there,), (here,), (open_step, beside)):
        turn, _ = await lot.store.turns.open(message("archive it"), limit=9)
        for position, action in enumerate(actions):
            await approvals.propose(proposal(action, turn, lot.clock.now(), position=position))
    for action in (across, there, here, beside):
        await approvals.decide(ANN.id, action.id, Decision.REJECT)
    await lot.grants.forget(work.id, ANN.id)
    await approvals.let_go(BOB.id, work.id)
    assert await approvals.get(ANN.id, there.id) is not None
    assert not await approvals.forgotten(ANN.id, there.id)
    await approvals.let_go(ANN.id, work.id)
    assert [await approvals.forgotten(who.id, there.id) for who in (ANN, BOB)] == [True, False]
    left = [a for a in (across, there, here, open_step, beside) if await approvals.get(ANN.id, a.id) is not None]
    assert left == [here, open_step, beside], "a plan of which a step is open is still shown"


async def test_the_audit_trail_outlives_what_an_account_held(database: postgres.Addresses, clock: ManualClock) -> None:
    store = await PostgresStore.open(database.app, key=bytes(32), clock=clock)
    lot = Lot(store, store.grants, clock)
    try:
        await store.people.meet(ANN)
        work = await lot.connect()
        turn, _ = await store.turns.open(message("archive it"), limit=9)
        at_once, later = (archive("m1").renewed(account=reference(work)) for _ in range(2))
        for action, decision in ((at_once, Decision.APPROVE), (later, Decision.REJECT)):
            approval = proposal(action, turn, clock.now())
            await store.approvals.propose(approval)
            await store.approvals.shown(approval, str(action.id))
            await store.approvals.decide(ANN.id, action.id, decision)
        claim = await store.approvals.claim(ANN.id, at_once.id)
        assert claim is not None
        await store.approvals.ledger(claim).note("chunk", ids=["m1"])
        done = await store.approvals.settle(claim, Status.DONE)
        await store.approvals.shown(done, done.card_ts)
        written = await store.audit.verify(ANN.id, {})
        await store.grants.forget(work.id, ANN.id)
        await store.approvals.let_go(ANN.id, work.id)
        assert await store.approvals.get(ANN.id, at_once.id) is None
        await store.tidy(clock.now() - timedelta(days=30), settled=clock.now() - timedelta(days=90))
        assert await store.approvals.get(ANN.id, later.id) is not None, "its card has to be drawn again"
        clock.advance(DRAWN_FOR + timedelta(seconds=1))
        await store.tidy(clock.now() - timedelta(days=30), settled=clock.now() - timedelta(days=90))
        assert await store.approvals.get(ANN.id, later.id) is None
        assert await store.audit.verify(ANN.id, {}) == written
    finally:
        await store.close()


async def test_what_waited_in_vain_is_let_go_once_with_a_reply_that_is_ours_to_post(lot: Lot) -> None:
    work, home = await lot.connect(scopes=READING), await lot.connect(subject="2", name="home")
    turn = await lot.asked()
    await lot.store.parking.park(turn, {work.id: (Permission.CHANGE_MAIL,), home.id: ()})
    lot.clock.advance(PATIENCE - timedelta(seconds=1))
    assert await lot.store.parking.in_vain(ANN.id, turn.id) is None
    assert await lot.store.parking.let_go(turn, "Let go.") is None
    lot.clock.advance(timedelta(seconds=1))
    needs = await lot.store.parking.in_vain(ANN.id, turn.id)
    assert needs == {work.id: (Permission.CHANGE_MAIL,), home.id: ()}
    assert await lot.store.parking.in_vain(BOB.id, turn.id) is None
    assert await lot.store.parking.let_go(turn.model_copy(update={"person": BOB.id}), "Let go.") is None
    await lot.connect(scopes=(*READING, Permission.CHANGE_MAIL))
    assert await lot.store.parking.go_on(ANN.id, turn.id) is None, "its time is over"
    ended = await lot.store.parking.let_go(turn, "Let go.")
    assert ended is not None
    assert (ended.status, ended.reply, ended.place, ended.text) == (TurnStatus.ENDED, "Let go.", turn.place, turn.text)
    assert ended.id != turn.id
    assert await lot.store.parking.let_go(turn, "Let go.") is None
    assert await lot.store.parking.in_vain(ANN.id, turn.id) is None
    assert await lot.store.turns.resume(ended.id) is None, "ours to post"
    await lot.store.turns.put_off(ended)
    lot.clock.advance(timedelta(seconds=10))
    assert await lot.store.turns.resume(ended.id) is not None
    later, _ = await lot.store.turns.open(message("and now?", ts=f"{lot.clock.now().timestamp():.6f}"), limit=9)
    assert "Let go." in [line.text for line in await lot.store.turns.history(later, limit=9)]


async def test_of_many_who_let_go_of_a_request_one_does_and_a_killed_ones_reply_is_taken_over(house: House) -> None:
    first, second = await house.process(), await house.process()
    turn = await house.turn(first)
    await first.turns.end(turn, status=TurnStatus.FAILED, reply="Not yet.", actions=[])
    await first.turns.posted(turn, "1.1")
    await first.people.meet(ANN)
    connected = account()
    await grants_of(first).keep(connected, Tokens(access="a", refresh="r", expires_at=house.clock.now(), scopes=()))
    await first.parking.park(turn, {connected.id: ()})
    house.clock.advance(PATIENCE)
    found = await asyncio.gather(*((first, second)[n % 2].parking.let_go(turn, "Let go.") for n in range(6)))
    (ended,) = [each for each in found if each is not None]
    owner, other = (first, second) if found.index(ended) % 2 == 0 else (second, first)
    assert await other.turns.resume(ended.id) is None
    await owner.close()
    assert str(ended.id) in [row.id for row in await other.waiting()]
    taken = await other.turns.resume(ended.id)
    assert taken is not None
    assert (taken.reply, taken.status) == ("Let go.", TurnStatus.ENDED)


def grants_of(store: Store) -> Grants:
    if isinstance(store, MemoryStore):
        store.parking.grants = MemoryGrants()
        return store.parking.grants
    assert isinstance(store, PostgresStore)
    return store.grants


async def test_the_words_of_what_waits_are_kept_and_what_was_stopped_goes_unsaid(
    database: postgres.Addresses, clock: ManualClock
) -> None:
    store = await PostgresStore.open(database.app, key=bytes(32), clock=clock)
    lot = Lot(store, store.grants, clock)
    try:
        await store.people.meet(ANN)
        work = await lot.connect(scopes=READING)
        waiting, over, stopped = await lot.asked(), await lot.asked(), await lot.asked(ended=False)
        for turn in (waiting, stopped):
            await store.parking.park(turn, {work.id: (Permission.CHANGE_MAIL,)})
        await store.turns.halt(ANN.id, stopped.place.conversation)
        clock.advance(PATIENCE - timedelta(seconds=1))
        await store.tidy(clock.now(), settled=clock.now() - timedelta(days=90))
        words = [kept.text for turn in (waiting, over) if (kept := await store.turns.get(ANN.id, turn.id))]
        assert words == [waiting.text, ""]
        clock.advance(timedelta(seconds=2))
        assert str(waiting.id) in [row.id for row in await store.waiting()]
        await store.tidy(clock.now(), settled=clock.now() - timedelta(days=90))
        assert await store.parking.waiting(ANN.id, work.id) == (waiting.id,), "its person hasn't been told yet"
    finally:
        await store.close()


async def test_the_sweeper_lets_what_is_parked_sleep_and_wakes_it_in_time(
    database: postgres.Addresses, clock: ManualClock
) -> None:
    store = await PostgresStore.open(database.app, key=bytes(32), clock=clock)
    lot = Lot(store, store.grants, clock)
    try:
        await store.people.meet(ANN)
        work = await lot.connect()
        await lot.grants.bury(work.id, ANN.id)
        turn, _ = await store.turns.open(message("archive it"), limit=9)
        action = archive("m1").renewed(account=AccountRef(id=work.id, name=work.name, email=work.email))
        await store.turns.end(
            turn, status=TurnStatus.ENDED, reply="Here.", actions=[proposal(action, turn, clock.now())]
        )
        await store.turns.posted(turn, "1.1")
        approved = await store.approvals.decide(ANN.id, action.id, Decision.APPROVE)
        assert approved is not None
        await store.approvals.park(approved, "It waits.", account=work.id)
        await store.parking.park(turn, {work.id: ()})
        assert {(w.kind, w.id) for w in await store.waiting()} == {("account", str(work.id))}
        await lot.connect()
        woken = {(w.kind, w.id) for w in await store.waiting()}
        assert woken == {("action", str(action.id)), ("turn", str(turn.id))}
    finally:
        await store.close()
