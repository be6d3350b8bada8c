"""Changing events that are there, one step at a time: whatever is lost on the way, each change happens exactly once."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from app.domain.actions import Action, ChangeEvent, Outcome, Scope
from app.domain.calendars import EventChange
from app.domain.cards import Difference
from app.domain.errors import Conflict, Faulty, Refused, Unanswered
from app.domain.types import Event
from app.planning.series import ended
from tests.unit.desk_world import ListLedger
from tests.unit.events_world import (
    BOB,
    CARA,
    HOUR,
    TEN,
    WEEK,
    Diary,
    answered,
    aside,
    attempt,
    cancelled,
    edited,
    every,
    following,
    guest,
    homewards,
    invitation,
    rescheduled,
    review,
    weekly,
)

DAILY = "RRULE:FREQ=DAILY;COUNT=2"
Made = Callable[[Diary], Awaitable[Action]]


async def _following(at: Diary) -> Action:
    return following(weekly(), await at.occurrence(), TEN + WEEK + 4 * HOUR)


async def _all(at: Diary) -> Action:
    return every(weekly(), await at.occurrence(), TEN + WEEK + 4 * HOUR)


async def _the_rest(at: Diary) -> Action:
    first = await at.occurrence()
    return cancelled(weekly(), scope=Scope.FOLLOWING, first=first, until=ended(weekly(), first.start))


async def _one(at: Diary) -> Action:
    return rescheduled(await at.occurrence(), TEN + WEEK + 4 * HOUR)


async def _one_home(at: Diary) -> Action:
    return homewards(at, await at.occurrence())


def simply(make: Callable[[Diary], Action]) -> Made:
    async def made(at: Diary) -> Action:
        return make(at)

    return made


CHANGES: dict[str, tuple[Event, Made]] = {
    "reschedule": (review(), simply(lambda at: rescheduled(review()))),
    "edit": (review(), simply(lambda at: edited(review(), title="Retro", added=(guest("dan@example.org"),)))),
    "one of a series": (weekly(), _one),
    "the following": (weekly(), _following),
    "a whole series": (weekly(), _all),
    "cancel": (review(), simply(lambda at: cancelled(review()))),
    "cancel the rest": (weekly(), _the_rest),
    "accept": (invitation(), simply(lambda at: answered(invitation()))),
    "move aside": (review(), simply(lambda at: aside(review()))),
    "move to the other account": (review(), simply(lambda at: homewards(at, review()))),
    "one of a series to the other account": (weekly(), _one_home),
}


async def state(at: Diary) -> tuple[object, ...]:
    return await at.times(at.work), await at.times(at.home), at.told


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("change", CHANGES)
async def test_a_lost_answer_changes_nothing_about_the_outcome(change: str, number: int, *, committed: bool) -> None:
    event, make = CHANGES[change]
    smooth = Diary(event)
    await attempt(smooth, await make(smooth))
    at = Diary(event)
    action = await make(at)
    at.fault(number, committed=committed)
    try:
        receipt = await attempt(at, action)
    except Unanswered:
        receipt = await attempt(at, action)
    assert receipt.summary
    assert await state(at) == await state(smooth)


@pytest.mark.parametrize("change", CHANGES)
async def test_whoever_is_killed_between_two_notes_goes_on_from_there(change: str) -> None:
    event, make = CHANGES[change]
    smooth = Diary(event)
    await attempt(smooth, await make(smooth))
    for died in smooth.ledger.steps:
        at = Diary(event)
        action = await make(at)
        await attempt(at, action)
        at.ledger = at.ledger.up_to(died)  # the last calls went through, and nobody noted it
        await attempt(at, action)
        assert await state(at) == await state(smooth)


@pytest.mark.parametrize("change", CHANGES)
async def test_what_is_undone_is_as_it_was(change: str) -> None:
    event, make = CHANGES[change]
    at = Diary(event)
    before = await at.times(at.work), await at.times(at.home)
    action = await make(at)
    await attempt(at, action)
    assert action.card().undo
    receipt = await action.undo(at.desk, at.ledger)
    assert receipt.summary
    assert (await at.times(at.work), await at.times(at.home)) == before
    await action.undo(at.desk, at.ledger)  # interrupted and taken up again
    assert (await at.times(at.work), await at.times(at.home)) == before


@pytest.mark.parametrize("change", [c for c in CHANGES if c != "accept"])
async def test_an_answer_of_a_guest_stands_in_nobodys_way(change: str) -> None:
    event, make = CHANGES[change]
    at = Diary(event)
    action = await make(at)
    was = action.was  # type: ignore[attr-defined]
    at.work.put(was.model_copy(update={"guests": (BOB.model_copy(update={"answer": "accepted"}), CARA), "etag": '"9"'}))
    assert (await attempt(at, action)).summary


@pytest.mark.parametrize("change", CHANGES)
async def test_what_was_changed_since_the_preview_is_shown_anew(change: str) -> None:
    event, make = CHANGES[change]
    at = Diary(event)
    action = await make(at)
    was = action.was  # type: ignore[attr-defined]
    at.work.put(was.model_copy(update={"place": "Room 6", "etag": '"9"'}))
    found = await action.check(at.desk)
    assert found is not None
    assert "place “Room 5” → “Room 6”" in found.sentence
    if found.renewed:
        assert await found.renewed.check(at.desk) is None
    else:
        assert was.recurrence


@pytest.mark.parametrize("change", CHANGES)
async def test_what_was_cancelled_since_is_left_alone(change: str) -> None:
    event, make = CHANGES[change]
    at = Diary(event)
    action = await make(at)
    was = action.was  # type: ignore[attr-defined]
    at.work.put(was.model_copy(update={"status": "cancelled"}))
    found = await action.check(at.desk)
    assert found is not None
    assert found.renewed is None
    assert found.sentence == "“Review” was cancelled since the preview."


async def test_a_change_in_the_very_moment_is_not_overwritten() -> None:
    at, action = Diary(review()), rescheduled(review())
    at.work.put(review(title="Retro", etag='"9"'))
    with pytest.raises(Conflict):
        await action.perform(at.desk, at.ledger)
    assert await at.times() == ["Retro 3.3. 10:00"]


async def test_the_rest_of_a_series_that_is_refused_can_be_retried_and_undone() -> None:
    at = Diary(weekly())
    action = await _following(at)
    at.fault(2, committed=False, fault=Refused(provider="Google Calendar", why="no"))
    with pytest.raises(Refused):
        await attempt(at, action)
    stands = await action.achieved(at.ledger)
    assert stands is not None
    assert stands.summary == (
        "“Review” ends before Tue 10 Mar 2026, 10:00–11:00 (Europe/Vienna, UTC+01); "
        "the occurrences from then on are missing"
    )
    assert await at.times() == ["Review 3.3. 10:00"]
    await action.undo(at.desk, at.ledger)
    assert len(await at.times()) == 5
    assert await action.check(at.desk) is None


async def test_a_copy_whose_original_changed_meanwhile_leaves_the_original() -> None:
    at = Diary(review())
    action = homewards(at, review())
    await at.ledger.note("copying")
    at.fault(1, committed=True)
    with pytest.raises(Unanswered):
        await action.perform(at.desk, at.ledger)
    at.work.put(review(title="Retro", etag='"9"'))
    assert (await action.reconcile(at.desk, at.ledger))[0] is Outcome.NOT_DONE
    change = await action.check(at.desk)
    assert change is not None
    await action.abandon(at.desk, at.ledger)
    assert (await at.times(at.home), await at.times()) == ([], ["Retro 3.3. 10:00"])


async def test_a_move_that_cannot_be_undone_stays_as_it_was() -> None:
    at = Diary(review())
    action = homewards(at, review())
    await attempt(at, action)
    refused = Refused(provider="Google Calendar", why="not yours")
    at.home.faults.append((False, refused))
    with pytest.raises(Refused):
        await action.undo(at.desk, at.ledger)
    assert (await at.times(at.home), await at.times()) == (["Review 3.3. 10:00"], [])
    at.home.faults.append((False, refused))
    at.work.faults += [(True, None), (False, refused)]
    with pytest.raises(Faulty):  # neither forth nor back: it is tried again
        await action.undo(at.desk, at.ledger)
    await action.undo(at.desk, at.ledger)
    assert (await at.times(at.home), await at.times()) == ([], ["Review 3.3. 10:00"])


@pytest.mark.parametrize("change", ["reschedule", "edit", "the following", "move to the other account"])
async def test_nothing_is_undone_over_somebodys_later_change(change: str) -> None:
    event, make = CHANGES[change]
    at = Diary(event)
    action = await make(at)
    await attempt(at, action)
    calendar = at.home if change.startswith("move") else at.work
    ident = action.event_id if change in ("the following", "move to the other account") else "e1"
    now = await calendar.event("primary", ident)
    assert now is not None
    calendar.put(now.model_copy(update={"start": now.start + timedelta(minutes=5)}))
    before = await state(at)
    with pytest.raises(Conflict) as refusal:
        await action.undo(at.desk, at.ledger)
    assert "its when changed since" in refusal.value.sentence
    assert await state(at) == before


async def test_the_new_time_is_taken_by_something_else() -> None:
    at, action = Diary(review()), rescheduled(review())
    action = await action.previewed(at.desk)
    assert action.overlaps == ()
    at.home.put(review(id="x", title="Dentist", account=at.homely, uid="x", start=TEN + 4 * HOUR, end=TEN + 5 * HOUR))
    change = await action.check(at.desk)
    assert change is not None
    assert change.sentence == "The time was taken since the preview: “Dentist”"
    assert isinstance(change.renewed, ChangeEvent)
    assert [i.title for i in change.renewed.card().items] == ["Overlaps “Dentist”"]


async def test_who_answered_otherwise_meanwhile_keeps_that_answer() -> None:
    at, action = Diary(invitation()), answered(invitation())
    await attempt(at, action)
    at.work.put(invitation(answer="declined"))
    with pytest.raises(Conflict):
        await action.undo(at.desk, at.ledger)


async def _later(at: Diary, action: Action) -> Action:
    """One more change of the event as the first left it, with a ledger of its own."""
    await attempt(at, action)
    at.ledger = ListLedger(at.clock)
    now = await at.work.event("primary", "e1")
    assert now is not None
    later = edited(now, place="Room 9")
    await attempt(at, later)
    return later


async def test_two_changes_are_undone_one_after_the_other() -> None:
    at, first = Diary(review()), edited(review(), title="Retro")
    ledger = at.ledger
    second = await _later(at, first)
    await second.undo(at.desk, at.ledger)
    between = await at.work.event("primary", "e1")
    assert between is not None
    assert (between.title, between.place, between.steward_change) == ("Retro", "Room 5", str(first.id))
    receipt = await first.undo(at.desk, ledger)
    stored = await at.work.event("primary", "e1")
    assert stored is not None
    assert (stored.title, stored.place, stored.steward_change) == ("Review", "Room 5", "")
    assert receipt.differences == ()


async def test_a_change_is_undone_by_what_the_event_means_whoever_marked_it() -> None:
    at, action = Diary(review()), edited(review(), title="Retro")
    await attempt(at, action)
    now = await at.work.event("primary", "e1")
    assert now is not None
    at.work.put(now.model_copy(update={"steward_change": "", "etag": '"77"'}))
    await action.undo(at.desk, at.ledger)
    assert await at.times() == ["Review 3.3. 10:00"]


async def test_a_first_change_isnt_undone_over_a_second_that_stands() -> None:
    at, first = Diary(review()), edited(review(), title="Retro")
    ledger = at.ledger
    await _later(at, first)
    with pytest.raises(Conflict) as refusal:
        await first.undo(at.desk, ledger)
    assert "its place changed since" in refusal.value.sentence
    assert await at.times() == ["Retro 3.3. 10:00"]


@pytest.mark.parametrize("scope", ["the following", "cancel the rest"])
async def test_the_occurrences_of_a_series_that_was_changed_since_stay_where_they_are(scope: str) -> None:
    at = Diary(weekly())
    action = await CHANGES[scope][1](at)
    await attempt(at, action)
    await at.work.change(EventChange(calendar="primary", event="s1", steward_change="", recurrence=(DAILY,)))
    before = await at.times()
    with pytest.raises(Conflict) as refusal:
        await action.undo(at.desk, at.ledger)
    assert "its repeats changed since, so I left it alone" in refusal.value.sentence
    assert await at.times() == before


@pytest.mark.parametrize("change", ["reschedule", "the following", "a whole series", "cancel the rest"])
async def test_what_was_cancelled_since_isnt_said_to_be_as_it_was(change: str) -> None:
    event, make = CHANGES[change]
    at = Diary(event)
    action = await make(at)
    await attempt(at, action)
    now = await at.work.event("primary", event.id)
    assert now is not None
    at.work.put(now.model_copy(update={"status": "cancelled", "etag": '"77"'}))
    before = await state(at)
    with pytest.raises(Conflict) as refusal:
        await action.undo(at.desk, at.ledger)
    assert "it was cancelled since" in refusal.value.sentence
    assert await state(at) == before


async def test_an_undoing_that_comes_in_the_very_moment_of_a_change_leaves_it_alone() -> None:
    at, action = Diary(review()), edited(review(), title="Retro")
    await attempt(at, action)
    at.work.meanwhile.append(review(title="Retro", place="Room 9", etag='"77"'))
    with pytest.raises(Conflict) as refusal:
        await action.undo(at.desk, at.ledger)
    assert "its place changed since" in refusal.value.sentence
    stored = await at.work.event("primary", "e1")
    assert stored is not None
    assert (stored.title, stored.place) == ("Retro", "Room 9")


async def test_what_comes_back_otherwise_than_it_was_is_marked() -> None:
    at, action = Diary(review()), edited(review(), title="Retro")
    await attempt(at, action)
    change = at.work.change

    async def shortened(asked: EventChange) -> Event:
        stored = await change(asked)
        at.work.put(stored.model_copy(update={"title": "Rev"}))
        return stored.model_copy(update={"title": "Rev"})

    at.work.change = shortened  # type: ignore[method-assign]
    receipt = await action.undo(at.desk, at.ledger)
    assert receipt.differences == (Difference(field="Title", asked="Review", stored="Rev"),)


async def test_a_change_that_was_found_done_can_be_undone_as_carefully() -> None:
    at, action = Diary(review()), edited(review(), title="Retro")
    await attempt(at, action)
    at.ledger = at.ledger.up_to("changing")
    await attempt(at, action)
    now = await at.work.event("primary", "e1")
    assert now is not None
    at.work.put(now.model_copy(update={"place": "Room 9", "etag": '"77"'}))
    with pytest.raises(Conflict):
        await action.undo(at.desk, at.ledger)
