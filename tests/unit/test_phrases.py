"""Time phrases mean what people mean by them, in any zone and through daylight saving."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.planning.phrases import (
    Ambiguous,
    Duration,
    Grain,
    Instant,
    Interval,
    Meaning,
    Recurrence,
    WorkingHours,
    resolve,
)
from app.planning.phrases.grammar import GRAMMAR
from bench.time_phrases import judge

SAMPLE = json.loads((Path(__file__).parents[1] / "data" / "time_phrases_sample.json").read_text(encoding="utf-8"))
BERLIN = "Europe/Berlin"
# A Friday, 10:40 in Berlin.
NOW = datetime(2026, 11, 20, 9, 40, tzinfo=UTC)


def told(phrase: str, *, at: datetime = NOW, zone: str = BERLIN, hours: WorkingHours | None = None) -> Meaning | None:
    return resolve(phrase, at=at, zone=zone, working_hours=hours or WorkingHours())


def wall(moment: datetime | None) -> str | None:
    return moment.replace(tzinfo=None).isoformat(" ", "minutes") if moment else None


def _sample() -> list[Any]:
    rows = []
    for section in ("duckling", "duckling_negatives", "duckling_durations", "recognizers"):
        rows += [pytest.param(row, section, id=f"{section}: {row.get('span', row['text'])}") for row in SAMPLE[section]]
    return rows


@pytest.mark.parametrize(("row", "section"), _sample())
def test_a_phrase_of_the_corpora_means_what_they_say(row: dict[str, Any], section: str) -> None:
    verdict, meaning, _ = judge(row, section)
    assert verdict == "exact", meaning


@pytest.mark.parametrize(
    ("phrase", "start", "grain"),
    [
        ("tomorrow at 3pm", "2026-11-21 15:00", Grain.HOUR),
        ("Friday 14:30", "2026-11-20 14:30", Grain.MINUTE),
        ("next Tuesday 10:00", "2026-11-24 10:00", Grain.MINUTE),
        ("on 5 March at 9", "2027-03-05 09:00", Grain.HOUR),
        ("in 2 hours", "2026-11-20 12:40", Grain.MINUTE),
        ("the last Thursday of November", "2026-11-26 00:00", Grain.DAY),
        ("half past three", "2026-11-20 15:30", Grain.MINUTE),
        ("a quarter to noon", "2026-11-20 11:45", Grain.MINUTE),
        ("4pm EST", "2026-11-20 22:00", Grain.HOUR),
        ("1530h", "2026-11-20 15:30", Grain.MINUTE),
        ("the Monday after Easter", "2027-03-29 00:00", Grain.DAY),
        ("next business day", "2026-11-23 00:00", Grain.DAY),
        ("in 3 working days", "2026-11-25 00:00", Grain.DAY),
        ("midnight tonight", "2026-11-21 00:00", Grain.HOUR),
        ("this time tomorrow", "2026-11-21 10:40", Grain.MINUTE),
        ("second quarter of 2018", "2018-04-01 00:00", Grain.QUARTER),
        ("2026-12-01T09:30", "2026-12-01 09:30", Grain.MINUTE),
        ("2026-12-01T09:30:00Z", "2026-12-01 10:30", Grain.MINUTE),
        ("2026-12-01", "2026-12-01 00:00", Grain.DAY),
    ],
)
def test_instants(phrase: str, start: str, grain: Grain) -> None:
    meaning = told(phrase)
    assert isinstance(meaning, Instant)
    assert (wall(meaning.start), meaning.grain) == (start, grain)


@pytest.mark.parametrize(
    ("phrase", "start", "end"),
    [
        ("tomorrow afternoon", "2026-11-21 12:00", "2026-11-21 19:00"),
        ("between 9:30 and 11:00 on Thursday", "2026-11-26 09:30", "2026-11-26 11:00"),
        ("from the 23rd to 26th Oct", "2027-10-23 00:00", "2027-10-27 00:00"),
        ("tomorrow from 10 to 2", "2026-11-21 10:00", "2026-11-21 14:00"),
        ("Monday afternoon between 2 and 4", "2026-11-23 14:00", "2026-11-23 16:00"),
        ("tomorrow at 3pm for 45 minutes", "2026-11-21 15:00", "2026-11-21 15:45"),
        ("Monday before 10am", "2026-11-23 00:00", "2026-11-23 10:00"),
        ("tomorrow after 3", "2026-11-21 15:00", "2026-11-22 00:00"),
        ("by the end of the month", "2026-11-20 10:40", "2026-12-01 00:00"),
        ("since Monday", "2026-11-16 00:00", None),
        ("until Friday 5pm", None, "2026-11-20 17:00"),
        ("on or before March 3", None, "2027-03-04 00:00"),
        ("after Friday", "2026-11-28 00:00", None),
        ("from Friday on", "2026-11-27 00:00", None),
        ("2026-12-01T09:00/2026-12-01T10:30", "2026-12-01 09:00", "2026-12-01 10:30"),
        ("2026-12-01/2026-12-03", "2026-12-01 00:00", "2026-12-04 00:00"),
    ],
)
def test_intervals(phrase: str, start: str | None, end: str | None) -> None:
    meaning = told(phrase)
    assert isinstance(meaning, Interval)
    assert (wall(meaning.start), wall(meaning.end)) == (start, end)


@pytest.mark.parametrize(
    ("phrase", "value", "grain"),
    [
        ("an hour and a half", 90, Grain.MINUTE),
        ("2 hours and 10 minutes", 130, Grain.MINUTE),
        ("a fortnight", 2, Grain.WEEK),
        ("45 min", 45, Grain.MINUTE),
    ],
)
def test_durations(phrase: str, value: int, grain: Grain) -> None:
    meaning = told(phrase)
    assert isinstance(meaning, Duration)
    assert (meaning.value, meaning.grain) == (value, grain)


@pytest.mark.parametrize(
    ("phrase", "first", "second"),
    [
        ("tomorrow at 7", "2026-11-21 07:00", "2026-11-21 19:00"),
        ("Monday or Tuesday at 10am", "2026-11-23 10:00", "2026-11-24 10:00"),
        ("Tue Dec 24", "2026-12-24 00:00", "2026-12-22 00:00"),
    ],
)
def test_what_cannot_be_known_is_asked(phrase: str, first: str, second: str) -> None:
    meaning = told(phrase)
    assert isinstance(meaning, Ambiguous)
    assert [wall(option.start) for option in meaning.options] == [first, second]


def test_next_friday_on_a_monday_is_asked_but_not_next_monday() -> None:
    monday = datetime(2026, 11, 16, 9, tzinfo=UTC)
    asked, sure = told("next Friday", at=monday), told("next Monday", at=monday)
    assert isinstance(asked, Ambiguous)
    assert {wall(option.start) for option in asked.options} == {"2026-11-20 00:00", "2026-11-27 00:00"}
    assert isinstance(sure, Instant)
    assert wall(sure.start) == "2026-11-23 00:00"


def test_an_hour_is_taken_in_the_half_of_the_day_near_the_working_hours() -> None:
    night = WorkingHours(time(20), time(23, 59))
    usual, late = told("tomorrow at 9"), told("tomorrow at 9", hours=night)
    assert isinstance(usual, Instant)
    assert isinstance(late, Instant)
    assert (usual.start.hour, late.start.hour) == (9, 21)


def test_an_hour_that_is_over_today_is_the_other_one() -> None:
    meaning = told("today at 9", at=datetime(2026, 11, 20, 14, tzinfo=UTC))
    assert isinstance(meaning, Instant)
    assert wall(meaning.start) == "2026-11-20 21:00"


@pytest.mark.parametrize(
    "phrase", ["", "hello", "1 adult", "the best", "at 25:00", "February 30", "25", "?", "tomorrow blue"]
)
def test_what_is_no_time_is_nothing(phrase: str) -> None:
    assert told(phrase) is None


def test_a_skipped_wall_time_moves_forward_and_says_so() -> None:
    spring = datetime(2026, 3, 20, 9, tzinfo=UTC)
    for phrase in ("29 March 2026 at 2:30 am", "2026-03-29T02:30"):
        meaning = told(phrase, at=spring)
        assert isinstance(meaning, Instant)
        assert meaning.shifted
        assert meaning.start.isoformat() == "2026-03-29T03:30:00+02:00"


def test_a_repeated_wall_time_is_the_first() -> None:
    meaning = told("25 October 2026 at 2:30 am", at=datetime(2026, 10, 20, 9, tzinfo=UTC))
    assert isinstance(meaning, Instant)
    assert not meaning.shifted
    assert meaning.start.isoformat() == "2026-10-25T02:30:00+02:00"


def test_hours_pass_by_the_clock_that_runs_and_days_by_the_calendar() -> None:
    evening = datetime(2026, 3, 28, 22, tzinfo=UTC)  # 23:00 in Berlin; the clocks go forward at 2
    hours, days = told("in 4 hours", at=evening), told("tomorrow at 23:00", at=evening)
    assert isinstance(hours, Instant)
    assert isinstance(days, Instant)
    assert hours.start - evening == timedelta(hours=4)
    assert days.start.astimezone(UTC) - evening == timedelta(hours=23)


def test_the_span_of_an_instant_is_all_that_was_said() -> None:
    for phrase, days in (("Friday", 1), ("in 3 days", 1), ("next week", 7)):
        meaning = told(phrase)
        assert isinstance(meaning, Instant)
        assert not meaning.timed
        span = meaning.span()
        assert span.start is not None
        assert span.end is not None
        assert span.end - span.start == timedelta(days=days)


@pytest.mark.parametrize(
    ("phrase", "start"),
    [
        ("Diwali 2026", "2026-11-08 00:00"),
        ("Thanksgiving", "2026-11-26 00:00"),
        ("Chinese New Year", "2027-02-06 00:00"),
        ("Eid al-Fitr 2025", "2025-03-30 00:00"),
        ("Orthodox Easter 2027", "2027-05-02 00:00"),
        ("Yom Kippur 2027", "2027-10-10 00:00"),
        ("Mahaveer Jayanti 2020", "2020-04-06 00:00"),
    ],
)
def test_holidays_are_computed(phrase: str, start: str) -> None:
    meaning = told(phrase)
    assert isinstance(meaning, Instant)
    assert wall(meaning.start) == start
    assert meaning.holiday


def test_nonsense_costs_a_bounded_search() -> None:
    # Each pair of these meets somewhere, all together nowhere: an unbounded search would take minutes.
    assert told("3/4 december weekend 3/4 christmas 4pm weekend easter morning") is None


def test_a_naive_reference_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        resolve("tomorrow", at=datetime(2026, 1, 1), zone="UTC")  # noqa: DTZ001


WORDS = [
    *sorted(GRAMMAR.words),
    "monday", "friday", "march", "december", "tomorrow", "yesterday", "noon", "midnight", "morning", "evening",
    "weekend", "summer", "christmas", "easter", "ramadan", "day", "week",
    "month", "year", "hour", "minutes", "2", "15", "30",
    "2018", "9:30", "4pm", "5th", "3/4", "11.30", "two",
    "twenty", "first", "-", "eod", "tonight", "last night", "9999", "0",
]  # fmt: skip
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Pacific/Apia",
]
PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(" ".join) | st.text(max_size=40)
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def bounds(meaning: Meaning | None) -> list[datetime]:
    match meaning:
        case Instant() | Recurrence():
            return [meaning.start]
        case Interval():
            return [bound for bound in (meaning.start, meaning.end) if bound is not None]
        case Ambiguous():
            return [bound for option in meaning.options for bound in bounds(option)]
    return []


@settings(max_examples=300, deadline=None)
@given(PHRASES, MOMENTS, st.sampled_from(ZONES))
def test_whatever_is_said_the_answer_is_sound(phrase: str, at: datetime, zone: str) -> None:
    meaning = resolve(phrase, at=at, zone=zone)
    for bound in bounds(meaning):
        assert bound.tzinfo is not None
        assert str(bound.tzinfo) == zone
        # No bound is a wall time that the clocks skip.
        assert bound.astimezone(UTC).astimezone(bound.tzinfo).replace(tzinfo=None) == bound.replace(tzinfo=None)
    for option in meaning.options if isinstance(meaning, Ambiguous) else [meaning]:
        if isinstance(option, Interval):
            assert option.start is None or option.end is None or option.start <= option.end
    assert resolve(phrase, at=at, zone=zone) == meaning


@settings(max_examples=100, deadline=None)
@given(MOMENTS, st.sampled_from(ZONES), st.integers(0, 23), st.integers(0, 59))
def test_a_clock_time_tomorrow_is_that_time_unless_the_clocks_skip_it(
    at: datetime, zone: str, hour: int, minute: int
) -> None:
    meaning = resolve(f"tomorrow at {hour:02}:{minute:02}h", at=at, zone=zone)
    assert isinstance(meaning, Instant)
    assert meaning.shifted or (meaning.start.hour, meaning.start.minute) == (hour, minute)


@settings(max_examples=100, deadline=None)
@given(MOMENTS, st.sampled_from(ZONES), st.integers(1, 500), st.sampled_from(["hours", "minutes"]))
def test_a_shift_is_as_long_as_it_says(at: datetime, zone: str, count: int, unit: str) -> None:
    meaning = resolve(f"in {count} {unit}", at=at, zone=zone)
    assert isinstance(meaning, Instant)
    asked = timedelta(**{unit: count})
    assert timedelta() <= asked - (meaning.start.astimezone(UTC) - at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("phrase", "days"),
    [
        ("03/04", ["4 Mar", "3 Apr"]),
        ("3/4/2014", ["4 Mar", "3 Apr"]),
        ("on 3/4 at 5pm", ["4 Mar", "3 Apr"]),
        ("from 3/4 to 5/4", ["4 Mar", "3 Apr"]),
        ("03-04", ["4 Mar", "3 Apr"]),
        ("5/5", ["5 May"]),
        ("13/04", ["13 Apr"]),
        ("04/13", ["13 Apr"]),
        ("from 3/4 to 13/4", ["3 Apr"]),  # the end tells how the beginning is meant
        ("2014-04-03", ["3 Apr"]),
        ("2014/04/03", ["3 Apr"]),
        ("3.4.2014", ["3 Apr"]),
        ("3 April", ["3 Apr"]),
        ("tomorrow 3-4pm", ["21 Nov"]),
    ],
)
def test_day_and_month_may_stand_in_either_order(phrase: str, days: list[str]) -> None:
    meaning = resolve(phrase, at=NOW, zone=BERLIN, either_order=True)
    options = meaning.options if isinstance(meaning, Ambiguous) else [meaning]
    assert [f"{o.start:%-d %b}" for o in options if isinstance(o, Instant | Interval)] == days
