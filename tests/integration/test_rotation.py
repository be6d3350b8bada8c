"""Rotating the key that seals tokens: all rows are sealed anew, and both keys open meanwhile."""

from datetime import timedelta

import pytest

from app.domain.errors import SealedElsewhere
from app.domain.grants import Asked, Tokens
from app.domain.types import Account, Place
from app.store import PostgresStore
from tests.fakes import ManualClock
from tests.postgres import Addresses
from tests.samples import ANN, BOB, account

OLD, NEW = bytes(32), bytes(range(32))


async def opened(database: Addresses, clock: ManualClock, *keys: bytes) -> PostgresStore:
    return await PostgresStore.open(database.app, key=keys[0], older=keys[1:], clock=clock)


async def connected(store: PostgresStore, clock: ManualClock) -> list[Account]:
    tokens = Tokens(access="a", refresh="r", expires_at=clock.now() + timedelta(hours=1), scopes=())
    kept = [account(person, subject=str(n), name=f"n{n}") for person in (ANN, BOB) for n in range(3)]
    return [await store.grants.keep(each, tokens) for each in kept]


async def test_everything_is_sealed_anew_and_both_keys_open_meanwhile(database: Addresses, clock: ManualClock) -> None:
    before = await opened(database, clock, OLD)
    kept = await connected(before, clock)
    both = await opened(database, clock, NEW, OLD)
    only_new = await opened(database, clock, NEW)
    try:
        assert await both.grants.reseal(kept[0].id, kept[0].person)  # as if it had been interrupted here
        assert {(await both.grants.tokens(each)).refresh for each in kept} == {"r"}
        with pytest.raises(SealedElsewhere):
            await before.grants.tokens(kept[0])
        assert (await before.grants.tokens(kept[1])).refresh == "r"
        assert await only_new.reseal() == (0, len(kept) - 1)
        assert await both.reseal() == (len(kept) - 1, 0)
        assert await both.reseal() == (0, 0)
        assert {(await only_new.grants.tokens(each)).refresh for each in kept} == {"r"}
    finally:
        for store in (before, both, only_new):
            await store.close()


async def test_a_link_whose_key_is_gone_is_asked_for_again(database: Addresses, clock: ManualClock) -> None:
    before, after = await opened(database, clock, OLD), await opened(database, clock, NEW)
    try:
        asked = Asked(person=ANN.id, place=Place(channel="D1", thread=""), verifier="v")
        await before.grants.ask("the state", asked, until=clock.now() + timedelta(minutes=5))
        assert await after.grants.redeem("the state", clock.now()) is None
    finally:
        await before.close()
        await after.close()
