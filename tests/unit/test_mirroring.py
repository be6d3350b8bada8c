"""Mirror blocks: what is missing and what is stale, and the action that puts it right once."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.actions import MirrorAvailability, canonical, restore
from app.domain.desk import Desk
from app.domain.errors import Conflict, Refusal, Unanswered
from app.domain.forms import Several
from app.domain.mirroring import Difference, difference
from app.domain.types import AccountId, AccountRef, Event, Guest
from tests.fakes import ManualClock, MemoryCalendar, MemoryMailbox
from tests.samples import ANN, WORK, account
from tests.unit.desk_world import ListLedger

HOME = AccountRef(id=AccountId(UUID(int=7)), name="home", email="ann@home.example")
MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
START, END = MONDAY, MONDAY + timedelta(days=5)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SOURCE = str(WORK.id)
LOST = Unanswered(provider="Google Calendar")


def event(ident: str, hour: float, hours: float = 1, **more: Any) -> Event:
    start = MONDAY + hour * HOUR
    given = {"calendar": "primary", "account": WORK, "title": f"Secret {ident}"} | more
    return Event(id=ident, start=start, end=start + hours * HOUR, **given)


def block(ident: str, hour: float, hours: float = 1, *, mirrors: str = SOURCE) -> Event:
    return event(ident, hour, hours, account=HOME, title="Busy", mirrors=mirrors)


def diff(source: Iterable[Event], target: Iterable[Event]) -> Difference:
    return difference(source, target, sources=[SOURCE], connected=[SOURCE, str(HOME.id)])


def hours(found: Difference) -> tuple[list[float], list[str]]:
    return [(b.start - MONDAY) / HOUR for b in found.add], [s.event for s in found.remove]


def test_what_is_missing_and_what_is_stale() -> None:
    source = [event("a", 9), event("b", 11), event("c", 11), event("d", 11.25, 0.5)]
    present = [block("kept", 9), block("twice", 9), block("moved", 14)]
    assert hours(diff(source, present)) == ([11], ["twice", "moved"])


def test_what_keeps_nobody_busy_is_not_mirrored() -> None:
    source = [event("a", 9, answer="declined"), event("b", 10, busy=False), event("c", 11, status="cancelled")]
    assert diff(source, [event("own", 9, account=HOME)]) == ((), ())


def test_a_meeting_that_stands_in_both_needs_no_block() -> None:
    copy = event("x", 9, account=HOME, uid="m@example.com")
    assert diff([event("a", 9, uid="m@example.com")], [copy]) == ((), ())
    declined = copy.model_copy(update={"answer": "declined"})
    assert hours(diff([event("a", 9, uid="m@example.com")], [declined])) == ([9], [])


def test_blocks_are_not_mirrored_back() -> None:
    assert diff([block("m", 9, mirrors=str(HOME.id)).model_copy(update={"account": WORK})], []) == ((), ())


def test_blocks_of_other_accounts_stay_unless_these_are_gone() -> None:
    others = [block("home", 9, mirrors=str(HOME.id)), block("gone", 10, mirrors=str(UUID(int=99)))]
    assert hours(diff([], others)) == ([], ["gone"])


def busy(times: list[tuple[int, int]], **more: Any) -> list[Event]:
    return [event(f"{more.get('title')}{n}", at / 4, length / 4, **more) for n, (at, length) in enumerate(times)]


quarters = st.lists(st.tuples(st.integers(0, 96), st.integers(1, 12)), max_size=8)


@given(quarters, quarters)
def test_afterwards_the_target_is_busy_exactly_when_the_source_is(
    now: list[tuple[int, int]], before: list[tuple[int, int]]
) -> None:
    source, old = busy(now), busy(before, account=HOME, mirrors=SOURCE, title="Busy")
    found = diff(source, old)
    gone = {s.event for s in found.remove}
    kept = [e for e in old if e.id not in gone]
    new = [block(f"new{n}", (b.start - MONDAY) / HOUR, (b.end - b.start) / HOUR) for n, b in enumerate(found.add)]
    assert minutes([*kept, *new]) == minutes(source)
    assert diff(source, [*kept, *new]) == ((), ())


def minutes(events: list[Event]) -> set[int]:
    return {at for e in events for at in range(int((e.start - MONDAY) / MINUTE), int((e.end - MONDAY) / MINUTE))}


class Two:
    """Ann's desk with the two accounts."""

    def __init__(self, source: Iterable[Event], target: Iterable[Event] = ()) -> None:
        self.clock = ManualClock()
        mine = [account(id=ref.id, email=ref.email, name=ref.name) for ref in (WORK, HOME)]
        self.work, self.home = MemoryCalendar(mine[0], *source), MemoryCalendar(mine[1], *target)
        boxes = [MemoryMailbox(a, self.clock) for a in mine]
        self.desk = Desk(ANN, mailboxes=boxes, calendars=[self.work, self.home])
        self.ledger = ListLedger(self.clock)

    async def proposed(self) -> MirrorAvailability:
        action = MirrorAvailability(account=HOME, sources=(WORK,), start=START, end=END, zone="Europe/Berlin")
        return await action.previewed(self.desk)

    async def blocks(self) -> list[tuple[float, str]]:
        found = await self.home.events(START, END)
        return [((e.start - MONDAY) / HOUR, e.title) for e in found if e.mirrors]


