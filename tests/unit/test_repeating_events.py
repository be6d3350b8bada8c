"""An event that is there is to repeat, or otherwise than it does, or to have a video link."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.actions import ChangeEvent, Outcome
from app.domain.actions.calendar_altering import RESET
from app.domain.errors import FormErrors, Refusal, Unanswered
from app.planning.series import fitted
from tests.unit.events_turn import Turn
from tests.unit.events_world import HOUR, TEN, WEEK, attempt, review, weekly
from tests.unit.test_changed_occurrences import SPLIT, facts, marked

DAY = timedelta(days=1)
SECOND = "s1_20260310T090000Z"


async def asked(turn: Turn, event: str, **more: Any) -> ChangeEvent:
    await turn.change("edit", event, **more)
    assert isinstance(turn.one, ChangeEvent)
    return turn.one


async def test_a_single_event_becomes_a_series_and_one_event_again() -> None:
    turn = Turn(review())
    action = await asked(turn, "e1", repeat="every Tuesday until the end of March")
    card = action.card()
    assert ("Repeats", "none → every Tuesday, until Tue 31 Mar 2026") in [(f.label, f.value) for f in card.fields]
    assert "10:00–11:00" in card.summary
    receipt = await attempt(turn.at, action)
    assert receipt.differences == ()
    assert await turn.at.times() == [f"Review {day}.3. 10:00" for day in (3, 10, 17, 24, 31)]
    await action.undo(turn.at.desk, turn.at.ledger)
    assert await turn.at.times() == ["Review 3.3. 10:00"]
    stored = await turn.at.work.event("primary", "e1")
    assert stored is not None
    assert stored.recurrence == ()
    assert await action.check(turn.at.desk) is None


async def test_it_begins_with_an_occurrence_of_its_own_rule() -> None:
    turn = Turn(review())
    action = await asked(turn, "e1", repeat="every Thursday")
    assert (action.start, action.end) == (TEN + 2 * DAY, TEN + 2 * DAY + HOUR)
    assert "→ Thu 5 Mar 2026, 10:00–11:00" in action.card().summary
    await attempt(turn.at, action)
    assert (await turn.at.times())[:2] == ["Review 5.3. 10:00", "Review 12.3. 10:00"]


async def test_a_time_and_a_rhythm_at_once() -> None:
    turn = Turn(review())
    await turn.change("reschedule", "e1", to="Wednesday at 3pm", repeat="every Wednesday")
    assert turn.one.start == TEN + DAY + 5 * HOUR
    await attempt(turn.at, turn.one)
    assert (await turn.at.times())[:2] == ["Review 4.3. 15:00", "Review 11.3. 15:00"]


async def test_whole_days_repeat_until_a_day() -> None:
    midnight = TEN.replace(hour=0)
    turn = Turn(review(all_day=True, start=midnight, end=midnight + DAY))
    action = await asked(turn, "e1", repeat="every Tuesday until the end of March")
    assert action.recurrence is not None
    assert action.recurrence[0].endswith("UNTIL=20260331")


async def test_a_whole_series_repeats_otherwise() -> None:
    turn = Turn(weekly())
    action = await asked(turn, SECOND, which="all", repeat="every second Wednesday")
    assert (action.anchor, action.start) == (TEN + DAY, TEN + WEEK + DAY)
    assert RESET in action.card().notes
    await attempt(turn.at, action)
    assert (await turn.at.times())[:2] == ["Review 4.3. 10:00", "Review 18.3. 10:00"]
    await action.undo(turn.at.desk, turn.at.ledger)
    assert (await turn.at.times())[:2] == ["Review 3.3. 10:00", "Review 10.3. 10:00"]


async def test_the_following_repeat_otherwise_and_come_back_with_all_that_was_apart() -> None:
    turn = Turn(weekly())
    turn.at = await marked()
    turn.bench.desk = turn.at.desk
    before = await facts(turn.at)
    action = await asked(turn, SECOND, which="following", repeat="every Wednesday")
    assert action.card().items == ()
    assert RESET in action.card().notes
    await attempt(turn.at, action)
    assert await turn.at.times() == [SPLIT[0], *(f"Review {day} 10:00" for day in ("11.3.", "18.3.", "25.3.", "1.4."))]
    await action.undo(turn.at.desk, turn.at.ledger)
    assert await facts(turn.at) == before


async def test_one_occurrence_cant_repeat_by_itself() -> None:
    with pytest.raises(Refusal, match="One occurrence can't repeat by itself"):
        await Turn(weekly()).change("edit", SECOND, repeat="every Wednesday")


@pytest.mark.parametrize("given", [{"repeat": "every Tuesday", "which": "all"}, {"video": True}])
async def test_what_is_like_that_already_is_said(given: Any) -> None:
    turn = Turn(weekly(conference="https://meet.example/1"))
    with pytest.raises(FormErrors, match="is like that already"):
        await turn.change("edit", SECOND, **given)


async def test_a_form_with_another_day_moves_the_rhythm_along() -> None:
    action = await asked(Turn(review()), "e1", repeat="every Tuesday")
    other = action.renewed(start=TEN + DAY, end=TEN + DAY + 2 * HOUR)
    again = fitted(action, other)
    assert isinstance(again, ChangeEvent)
    assert (again.start, again.recurrence) == (TEN + DAY, ("RRULE:FREQ=WEEKLY;BYDAY=WE",))
    assert again.card().summary.endswith("Wed 4 Mar 2026, 10:00–12:00 (Europe/Vienna, UTC+01)")


async def test_a_video_link_comes_and_goes() -> None:
    turn = Turn(review())
    action = await asked(turn, "e1", video=True)
    assert ("Video", "none → Google Meet, a link of its own") in [(f.label, f.value) for f in action.card().fields]
    receipt = await attempt(turn.at, action)
    assert receipt.differences == ()
    assert "Video" in [f.label for f in receipt.fields]
    for _ in ("done", "interrupted and taken up again"):
        assert (await action.undo(turn.at.desk, turn.at.ledger)).differences == ()
        stored = await turn.at.work.event("primary", "e1")
        assert stored is not None
        assert stored.conference == ""


async def test_the_series_that_goes_on_has_the_link() -> None:
    turn = Turn(weekly())
    action = await asked(turn, SECOND, which="following", video=True)
    await attempt(turn.at, action)
    found = [bool(e.conference) for e in await turn.at.work.events(TEN, TEN + 3 * WEEK)]
    assert found == [False, True, True]
    await action.undo(turn.at.desk, turn.at.ledger)
    assert not any(e.conference for e in await turn.at.work.events(TEN, TEN + 3 * WEEK))


@pytest.mark.parametrize("given", [{"repeat": "every Tuesday"}, {"video": True}])
@pytest.mark.parametrize("committed", [True, False])
async def test_a_lost_answer_changes_nothing(given: Any, *, committed: bool) -> None:
    turn = Turn(review())
    action = await asked(turn, "e1", **given)
    turn.at.fault(1, committed=committed)
    with pytest.raises(Unanswered):
        await attempt(turn.at, action)
    assert (await action.reconcile(turn.at.desk, turn.at.ledger))[0] is (
        Outcome.DONE if committed else Outcome.NOT_DONE
    )
    await attempt(turn.at, action)
    assert len([t for t in turn.at.told if t[1] == "update"]) == 2


async def test_what_it_would_be_asked_with_again() -> None:
    turn = Turn(review())
    action = await asked(turn, "e1", repeat="every Tuesday", video=True)
    told = action.asked(turn.bench.request.now)
    assert (told["do"], told["repeat"], told["video"]) == ("edit", "every Tuesday", True)
    plain = await asked(Turn(review()), "e1", title="Retro")
    assert not {"repeat", "video"} & plain.asked(turn.bench.request.now).keys()
    assert not {"repeating", "video", "apart"} & plain.model_dump().keys()
