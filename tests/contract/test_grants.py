"""The contract of Grants: accounts, their tokens, and the states of connections that were begun."""

import asyncio
from datetime import timedelta

import pytest

from app.domain.errors import GrantDead
from app.domain.ports import Asked, Grants, Tokens
from app.domain.types import Place
from tests.fakes import ManualClock
from tests.samples import ANN, BOB, account

PLACE = Place(channel="D0ANN", thread="1.1")


def tokens(clock: ManualClock, access: str = "ya29.first") -> Tokens:
    expires = clock.now() + timedelta(hours=1)
    return Tokens(access=access, refresh="1//refresh", expires_at=expires, scopes=("mail", "calendar"))


async def test_tokens_come_back_as_they_were_kept(grants: Grants, clock: ManualClock) -> None:
    kept = await grants.keep(account(scopes=("mail",)), tokens(clock))
    assert await grants.accounts(ANN.id) == (kept,)
    assert await grants.accounts(BOB.id) == ()
    assert await grants.tokens(kept) == tokens(clock)


async def test_renewed_tokens_replace_the_old(grants: Grants, clock: ManualClock) -> None:
    kept = await grants.keep(account(), tokens(clock))
    await grants.renew(kept, tokens(clock, "ya29.second"))
    assert (await grants.tokens(kept)).access == "ya29.second"


async def test_an_account_connected_again_keeps_its_id_and_name(grants: Grants, clock: ManualClock) -> None:
    first = await grants.keep(account(), tokens(clock))
    await grants.bury(first.id, ANN.id)
    moved = account(email="ann@example.net", name="other", scopes=("mail",))
    again = await grants.keep(moved, tokens(clock, "ya29.second"))
    assert (again.id, again.name, again.email) == (first.id, "work", "ann@example.net")
    assert (again.alive, again.scopes) == (True, ("mail",))
    assert (await grants.tokens(again)).access == "ya29.second"


async def test_two_accounts_never_share_a_name(grants: Grants, clock: ManualClock) -> None:
    kept = await asyncio.gather(*(grants.keep(account(subject=str(n)), tokens(clock)) for n in range(3)))
    assert {a.name for a in kept} == {"work", "work 2", "work 3"}
    assert len({a.id for a in kept}) == 3


async def test_the_same_account_may_belong_to_two_people(grants: Grants, clock: ManualClock) -> None:
    mine = await grants.keep(account(), tokens(clock))
    theirs = await grants.keep(account(BOB), tokens(clock, "ya29.bob"))
    await grants.bury(mine.id, ANN.id)
    assert (await grants.tokens(theirs)).access == "ya29.bob"


async def test_a_buried_grant_has_no_tokens_and_stays_listed(grants: Grants, clock: ManualClock) -> None:
    kept = await grants.keep(account(), tokens(clock))
    await grants.bury(kept.id, BOB.id)
    assert await grants.tokens(kept)
    await grants.bury(kept.id, ANN.id)
    with pytest.raises(GrantDead):
        await grants.tokens(kept)
    await grants.renew(kept, tokens(clock))
    with pytest.raises(GrantDead):
        await grants.tokens(kept)
    assert await grants.accounts(ANN.id) == (kept.model_copy(update={"alive": False}),)


async def test_tokens_are_nobody_elses(grants: Grants, clock: ManualClock) -> None:
    kept = await grants.keep(account(), tokens(clock))
    with pytest.raises(GrantDead):
        await grants.tokens(kept.model_copy(update={"person": BOB.id}))
    with pytest.raises(GrantDead):
        await grants.tokens(account())


async def test_a_state_is_good_once(grants: Grants, clock: ManualClock) -> None:
    state = await grants.ask(ANN.id, PLACE, "verifier", until=clock.now() + timedelta(minutes=10))
    answers = await asyncio.gather(*(grants.redeem(state, clock.now()) for _ in range(10)))
    assert [answer for answer in answers if answer] == [Asked(person=ANN.id, place=PLACE, verifier="verifier")]
    assert await grants.redeem(state, clock.now()) is None


async def test_a_state_that_is_too_old_or_unknown_is_good_for_nothing(grants: Grants, clock: ManualClock) -> None:
    state = await grants.ask(ANN.id, PLACE, "verifier", until=clock.now() + timedelta(minutes=10))
    clock.advance(timedelta(minutes=10))
    assert await grants.redeem(state, clock.now()) is None
    assert await grants.redeem("unknown", clock.now()) is None
