"""Changing what somebody else organizes: only where they let their guests, and said so on the card."""

from typing import Any

import pytest

from app.domain.actions import Scope
from app.domain.errors import StewardError
from app.domain.types import Event
from tests.unit.events_turn import Turn
from tests.unit.events_world import HOUR, TEN, WEEK, Diary, attempt, invitation


def opened(**more: Any) -> Event:
    """Bob's meeting, which its guests may change."""
    return invitation(guests_can_modify=True, **more)


@pytest.mark.parametrize(
    ("do", "given"), [("reschedule", {"to": "tomorrow at 4pm"}), ("edit", {"title": "Retro", "place": "Roof"})]
)
async def test_a_guest_who_may_change_it_gets_a_card_that_says_whose_it_is(do: str, given: dict[str, str]) -> None:
    turn = Turn(opened())
    await turn.change(do, "e1", **given)
    note = "Bob organizes it and lets guests change it: the change goes for everyone."
    assert turn.one.card().notes[0] == note


@pytest.mark.parametrize("do", ["cancel", "transfer"])
async def test_cancelling_and_moving_it_away_stay_its_organizers(do: str) -> None:
    with pytest.raises(StewardError, match="is organized by Bob"):
        await Turn(opened()).change(do, "e1", to="home")


async def test_whoever_only_sees_it_may_not_change_it() -> None:
    with pytest.raises(StewardError, match="is organized by Bob"):
        await Turn(opened(answer="")).change("edit", "e1", title="Retro")


async def test_somebody_elses_series_is_not_cut_in_two() -> None:
    series = opened(recurrence=("RRULE:FREQ=WEEKLY;BYDAY=TU",))
    ident = f"e1_{(TEN + WEEK).astimezone().strftime('%Y%m%d')}T090000Z"
    with pytest.raises(StewardError, match="one occurrence or all of them"):
        await Turn(series).change("edit", ident, title="Retro", which="following")
    turn = Turn(series)
    await turn.change("edit", ident, title="Retro", which="all")
    assert turn.one.scope is Scope.ALL


async def test_it_is_done_and_undone() -> None:
    turn = Turn(opened())
    await turn.change("reschedule", "e1", to="tomorrow at 4pm")
    at = Diary(opened())
    await attempt(at, turn.one)
    assert await at.times() == ["Review 3.3. 16:00"]
    await turn.one.undo(at.desk, at.ledger)
    assert await at.times() == ["Review 3.3. 10:00"]


async def test_where_guests_may_no_longer_change_it_the_click_changes_nothing() -> None:
    turn = Turn(opened())
    await turn.change("reschedule", "e1", to="tomorrow at 4pm")
    turn.at.work.put(invitation(start=TEN, end=TEN + HOUR))
    change = await turn.one.check(turn.at.desk)
    assert change is not None
    assert change.sentence == "“Review” is organized by Bob, and its guests may no longer change it."
    assert change.renewed is None
