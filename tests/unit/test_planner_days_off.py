"""Whole days as people ask for them: the planner's call, with no time that nobody named."""

import pytest

from tests.unit.planner_office import changing, talk


@pytest.mark.parametrize(
    ("ask", "title", "start"),
    [
        ("Put my holiday 3–7 August in the calendar", "Holiday", "3–7 August"),
        ("put my vacation from 3 August to 7 August in my calendar", "Vacation", "3 August to 7 August"),
        ("block Friday as vacation", "Vacation", "Friday"),
        ("block tomorrow as a day off", "Day off", "tomorrow"),
        ("mark next Friday as out of office", "Out of office", "next Friday"),
        ("add a day off on Friday to my calendar", "Day off", "Friday"),
        ("Please block August 3 - 7 as annual leave", "Annual leave", "August 3 - 7"),
    ],
)
def test_days_off_are_whole_days(ask: str, title: str, start: str) -> None:
    at = talk()
    answer = at.say(ask)
    assert changing(at.calls) == [{"tool": "create_event", "title": title, "start": start}]
    assert "approve" in answer


@pytest.mark.parametrize(
    "ask",
    [
        "schedule a call about the holiday plan with Tom on Friday at 3pm",
        "block 2 hours on Friday for deep work",
        "move my vacation to next week",
        "book the holiday planning meeting with Tom tomorrow at 10am",
    ],
)
def test_what_has_a_time_or_people_is_no_day_off(ask: str) -> None:
    at = talk()
    at.say(ask)
    assert [c["title"] for c in changing(at.calls) if c["tool"] == "create_event" and len(c) == 3] == []
