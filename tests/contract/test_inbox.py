"""The contract of Inbox and People."""

import asyncio

from app.domain.ports import Kind, Store, Waiting
from app.domain.types import person_id
from tests.houses import House
from tests.samples import ANN, BOB, TEAM

ENVELOPE = {
    "team_id": TEAM,
    "event": {"type": "message", "user": "U0ANN", "text": "nul \0, half a pair \ud83d, ünïcode"},
}


async def test_the_same_key_is_kept_once(store: Store) -> None:
    assert await store.inbox.put("Ev1", ENVELOPE)
    assert not await store.inbox.put("Ev1", ENVELOPE)
    assert await store.inbox.put("Ev2", ENVELOPE)


async def test_of_many_at_once_with_one_key_exactly_one_is_new(store: Store) -> None:
    answers = await asyncio.gather(*(store.inbox.put(f"Ev{n % 10}", ENVELOPE) for n in range(100)))
    assert answers.count(True) == 10


async def test_an_envelope_belongs_to_the_process_that_brought_it(house: House) -> None:
    first, second = await house.process(), await house.process()
    await first.inbox.put("Ev1", ENVELOPE)
    assert await second.waiting() == ()
    assert await second.inbox.take("Ev1") is None


async def test_the_envelope_of_a_dead_process_is_taken_over_once_and_whole(house: House) -> None:
    first, second, third = await house.process(), await house.process(), await house.process()
    await first.inbox.put("Ev1", ENVELOPE)
    await first.close()
    assert await second.waiting() == (Waiting(kind=Kind.ENVELOPE, id="Ev1", person=person_id(TEAM, "U0ANN")),)
    assert await second.inbox.take("Ev1") == ENVELOPE
    assert await third.inbox.take("Ev1") is None


async def test_a_settled_envelope_waits_for_nobody(house: House) -> None:
    first, second = await house.process(), await house.process()
    await first.inbox.put("Ev1", ENVELOPE)
    await first.inbox.settle("Ev1")
    await first.close()
    assert await second.waiting() == ()
    assert await second.inbox.take("Ev1") is None
    assert not await second.inbox.put("Ev1", ENVELOPE)


async def test_an_unknown_envelope_cannot_be_taken(store: Store) -> None:
    assert await store.inbox.take("Ev1") is None


async def test_a_person_is_new_once_and_renewed_afterwards(store: Store) -> None:
    assert await store.people.person(ANN.id) is None
    assert await store.people.meet(ANN)
    assert not await store.people.meet(ANN)
    moved = ANN.model_copy(update={"zone": "Asia/Tokyo", "email": "ann@example.net", "member": False})
    assert not await store.people.meet(moved)
    assert await store.people.person(ANN.id) == moved
    assert await store.people.person(BOB.id) is None


async def test_a_person_goes_by_the_clocks_of_where_they_say_they_are(store: Store) -> None:
    await store.people.meet(ANN)
    await store.preferences.state(ANN.id, "zone", "Europe/Lisbon", words="Lisbon")
    assert await store.people.person(ANN.id) == ANN.model_copy(update={"zone": "Europe/Lisbon"})
    await store.people.meet(ANN.model_copy(update={"zone": "Asia/Tokyo"}))
    await store.preferences.undo(ANN.id, "zone")
    assert await store.people.person(ANN.id) == ANN.model_copy(update={"zone": "Asia/Tokyo"})


async def test_a_known_dm_isnt_forgotten(store: Store) -> None:
    await store.people.meet(ANN)
    await store.people.meet(ANN.model_copy(update={"dm": ""}))
    assert await store.people.person(ANN.id) == ANN
