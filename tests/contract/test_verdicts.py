"""The contract of verdicts: kept by mail and by what the model was told, replaced, and nobody else's."""

import pytest

from app.domain.grants import Tokens
from app.domain.ports import Store
from app.domain.sorting import Opinion
from app.domain.types import AccountId
from app.store import PostgresStore
from tests.fakes import ManualClock
from tests.samples import ANN, BOB, WORK, account


@pytest.fixture
async def connected(store: Store, clock: ManualClock) -> AccountId:
    """Ann's account; in PostgreSQL a verdict is on a mail of an account that exists."""
    if not isinstance(store, PostgresStore):
        return WORK.id
    tokens = Tokens(access="a", refresh="r", expires_at=clock.now(), scopes=())
    return (await store.grants.keep(account(), tokens)).id


def verdict(connected: AccountId, mail: str = "m1", *, priority: int = 5, why: str = "asks you") -> Opinion:
    return Opinion(account=connected, mail=mail, category="routine", priority=priority, why=why)


async def test_what_was_kept_is_known(store: Store, connected: AccountId) -> None:
    kept = [verdict(connected, mail) for mail in ("m1", "m2", "m3")]
    await store.verdicts.keep(ANN.id, kept, version="v1")
    asked = [each.key for each in kept[:2]] + [(connected, "never seen")]
    assert await store.verdicts.known(ANN.id, asked, version="v1") == {each.key: each for each in kept[:2]}


async def test_what_was_judged_by_other_instructions_is_judged_anew(store: Store, connected: AccountId) -> None:
    first = verdict(connected)
    await store.verdicts.keep(ANN.id, [first], version="v1")
    assert await store.verdicts.known(ANN.id, [first.key], version="v2") == {}
    again = verdict(connected, priority=8)
    await store.verdicts.keep(ANN.id, [again], version="v2")
    assert await store.verdicts.known(ANN.id, [first.key], version="v2") == {first.key: again}
    assert await store.verdicts.known(ANN.id, [first.key], version="v1") == {}


async def test_the_last_of_several_for_one_mail_counts(store: Store, connected: AccountId) -> None:
    both = [verdict(connected, priority=2), verdict(connected, priority=9)]
    await store.verdicts.keep(ANN.id, both, version="v1")
    assert await store.verdicts.known(ANN.id, [both[0].key], version="v1") == {both[0].key: both[1]}


async def test_nothing_is_kept_and_known_of_no_mails(store: Store) -> None:
    await store.verdicts.keep(ANN.id, [], version="v1")
    assert await store.verdicts.known(ANN.id, [], version="v1") == {}


async def test_they_are_nobody_elses(store: Store, connected: AccountId) -> None:
    mine = verdict(connected)
    await store.verdicts.keep(ANN.id, [mine], version="v1")
    assert await store.verdicts.known(BOB.id, [mine.key], version="v1") == {}


async def test_a_reason_is_kept_as_it_can_be(store: Store, connected: AccountId) -> None:
    odd = verdict(connected, why="100 % “sure” \U0001f600; DROP TABLE\nsecond line")
    await store.verdicts.keep(ANN.id, [odd, verdict(connected, "m2", why="nul\x00byte")], version="v1")
    found = await store.verdicts.known(ANN.id, [odd.key, (connected, "m2")], version="v1")
    assert found[odd.key] == odd
    assert found[connected, "m2"].why.startswith("nul")
