"""The tools that find free time and keep some: over all accounts, honest about whose time isn't known."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.agent.bench import TwoTimes
from app.agent.tools.calendar import ListEvents
from app.agent.tools.time import BlockTime, FindFreeTime
from app.domain.actions import CreateEvent, MirrorAvailability
from app.domain.calendars import Availability, Period
from app.domain.desk import Desk
from app.domain.errors import Refusal
from app.domain.plans import MAX_ACTIONS
from app.domain.types import CalendarRef, Event
from tests.samples import WORK
from tests.unit.desk_world import meeting
from tests.unit.test_agent_tools import ZONE, Table

BEN, EVE = "ben@example.com", "eve@example.org"
VIENNA = ZoneInfo(ZONE)
TUESDAY = "Tuesday 3 March 2026"


def at(day: int, clock: str) -> datetime:
    """A time in the week of Monday, 2 March 2026, which is now."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 3, day, hour, minute, tzinfo=VIENNA)


def event(start: datetime, minutes: int, ident: str = "e1", **more: Any) -> Event:
    return meeting(start, minutes=minutes, id=ident, **more)


def table(*events: Event) -> Table:
    made = Table()
    for each in events:
        made.calendar.put(each)
    return made


async def found(made: Table, **arguments: Any) -> dict[str, Any]:
    result: dict[str, Any] = await made.use(FindFreeTime(**arguments))
    return result


def starts(result: dict[str, Any]) -> list[str]:
    return [slot["start"] for slot in result["slots"]]


# Finding.


async def test_the_gaps_of_a_day_are_found_over_all_accounts() -> None:
    made = table(event(at(3, "09:00"), 180), event(at(3, "13:00"), 60, "e2"))
    home = made.bench.desk.calendars[1]
    home.put(event(at(3, "14:00"), 150, "h1").model_copy(update={"account": WORK}))  # type: ignore[attr-defined]
    result = await found(made, within=TUESDAY, minutes=30)
    assert result["zone"] == ZONE
    assert starts(result) == ["Tue 3 Mar 2026 12:00", "Tue 3 Mar 2026 12:30", "Tue 3 Mar 2026 16:30"]
    assert result["slots"][0] == {
        "start": "Tue 3 Mar 2026 12:00",
        "end": "12:30",
        "why": "you are free, inside your hours",
    }


async def test_calendars_of_others_that_are_shown_keep_nobody_busy() -> None:
    made = table(event(at(3, "09:00"), 480, calendar="team"))
    made.calendar.listed.append(CalendarRef(id="team", name="Team", role="reader"))
    assert starts(await found(made, within=TUESDAY, minutes=480)) == ["Tue 3 Mar 2026 09:00"]


async def test_colleagues_are_asked_and_their_clocks_told() -> None:
    made = table()
    busy = (Period(start=at(3, "14:00"), end=at(3, "16:00")),)
    made.calendar.colleagues = {BEN: Availability(busy=busy, zone="America/New_York")}
    result = await found(made, within=TUESDAY, minutes=60, people=[BEN.upper(), WORK.email])
    assert result["slots"] == [
        {
            "start": "Tue 3 Mar 2026 16:00",
            "end": "17:00",
            "why": f"everyone is free, inside everyone's hours; 10:00–11:00 in New York ({BEN})",
        }
    ]
    assert "not_known" not in result


async def test_whose_time_is_not_known_is_never_taken_for_free() -> None:
    made = table()
    made.calendar.colleagues = {BEN: Availability()}
    made.calendar.zones = {BEN: ZONE}
    result = await found(made, within=TUESDAY, people=[BEN, EVE])
    assert result["not_known"] == [f"{EVE}: their calendar isn't shared with you"]
    assert result["slots"][0]["why"] == f"you and {BEN} are free, inside your and {BEN}'s hours"


