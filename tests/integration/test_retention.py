"""What is deleted after how long, in PostgreSQL, and what must stay."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import psycopg
import pytest
from psycopg import errors

from app.domain.actions import Action
from app.domain.approvals import Decision, Status
from app.domain.cards import Receipt
from app.domain.grants import Tokens
from app.domain.types import AccountId, TurnStatus
from app.store import PostgresStore
from app.store.database import session
from app.store.schema import APP
from app.store.store import DRAWN_FOR
from tests.fakes import ManualClock
from tests.postgres import Addresses
from tests.samples import ANN, BOB, WORK, account, archive, message, proposal

KEPT = timedelta(days=90)
D, S = Decision, Status
AFTER: dict[Status, tuple[Decision, ...]] = {
    S.PROPOSED: (),
    S.REJECTED: (D.REJECT,),
    S.APPROVED: (D.APPROVE,),
    S.RUNNING: (D.APPROVE,),
    S.DONE: (D.APPROVE,),
    S.FAILED: (D.APPROVE,),
    S.UNCERTAIN: (D.APPROVE,),
    S.UNDOING: (D.APPROVE, D.UNDO),
}
"""The decisions that lead to a status."""
OVER = (S.REJECTED, S.DONE, S.FAILED)


@pytest.fixture
async def store(database: Addresses, clock: ManualClock) -> AsyncIterator[PostgresStore]:
    opened = await PostgresStore.open(database.app, key=bytes(32), clock=clock)
    await opened.people.meet(ANN)
    mine = account(id=AccountId(WORK.id), email=WORK.email, name=WORK.name)
    await opened.grants.keep(mine, Tokens(access="a", refresh="r", expires_at=clock.now(), scopes=mine.scopes))
    yield opened
    await opened.close()


async def tidy(store: PostgresStore, now: datetime) -> None:
    await store.tidy(now - timedelta(days=30), settled=now - KEPT)


async def plan(store: PostgresStore, clock: ManualClock, *ends: Status) -> list[Action]:
    """The actions of one request, each brought to a status in turn."""
    turn, _ = await store.turns.open(message(), limit=99)
    actions: list[Action] = [archive("m1") for _ in ends]
    steps = [proposal(a, turn, clock.now(), position=n) for n, a in enumerate(actions)]
    await store.turns.end(turn, status=TurnStatus.ENDED, reply="Here.", actions=steps)
    for action, end in zip(actions, ends, strict=True):
        for decision in AFTER[end][:1]:
            await store.approvals.decide(ANN.id, action.id, decision)
        if end not in (S.PROPOSED, S.REJECTED, S.APPROVED):
            claim = await store.approvals.claim(ANN.id, action.id)
            assert claim is not None
            await store.approvals.ledger(claim).note("chunk", ids=["m1"])
            if end is not S.RUNNING:
                settled = S.DONE if end is S.UNDOING else end
                await store.approvals.settle(claim, settled, receipt=Receipt(summary="It is so."))
        for decision in AFTER[end][1:]:
            assert await store.approvals.decide(ANN.id, action.id, decision) is not None
    return actions


async def left(store: PostgresStore, *actions: Action) -> list[bool]:
    return [await store.approvals.get(ANN.id, action.id) is not None for action in actions]


@pytest.mark.parametrize("end", AFTER)
async def test_an_action_is_kept_ninety_days_after_it_was_settled_and_for_ever_while_it_is_open(
    store: PostgresStore, clock: ManualClock, end: Status
) -> None:
    (action,) = await plan(store, clock, end)
    clock.advance(KEPT)
    await tidy(store, clock.now())
    assert await left(store, action) == [True]
    clock.advance(timedelta(seconds=1))
    await tidy(store, clock.now())
    assert await left(store, action) == [end not in OVER]
    assert await store.approvals.forgotten(ANN.id, action.id) is (end in OVER)
    assert not await store.approvals.forgotten(BOB.id, action.id)


async def test_a_plan_goes_as_a_whole(store: PostgresStore, clock: ManualClock) -> None:
    half_open = await plan(store, clock, S.DONE, S.PROPOSED)
    over = await plan(store, clock, S.DONE, S.REJECTED)
    clock.advance(KEPT + timedelta(seconds=1))
    await tidy(store, clock.now())
    assert await left(store, *half_open, *over) == [True, True, False, False]


async def test_what_is_undone_late_is_kept_from_then_on(store: PostgresStore, clock: ManualClock) -> None:
    (action,) = await plan(store, clock, S.DONE)
    clock.advance(KEPT)
    assert await store.approvals.decide(ANN.id, action.id, D.UNDO) is not None
    claim = await store.approvals.claim(ANN.id, action.id)
    assert claim is not None
    await store.approvals.settle(claim, S.UNDONE)
    clock.advance(KEPT)
    await tidy(store, clock.now())
    assert await left(store, action) == [True]


async def test_everything_it_held_goes_and_the_trail_stays(
    store: PostgresStore, clock: ManualClock, database: Addresses
) -> None:
    (gone,), (kept,) = await plan(store, clock, S.DONE), await plan(store, clock, S.PROPOSED)
    written = await store.audit.verify(ANN.id, {})
    clock.advance(KEPT + timedelta(seconds=1))
    await tidy(store, clock.now())
    assert await store.audit.verify(ANN.id, {}) == written
    assert await store.approvals.decided(ANN.id, limit=9) == ()
    assert await store.approvals.decide(ANN.id, gone.id, D.UNDO) is None
    assert await store.approvals.claim(ANN.id, gone.id) is None
    assert {row.id for row in await store.waiting()} >= {str(kept.id)}
    async with await psycopg.AsyncConnection.connect(database.admin) as admin:
        for query in ("SELECT action FROM steward.ledger", "SELECT id FROM steward.approvals WHERE id <> %(kept)s"):
            assert await (await admin.execute(query, {"kept": kept.id})).fetchall() == []
        query = "SELECT DISTINCT sha256 FROM steward.audit WHERE action = %s"
        assert await (await admin.execute(query, (gone.id,))).fetchall() == [(gone.sha256,)]


async def test_a_card_that_may_still_be_drawn_is_kept_however_short_the_time(
    store: PostgresStore, clock: ManualClock
) -> None:
    (action,) = await plan(store, clock, S.DONE)
    clock.advance(DRAWN_FOR)
    await store.tidy(clock.now(), settled=clock.now())
    assert await left(store, action) == [True]
    clock.advance(timedelta(seconds=1))
    await store.tidy(clock.now(), settled=clock.now())
    assert await left(store, action) == [False]


async def test_only_the_relay_may_let_go(store: PostgresStore, database: Addresses) -> None:
    async with await psycopg.AsyncConnection.connect(database.app, autocommit=True, **session(APP)) as app:
        with pytest.raises(errors.InsufficientPrivilege):
            await app.execute("SELECT steward.let_go_of_settled(now())")
