"""Single occurrences that were cancelled or changed, when their series is copied to another account or split."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from app.domain.actions import Action, ChangeEvent, MoveEvent, Outcome, Scope
from app.domain.calendars import NOBODY, EventChange
from app.domain.errors import Refused, Unanswered
from app.domain.types import Event
from tests.unit.desk_world import ListLedger
from tests.unit.events_world import BOB, HOUR, TEN, WEEK, Diary, attempt, edited, following, homewards, review, weekly
from tests.unit.test_moving_events import DAY

Made = Callable[[Diary], Awaitable[Action]]
BEFORE = ["Review 4.3. 11:00", "Review 10.3. 10:00", "Review, long 25.3. 09:00", "Review 31.3. 10:00"]
SPLIT = ["Review 4.3. 11:00", "Review 10.3. 14:00", "Review, long 25.3. 09:00", "Review 31.3. 14:00"]


async def change(at: Diary, weeks: int, **fields: Any) -> None:
    """Somebody changes one occurrence."""
    place = await at.occurrence(TEN + weeks * WEEK)
    names = {"calendar": place.calendar, "event": place.id, "zone": place.zone, "notify": NOBODY, "steward_change": ""}
    await at.work.change(EventChange(**names, **fields))


async def marked(series: Event | None = None) -> Diary:
    """The first occurrence is moved by a day, the third cancelled, the fourth longer, elsewhere and on another day."""
    at = Diary(series or weekly())
    await change(at, 0, start=TEN + DAY + HOUR, end=TEN + DAY + 2 * HOUR)
    third = await at.occurrence(TEN + 2 * WEEK)
    await at.work.delete(third.calendar, third.id, notify=NOBODY)
    moved = TEN + 3 * WEEK + DAY - HOUR
    await change(at, 3, start=moved, end=moved + 3 * HOUR, title="Review, long", place="Hall")
    return at


async def split(at: Diary) -> ChangeEvent:
    action = following(weekly(), await at.occurrence(TEN + WEEK), TEN + WEEK + 4 * HOUR)
    return await action.previewed(at.desk)


async def copied(at: Diary) -> MoveEvent:
    return await homewards(at, weekly(), first=await at.occurrence(TEN + WEEK), scope=Scope.ALL).previewed(at.desk)


MADE: dict[str, tuple[Made, tuple[list[str], list[str]]]] = {
    "split": (split, (SPLIT, [])),
    "copied": (copied, ([], BEFORE)),
}


async def stands(at: Diary) -> tuple[list[str], list[str]]:
    return await at.times(at.work), await at.times(at.home)


async def facts(at: Diary) -> list[tuple[object, ...]]:
    """All that people read of what stands."""
    found = await at.work.events(TEN - WEEK, TEN + 5 * WEEK)
    return [
        (e.id, e.title, e.start, e.end, e.place, e.notes, {g.email for g in e.guests}, e.original_start) for e in found
    ]


@pytest.mark.parametrize("kind", MADE)
async def test_what_was_cancelled_and_changed_stays_so(kind: str) -> None:
    make, then = MADE[kind]
    at = await marked()
    assert await stands(at) == (BEFORE, [])
    action = await make(at)
    receipt = await attempt(at, action)
    assert receipt.differences == ()
    assert await stands(at) == then
    calendar = at.home if kind == "copied" else at.work
    (long,) = await calendar.events(TEN + 3 * WEEK, TEN + 4 * WEEK - HOUR)
    assert (long.place, long.end - long.start, len(long.guests)) == ("Hall", 3 * HOUR, 2)
    assert (await action.reconcile(at.desk, at.ledger))[0] is Outcome.DONE


@pytest.mark.parametrize("kind", MADE)
async def test_undoing_brings_every_occurrence_back_as_it_was(kind: str) -> None:
    at = await marked()
    await change(at, 4, guests=(BOB,), notes="Bring the numbers")
    before = await facts(at)
    action = await MADE[kind][0](at)
    await attempt(at, action)
    for _ in ("done", "interrupted and taken up again"):
        assert (await action.undo(at.desk, at.ledger)).differences == ()
        assert await facts(at) == before
        assert await at.times(at.home) == []
    assert await action.check(at.desk) is None


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", MADE)
async def test_an_undoing_whose_answer_is_lost_is_taken_up_again(kind: str, number: int, *, committed: bool) -> None:
    smooth, at = await marked(), await marked()
    before = await facts(at)
    for each in (smooth, at):
        action = await MADE[kind][0](each)
        await attempt(each, action)
        if each is smooth:
            await action.undo(each.desk, each.ledger)
    at.fault(number, committed=committed)
    with suppress(Unanswered):  # there may be fewer calls than that
        await action.undo(at.desk, at.ledger)
    assert "changing back" in smooth.ledger.steps
    await action.undo(at.desk, at.ledger)
    assert await facts(at) == before
    assert at.told == smooth.told


@pytest.mark.parametrize("kind", MADE)
async def test_each_is_changed_once_whoever_is_killed_when(kind: str) -> None:
    make, then = MADE[kind]
    smooth = await marked()
    await attempt(smooth, await make(smooth))
    assert "carrying" in smooth.ledger.steps
    for died in smooth.ledger.steps:
        at = await marked()
        action = await make(at)
        await attempt(at, action)
        at.ledger = at.ledger.up_to(died)
        await attempt(at, action)
        assert await stands(at) == then
        assert at.told == smooth.told


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("kind", MADE)
async def test_a_lost_answer_changes_nothing(kind: str, number: int, *, committed: bool) -> None:
    make, then = MADE[kind]
    smooth, at = await marked(), await marked()
    await attempt(smooth, await make(smooth))
    action = await make(at)
    at.fault(number, committed=committed)
    try:
        await attempt(at, action)
    except Unanswered:
        await attempt(at, action)
    assert await stands(at) == then
    assert at.told == smooth.told


async def test_the_card_says_what_stays_and_what_does_not() -> None:
    at = await marked()
    await change(at, 4, notes="Bring the numbers", guests=(BOB,))
    card = (await split(at)).card()
    assert [i.title for i in card.items] == ["Stays changed: “Review, long”", "Stays changed: “Review”"]
    assert "Wed 25 Mar 2026, 09:00–12:00" in card.items[0].detail
    assert "place Hall" in card.items[0].detail
    assert "with notes of its own" in card.items[1].detail
    assert "1 cancelled occurrence stays cancelled." in card.notes
    told = "2 changed occurrences stay changed; whoever is invited gets an update about each by mail."
    assert told in card.notes
    assert "Other guests of 1 of them aren't carried over." in card.notes
    assert not any("are lost" in note for note in card.notes)
    card = (await copied(at)).card()
    assert [i.title for i in card.items] == ["Stays changed: “Review”", "Stays changed: “Review, long”"]
    assert "What was changed about 1 occurrence isn't carried over." in card.notes


async def test_a_series_without_them_has_a_card_without_them() -> None:
    card = (await split(Diary(weekly()))).card()
    assert card.items == ()
    assert not any("occurrence stay" in note or "carried over" in note for note in card.notes)


@pytest.mark.parametrize("kind", MADE)
async def test_one_that_changes_after_the_preview_is_shown_anew(kind: str) -> None:
    at = await marked()
    action = await MADE[kind][0](at)
    assert await action.check(at.desk) is None
    await change(at, 4, title="Review, short")
    found = await action.check(at.desk)
    assert found is not None
    assert found.sentence == "Single occurrences of “Review” changed since the preview."
    assert found.renewed is not None
    assert "Stays changed: “Review, short”" in [i.title for i in found.renewed.card().items]
    assert await found.renewed.check(at.desk) is None


async def test_one_that_is_moved_itself_goes_on_as_the_card_says() -> None:
    at = await marked()
    before = await facts(at)
    (first,) = await at.work.events(TEN + DAY, TEN + 2 * DAY)
    action = await following(weekly(), first, TEN + 4 * HOUR).previewed(at.desk)
    assert [i.title for i in action.card().items] == ["Stays changed: “Review, long”"]
    await attempt(at, action)
    assert await at.times() == ["Review 3.3. 14:00", *SPLIT[1:]]
    await action.undo(at.desk, at.ledger)
    assert await facts(at) == before


async def test_one_that_only_lasts_otherwise_moves_with_the_rest() -> None:
    at = Diary(weekly())
    start = TEN + 2 * WEEK
    await change(at, 2, start=start, end=start + 2 * HOUR)
    await attempt(at, await split(at))
    (found,) = await at.work.events(start, start + 8 * HOUR)
    assert (found.start, found.end) == (start + 4 * HOUR, start + 6 * HOUR)


async def test_whole_days_keep_theirs_in_another_calendar() -> None:
    midnight = TEN.replace(hour=0)
    days = weekly(all_day=True, start=midnight, end=midnight + DAY)
    at = Diary(days)
    second, third = midnight + WEEK, midnight + 2 * WEEK
    gone = await at.occurrence(second)
    await at.work.delete(gone.calendar, gone.id, notify=NOBODY)
    there = await at.occurrence(third)
    given = {"calendar": "primary", "event": there.id, "zone": there.zone, "all_day": True, "steward_change": ""}
    await at.work.change(EventChange(**given, start=third + DAY, end=third + 2 * DAY))
    before = await at.times()
    action = await homewards(at, days, scope=Scope.ALL).previewed(at.desk)
    assert (await attempt(at, action)).differences == ()
    assert (await at.times(), await at.times(at.home)) == ([], before)
    await action.undo(at.desk, at.ledger)
    assert (await at.times(), await at.times(at.home)) == (before, [])


async def test_when_one_is_refused_the_card_says_what_stands() -> None:
    at = await marked()
    action = await split(at)
    at.fault(3, committed=False, fault=Refused(provider="Google Calendar", why="no"))
    with pytest.raises(Refused):
        await attempt(at, action)
    done = await action.achieved(at.ledger)
    assert done is not None
    assert "are a series of their own, in which not every changed one is as it was" in done.summary
    await attempt(at, action)
    assert await at.times() == SPLIT


async def test_an_occurrence_of_its_own_and_a_single_event_have_none() -> None:
    at = await marked()
    one = await homewards(at, await at.occurrence(TEN + WEEK)).previewed(at.desk)
    single = await edited(review(), title="Retro").previewed(Diary(review()).desk)
    assert (one.apart, single.apart) == (type(one.apart)(), type(one.apart)())
    assert "apart" not in one.model_dump()
    at.ledger = ListLedger(at.clock)
    await attempt(at, one)
    assert await at.times(at.home) == ["Review 10.3. 10:00"]