async def test_another_account_may_see_what_the_first_one_can_not() -> None:
    made = table()
    made.bench.desk.calendars[1].colleagues = {EVE: Availability()}  # type: ignore[attr-defined]
    result = await found(made, within=TUESDAY, people=[EVE], account="work")
    assert "not_known" not in result


async def test_without_time_in_working_hours_the_nearest_is_offered_and_said_to_be_outside() -> None:
    made = table(event(at(3, "08:30"), 560))
    result = await found(made, within=TUESDAY, minutes=60)
    assert starts(result)[0] == "Tue 3 Mar 2026 18:00"
    assert all("outside your hours" in slot["why"] for slot in result["slots"])


async def test_nothing_free_is_said() -> None:
    made = table(event(at(1, "00:00"), 3 * 1440))
    result = await found(made, within=TUESDAY, minutes=45)
    assert (result["slots"], result["none"]) == ([], "no 45 minutes are free until Wed 4 Mar 00:00")


async def test_what_is_over_is_not_offered() -> None:
    made = table()
    assert made.now.hour == 10, "it is Monday morning"
    first = starts(await found(made, within="today"))[0]
    assert datetime.strptime(first, "%a %d %b %Y %H:%M").replace(tzinfo=VIENNA) > made.now
    with pytest.raises(Refusal, match="is over"):
        await FindFreeTime(within="yesterday").run(made.bench)


async def test_names_are_no_addresses() -> None:
    with pytest.raises(Refusal, match="find_person"):
        await FindFreeTime(people=["Ben"]).run(table().bench)


# Keeping.


async def test_focus_time_is_put_where_nothing_stands_not_even_tentatively() -> None:
    made = table(event(at(3, "09:00"), 240), event(at(3, "15:30"), 90, "e2", status="tentative"))
    result = await made.use(BlockTime(within=TUESDAY, minutes=120, title="Write the plan"))
    (action,) = made.bench.actions
    assert isinstance(action, CreateEvent)
    assert (action.title, action.start, action.end) == ("Write the plan", at(3, "13:00"), at(3, "15:00"))
    assert result == {"proposed": ["Create an event (account work)"]}


async def test_a_weekend_is_no_working_time_that_is_left() -> None:
    made = table(event(at(2, "00:00"), 5 * 24 * 60))
    with pytest.raises(Refusal, match="Your working time has no 1 hour free in one piece until Sunday 8 Mar"):
        await made.use(BlockTime(within="this week"))


async def test_a_day_off_that_was_named_is_used_at_the_usual_hours() -> None:
    made = table()
    result = await made.use(BlockTime(within="Saturday 7 March 2026"))
    assert (made.proposed.start, made.proposed.end) == (at(7, "09:00"), at(7, "11:00"))
    assert result["note"] == "outside working hours"


async def test_so_many_hours_a_week_in_long_pieces() -> None:
    made = table(*(event(at(day, "11:00"), 60, f"e{day}") for day in range(2, 7)))
    result = await made.use(BlockTime(within="this week", total_minutes=480))
    spans = [(a.start, a.end) for a in made.bench.actions if isinstance(a, CreateEvent)]
    assert sum((end - start for start, end in spans), timedelta()) == timedelta(hours=8)
    assert min(end - start for start, end in spans) >= timedelta(hours=1)
    assert len(result["proposed"]) == len(spans)


async def test_what_is_missing_is_said() -> None:
    made = table(event(at(3, "11:00"), 360), event(at(3, "17:00"), 420, "e2"), event(at(3, "00:00"), 480, "e3"))
    result = await made.use(BlockTime(within=TUESDAY, total_minutes=300))
    assert result["missing"] == "3 hours: no more time is free"
    with pytest.raises(Refusal, match="no 5 hours free in one piece until Tuesday"):
        await BlockTime(within=TUESDAY, minutes=300).run(made.bench)


async def test_more_blocks_than_cards_are_left_for_later() -> None:
    made = table()
    result = await made.use(BlockTime(within="next week", minutes=30, total_minutes=30 * (MAX_ACTIONS + 2)))
    assert len(made.bench.actions) == MAX_ACTIONS
    assert result["left_out"] == "2 blocks: ask again afterwards"


