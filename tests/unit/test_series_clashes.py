"""Of a series that is made or moved the next occurrences are looked at too, and the card says on which days what
clashes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.agent.tools.calendar import CreateEvent
from app.domain.calendars import NOBODY, Availability, Period
from app.planning.ahead import looking_ahead
from app.planning.series import occurring
from tests.unit.events_turn import DAY, Turn
from tests.unit.events_world import BOB, CARA, HOUR, TEN, VIENNA, WEEK, review, weekly

SECOND = "s1_20260310T090000Z"
"""The second occurrence of the weekly one."""
BUSY = f"{BOB.email} is busy on"


def taken(*starts: datetime, hours: float = 1) -> Availability:
    return Availability(busy=tuple(Period(start=at, end=at + hours * HOUR) for at in starts))


def counted(turn: Turn) -> list[str]:
    """The questions that are asked about others' time, by account."""
    asked: list[str] = []
    for name, calendar in (("work", turn.at.work), ("home", turn.at.home)):

        async def availability(
            people: Sequence[str], start: datetime, end: datetime, *, name: str = name, ask: Any = calendar.availability
        ) -> Any:
            asked.append(name)
            return await ask(people, start, end)

        calendar.availability = availability  # type: ignore[method-assign]
    return asked


async def created(turn: Turn, **more: Any) -> tuple[str, ...]:
    given: dict[str, Any] = {"title": "Talk", "start": "tomorrow at 3pm", "repeat": "every Tuesday"}
    await turn.use(CreateEvent(**{"guests": [BOB.email]} | given | more))
    notes: tuple[str, ...] = turn.one.card().notes
    return notes


AT_THREE = TEN + 5 * HOUR


async def test_the_card_of_a_new_series_says_on_which_days_a_guest_is_busy() -> None:
    turn = Turn()
    turn.at.work.colleagues[BOB.email] = taken(AT_THREE + WEEK, AT_THREE + 3 * WEEK, AT_THREE + 6 * WEEK)
    notes = await created(turn)
    assert f"{BUSY} Tue 10 Mar and Tue 24 Mar." in notes
    assert "I looked for clashes until Tue 31 Mar 2026." in notes


async def test_all_days_take_one_question_to_each_account() -> None:
    turn = Turn()
    asked = counted(turn)
    turn.at.work.colleagues[BOB.email] = taken()
    await created(turn, guests=[BOB.email, CARA.email])
    assert asked == ["work", "home"], "home is asked for whom work doesn't see"


async def test_what_happens_once_says_nothing_of_other_days() -> None:
    turn = Turn()
    turn.at.work.colleagues[BOB.email] = taken(AT_THREE, AT_THREE + WEEK)
    notes = await created(turn, repeat="")
    assert f"{BOB.email} is busy then." in notes
    assert not any("looked for clashes" in note for note in notes)


@pytest.mark.parametrize(
    ("repeat", "until"),
    [("every day", "Sat 7 Mar"), ("every weekday", "Mon 9 Mar"), ("every month on the 3rd", "Fri 3 Apr")],
)
async def test_a_few_days_are_looked_at_and_none_that_is_far_away(repeat: str, until: str) -> None:
    turn = Turn()
    notes = await created(turn, repeat=repeat)
    assert f"I looked for clashes until {until} 2026." in notes


async def test_a_series_that_is_over_before_is_looked_at_until_its_end() -> None:
    turn = Turn()
    notes = await created(turn, repeat="every Tuesday until 18 March 2026")
    assert "I looked for clashes until Tue 17 Mar 2026." in notes


async def test_what_stands_on_one_of_the_days_is_shown_and_what_comes_later_makes_a_new_card() -> None:
    turn = Turn(review(id="d", uid="d", title="Dentist", start=AT_THREE + 2 * WEEK, end=AT_THREE + 2 * WEEK + HOUR))
    await created(turn)
    assert [(i.title, i.detail[:15]) for i in turn.one.card().items] == [("Overlaps “Dentist”", "Tue 17 Mar 2026")]
    assert await turn.one.check(turn.at.desk) is None
    later = AT_THREE + 3 * WEEK
    turn.at.home.put(review(id="x", uid="x", title="Choir", account=turn.at.homely, start=later, end=later + HOUR))
    change = await turn.one.check(turn.at.desk)
    assert change is not None
    assert change.sentence == "The time was taken since the preview: “Choir”"


# Series that are moved.


@pytest.mark.parametrize("which", ["all", "following"])
async def test_a_series_that_is_moved_stands_in_nobodys_way_itself(which: str) -> None:
    turn = Turn(weekly(guests=(BOB,)))
    standing = [TEN + n * WEEK for n in range(6)]
    turn.at.work.colleagues[BOB.email] = Availability(
        busy=(*taken(*standing).busy, *taken(TEN + 3 * WEEK + HOUR, hours=0.25).busy)
    )
    told = await turn.change("reschedule", SECOND, to="30 minutes later", which=which)
    assert f"{BUSY} Tue 24 Mar." in turn.one.card().notes
    assert f"{BUSY} Tue 24 Mar." in told["proposed"][0]
    assert "I looked for clashes until Tue 7 Apr 2026." in turn.one.card().notes


