"""The contract of questions: one option counts, once, as the person's own words; and of whom they mean by a name."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.asking import Listed, Question
from app.domain.memory import CHOSEN, SAID, Relation, Trail
from app.domain.ports import Kind, Store
from app.domain.types import CHOICE, Address, Place, Turn, TurnId, TurnStatus
from tests.fakes import ManualClock
from tests.houses import House
from tests.samples import ANN, BOB, message, slack_ts

DANA, EVE = Address(email="dana@example.org", name="Dana Reyes"), Address(email="eve@quiet.example")
OPTIONS = (DANA.shown, EVE.email)


async def asking(store: Store, *, about: str = "", options: tuple[str, ...] = OPTIONS, **more: Any) -> Turn:
    turn, _ = await store.turns.open(message("put a call with my manager", **more), limit=100)
    trail = Trail(question=Question(options=options, about=about))
    assert await store.turns.end(turn, status=TurnStatus.ENDED, reply="Who is that?", actions=[], trail=trail)
    await store.turns.posted(turn, "1.5")
    return await kept(store, turn)


async def kept(store: Store, turn: Turn) -> Turn:
    found = await store.turns.get(turn.person, turn.id)
    assert found is not None
    return found


async def test_a_choice_opens_a_turn_with_the_options_words(store: Store) -> None:
    asked = await asking(store)
    opened = await store.turns.choose(ANN.id, asked.id, 0)
    assert opened is not None
    assert (opened.text, opened.typed, opened.answers) == (DANA.shown, None, asked.id)
    assert (opened.status, opened.place) == (TurnStatus.QUEUED, asked.place)
    question = (await kept(store, asked)).question
    assert question is not None
    assert (question.chosen, question.answer) == (0, DANA.shown)


async def test_a_choice_waits_until_what_is_under_way_is_over(store: Store) -> None:
    asked = await asking(store)
    running, _ = await store.turns.open(message("what's on?"), limit=100)
    opened = await store.turns.choose(ANN.id, asked.id, 0)
    assert opened is not None
    assert await store.turns.next(ANN.id, asked.place.conversation) is None
    assert await store.turns.end(running, status=TurnStatus.ENDED, reply="", actions=[])
    started = await store.turns.next(ANN.id, asked.place.conversation)
    assert started is not None
    assert (started.id, started.status, started.answers) == (opened.id, TurnStatus.RUNNING, asked.id)


async def test_only_one_option_counts_however_many_click_at_once(house: House) -> None:
    stores = [await house.process() for _ in range(3)]
    asked = await asking(stores[0])
    clicks = (stores[n % 3].turns.choose(ANN.id, asked.id, n % 2) for n in range(12))
    assert len([turn for turn in await asyncio.gather(*clicks) if turn]) == 1


@pytest.mark.parametrize("option", [-1, 2, 9])
async def test_there_is_no_other_option(store: Store, option: int) -> None:
    asked = await asking(store)
    assert await store.turns.choose(ANN.id, asked.id, option) is None
    assert await store.turns.choose(ANN.id, asked.id, 1) is not None


async def test_nobody_answers_for_another_or_what_was_never_asked(store: Store) -> None:
    asked = await asking(store, about="my manager")
    assert await store.turns.choose(BOB.id, asked.id, 0) is None
    assert await store.turns.choose(ANN.id, TurnId(uuid4()), 0) is None
    plain, _ = await store.turns.open(message("hello", person=BOB), limit=100)
    assert await store.turns.choose(BOB.id, plain.id, 0) is None
    assert await store.relations.all(BOB.id) == await store.relations.all(ANN.id) == ()


async def test_who_went_on_in_the_thread_has_answered_and_who_spoke_elsewhere_has_not(store: Store) -> None:
    asked = await asking(store)
    await store.turns.open(message("what's on?", place=Place(channel=ANN.dm, thread=slack_ts())), limit=100)
    assert await store.turns.choose(ANN.id, asked.id, 0) is not None
    other = await asking(store, place=Place(channel="C1", thread="1.1"))
    await store.turns.open(message("Dana", place=other.place), limit=100)
    assert await store.turns.choose(ANN.id, other.id, 0) is None


async def test_a_choice_survives_the_process_that_took_it(house: House) -> None:
    first = await house.process()
    asked = await asking(first)
    opened = await first.turns.choose(ANN.id, asked.id, 0)
    await first.close()
    second = await house.process()
    assert opened is not None
    assert str(opened.id) in [row.id for row in await second.waiting() if row.kind is Kind.TURN]
    resumed = await second.turns.resume(opened.id)
    assert resumed is not None
    assert (resumed.status, resumed.text) == (TurnStatus.RUNNING, DANA.shown)


async def test_the_model_sees_what_was_asked_and_that_it_was_clicked(store: Store) -> None:
    asked = await asking(store)
    opened = await store.turns.choose(ANN.id, asked.id, 0)
    assert opened is not None
    started = await store.turns.next(ANN.id, asked.place.conversation)
    assert started is not None
    assert await store.turns.end(started, status=TurnStatus.ENDED, reply="", actions=[])
    later, _ = await store.turns.open(message("and?"), limit=100)
    lines = [(line.role, line.text) for line in await store.turns.history(later, limit=9)]
    assert lines[1:] == [
        ("assistant", f"Who is that?\n• {DANA.shown}\n• {EVE.email}"),
        (CHOICE, DANA.shown),
    ]


async def test_what_an_answer_spoke_of_is_kept_with_it(store: Store) -> None:
    shown = (Listed(ref="work:t1", title="Lunch", link="https://mail.example/t1"), Listed(ref="work:t2", title=""))
    turn, _ = await store.turns.open(message(), limit=100)
    await store.turns.end(turn, status=TurnStatus.ENDED, reply="Two mails.", actions=[], trail=Trail(listed=shown))
    assert (await kept(store, turn)).listed == shown
    later, _ = await store.turns.open(message("the second one"), limit=100)
    assert [line.listed for line in await store.turns.history(later, limit=9)] == [(), shown]


# Whom the person means by a name.


def relation(clock: ManualClock, *people: Address, name: str = "my manager", origin: str = SAID) -> Relation:
    return Relation(name=name, people=people or (DANA,), origin=origin, since=clock.now())


async def test_a_name_means_whoever_was_said_last(store: Store, clock: ManualClock) -> None:
    await store.relations.keep(ANN.id, relation(clock))
    clock.advance(timedelta(days=1))
    team = relation(clock, DANA, EVE, name="the engineering team")
    await store.relations.keep(ANN.id, team)
    clock.advance(timedelta(days=1))
    now = relation(clock, EVE, name="Manager")
    await store.relations.keep(ANN.id, now)
    assert await store.relations.all(ANN.id) == (now, team)
    assert await store.relations.all(BOB.id) == ()


async def test_a_name_that_means_nobody_any_more_is_forgotten(store: Store, clock: ManualClock) -> None:
    team = relation(clock, EVE, name="the engineering team")
    for person in (ANN, BOB):
        await store.relations.keep(person.id, relation(clock))
    await store.relations.keep(ANN.id, team)
    nobody = relation(clock, name="the manager").model_copy(update={"people": ()})
    turn, _ = await store.turns.open(message("forget who my manager is"), limit=100)
    await store.turns.end(turn, status=TurnStatus.ENDED, reply="Done.", actions=[], trail=Trail(learned=(nobody,)))
    assert await store.relations.all(ANN.id) == (team,)
    assert await store.relations.all(BOB.id) == (relation(clock),)


async def test_the_answer_to_who_is_meant_is_kept(store: Store, clock: ManualClock) -> None:
    both = f"{DANA.shown}, Eve <{EVE.email}>"
    asked = await asking(store, about="the team", options=(both, "Somebody else"))
    await store.turns.choose(ANN.id, asked.id, 0)
    (known,) = await store.relations.all(ANN.id)
    assert [p.shown for p in known.people] == [DANA.shown, f"Eve <{EVE.email}>"]
    assert (known.name, known.origin, known.since) == ("the team", CHOSEN, clock.now())


async def test_an_answer_without_an_address_tells_nothing(store: Store) -> None:
    asked = await asking(store, about="the team", options=("Nobody", DANA.shown))
    await store.turns.choose(ANN.id, asked.id, 0)
    assert await store.relations.all(ANN.id) == ()


async def test_what_was_said_in_a_turn_is_kept_when_it_ends_and_not_before(store: Store, clock: ManualClock) -> None:
    turn, _ = await store.turns.open(message("my manager is Dana"), limit=100)
    trail = Trail(learned=(relation(clock),))
    assert await store.turns.end(turn, status=TurnStatus.ENDED, reply="Noted.", actions=[], trail=trail)
    assert not await store.turns.end(turn, status=TurnStatus.ENDED, reply="Noted.", actions=[], trail=trail)
    assert await store.relations.all(ANN.id) == (relation(clock),)