async def test_mirroring_shows_one_account_in_the_other() -> None:
    made = table(event(at(3, "09:00"), 60))
    result = await made.use(BlockTime(kind="mirror", within="this week", account="work", into="home"))
    action = made.proposed
    assert isinstance(action, MirrorAvailability)
    assert [(b.start, b.end) for b in action.add] == [(at(3, "09:00"), at(3, "10:00"))]
    assert result["proposed"] == ["Show in home when work is busy (account home)"]
    again = BlockTime.model_validate(action.asked(made.now))
    assert (again.kind, again.account, again.into) == ("mirror", "work", "home")
    assert made.bench.span(again.within) == (action.start, action.end)


async def test_mirroring_everywhere_says_where_nothing_is_to_do() -> None:
    made = table(event(at(3, "09:00"), 60))
    result = await made.use(BlockTime(kind="mirror", within="this week"))
    assert result["proposed"] == ["Show in home when work is busy (account home)"]
    assert result["nothing_to_do"] == ["work shows already when home is busy."]
    with pytest.raises(Refusal, match="work shows already"):
        await BlockTime(kind="mirror", within="this week", into="work").run(made.bench)


async def test_mirroring_takes_two_accounts() -> None:
    made = table()
    with pytest.raises(Refusal, match=r"That takes two accounts: .* Connected: work and home\.$"):
        await BlockTime(kind="mirror", account="work", into="work").run(made.bench)
    desk = made.bench.desk
    made.bench.desk = Desk(desk.person, mailboxes=desk.mailboxes[:1], calendars=desk.calendars[:1])
    with pytest.raises(Refusal, match=r"Connected: work\. Type `connect` to add another one\.$"):
        await BlockTime(kind="mirror", account="work").run(made.bench)
    assert made.bench.actions == []


async def test_nothing_said_is_half_an_hour() -> None:
    made = table(event(at(3, "09:00"), 450))
    assert (await found(made, within=TUESDAY, minutes=0))["slots"] == (await found(made, within=TUESDAY))["slots"]
    assert starts(await found(made, within=TUESDAY)) == ["Tue 3 Mar 2026 16:30"]


def test_a_day_has_no_more_than_its_minutes() -> None:
    with pytest.raises(ValueError, match="less than or equal"):
        FindFreeTime(minutes=2000)
    assert at(2, "10:00").astimezone(UTC).hour == 9


# Conflicts.


async def test_what_overlaps_is_told_and_what_stands_in_shared_calendars_is_not() -> None:
    both = (event(at(3, "10:00"), 60, title="Review"), event(at(3, "10:30"), 30, "e2", title="Call"))
    made = table(*both, event(at(3, "10:00"), 60, "e3", title="Theirs", calendar="team"))
    made.calendar.listed.append(CalendarRef(id="team", name="Team", role="reader"))
    listed = await made.use(ListEvents(start=TUESDAY))
    assert len(listed["events"]) == 3
    assert listed["conflicts"] == [
        "“Review” (Tue 3 Mar 10:00–11:00) overlaps “Call” (Tue 3 Mar 10:30–11:00). "
        "Move “Call” (you organise it) to Tue 3 Mar 11:00, when you are free."
    ]


async def test_a_mirror_block_is_listed_only_with_its_account() -> None:
    made = table(event(at(3, "10:00"), 60, mirrors="home"))
    assert (await made.use(ListEvents(start=TUESDAY)))["events"] == []
    assert len((await made.use(ListEvents(start=TUESDAY, account="work")))["events"]) == 1


async def test_a_date_that_can_be_read_two_ways_is_asked_about() -> None:
    with pytest.raises(TwoTimes) as asked:
        await FindFreeTime(within="03/04").run(table().bench)
    assert asked.value.readings == ("Wednesday 4 March 2026", "Friday 3 April 2026")
