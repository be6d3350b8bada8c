"""What time phrases say about how something comes back, and about how far it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.planning.phrases import Duration, Meaning, Recurrence, Rhythms, resolve, shift_of, shifted

BERLIN = "Europe/Berlin"
# A Friday, 10:40 in Berlin.
NOW = datetime(2026, 11, 20, 9, 40, tzinfo=UTC)


def resolved(phrase: str) -> Meaning | None:
    return resolve(phrase, at=NOW, zone=BERLIN)


def wall(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("phrase", "start", "rule"),
    [
        ("every other Friday at 4pm", "2026-11-20 16:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ("weekdays at 9", "2026-11-23 09:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("every Monday and Wednesday at 10", "2026-11-23 10:00", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("the last Friday of every month", "2026-11-27 00:00", "FREQ=MONTHLY;BYDAY=-1FR"),
        ("monthly on the 5th", "2026-12-05 00:00", "FREQ=MONTHLY;BYMONTHDAY=5"),
        ("every first Monday", "2026-12-07 00:00", "FREQ=MONTHLY;BYDAY=1MO"),
        ("every first Monday of the month at 10", "2026-12-07 10:00", "FREQ=MONTHLY;BYDAY=1MO"),
        ("every second Tuesday", "2026-11-24 00:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("every 2nd Tuesday of the month", "2026-12-08 00:00", "FREQ=MONTHLY;BYDAY=2TU"),
        ("the 1st and 15th of each month", "2026-12-01 00:00", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        ("on the last day of every month", "2026-11-30 00:00", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        (
            "the last working day of every month",
            "2026-11-30 00:00",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        ),
        ("first Monday of every quarter", "2027-01-04 00:00", "FREQ=MONTHLY;BYMONTH=1,4,7,10;BYDAY=1MO"),
        ("every fourth Thursday in November", "2026-11-26 00:00", "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"),
        ("every weekday except Friday", "2026-11-23 00:00", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH"),
        ("every Monday at 9 for 5 times", "2026-11-23 09:00", "FREQ=WEEKLY;BYDAY=MO;COUNT=5"),
        ("every day until Friday", "2026-11-21 00:00", "FREQ=DAILY;UNTIL=20261127T225959Z"),
        ("every christmas", "2026-12-25 00:00", "FREQ=YEARLY"),
    ],
)
def test_recurrences(phrase: str, start: str, rule: str) -> None:
    meaning = resolved(phrase)
    assert isinstance(meaning, Recurrence)
    assert (wall(meaning.start), meaning.rrule) == (start, rule)


@pytest.mark.parametrize("phrase", ["every third Thursday", "every 3rd Thursday"])
def test_a_rhythm_of_weeks_or_months_is_asked(phrase: str) -> None:
    meaning = resolved(phrase)
    assert isinstance(meaning, Rhythms)
    assert [found.rrule for found in meaning.options] == ["FREQ=MONTHLY;BYDAY=3TH", "FREQ=WEEKLY;INTERVAL=3;BYDAY=TH"]


@pytest.mark.parametrize("phrase", ["twice a week", "three times a month", "every third", "monthly on Mondays"])
def test_how_often_is_no_rhythm(phrase: str) -> None:
    assert resolved(phrase) is None


@pytest.mark.parametrize(
    ("phrase", "minutes"),
    [
        ("30 minutes later", 30),
        ("back by 30 minutes", 30),
        ("by an hour and a half later", 90),
        ("half an hour earlier", -30),
        ("earlier by 1h 15m", -75),
        ("+45 min", 45),
        ("postponed by a week", 7 * 24 * 60),
    ],
)
def test_a_shift_says_how_far_and_which_way(phrase: str, minutes: int) -> None:
    shift = shift_of(phrase)
    assert shift is not None
    assert shift.sign * Duration(shift.parts).seconds == minutes * 60


@pytest.mark.parametrize(
    "phrase",
    ["forward 30 minutes", "by 30 minutes", "later", "later today", "an hour before noon", "in 2 hours", "3pm"],
)
def test_what_says_no_way_or_another_time_is_no_shift(phrase: str) -> None:
    assert shift_of(phrase) is None


def test_a_shift_of_hours_passes_and_one_of_days_keeps_the_time_of_day() -> None:
    evening = datetime(2026, 3, 28, 23, tzinfo=ZoneInfo(BERLIN))  # the clocks skip 2:00 to 3:00 that night
    for phrase, then in (("4 hours later", "2026-03-29 04:00"), ("a day later", "2026-03-29 23:00")):
        shift = shift_of(phrase)
        assert shift is not None
        assert wall(shifted(evening, shift, BERLIN)) == then


def test_a_recurrence_knows_how_long_each_occurrence_is() -> None:
    meaning = resolved("every Monday 9-11")
    assert isinstance(meaning, Recurrence)
    assert meaning.length == timedelta(hours=2)
