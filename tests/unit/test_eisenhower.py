"""The quadrant of a task, and counting in working days."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.planning.eisenhower import Evidence, Quadrant, order, place
from app.planning.phrases import WorkingHours
from app.planning.workdays import after, between

NOW = datetime(2026, 6, 3, 9, tzinfo=UTC)
WEEKDAYS = WorkingHours()
PART_TIME = WorkingHours(days=frozenset(), own=((1, time(9), time(12)), (5, time(9), time(12))))


@pytest.mark.parametrize(
    ("evidence", "quadrant", "reason"),
    [
        (Evidence(), Quadrant.LATER, "no deadline, and nobody is known to wait for it"),
        (Evidence(due=NOW + timedelta(hours=3), others_wait=2), Quadrant.DO, "due until tomorrow"),
        (Evidence(due=NOW - timedelta(days=3), from_priority=True), Quadrant.DO, "overdue"),
        (Evidence(due=NOW + timedelta(days=9), others_wait=1), Quadrant.SCHEDULE, "someone waits for it"),
        (Evidence(due=NOW + timedelta(hours=3)), Quadrant.DELEGATE, "due until tomorrow"),
        (
            Evidence(due=NOW + timedelta(hours=3), asked_of_others=True, others_wait=4),
            Quadrant.DELEGATE,
            "due until tomorrow",
        ),
        (Evidence(meeting=NOW + timedelta(hours=20)), Quadrant.DO, "needed for a meeting until tomorrow"),
        (Evidence(minutes=90), Quadrant.SCHEDULE, "takes an hour or more"),
        (Evidence(own=True), Quadrant.SCHEDULE, "you noted it yourself"),
        (Evidence(pressing="ASAP", from_priority=True), Quadrant.DO, "asked for “ASAP”"),
        (
            Evidence(from_priority=True, said_important=False),
            Quadrant.LATER,
            "no deadline, and nobody is known to wait for it",
        ),
        (Evidence(said_important=True), Quadrant.SCHEDULE, "you said that it matters"),
    ],
)
def test_quadrants(evidence: Evidence, quadrant: Quadrant, reason: str) -> None:
    placed = place(evidence, NOW)
    assert placed.quadrant is quadrant
    assert placed.reasons[0] == reason


def test_order() -> None:
    soon, later = NOW + timedelta(hours=2), NOW + timedelta(hours=20)
    tasks = {
        "later": Evidence(),
        "do second": Evidence(due=later, others_wait=1),
        "do first": Evidence(due=soon, others_wait=1),
        "schedule short": Evidence(others_wait=1, minutes=5),
        "schedule long": Evidence(others_wait=1, minutes=50),
    }
    assert sorted(tasks, key=lambda name: order(tasks[name], NOW)) == [
        "do first",
        "do second",
        "schedule short",
        "schedule long",
        "later",
    ]


@pytest.mark.parametrize(
    ("day", "count", "hours", "found"),
    [
        (date(2026, 6, 3), 1, WEEKDAYS, date(2026, 6, 4)),
        (date(2026, 6, 3), 3, WEEKDAYS, date(2026, 6, 8)),
        (date(2026, 6, 6), 0, WEEKDAYS, date(2026, 6, 8)),
        (date(2026, 6, 6), 1, WEEKDAYS, date(2026, 6, 8)),
        (date(2026, 6, 3), 0, WEEKDAYS, date(2026, 6, 3)),
        (date(2026, 6, 2), 1, PART_TIME, date(2026, 6, 6)),
        (date(2026, 6, 2), 2, PART_TIME, date(2026, 6, 9)),
    ],
)
def test_working_days_ahead(day: date, count: int, hours: WorkingHours, found: date) -> None:
    assert after(day, count, hours) == found
    assert count == 0 or between(day, found, hours) == count


def test_who_never_works() -> None:
    with pytest.raises(ValueError, match="no working day"):
        after(date(2026, 6, 3), 1, WorkingHours(days=frozenset()))
