"""The contract of Grants: accounts, their tokens, and the states of connections that were begun."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from app.domain.errors import Faulty, GrantDead, ProviderError, Unanswered
from app.domain.grants import Asked, Grants, Renew, Tokens
from app.domain.permissions import READING, Permission
from app.domain.types import AccountId, Place
from tests.fakes import ManualClock
from tests.samples import ANN, BOB, account

PLACE = Place(channel="D0ANN", thread="1.1")


def tokens(clock: ManualClock, access: str = "ya29.first") -> Tokens:
    expires = clock.now() + timedelta(hours=1)
    return Tokens(access=access, refresh="1//refresh", expires_at=expires, scopes=tuple(Permission))


async def test_tokens_come_back_as_they_were_kept(grants: Grants, clock: ManualClock) -> None:
    kept = await grants.keep(account(scopes=READING), tokens(clock))
    assert await grants.accounts(ANN.id) == (kept,)
    assert await grants.accounts(BOB.id) == ()
    assert await grants.tokens(kept) == tokens(clock)


async def test_renewed_tokens_replace_the_old(grants: Grants, clock: ManualClock) -> None:
    kept = await grants.keep(account(), tokens(clock))
    second = await grants.fresh(kept, stale=lambda _: True, renew=answering(tokens(clock, "ya29.second")))
    assert second.access == "ya29.second"
    assert (await grants.tokens(kept)).access == "ya29.second"


async def test_an_account_connected_again_keeps_its_id_and_name(grants: Grants, clock: ManualClock) -> None:
    first = await grants.keep(account(), tokens(clock))
    await grants.bury(first.id, ANN.id)
    moved = account(email="ann@example.net", name="other", scopes=READING)
    again = await grants.keep(moved, tokens(clock, "ya29.second"))
    assert (again.id, again.name, again.email) == (first.id, "work", "ann@example.net")
    assert (again.alive, again.scopes) == (True, READING)
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
    with pytest.raises(GrantDead):
        await grants.fresh(kept, stale=lambda _: True, renew=answering(tokens(clock)))
    (listed,) = await grants.accounts(ANN.id)
    assert (listed.id, listed.alive) == (kept.id, False)
    assert listed.ended_at is not None


async def test_tokens_are_nobody_elses(grants: Grants, clock: ManualClock) -> None:
    kept = await grants.keep(account(), tokens(clock))
    with pytest.raises(GrantDead):
        await grants.tokens(kept.model_copy(update={"person": BOB.id}))
    with pytest.raises(GrantDead):
        await grants.tokens(account())


def answering(fresh: Tokens) -> Renew:
    async def renew(_: Tokens) -> Tokens:
        return fresh

    return renew


# Renewing.


async def test_tokens_that_are_fresh_are_left_alone(grants: Grants, clock: ManualClock) -> None:
    kept = await grants.keep(account(), tokens(clock))
    unused = answering(tokens(clock, "ya29.unused"))
    assert (await grants.fresh(kept, stale=lambda _: False, renew=unused)).access == "ya29.first"


async def test_of_many_who_find_a_token_stale_one_renews(grants: Grants, clock: ManualClock) -> None:
    kept = await grants.keep(account(), tokens(clock))
    renewed: list[str] = []

    async def renew(used: Tokens) -> Tokens:
        renewed.append(used.access)
        await asyncio.sleep(0)
        return tokens(clock, f"ya29.{len(renewed) + 1}")

    def stale(found: Tokens) -> bool:
        return found.access == "ya29.first"

    found = await asyncio.gather(*(grants.fresh(kept, stale=stale, renew=renew) for _ in range(10)))
    assert renewed == ["ya29.first"]
    assert {each.access for each in found} == {"ya29.2"}


@pytest.mark.parametrize("passing", [Faulty(provider="Google", why="status 503"), Unanswered(provider="Google")])
async def test_a_passing_fault_kills_no_grant(grants: Grants, clock: ManualClock, passing: ProviderError) -> None:
    kept = await grants.keep(account(), tokens(clock))

    async def fail(_: Tokens) -> Tokens:
        raise passing

    with pytest.raises(type(passing)):
        await grants.fresh(kept, stale=lambda _: True, renew=fail)
    assert await grants.tokens(kept) == tokens(clock)


async def test_a_grant_that_is_refused_for_good_is_buried_and_noticed_once(grants: Grants, clock: ManualClock) -> None:
    kept = await grants.keep(account(), tokens(clock))

    async def fail(_: Tokens) -> Tokens:
        raise GrantDead(provider="Google", account=kept.email)

    assert await grants.unnoticed(kept.id, ANN.id, clock.now()) is None
    with pytest.raises(GrantDead):
        await grants.fresh(kept, stale=lambda _: True, renew=fail)
    (dead,) = await grants.accounts(ANN.id)
    assert not dead.alive
    found = await asyncio.gather(*(grants.unnoticed(kept.id, ANN.id, clock.now()) for _ in range(5)))
    assert [each for each in found if each] == [dead]
    clock.advance(timedelta(minutes=1))  # whoever asked may have been killed before it was shown
    assert await grants.unnoticed(kept.id, ANN.id, clock.now()) == dead
    await grants.noticed(dead, "1.1")
    clock.advance(timedelta(minutes=1))
    assert await grants.unnoticed(kept.id, ANN.id, clock.now()) is None


async def test_the_next_end_of_a_connection_is_noticed_again(grants: Grants, clock: ManualClock) -> None:
    kept = await grants.keep(account(), tokens(clock))
    for ts in ("1.1", "2.2"):
        await grants.bury(kept.id, ANN.id)
        assert await grants.unnoticed(kept.id, BOB.id, clock.now()) is None
        dead = await grants.unnoticed(kept.id, ANN.id, clock.now())
        assert dead is not None
        await grants.noticed(dead, ts)
        assert (await grants.keep(account(), tokens(clock))).alive


# Names and the default.


async def test_an_account_is_renamed_unless_another_has_the_name(grants: Grants, clock: ManualClock) -> None:
    work = await grants.keep(account(), tokens(clock))
    home = await grants.keep(account(subject="2", name="home"), tokens(clock))
    assert not await grants.rename(home.id, ANN.id, "WORK")
    assert await grants.rename(home.id, ANN.id, "Home")
    assert await grants.rename(work.id, BOB.id, "mine")
    assert [a.name for a in await grants.accounts(ANN.id)] == ["work", "Home"]


async def test_one_account_is_the_default(grants: Grants, clock: ManualClock) -> None:
    kept = [await grants.keep(account(subject=str(n), name=f"n{n}"), tokens(clock)) for n in range(3)]
    assert [a.chosen for a in await grants.accounts(ANN.id)] == [True, False, False]
    await grants.choose(kept[2].id, BOB.id)
    assert [a.chosen for a in await grants.accounts(ANN.id)] == [True, False, False]
    await grants.choose(kept[2].id, ANN.id)
    assert [a.chosen for a in await grants.accounts(ANN.id)] == [False, False, True]
    await grants.keep(account(subject="2"), tokens(clock))
    assert [a.chosen for a in await grants.accounts(ANN.id)] == [False, False, True]
    await grants.forget(kept[2].id, BOB.id)
    await grants.forget(kept[2].id, ANN.id)
    assert [(a.id, a.chosen) for a in await grants.accounts(ANN.id)] == [(kept[0].id, True), (kept[1].id, False)]
    with pytest.raises(GrantDead):
        await grants.tokens(kept[2])


# Links.


def link(**fields: Any) -> Asked:
    return Asked(person=ANN.id, place=PLACE, verifier="verifier", **fields)


async def test_a_state_is_good_once(grants: Grants, clock: ManualClock) -> None:
    whole = link(asks=READING, account=AccountId(BOB.id), card="3.3")
    unshown = whole.model_copy(update={"card": ""})
    await grants.ask("the state", unshown, until=clock.now() + timedelta(minutes=10))
    await grants.shown("the state", BOB.id, "4.4")
    await grants.shown("the state", ANN.id, "3.3")
    answers = await asyncio.gather(*(grants.redeem("the state", clock.now()) for _ in range(10)))
    assert [answer for answer in answers if answer] == [whole]
    assert await grants.redeem("the state", clock.now()) is None


async def test_a_state_that_is_too_old_or_unknown_is_good_for_nothing(grants: Grants, clock: ManualClock) -> None:
    await grants.ask("the state", link(), until=clock.now() + timedelta(minutes=10))
    clock.advance(timedelta(minutes=10))
    assert await grants.redeem("the state", clock.now()) is None
    assert await grants.redeem("unknown", clock.now()) is None
