"""What of an event keeps its owner busy."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.busy import Busy, busy_times, once, takes_time
from app.domain.types import AccountId, AccountRef, Event
from tests.samples import WORK

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
HOME = AccountRef(id=AccountId(UUID(int=7)), name="home", email="ann@home.example")


def event(ident: str = "e1", **more: Any) -> Event:
    return Event(**({"id": ident, "calendar": "primary", "account": WORK, "start": NINE, "end": TEN} | more))


@pytest.mark.parametrize(
    ("fields", "busy", "soft"),
    [
        ({}, True, False),
        ({"answer": "accepted"}, True, False),
        ({"answer": "needsAction"}, True, False),
        ({"answer": "tentative"}, True, True),
        ({"status": "tentative"}, True, True),
        ({"answer": "declined"}, False, False),
        ({"status": "cancelled"}, False, False),
        ({"busy": False}, False, False),
        ({"all_day": True}, True, False),
        ({"all_day": True, "busy": False}, False, False),
        ({"kind": "outOfOffice"}, True, False),
        ({"kind": "outOfOffice", "all_day": True, "busy": False}, True, False),
        ({"kind": "outOfOffice", "answer": "declined"}, False, False),
        ({"kind": "focusTime"}, True, True),
        ({"kind": "workingLocation"}, False, False),
        ({"kind": "birthday", "all_day": True}, False, False),
    ],
)
def test_what_counts(fields: dict[str, Any], busy: bool, soft: bool) -> None:
    expected = (Busy(NINE, TEN, soft=soft),) if busy else ()
    assert busy_times([event(**fields)]) == expected


def test_focus_time_is_as_firm_as_one_wants_it() -> None:
    (found,) = busy_times([event(kind="focusTime", title="Deep work")], firm_focus=True)
    assert found == Busy(NINE, TEN, title="Deep work")


def test_a_meeting_in_two_accounts_counts_once_and_as_what_binds_most() -> None:
    declined = event("a", uid="m@example.com", answer="declined")
    maybe = event("b", uid="m@example.com", answer="tentative", account=HOME)
    yes = event("c", uid="m@example.com", answer="accepted", account=HOME, calendar="other")
    assert once([declined, maybe]) == [maybe]
    assert once([maybe, declined]) == [maybe]
    assert once([declined, maybe, yes]) == [yes]


def test_occurrences_of_a_series_are_several_meetings() -> None:
    later = event("s_2", uid="s@example.com", start=TEN, end=TEN + timedelta(hours=1))
    both = [event("s_1", uid="s@example.com"), later]
    assert once(both) == both


def test_events_without_uid_are_themselves() -> None:
    assert len(once([event("a"), event("b"), event("a", calendar="other"), event("a", account=HOME)])) == 4


def test_an_event_without_length_keeps_nobody_busy() -> None:
    moment = event(end=NINE)
    assert takes_time(moment)
    assert busy_times([moment]) == ()
