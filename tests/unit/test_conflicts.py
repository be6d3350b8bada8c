"""Conflicts in a calendar: found, explained and resolved in words."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.types import Address, Event, Guest
from app.planning.conflicts import Trouble, conflicts, explained, resolution
from app.planning.slots import Diary
from tests.samples import WORK

BERLIN = ZoneInfo("Europe/Berlin")
OWN = Diary("you", "Europe/Berlin")
NOW = datetime(2026, 3, 2, 8, tzinfo=BERLIN)
MINUTE = timedelta(minutes=1)


def event(title: str, clock: str, minutes: int = 60, **more: Any) -> Event:
    start = datetime.fromisoformat(f"2026-03-02 {clock}").replace(tzinfo=BERLIN)
    given = {"id": title, "calendar": "primary", "account": WORK, "title": title} | more
    return Event(start=start, end=start + minutes * MINUTE, **given)


def guests(count: int) -> tuple[Guest, ...]:
    return tuple(Guest(email=f"guest{n}@example.com") for n in range(count))


def told(*events: Event) -> list[tuple[str, str]]:
    found = conflicts(events, OWN, now=NOW)
    return [(explained(c, BERLIN), resolution(c, events, OWN, now=NOW)[1]) for c in found]


def test_the_lighter_one_gives_way_to_the_nearest_free_time() -> None:
    review, chat = event("Review", "10:00", guests=guests(5)), event("Chat", "10:30", 30, guests=guests(1))
    assert told(review, chat) == [
        (
            "“Review” (Mon 2 Mar 10:00–11:00) overlaps “Chat” (Mon 2 Mar 10:30–11:00).",
            "Move “Chat” (you organise it; 1 guest) to Mon 2 Mar 11:00, when you are free.",
        )
    ]


def test_what_others_organise_is_asked_for() -> None:
    ben = Address(email="ben@example.com", name="Ben")
    theirs = event("Sync", "10:00", mine=False, organizer=ben)
    own = event("All hands", "10:00", guests=guests(20))
    assert told(theirs, own)[0][1] == "Ask Ben for another time for “Sync”, or decline it."
    assert told(theirs, event("Lunch", "10:00"))[0][1].startswith("Move “Lunch” (you organise it) to Mon 2 Mar")


def test_what_is_tentative_gives_way_and_is_kept_clear_of() -> None:
    maybe, firm = event("Maybe", "10:00", status="tentative"), event("Firm", "10:00")
    other = event("Also maybe", "11:00", status="tentative")
    assert told(maybe, firm, other)[0][1] == (
        "Move “Maybe” (you organise it; tentative) to Mon 2 Mar 09:00, when you are free."
    )


def test_an_absence_stays_where_it_is() -> None:
    away = event("Holiday", "00:00", 24 * 60, all_day=True, kind="outOfOffice")
    (found,) = conflicts([away, event("Review", "10:00")], OWN, now=NOW)
    event_, words = resolution(found, [away, event("Review", "10:00")], OWN, now=NOW)
    assert explained(found, BERLIN).startswith("“Holiday” (Mon 2 Mar, all day) overlaps")
    assert event_ is not None
    assert event_.title == "Review"
    assert "to Tue 3 Mar 10:00" in words


def test_two_absences_have_no_resolution() -> None:
    away = [event(f"Away {n}", "09:00", 300, kind="outOfOffice") for n in (1, 2)]
    (found,) = conflicts(away, OWN, now=NOW)
    assert resolution(found, away, OWN, now=NOW) == (None, "")


def test_a_full_week_is_said_to_be_full() -> None:
    both = [event("A", "10:00"), event("B", "10:00", guests=guests(1))]
    full = [event(f"Full {n}", "00:00", 24 * 60 * 14, kind="outOfOffice") for n in (1,)]
    found = conflicts(both, OWN, now=NOW)[0]
    assert resolution(found, [*both, *full], OWN, now=NOW)[1].endswith("no free time for it in the next 7 days.")


@pytest.mark.parametrize(
    ("places", "gap", "hurried"),
    [
        (("Room 1", "Room 2"), 5, True),
        (("Room 1", "room 1 "), 0, False),
        (("Room 1", ""), 0, False),
        (("Room 1", "https://meet.example.com/x"), 0, False),
        (("Room 1", "Room 2"), 10, False),
    ],
)
def test_the_way_between_places(places: tuple[str, str], gap: int, hurried: bool) -> None:
    first = event("A", "10:00", 60 - gap, place=places[0])
    found = conflicts([first, event("B", "11:00", place=places[1])], OWN, now=NOW)
    assert [c.trouble for c in found] == ([Trouble.TRAVEL] if hurried else [])


def test_how_little_time_there_is_between() -> None:
    first, second = event("A", "10:00", place="Room 1"), event("B", "11:00", place="Room 2")
    assert told(first, second)[0][0] == (
        "There is no time between “A” (Room 1), which ends Mon 2 Mar 11:00, and “B” (Room 2)."
    )
    first = event("A", "10:00", 59, place="Room 1")
    assert told(first, second)[0][0].startswith("There is 1 minute between “A” (Room 1)")


def test_meetings_outside_working_hours() -> None:
    late = event("Call", "16:30", guests=guests(1))
    assert told(late) == [
        (
            "“Call” is outside your working hours: Mon 2 Mar 16:30–17:30.",
            "Move “Call” (you organise it; 1 guest) to Mon 2 Mar 16:00, when you are free.",
        )
    ]
    assert told(event("Dinner", "19:00")) == []
    assert told(event("Agreed", "19:00", guests=guests(1), mine=False, answer="accepted")) == []


def test_what_is_no_conflict() -> None:
    review = event("Review", "10:00")
    assert told(review, event("Declined", "10:00", answer="declined")) == []
    assert told(review, event("Busy", "10:00", mirrors="home")) == []
    assert told(event("Copy", "10:00", uid="u"), event("Copy", "10:00", id="x", uid="u", calendar="other")) == []
    assert conflicts([review, event("B", "10:00")], OWN, now=NOW + timedelta(hours=5)) == ()


def test_each_pair_of_three_is_named() -> None:
    assert len(told(*(event(title, "10:00") for title in "ABC"))) == 3
