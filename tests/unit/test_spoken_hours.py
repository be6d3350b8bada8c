"""The hours by which a person's words about time are meant: theirs, wherever a phrase is read for them."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.agent.tools.calendar import CreateEvent
from app.domain.preferences import Preferences
from app.planning.deadlines import deadline
from app.planning.naming import meant
from app.planning.noting import due
from app.planning.phrases import WorkingHours
from app.planning.preferences import read, spoken_hours
from app.planning.week.wishes import wished
from tests.unit.desk_world import meeting
from tests.unit.test_agent_tools import Table

ZONE = "Europe/Vienna"
NOW = datetime(2026, 3, 2, 5, tzinfo=ZoneInfo(ZONE))
"""A Monday."""


def working(words: str) -> Preferences:
    return Preferences.model_validate({"hours": read("hours", words, Preferences())})


EARLY = working("7 to 15")


@pytest.mark.parametrize(
    ("words", "start", "end", "days"),
    [
        ("9 to 17", 9, 17, range(5)),
        ("7 to 15", 7, 15, range(5)),
        ("Friday 9 to 1", 9, 17, range(5)),
        ("Monday to Thursday 8 to 4", 8, 16, range(4)),
    ],
)
def test_the_usual_hours_of_a_day(words: str, start: int, end: int, days: Any) -> None:
    assert spoken_hours(working(words)) == WorkingHours(time(start), time(end), frozenset(days))


def test_a_break_belongs_to_the_day_and_midnight_is_its_end() -> None:
    broken = [
        {"day": day, "start": start, "end": end}
        for day in range(3)
        for start, end in (("16:00", "00:00"), ("10:00", "14:00"))
    ]
    hours = spoken_hours(Preferences.model_validate({"hours": broken}))
    assert (hours.start, hours.end, hours.days) == (time(10), time.max, frozenset(range(3)))


def test_who_works_on_no_day_speaks_as_others_do() -> None:
    assert spoken_hours(Preferences(hours=())) == WorkingHours()


@pytest.mark.parametrize(("preferences", "hour"), [(Preferences(), 18), (EARLY, 6)])
async def test_an_hour_is_meant_in_the_half_of_the_day_nearer_to_ones_work(preferences: Preferences, hour: int) -> None:
    at = Table()
    at.bench.request = at.bench.request.model_copy(update={"preferences": preferences})
    await at.use(CreateEvent(title="Run", start="tomorrow at 6"))
    assert at.proposed.start.hour == hour
    hours = spoken_hours(preferences)
    until = due("Call Sam tomorrow at 6", at=NOW, zone=ZONE, hours=hours)
    assert until is not None
    assert until.hour == hour
    named = deadline("Please answer by tomorrow at 6.", at=NOW, zone=ZONE, hours=hours)
    assert named is not None
    assert named.at.hour == hour
    runs = [meeting(NOW.replace(day=3, hour=each), id=str(each), title="Run") for each in (6, 18)]
    assert [e.start.hour for e in meant("tomorrow at 6", runs, now=NOW, zone=ZONE, hours=hours)] == [hour]


async def test_a_rhythm_is_meant_so_too() -> None:
    at = Table()
    at.bench.request = at.bench.request.model_copy(update={"preferences": EARLY})
    await at.use(CreateEvent(title="Run", start="tomorrow at 6", repeat="every Tuesday at 6"))
    assert at.proposed.start.hour == 6


def test_working_days_are_ones_own() -> None:
    weekend = working("Saturday and Sunday 9 to 17")
    weekend = Preferences(hours=tuple(s for s in weekend.hours if s.day > 4))
    wish = wished("the next business day", weekend, now=NOW, zone=ZONE)
    assert (wish.start.weekday(), wish.unread) == (5, ())
