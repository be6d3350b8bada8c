"""Events of whole days: made where no time was named and nobody is met, and the same on the card as in the calendar."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.agent.tools import CreateEvent
from app.domain import actions
from app.domain.approvals import expiry
from app.domain.errors import FormErrors, UnclearTime
from tests.unit.desk_world import ListLedger, meeting
from tests.unit.events_world import attempt
from tests.unit.test_agent_tools import ZONE, Table

VIENNA = ZoneInfo(ZONE)


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, tzinfo=VIENNA)


@pytest.mark.parametrize(
    ("said", "start", "end", "shown"),
    [
        ({"start": "tomorrow"}, day(3, 3), day(3, 4), "Tue 3 Mar 2026, all day"),
        ({"start": "today"}, day(3, 2), day(3, 3), "Mon 2 Mar 2026, all day"),
        ({"start": "3–7 August"}, day(8, 3), day(8, 8), "Mon 3 Aug – Fri 7 Aug 2026, all day"),
        ({"start": "3 August", "end": "7 August"}, day(8, 3), day(8, 8), "Mon 3 Aug – Fri 7 Aug 2026, all day"),
        ({"start": "2026-08-03", "end": "2026-08-07"}, day(8, 3), day(8, 8), "Mon 3 Aug – Fri 7 Aug 2026, all day"),
        ({"start": "28 March to 30 March"}, day(3, 28), day(3, 31), "Sat 28 Mar – Mon 30 Mar 2026, all day"),
        ({"start": "next week"}, day(3, 9), day(3, 16), "Mon 9 Mar – Sun 15 Mar 2026, all day"),
    ],
)
async def test_days_without_a_time_are_taken_whole(said: Any, start: datetime, end: datetime, shown: str) -> None:
    at = Table()
    await at.use(CreateEvent(title="Holiday", **said))
    made = at.proposed
    assert (made.all_day, made.start, made.end) == (True, start, end)
    assert made.card().summary == f"“Holiday”, {shown}"


@pytest.mark.parametrize(
    "more",
    [
        {"guests": ["carol@example.org"]},
        {"minutes": 30},
        {"video": True},
        {"start": "in August"},
        {"start": "tomorrow", "end": "tomorrow at 5pm"},
    ],
)
async def test_whom_one_meets_one_meets_at_a_time(more: Any) -> None:
    with pytest.raises(UnclearTime):
        await Table().use(CreateEvent(**{"title": "Call", "start": "tomorrow"} | more))


async def test_a_time_that_was_named_is_kept() -> None:
    at = Table()
    await at.use(CreateEvent(title="Call", start="tomorrow afternoon"))
    assert (at.proposed.all_day, at.proposed.start.hour) == (False, 12)


def holiday(**more: Any) -> actions.CreateEvent:
    at = Table()
    given: dict[str, Any] = {"start": day(8, 3), "end": day(8, 8), "title": "Holiday", "calendar": "primary"} | more
    return actions.CreateEvent(account=meeting(at.now).account, zone=ZONE, all_day=True, **given)


async def test_it_stands_in_the_calendar_as_on_the_card_and_goes_again() -> None:
    at, ledger = Table(), None
    at.calendar.put(meeting(day(8, 4) + timedelta(hours=10)))
    ledger = ListLedger(at.clock)
    action = await holiday().previewed(at.bench.desk)
    assert action.overlaps == ()
    world: Any = type("World", (), {"desk": at.bench.desk, "ledger": ledger})()
    receipt = await attempt(world, action)
    assert receipt.differences == ()
    assert ("When", "Mon 3 Aug – Fri 7 Aug 2026, all day") in [(f.label, f.value) for f in receipt.fields]
    stored = await at.calendar.event("primary", action.event_id)
    assert stored is not None
    assert (stored.all_day, stored.start, stored.end) == (True, day(8, 3), day(8, 8))
    await action.undo(at.bench.desk, ledger)
    gone = await at.calendar.event("primary", action.event_id)
    assert gone is None or gone.status == "cancelled"


async def test_it_can_be_asked_for_anew_and_edited_but_not_its_times() -> None:
    at, action = Table(), holiday()
    asked = action.asked(at.now)
    assert (asked["start"], asked["end"], "minutes" in asked) == ("2026-08-03", "2026-08-07", False)
    await at.use(CreateEvent(**{k: v for k, v in asked.items() if k in ("title", "start", "end")}))
    assert (at.proposed.start, at.proposed.end, at.proposed.all_day) == (action.start, action.end, True)
    names = {each.name for each in action.form().inputs}
    assert not names & {"start", "end"}


def test_today_can_still_be_decided_and_a_long_leave_is_no_slip() -> None:
    now = Table().now
    today = holiday(start=day(3, 2), end=day(3, 3))
    assert today.faults(now) == {}
    assert now < expiry(today, day(3, 5)) <= day(3, 3)
    assert holiday(end=day(8, 29)).faults(now) == {}
    for wrong in ({"start": day(2, 27), "end": day(2, 28)}, {"end": day(12, 1)}):
        with pytest.raises(FormErrors):
            holiday(**wrong).vetted(now)


def test_what_has_a_time_keeps_its_hash() -> None:
    timed = holiday().model_copy(update={"all_day": False})
    assert "all_day" not in timed.model_dump(mode="json")
