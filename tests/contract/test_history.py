"""The contract of Turns.history: what the model sees again."""

from app.domain.ports import Store
from app.domain.types import Person, Place, Turn, TurnStatus
from tests.samples import ANN, BOB, message, slack_ts


async def exchange(store: Store, text: str, reply: str, *, place: Place | None = None, person: Person = ANN) -> Turn:
    ts = slack_ts()
    where = place or Place(channel=person.dm, thread=ts)
    turn, _ = await store.turns.open(message(text, ts=ts, place=where, person=person), limit=100)
    assert await store.turns.end(turn, status=TurnStatus.ENDED, reply=reply, actions=[])
    return turn


async def ask(store: Store, *, place: Place | None = None, person: Person = ANN) -> Turn:
    ts = slack_ts()
    where = place or Place(channel=person.dm, thread=ts)
    turn, _ = await store.turns.open(message("now", ts=ts, place=where, person=person), limit=100)
    return turn


async def seen(store: Store, turn: Turn, limit: int = 12) -> list[tuple[str, str]]:
    return [(line.role, line.text) for line in await store.turns.history(turn, limit=limit)]


async def test_earlier_turns_of_the_dm_are_seen_whatever_their_thread_oldest_first(store: Store) -> None:
    await exchange(store, "one", "ONE")
    await exchange(store, "two", "TWO")
    lines = await seen(store, await ask(store))
    assert lines == [("user", "one"), ("assistant", "ONE"), ("user", "two"), ("assistant", "TWO")]


async def test_the_newest_lines_are_kept_and_those_of_this_thread_before_others(store: Store) -> None:
    here = Place(channel=ANN.dm, thread="1.1")
    await exchange(store, "here", "HERE", place=here)
    for text in ("a", "b", "c"):
        await exchange(store, text, text.upper())
    lines = await seen(store, await ask(store, place=here), limit=4)
    assert lines == [("user", "here"), ("assistant", "HERE"), ("user", "c"), ("assistant", "C")]


async def test_a_channel_thread_sees_itself_alone(store: Store) -> None:
    thread, other = Place(channel="C1", thread="1.1"), Place(channel="C1", thread="2.2")
    await exchange(store, "private", "PRIVATE")
    await exchange(store, "other", "OTHER", place=other)
    await exchange(store, "here", "HERE", place=thread)
    assert await seen(store, await ask(store, place=thread)) == [("user", "here"), ("assistant", "HERE")]


async def test_nobody_sees_what_another_said_in_the_same_thread(store: Store) -> None:
    thread = Place(channel="C1", thread="1.1")
    await exchange(store, "ann's", "ANN'S", place=thread)
    assert await seen(store, await ask(store, place=thread, person=BOB)) == []


async def test_what_came_later_was_cancelled_or_edited_is_seen_as_it_is_now(store: Store) -> None:
    running = await ask(store)
    queued = [await ask(store) for _ in range(3)]
    await store.turns.reword(ANN.id, queued[0].place, queued[0].ts, "edited")
    await store.turns.reword(ANN.id, queued[1].place, queued[1].ts, None)
    assert await seen(store, running) == []
    assert await store.turns.end(running, status=TurnStatus.FAILED, reply="Sorry.", actions=[])
    second = await store.turns.next(ANN.id, running.place.conversation)
    assert second is not None
    assert await seen(store, second) == [("user", "now"), ("assistant", "Sorry.")]
    assert await store.turns.end(second, status=TurnStatus.ENDED, reply="Done.", actions=[])
    third = await store.turns.next(ANN.id, running.place.conversation)
    assert third is not None
    assert third.id == queued[2].id
    assert (await seen(store, third))[2:] == [("user", "edited"), ("assistant", "Done.")]