def full() -> Two:
    return Two([event("a", 9), event("b", 33)], [block("old", 14), block("kept", 33)])


async def test_the_card_lists_times_and_no_titles() -> None:
    action = await full().proposed()
    card = action.card()
    assert card.title == "Show in home when work is busy"
    assert card.summary == "1 block to add and 1 block to remove, Mon 9 Mar – Sat 14 Mar 2026 (Europe/Berlin)"
    assert [(i.title, i.detail) for i in card.items] == [("Mon 9 Mar", "add 10:00–11:00; remove 15:00–16:00")]
    assert card.undo == "removes the blocks again and puts back what it removed"
    assert "Secret" not in card.model_dump_json() + json.dumps(action.asked(START)) + canonical(action)
    assert restore(json.loads(canonical(action))) == action


async def test_who_else_would_see_the_blocks() -> None:
    world = full()
    world.home.shared = ("bob@example.com",)
    assert "They can also be seen by bob@example.com." in (await world.proposed()).card().notes


async def test_it_is_done_once_and_read_back() -> None:
    world = full()
    action = await world.proposed()
    assert await action.check(world.desk) is None
    receipt = await action.perform(world.desk, world.ledger)
    assert receipt.summary == "1 busy block added to home and 1 block removed"
    assert receipt.differences == ()
    assert await world.blocks() == [(9, "Busy"), (33, "Busy")]
    assert world.home.invitations == []
    with pytest.raises(Refusal, match="shows already when work is busy"):
        await world.proposed()


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("place", range(4))
async def test_a_lost_answer_anywhere_doubles_and_misses_nothing(place: int, committed: bool) -> None:
    world = Two([event("a", 9), event("b", 10), event("c", 11)], [block("old", 14)])
    action = await world.proposed()
    world.home.faults.extend([(True, None)] * place + [(committed, LOST)])
    with pytest.raises(Unanswered):
        await action.perform(world.desk, world.ledger)
    assert await action.check(world.desk) is None
    receipt = await action.perform(world.desk, world.ledger)
    assert receipt.summary == "3 busy blocks added to home and 1 block removed"
    assert await world.blocks() == [(9, "Busy"), (10, "Busy"), (11, "Busy")]


async def test_it_goes_on_where_the_ledger_ends() -> None:
    world = Two([event(f"e{n}", n) for n in range(50)])
    action = await world.proposed()
    assert action.bulk
    world.home.faults.extend([(True, None)] * 30 + [(False, LOST)])
    with pytest.raises(Unanswered):
        await action.perform(world.desk, world.ledger)
    first, second = [n for n in world.ledger.notes if n.step == "mirrored"]
    assert action.progress(first) == "20 of 50 blocks"
    assert action.progress(second) == "39 of 50 blocks", "of the second twenty all but the one that was lost"
    stands = await action.achieved(world.ledger)
    assert stands is not None
    assert stands.summary == "In home, 39 of 50 busy blocks added"
    await action.perform(world.desk, world.ledger)
    assert len(await world.blocks()) == 50


async def test_what_changed_since_is_left_out() -> None:
    world = full()
    action = await world.proposed()
    world.work.put(event("a", 9, status="cancelled"))
    assert await action.check(world.desk) is None
    receipt = await action.perform(world.desk, world.ledger)
    assert receipt.summary == "1 block removed from home; 1 block left out, as the calendars had changed"
    assert await world.blocks() == [(33, "Busy")]


async def test_when_nothing_of_it_is_left_the_card_is_stale() -> None:
    world = Two([event("a", 9)])
    action = await world.proposed()
    world.work.put(event("a", 10))
    change = await action.check(world.desk)
    assert change is not None
    assert isinstance(change.renewed, MirrorAvailability)
    assert [b.start for b in change.renewed.add] == [MONDAY + 10 * HOUR]
    world.work.put(event("a", 10, answer="declined"))
    gone = await action.check(world.desk)
    assert gone is not None
    assert gone.renewed is None


