"""A series that was cancelled, or its following occurrences, comes back with its single occurrences as they were."""

from contextlib import suppress

import pytest

from app.domain.actions import CancelEvent, Scope
from app.domain.actions.calendar_apart import MOST_CARRIED
from app.domain.calendars import NOBODY
from app.domain.errors import Unanswered
from app.planning.series import ended
from tests.unit.events_world import BOB, TEN, WEEK, Diary, attempt, cancelled, review, weekly
from tests.unit.test_changed_occurrences import BEFORE, change, facts, marked

SCOPES = (Scope.ALL, Scope.FOLLOWING)
LEFT = {Scope.ALL: [], Scope.FOLLOWING: BEFORE[:1]}


async def cancelling(at: Diary, scope: Scope) -> CancelEvent:
    """From the second occurrence on, or all of them."""
    first = await at.occurrence(TEN + WEEK)
    until = ended(weekly(), first.start) if scope is Scope.FOLLOWING else ()
    return await cancelled(weekly(), scope=scope, first=first, until=until).previewed(at.desk)


async def shaped() -> Diary:
    """The fifth has other guests and notes besides."""
    at = await marked()
    await change(at, 4, guests=(BOB,), notes="Bring the numbers")
    return at


@pytest.mark.parametrize("scope", SCOPES)
async def test_undoing_brings_back_what_was_changed_and_not_what_was_cancelled(scope: Scope) -> None:
    at = await shaped()
    before = await facts(at)
    action = await cancelling(at, scope)
    await attempt(at, action)
    assert await at.times() == LEFT[scope]
    for _ in ("done", "interrupted and taken up again"):
        receipt = await action.undo(at.desk, at.ledger)
        assert receipt.differences == ()
        assert await facts(at) == before
    assert await action.check(at.desk) is None


@pytest.mark.parametrize("scope", SCOPES)
async def test_every_write_is_noted_before_it(scope: Scope) -> None:
    at = await shaped()
    action = await cancelling(at, scope)
    await attempt(at, action)
    await action.undo(at.desk, at.ledger)
    steps = at.ledger.steps[at.ledger.steps.index("bringing back") :]
    assert steps.count("changing back") == {Scope.ALL: 3, Scope.FOLLOWING: 2}[scope]


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("scope", SCOPES)
async def test_an_undoing_whose_answer_is_lost_is_taken_up_again(scope: Scope, number: int, *, committed: bool) -> None:
    smooth, at = await shaped(), await shaped()
    before = await facts(at)
    for each in (smooth, at):
        action = await cancelling(each, scope)
        await attempt(each, action)
        if each is smooth:
            await action.undo(each.desk, each.ledger)
    at.fault(number, committed=committed)
    with suppress(Unanswered):  # there may be fewer calls than that
        await action.undo(at.desk, at.ledger)
    await action.undo(at.desk, at.ledger)
    assert await facts(at) == before
    assert at.told == smooth.told


async def test_what_came_back_by_itself_is_cancelled_again() -> None:
    """As where a provider brings a series back with every day that its rule has."""
    at = await shaped()
    before = await facts(at)
    action = await cancelling(at, Scope.ALL)
    await attempt(at, action)
    for event in await at.work.apart(weekly(), TEN + 6 * WEEK):
        if event.original_start == TEN + 2 * WEEK:
            at.work.put(event.model_copy(update={"status": "confirmed"}))
    assert (await action.undo(at.desk, at.ledger)).differences == ()
    assert await facts(at) == before
    assert at.ledger.steps.count("leaving out") == 1


async def test_a_series_that_is_let_go_of_for_ever_comes_back_as_a_copy_with_them() -> None:
    at = await marked()
    action = await cancelling(at, Scope.ALL)
    await attempt(at, action)
    at.work.let_go(action.was)
    for _ in ("done", "interrupted and taken up again"):
        receipt = await action.undo(at.desk, at.ledger)
        assert receipt.differences == ()
        assert await at.times() == BEFORE


async def test_one_that_changes_after_the_preview_is_shown_anew() -> None:
    at = await marked()
    action = await cancelling(at, Scope.ALL)
    await change(at, 4, title="Review, short")
    found = await action.check(at.desk)
    assert found is not None
    assert found.sentence == "Single occurrences of “Review” changed since the preview."
    assert found.renewed is not None
    assert "3 changed occurrences are changed again" in found.renewed.card().undo
    assert await found.renewed.check(at.desk) is None


async def test_the_card_says_what_comes_back_how() -> None:
    at = await marked()
    assert (await cancelling(at, Scope.ALL)).card().undo == (
        "brings it back; 2 people get an invitation again; 1 cancelled occurrence stays cancelled; "
        "2 changed occurrences are changed again, with an update about each by mail"
    )
    rest = (await cancelling(at, Scope.FOLLOWING)).renewed(notify=NOBODY)
    assert rest.card().undo == (
        "brings it back; 1 cancelled occurrence stays cancelled; 1 changed occurrence is changed again"
    )
    plain = Diary(weekly())
    assert (await cancelling(plain, Scope.ALL)).card().undo == "brings it back; 2 people get an invitation again"
    single = await cancelled(review()).previewed(plain.desk)
    assert "apart" not in single.model_dump()


async def test_of_very_many_the_last_come_back_and_the_card_says_so() -> None:
    """Each takes calls: what is said not to come back isn't asked for."""
    at, many = Diary(weekly()), MOST_CARRIED + 2
    for number in range(many):
        await change(at, number, title=f"Review {number}")
    for number in range(many, 2 * many - 1):
        gone = await at.occurrence(TEN + number * WEEK)
        await at.work.delete(gone.calendar, gone.id, notify=NOBODY)
    action = await cancelled(weekly(), scope=Scope.ALL, first=await at.occurrence(TEN + 60 * WEEK)).previewed(at.desk)
    assert "; 1 more cancelled one comes back too" in action.card().undo
    assert "; what was changed about 2 occurrences doesn't come back" in action.card().undo
    await attempt(at, action)
    await action.undo(at.desk, at.ledger)
    assert at.ledger.steps.count("changing back") == MOST_CARRIED
    last = await at.occurrence(TEN + (many - 1) * WEEK)
    assert last.title == f"Review {many - 1}"
