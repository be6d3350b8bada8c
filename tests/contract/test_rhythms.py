"""The contract of what comes by itself: who hears when, what was the last, how far mailboxes were looked through."""

from datetime import date, time

import pytest

from app.domain.grants import Grants, Tokens
from app.domain.types import Account, Person
from app.store import PostgresStore
from tests.fakes import ManualClock, MemoryGrants
from tests.fakes.parking import MemoryParking
from tests.houses import House, Running
from tests.samples import ANN, BOB, account

VIENNA = ANN.model_copy(update={"zone": "Europe/Vienna"})


@pytest.fixture
async def store(house: House) -> Running:
    store = await house.process()
    if isinstance(store.parking, MemoryParking):
        store.parking.grants = MemoryGrants()
    return store


def grants_of(store: Running) -> Grants:
    grants = store.grants if isinstance(store, PostgresStore) else getattr(store.parking, "grants", None)
    assert grants is not None
    return grants


async def connect(store: Running, clock: ManualClock, person: Person) -> Account:
    await store.people.meet(person)
    tokens = Tokens(access="a", refresh="r", expires_at=clock.now(), scopes=())
    return await grants_of(store).keep(account(person), tokens)


async def test_who_has_no_living_account_hears_nothing(store: Running, clock: ManualClock) -> None:
    await store.people.meet(BOB)
    assert await store.rhythms() == ()
    mine = await connect(store, clock, VIENNA)
    (rhythm,) = await store.rhythms()
    assert (rhythm.person, rhythm.zone, rhythm.last) == (ANN.id, "Europe/Vienna", None)
    await grants_of(store).bury(mine.id, ANN.id)
    assert await store.rhythms() == ()


@pytest.mark.parametrize("changed", [{"member": False}, {"dm": ""}])
async def test_nor_does_who_cannot_be_told(store: Running, clock: ManualClock, changed: dict[str, object]) -> None:
    await connect(store, clock, ANN.model_copy(update=changed))
    assert await store.rhythms() == ()


async def test_what_they_said_of_times_holds(store: Running, clock: ManualClock) -> None:
    await connect(store, clock, VIENNA)
    await store.preferences.state(ANN.id, "zone", "Asia/Tokyo", words="I moved")
    await store.preferences.state(ANN.id, "digest", "06:30:00", words="at half past six")
    await store.preferences.state(ANN.id, "digest_off", value=True, words="on weekends too")
    await store.preferences.state(ANN.id, "quiet", None, words="always")
    await store.preferences.state(ANN.id, "delegate", "bob@example.com", words="to Bob")
    (rhythm,) = await store.rhythms()
    assert (rhythm.zone, rhythm.preferences.digest, rhythm.preferences.quiet) == ("Asia/Tokyo", time(6, 30), None)
    assert rhythm.preferences.digest_off
    assert rhythm.preferences.delegate == ""
    await store.preferences.state(ANN.id, "digest", None, words="never")
    (rhythm,) = await store.rhythms()
    assert rhythm.preferences.digest is None


async def test_the_last_day_is_that_of_the_last_digest(store: Running, clock: ManualClock) -> None:
    for person in (ANN, BOB):
        await connect(store, clock, person)
    for key in ("digest 2026-06-01", "digest 2026-05-31", "urgent m1", "brief e1 2026-06-09", "digests 2026-07-01"):
        await store.turns.begin(ANN, "digest", text="", key=key)
    days = {rhythm.person: rhythm.last for rhythm in await store.rhythms()}
    assert days == {ANN.id: date(2026, 6, 1), BOB.id: None}


async def test_how_far_a_mailbox_was_looked_through(store: Running, clock: ManualClock) -> None:
    mine, theirs = [await connect(store, clock, person) for person in (ANN, BOB)]
    assert await store.watches.cursors(ANN.id) == {}
    for cursor in ("7", "9"):
        await store.watches.advance(ANN.id, mine.id, cursor)
    await store.watches.advance(BOB.id, theirs.id, "3")
    assert await store.watches.cursors(ANN.id) == {mine.id: "9"}
    assert await store.watches.cursors(BOB.id) == {theirs.id: "3"}
