"""The contract of what skills leave in turns: reports, the offers under them, and what begins by itself."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from app.domain.memory import Trail
from app.domain.ports import Kind, Store
from app.domain.reports import Group, Line, Offer, Report
from app.domain.types import CHOICE, CODE, Turn, TurnId, TurnStatus
from tests.houses import House
from tests.samples import ANN, BOB, message

REPORT = Report(
    title="Your mail",
    summary="Two mails want you.",
    groups=(
        Group(
            title="Urgent",
            lines=(Line(text="Sign it", link="https://mail.example/1"),),
            offers=(Offer(label="Reply", errand="r"),),
        ),
    ),
    offers=(Offer(label="Archive the newsletters", errand="archive 7", primary=True),),
    notes=("Your personal account could not be read.",),
)


async def reported(store: Store) -> Turn:
    turn, _ = await store.turns.open(message("triage"), limit=100)
    trail = Trail(report=REPORT)
    assert await store.turns.end(turn, status=TurnStatus.ENDED, reply=REPORT.summary, actions=[], trail=trail)
    found = await store.turns.get(ANN.id, turn.id)
    assert found is not None
    return found


async def test_a_report_is_kept(store: Store) -> None:
    turn = await reported(store)
    assert turn.report is not None
    assert turn.report.groups == REPORT.groups
    assert turn.report.summary == "Two mails want you."
    assert turn.taken == ()


async def test_an_offer_is_taken_up_once(store: Store) -> None:
    turn = await reported(store)
    opened = await store.turns.take_up(ANN.id, turn.id, 1)
    assert opened is not None
    assert (opened.errand, opened.text, opened.status) == ("archive 7", "Archive the newsletters", TurnStatus.QUEUED)
    assert opened.place == turn.place
    assert await store.turns.take_up(ANN.id, turn.id, 1) is None
    other = await store.turns.take_up(ANN.id, turn.id, 0)
    assert other is not None
    assert other.errand == "r"
    again = await store.turns.get(ANN.id, turn.id)
    assert again is not None
    assert sorted(again.taken) == [0, 1]


async def test_the_words_on_an_offer_are_codes_and_not_the_persons(store: Store) -> None:
    """A label may repeat what a stranger wrote: what the person typed or chose vouches for addresses and words."""
    turn = await reported(store)
    opened = await store.turns.take_up(ANN.id, turn.id, 1)
    assert opened is not None
    assert opened.words == ""
    started = await store.turns.next(ANN.id, turn.place.conversation)
    assert started is not None
    assert await store.turns.end(started, status=TurnStatus.ENDED, reply="", actions=[])
    later, _ = await store.turns.open(message("and?"), limit=100)
    lines = [(line.role, line.text) for line in await store.turns.history(later, limit=9)]
    assert (CODE, "Archive the newsletters") in lines
    assert CHOICE not in [role for role, _ in lines]


async def test_of_many_clicks_at_once_one_counts(house: House) -> None:
    stores = [await house.process() for _ in range(3)]
    turn = await reported(stores[0])
    opened = await asyncio.gather(*(stores[n % 3].turns.take_up(ANN.id, turn.id, 0) for n in range(9)))
    assert sum(each is not None for each in opened) == 1


@pytest.mark.parametrize("offer", [-1, 2, 2**31 - 1])
async def test_an_offer_that_there_is_not(store: Store, offer: int) -> None:
    turn = await reported(store)
    assert await store.turns.take_up(ANN.id, turn.id, offer) is None


async def test_nobody_takes_up_what_was_offered_to_another(store: Store) -> None:
    turn = await reported(store)
    assert await store.turns.take_up(BOB.id, turn.id, 0) is None
    assert await store.turns.take_up(ANN.id, TurnId(uuid4()), 0) is None


async def test_what_comes_by_itself_begins_once(house: House) -> None:
    stores = [await house.process() for _ in range(3)]
    for person in (ANN, BOB):
        await stores[0].people.meet(person)
    begun = await asyncio.gather(
        *(
            stores[n % 3].turns.begin(ANN, "digest 2026-06-01", text="Good morning", key="digest 2026-06-01")
            for n in range(9)
        )
    )
    turns = [turn for turn in begun if turn]
    assert len(turns) == 1
    assert (turns[0].errand, turns[0].place.channel, turns[0].place.thread) == ("digest 2026-06-01", ANN.dm, "")
    assert await waiting(stores[1]) == [(Kind.UNASKED, str(turns[0].id))]
    assert await stores[0].turns.begin(BOB, "digest", text="", key="digest 2026-06-01") is not None
    assert await stores[0].turns.begin(ANN, "digest", text="", key="digest 2026-06-02") is not None


async def test_what_several_keys_name_begins_once_for_each(house: House) -> None:
    stores = [await house.process() for _ in range(3)]
    await stores[0].people.meet(ANN)
    await stores[0].people.meet(BOB)
    keys = ["urgent a\nurgent b", "urgent b\nurgent c", "urgent c\nurgent d"]
    begun = await asyncio.gather(
        *(stores[n % 3].turns.begin(ANN, "notice", text="", key=keys[n % 3]) for n in range(9))
    )
    won = [line for n, turn in enumerate(begun) if turn for line in keys[n % 3].splitlines()]
    assert won
    assert len(won) == len(set(won))
    assert await stores[0].turns.begun(ANN.id, ["urgent a", "urgent b", "urgent c", "urgent d", "urgent"]) == set(won)
    assert await stores[0].turns.begun(BOB.id, won) == set()


async def begun(store: Store) -> Turn:
    turn = await store.turns.begin(ANN, "digest", text="Good morning", key="digest 2026-06-01")
    assert turn is not None
    return turn


async def waiting(store: Store) -> list[tuple[Kind, str]]:
    return [(row.kind, row.id) for row in await store.waiting()]


async def test_what_comes_by_itself_waits_as_a_kind_of_its_own_however_far_it_came(house: House) -> None:
    first, second = await house.process(), await house.process()
    await first.people.meet(ANN)
    turn = await begun(first)
    own = [(Kind.UNASKED, str(turn.id))]
    assert await waiting(second) == own
    running = await first.turns.resume(turn.id)
    assert running is not None
    assert await waiting(second) == []
    await first.close()
    assert await waiting(second) == own
    again = await second.turns.resume(turn.id)
    assert again is not None
    assert await second.turns.end(again, status=TurnStatus.ENDED, reply="Good morning.", actions=[])
    await second.turns.put_off(again)
    house.clock.advance(timedelta(seconds=10))
    assert await waiting(second) == own


async def test_what_a_person_asks_goes_before_what_comes_by_itself(store: Store) -> None:
    await store.people.meet(ANN)
    digest = await begun(store)
    asked, _ = await store.turns.open(message("what is new?"), limit=100)
    assert asked.status is TurnStatus.RUNNING
    later, _ = await store.turns.open(message("and else?"), limit=100)
    assert await store.turns.resume(digest.id) is None
    assert await store.turns.end(asked, status=TurnStatus.ENDED, reply="", actions=[])
    assert await waiting(store) == [(Kind.TURN, str(later.id))]
    following = await store.turns.next(ANN.id, later.place.conversation)
    assert following is not None
    assert following.id == later.id
    assert await store.turns.end(following, status=TurnStatus.ENDED, reply="", actions=[])
    assert await store.turns.next(ANN.id, later.place.conversation) is None
    assert await waiting(store) == [(Kind.UNASKED, str(digest.id))]
    assert await store.turns.resume(digest.id) is not None


async def test_the_report_is_part_of_what_was_said(store: Store) -> None:
    await reported(store)
    later, _ = await store.turns.open(message("the second one"), limit=100)
    said = [line.text for line in await store.turns.history(later, limit=5)]
    assert any("Sign it" in line for line in said)