async def test_undoing_brings_back_what_was() -> None:
    world = full()
    action = await world.proposed()
    await action.perform(world.desk, world.ledger)
    receipt = await action.undo(world.desk, world.ledger)
    assert receipt.summary == "1 block removed again and 1 block put back"
    assert await world.blocks() == [(14, "Busy"), (33, "Busy")]
    assert await action.undo(world.desk, world.ledger) == receipt
    assert await world.blocks() == [(14, "Busy"), (33, "Busy")]


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("place", range(2))
async def test_an_undoing_that_is_interrupted_goes_on(place: int, committed: bool) -> None:
    world = full()
    action = await world.proposed()
    await action.perform(world.desk, world.ledger)
    world.home.faults.extend([(True, None)] * place + [(committed, LOST)])
    with pytest.raises(Unanswered):
        await action.undo(world.desk, world.ledger)
    receipt = await action.undo(world.desk, world.ledger)
    assert receipt.summary == "1 block removed again and 1 block put back"
    assert await world.blocks() == [(14, "Busy"), (33, "Busy")]


async def test_undoing_leaves_alone_what_somebody_changed() -> None:
    world = Two([event("a", 9), event("b", 10)])
    action = await world.proposed()
    await action.perform(world.desk, world.ledger)
    first = (await world.home.events(START, END))[0]
    world.home.put(first.model_copy(update={"end": first.end + HOUR}))
    receipt = await action.undo(world.desk, world.ledger)
    assert receipt.summary == "1 block removed again; 1 block left alone, as somebody changed them"
    assert await world.blocks() == [(9, "Busy")]


async def test_a_strangers_event_under_our_id_is_not_taken_for_ours() -> None:
    world = Two([event("a", 9)])
    action = await world.proposed()
    thief = MemoryCalendar(world.home.account)
    await action.perform(Desk(ANN, mailboxes=[], calendars=[world.work, thief]), ListLedger(world.clock))
    (ours,) = await thief.events(START, END)
    world.home.put(ours.model_copy(update={"steward_action": "", "mirrors": "", "status": "cancelled"}))
    with pytest.raises(Conflict, match="the id is taken"):
        await action.perform(world.desk, world.ledger)


async def test_a_block_tells_nothing_of_what_it_stands_for() -> None:
    world = Two([event("a", 9, notes="Secret", place="Secret", guests=(Guest(email="bob@example.com"),))])
    await (await world.proposed()).perform(world.desk, world.ledger)
    (stored,) = await world.home.events(START, END)
    assert (stored.title, stored.notes, stored.place, stored.guests, stored.mirrors) == ("Busy", "", "", (), SOURCE)


# Taking blocks out.


async def test_single_blocks_can_be_left_out() -> None:
    world = Two([event("a", 9), event("b", 10), event("c", 35)], [block("old", 14)])
    action = await world.proposed()
    form = action.form()
    assert form is not None
    (blocks,) = form.inputs
    assert isinstance(blocks, Several)
    assert [o.label for o in blocks.options] == [
        "Mon 9 Mar 10:00–11:00",
        "Mon 9 Mar 11:00–12:00",
        "Mon 9 Mar 15:00–16:00 (to be removed)",
        "Tue 10 Mar 12:00–13:00",
    ]
    edited = await action.edited({"blocks": ("add-1", "remove-0")}, START).previewed(world.desk)
    card = edited.card()
    assert card.summary.startswith("2 blocks to add, Mon 9 Mar")
    assert ("Left out", "Mon 9 Mar 11:00–12:00, Mon 9 Mar 15:00–16:00") in [(f.label, f.value) for f in card.fields]
    assert restore(json.loads(canonical(edited))) == edited
    await edited.perform(world.desk, world.ledger)
    assert await world.blocks() == [(9, "Busy"), (14, "Busy"), (35, "Busy")]


async def test_what_was_left_out_stays_out_of_a_new_preview() -> None:
    world = Two([event("a", 9), event("b", 10)])
    action = await world.proposed()
    edited = await action.edited({"blocks": ("add-0",)}, START).previewed(world.desk)
    assert edited.form() is None, "the last one can be rejected with the card"
    world.work.put(event("b", 12))
    change = await edited.check(world.desk)
    assert change is not None
    assert isinstance(change.renewed, MirrorAvailability)
    assert [b.start for b in change.renewed.add] == [MONDAY + 12 * HOUR]


async def test_a_card_of_nothing_is_not_made() -> None:
    world = Two([event("a", 9), event("b", 10)])
    action = await world.proposed()
    with pytest.raises(Refusal, match="None of these blocks would be left"):
        await action.edited({"blocks": ("add-0", "add-1")}, START).previewed(world.desk)


async def test_the_form_offers_as_many_blocks_as_it_can_hold_and_says_so() -> None:
    world = Two([event(f"e{n}", n) for n in range(110)])
    form = (await world.proposed()).form()
    assert form is not None
    (blocks,) = form.inputs
    assert isinstance(blocks, Several)
    assert (len(blocks.options), blocks.hint) == (
        100,
        "These are the first 100 of 110. What you leave out stays as it is.",
    )


async def test_more_than_two_months_are_too_many() -> None:
    long = (await full().proposed()).model_copy(update={"end": START + timedelta(days=63)})
    assert long.faults(START) == {"": "I mirror at most 62 days at once."}
