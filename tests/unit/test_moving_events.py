"""The new times that the tool for changes gives events: those said, shifts from where they are, free time in a span."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from app.agent.rescheduling import MOST_GUESTS
from app.domain.calendars import Availability, Period
from app.domain.errors import Faulty, Refusal
from app.domain.types import Guest
from tests.unit.events_turn import DAY, Turn, standing
from tests.unit.events_world import BOB, CARA, HOUR, TEN, WEEK, review, weekly


@pytest.mark.parametrize(
    ("to", "more", "start", "minutes"),
    [
        ("tomorrow at 4pm", {}, TEN + 6 * HOUR, 60),
        ("tomorrow 4pm to 4:30pm", {}, TEN + 6 * HOUR, 30),
        ("tomorrow at 4pm", {"minutes": 15}, TEN + 6 * HOUR, 15),
        ("5 March", {}, TEN + 2 * DAY, 60),
        ("tomorrow afternoon", {}, TEN + 2 * HOUR, 60),
    ],
)
async def test_a_meeting_goes_where_the_person_says(to: str, more: Any, start: datetime, minutes: int) -> None:
    turn = Turn(review())
    await turn.change("reschedule", "e1", to=to, **more)
    assert (turn.one.start, turn.one.end - turn.one.start) == (start, timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("to", "more", "start", "minutes"),
    [
        ("30 minutes later", {}, TEN + HOUR / 2, 60),
        ("back by 30 minutes", {}, TEN + HOUR / 2, 60),
        ("half an hour earlier", {}, TEN - HOUR / 2, 60),
        ("two days later", {"minutes": 15}, TEN + 2 * DAY, 15),
        ("a month later", {}, TEN + 31 * DAY, 60),  # at ten, though the clocks go forward on 29 March
    ],
)
async def test_a_meeting_is_moved_from_where_it_is(to: str, more: Any, start: datetime, minutes: int) -> None:
    turn = Turn(review())
    await turn.change("reschedule", "e1", to=to, **more)
    assert (turn.one.start.astimezone(UTC), turn.one.end - turn.one.start) == (
        start.astimezone(UTC),
        timedelta(minutes=minutes),
    )


async def test_meetings_that_are_moved_by_as_much_each_keep_their_distance() -> None:
    turn = Turn(standing("a", 0), standing("b", 2))
    await turn.change("reschedule", start="tomorrow", to="an hour later")
    assert turn.starts == ["Tue 11:00", "Tue 13:00"]


async def test_a_series_is_moved_from_where_it_is() -> None:
    turn = Turn(weekly())
    await turn.change("reschedule", "s1_20260310T090000Z", to="an hour later", which="all")
    assert (turn.one.anchor, turn.one.recurrence) == (TEN + HOUR, ("RRULE:FREQ=WEEKLY;BYDAY=TU",))
    assert "10:00–11:00 → Tue 10 Mar 2026, 11:00–12:00" in turn.one.card().summary
    turn = Turn(weekly())
    await turn.change("reschedule", "s1_20260310T090000Z", to="a day later", which="all")
    assert (turn.one.anchor, turn.one.recurrence) == (TEN + DAY, ("RRULE:FREQ=WEEKLY;BYDAY=WE",))


async def test_what_lasts_whole_days_moves_by_days_only() -> None:
    midnight = TEN.replace(hour=0)
    away = {"all_day": True, "start": midnight, "end": midnight + DAY}
    turn = Turn(review(**away))
    await turn.change("reschedule", "e1", to="a week later")
    assert (turn.one.start, turn.one.end) == (midnight + WEEK, midnight + WEEK + DAY)
    with pytest.raises(Refusal, match="move it by days only"):
        await Turn(review(**away)).change("reschedule", "e1", to="an hour later")


async def test_meetings_keep_their_order_and_their_time_of_day_where_it_is_free() -> None:
    taken = [standing("taken", 0, days=6), standing("taken too", 5, days=6)]
    turn = Turn(standing("a", 0), standing("b", 1), standing("c", 5), *taken)
    await turn.change("reschedule", start="tomorrow", to="next week")
    assert turn.starts == ["Tue 10:00", "Tue 11:00", "Tue 15:00"]


async def test_meetings_that_are_moved_dont_meet_each_other() -> None:
    turn = Turn(standing("a", 0), standing("b", 0), standing("c", 0.5))
    await turn.change("reschedule", start="tomorrow", to="5 March")
    spans = sorted((a.start, a.end) for a in turn.bench.plan)  # type: ignore[attr-defined]
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    assert len(spans) == 3


async def test_a_guests_calendar_counts_where_it_can_be_seen() -> None:
    turn = Turn(review())
    busy = (Period(start=TEN + 2 * DAY - HOUR, end=TEN + 2 * DAY + 2 * HOUR),)
    turn.at.work.colleagues[BOB.email] = Availability(busy=busy)
    await turn.change("reschedule", "e1", to="5 March")
    assert turn.one.start == TEN + 2 * DAY + 2 * HOUR


async def test_a_guest_who_cant_come_is_named() -> None:
    turn = Turn(review())
    turn.at.work.colleagues[BOB.email] = Availability(busy=(Period(start=TEN, end=TEN + 15 * DAY),))
    told = await turn.change("reschedule", "e1", to="5 March")
    assert turn.one.start == TEN + 2 * DAY
    for said in (turn.one.card().notes, told["proposed"][0]):
        assert f"{BOB.email} is busy then." in said
        assert f"I can't see when {CARA.email} is free." in said


async def test_whoever_can_come_is_counted_when_not_all_can() -> None:
    turn = Turn(review())
    turn.at.work.colleagues |= {
        BOB.email: Availability(busy=(Period(start=TEN, end=TEN + 15 * DAY),)),
        CARA.email: Availability(busy=(Period(start=TEN + 2 * DAY - HOUR, end=TEN + 2 * DAY + HOUR),)),
    }
    await turn.change("reschedule", "e1", to="5 March")
    assert turn.one.start == TEN + 2 * DAY + HOUR
    assert (turn.one.clashes, turn.one.unseen) == ((f"{BOB.email} is busy then.",), ())


async def test_a_guest_elsewhere_is_met_in_their_working_hours() -> None:
    turn = Turn(review(guests=(BOB,)))
    turn.at.work.colleagues[BOB.email] = Availability()
    turn.at.work.zones[BOB.email] = "America/New_York"
    await turn.change("reschedule", "e1", to="5 March")
    assert turn.one.start == TEN + 2 * DAY + 5 * HOUR  # nine in New York
    assert (turn.one.clashes, turn.one.unseen) == ((), ())
    far = Turn(review(guests=(BOB,)))
    far.at.work.colleagues[BOB.email] = Availability()
    far.at.work.zones[BOB.email] = "America/Los_Angeles"
    await far.change("reschedule", "e1", to="5 March")
    assert far.one.start == TEN + 2 * DAY
    assert far.one.clashes == (f"For {BOB.email} it is Thu 01:00 then.",)


async def test_a_calendar_service_that_fails_costs_only_what_it_would_have_told() -> None:
    turn = Turn(review(guests=(BOB,)))

    async def failing(*_: object) -> Any:
        raise Faulty(provider="Google Calendar", why="status 503")

    turn.at.work.availability = failing  # type: ignore[method-assign]
    turn.at.home.colleagues[BOB.email] = Availability(
        busy=(Period(start=TEN + 2 * DAY - HOUR, end=TEN + 2 * DAY + HOUR),)
    )
    await turn.change("reschedule", "e1", to="5 March")
    assert turn.one.start == TEN + 2 * DAY + HOUR
    turn = Turn(review(guests=(BOB,)))
    turn.at.work.availability = turn.at.home.availability = failing  # type: ignore[method-assign]
    await turn.change("reschedule", "e1", to="5 March")
    assert (turn.one.start, turn.one.unseen) == (TEN + 2 * DAY, (BOB.email,))


async def test_of_guests_who_arent_looked_up_the_card_says_who_is_busy() -> None:
    crowd = [Guest(email=f"g{n:03}@example.org") for n in range(MOST_GUESTS + 20)]
    size = len(crowd) // 3
    turn = Turn(*(standing(str(n), n, guests=tuple(crowd[n * size : (n + 1) * size])) for n in range(3)))
    turn.at.work.colleagues = {g.email: Availability() for g in crowd}
    taken = Availability(busy=(Period(start=TEN + 2 * DAY, end=TEN + 3 * DAY),))
    turn.at.work.colleagues[crowd[-1].email] = taken
    await turn.change("reschedule", start="tomorrow", to="5 March")
    *others, last = turn.bench.plan
    late = crowd[-1].email
    assert [one.clashes for one in others] == [(), ()]  # type: ignore[attr-defined]
    assert last.clashes == (f"{late} is busy then.",)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("which", "ident"), [({"start": "tomorrow"}, ""), ({}, "a")])
async def test_a_meeting_leaves_where_it_is(which: Any, ident: str) -> None:
    turn = Turn(standing("a", 0))
    await turn.change("reschedule", *filter(None, [ident]), to="this week", **which)
    assert turn.starts == ["Wed 10:00"]


async def test_a_meeting_may_stay_on_its_day_when_that_is_what_is_said() -> None:
    turn = Turn(standing("a", 0))
    await turn.change("reschedule", start="tomorrow", to="tomorrow afternoon")
    assert turn.starts == ["Tue 12:00"]


async def test_what_one_card_cant_show_doesnt_keep_the_others_from_being_prepared() -> None:
    crowd = tuple(Guest(email=f"g{n:03}@example.org") for n in range(51))
    turn = Turn(standing("a", 0), standing("b", 2, guests=crowd))
    told = await turn.change("reschedule", start="tomorrow", to="5 March")
    assert turn.starts == ["Thu 10:00"]
    assert "at most 50 guests" in told["not_done"][0]["why"]


async def test_a_time_entered_by_the_person_says_nothing_of_the_one_before() -> None:
    turn = Turn(review())
    turn.at.work.colleagues[BOB.email] = Availability(busy=(Period(start=TEN, end=TEN + 15 * DAY),))
    await turn.change("reschedule", "e1", to="5 March")
    same = {n: getattr(turn.one.after, n) for n in ("title", "start", "end", "place", "notes")}
    same |= {"notify": "all", "guests": turn.one.after.guests}
    assert not {"clashes", "unseen"} & turn.one.entered(same).keys()
    later = turn.one.entered(same | {"start": TEN + 3 * DAY, "end": TEN + 3 * DAY + HOUR})
    assert (later["clashes"], later["unseen"]) == ((), ())


async def test_where_there_is_no_free_time_nothing_is_proposed() -> None:
    turn = Turn(review(), standing("conference", -1, days=2, end=TEN + 2 * DAY + 8 * HOUR))
    with pytest.raises(Refusal, match="There is no free time for “Review” then"):
        await turn.change("reschedule", "e1", to="5 March")


async def test_several_meetings_dont_go_to_one_time() -> None:
    turn = Turn(standing("a", 0), standing("b", 2))
    with pytest.raises(Refusal, match="all be at the same time"):
        await turn.change("reschedule", start="tomorrow", to="tomorrow at 4pm")


async def test_a_whole_day_moves_to_a_day() -> None:
    midnight = TEN.replace(hour=0)
    turn = Turn(review(all_day=True, start=midnight, end=midnight + DAY))
    await turn.change("reschedule", "e1", to="5 March")
    assert (turn.one.start, turn.one.end) == (midnight + 2 * DAY, midnight + 3 * DAY)
    assert turn.one.card().summary == "“Review”, Tue 3 Mar 2026, all day → Thu 5 Mar 2026, all day"
