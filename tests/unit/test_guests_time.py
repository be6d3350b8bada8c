"""When a person says the time themselves, the card says which guests are busy then, and whose time can't be seen."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.agent.tools.calendar import CreateEvent
from app.domain.calendars import Availability, Period
from app.domain.errors import Faulty
from app.domain.types import Guest
from tests.unit.events_turn import Turn
from tests.unit.events_world import BOB, CARA, HOUR, TEN, WEEK, following, review, weekly

BUSY, BLIND = f"{BOB.email} is busy then.", "I can't see when {} is free."
HALF = timedelta(minutes=30)


def taken(start: datetime, hours: float = 1) -> Availability:
    return Availability(busy=(Period(start=start, end=start + hours * HOUR),))


async def created(turn: Turn, **more: Any) -> Any:
    given: dict[str, Any] = {"title": "Talk", "start": "tomorrow at 3pm", "guests": [BOB.email]}
    return await turn.use(CreateEvent(**given | more))


@pytest.mark.parametrize(("hours", "lasts", "said"), [(5, 0.25, True), (4.5, 1, True), (4, 1, False), (5.5, 1, False)])
async def test_a_guest_who_is_busy_then_is_named(hours: float, lasts: float, *, said: bool) -> None:
    turn = Turn()
    turn.at.work.colleagues[BOB.email] = taken(TEN + hours * HOUR, lasts)
    told = await created(turn)
    assert (BUSY in turn.one.card().notes) is said
    assert (told.get("guests") == [BUSY]) is said


async def test_a_guest_whose_time_cant_be_seen_is_named() -> None:
    turn = Turn()
    told = await created(turn, guests=[BOB.email, CARA.email])
    assert told["guests"] == [f"I can't see when {BOB.email}, {CARA.email} are free."]
    assert told["guests"][0] in turn.one.card().notes


async def test_whichever_account_sees_a_guest_is_asked() -> None:
    turn = Turn()
    turn.at.home.colleagues[BOB.email] = taken(TEN + 5 * HOUR)
    await created(turn)
    assert BUSY in turn.one.card().notes


async def test_a_service_that_fails_leaves_the_card_and_the_guest_unseen() -> None:
    turn = Turn()

    async def failing(*_: object) -> Any:
        raise Faulty(provider="Google Calendar", why="no")

    turn.at.work.availability = turn.at.home.availability = failing  # type: ignore[method-assign]
    await created(turn)
    assert BLIND.format(BOB.email) in turn.one.card().notes


async def test_ones_other_account_is_nobody_to_wait_for() -> None:
    turn = Turn()
    await created(turn, guests=["ann@home.example"])
    assert (turn.one.clashes, turn.one.unseen) == ((), ())


async def test_a_card_that_is_edited_says_it_of_the_new_time() -> None:
    turn = Turn()
    turn.at.work.colleagues[BOB.email] = taken(TEN + 5 * HOUR)
    await created(turn)
    later = turn.one.renewed(start=TEN + 7 * HOUR, end=TEN + 8 * HOUR)
    assert (await later.previewed(turn.at.desk)).clashes == ()


@pytest.mark.parametrize(
    ("hours", "lasts", "said"),
    [
        (0, 1, False),  # the meeting itself
        (-1, 2, False),  # the meeting itself and what ends as it begins anew
        (0, 1.25, True),
        (1, 0.25, True),
        (1.5, 1, False),
    ],
)
async def test_a_meeting_that_is_moved_stands_in_nobodys_way_itself(hours: float, lasts: float, *, said: bool) -> None:
    turn = Turn(review(guests=(BOB,)))
    turn.at.work.colleagues[BOB.email] = taken(TEN + hours * HOUR, lasts)
    told = await turn.change("reschedule", "e1", to="30 minutes later")
    assert (BUSY in turn.one.card().notes) is said
    assert (BUSY in told["proposed"][0]) is said


async def test_who_declined_isnt_waited_for_and_who_is_new_is() -> None:
    turn = Turn(review(guests=(BOB.model_copy(update={"answer": "declined"}),)))
    turn.at.work.colleagues |= {BOB.email: taken(TEN + HALF), CARA.email: taken(TEN)}
    await turn.change("edit", "e1", add_guests=[CARA.email])
    assert turn.one.clashes == (f"{CARA.email} is busy then.",)


async def test_an_edit_of_words_asks_nobody() -> None:
    turn = Turn(review(guests=(BOB, Guest(email="eve@example.org"))))
    await turn.change("edit", "e1", title="Retro")
    assert (turn.one.clashes, turn.one.unseen) == ((), ())


async def test_the_first_of_the_following_occurrences_is_looked_at() -> None:
    turn = Turn(weekly())
    turn.at.work.colleagues[BOB.email] = taken(TEN + WEEK + 4 * HOUR)
    action = following(weekly(), await turn.at.occurrence(), TEN + WEEK + 4 * HOUR)
    assert BUSY in (await action.previewed(turn.at.desk)).card().notes