async def test_a_daily_series_that_is_moved_by_a_day_doesnt_meet_its_own_next_day() -> None:
    daily = weekly(guests=(BOB,)).model_copy(update={"recurrence": ("RRULE:FREQ=DAILY;COUNT=20",)})
    turn = Turn(daily)
    turn.at.work.colleagues[BOB.email] = taken(*(TEN + n * DAY for n in range(20)))
    await turn.change("reschedule", "s1_20260303T090000Z", to="a day later", which="all")
    assert turn.one.clashes == ()


async def test_occurrences_that_are_cancelled_or_stand_elsewhere_are_not_looked_at() -> None:
    turn = Turn(weekly(guests=(BOB,)))
    third, fourth = await turn.at.occurrence(TEN + 2 * WEEK), await turn.at.occurrence(TEN + 3 * WEEK)
    await turn.at.work.delete(third.calendar, third.id, notify=NOBODY)
    moved = fourth.start + DAY
    turn.at.work.put(fourth.model_copy(update={"start": moved, "end": moved + HOUR}))
    turn.at.work.colleagues[BOB.email] = taken(*(TEN + n * WEEK + 4 * HOUR for n in range(6)))
    await turn.change("reschedule", SECOND, to="10 March at 2pm", which="following")
    assert turn.one.clashes == (f"{BUSY} Tue 10 Mar, Tue 31 Mar and Tue 7 Apr.",)


async def test_the_days_that_a_series_gets_are_looked_at() -> None:
    turn = Turn(weekly(guests=(BOB,)))
    thursday = TEN + WEEK + 2 * DAY
    turn.at.work.colleagues[BOB.email] = taken(TEN + WEEK, TEN + 2 * WEEK, thursday)
    await turn.change("edit", SECOND, repeat="every Tuesday and Thursday", which="all")
    assert turn.one.clashes == (f"{BUSY} Thu 12 Mar.",)


async def test_who_is_new_in_a_series_is_asked_for_the_days_to_come() -> None:
    turn = Turn(weekly(guests=(BOB,)))
    turn.at.work.colleagues |= {BOB.email: taken(TEN + WEEK), CARA.email: taken(TEN + WEEK, TEN + 2 * WEEK)}
    await turn.change("edit", SECOND, add_guests=[CARA.email], which="all")
    assert turn.one.clashes == (f"{CARA.email} is busy on Tue 10 Mar and Tue 17 Mar.",)


async def test_one_occurrence_is_looked_at_alone() -> None:
    turn = Turn(weekly(guests=(BOB,)))
    turn.at.work.colleagues[BOB.email] = taken(*(TEN + n * WEEK + 4 * HOUR for n in range(6)))
    await turn.change("reschedule", SECOND, to="10 March at 2pm")
    assert turn.one.clashes == (f"{BOB.email} is busy then.",)


async def test_a_card_that_is_previewed_anew_says_each_thing_once() -> None:
    turn = Turn(weekly(guests=(BOB,)))
    turn.at.work.colleagues[BOB.email] = taken(TEN + 2 * WEEK + 4 * HOUR)
    await turn.change("reschedule", SECOND, to="10 March at 2pm", which="all")
    again = await turn.one.previewed(turn.at.desk)
    assert again.clashes == turn.one.clashes == (f"{BUSY} Tue 17 Mar.",)


async def test_a_time_that_is_entered_takes_the_other_days_along() -> None:
    turn = Turn()
    turn.at.work.colleagues[BOB.email] = taken(AT_THREE + WEEK + 2 * HOUR)
    await created(turn)
    assert turn.one.clashes == ()
    later = looking_ahead(turn.one.renewed(start=AT_THREE + 2 * HOUR, end=AT_THREE + 3 * HOUR))
    assert (await later.previewed(turn.at.desk)).clashes == (f"{BUSY} Tue 10 Mar.",)


async def test_a_single_event_that_is_to_repeat_looks_ahead() -> None:
    turn = Turn(review(guests=(BOB,)))
    turn.at.work.colleagues[BOB.email] = taken(TEN, TEN + WEEK)
    await turn.change("edit", "e1", repeat="every Tuesday")
    assert turn.one.clashes == (f"{BUSY} Tue 10 Mar.",)
    moved = turn.one.rebased(review(start=TEN + HOUR, end=TEN + 2 * HOUR, etag='"9"'))
    assert moved.ahead.coming == ()


# When a series takes place.


@pytest.mark.parametrize("line", ["RRULE:FREQ=SOMETIMES", "RRULE:FREQ=WEEKLY;BYDAY=XX", "RRULE:FREQ=DAILY;UNTIL=soon"])
def test_a_rule_that_cant_be_read_has_no_days(line: str) -> None:
    assert list(occurring([line], TEN)) == []


def test_days_that_are_left_out_are_not_among_them() -> None:
    out = [f"EXDATE;TZID=Europe/Vienna:{TEN + DAY:%Y%m%dT%H%M%S},{TEN + 2 * DAY:%Y%m%dT%H%M%S}"]
    assert list(occurring(["RRULE:FREQ=DAILY;COUNT=4", *out], TEN)) == [TEN, TEN + 3 * DAY]


def test_the_time_of_day_stays_over_a_change_of_the_clocks() -> None:
    found = list(occurring(["RRULE:FREQ=WEEKLY;COUNT=5"], TEN))
    assert {at.astimezone(VIENNA).hour for at in found} == {10}
    assert {at.utcoffset() for at in found} == {timedelta(hours=1), timedelta(hours=2)}
