"""Splitting and shifting series, and saying how they repeat: rules by words, by the clocks of the series' own zone."""

from datetime import UTC, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clocks import clock_changes, warnings
from app.domain.errors import Refusal
from app.domain.repeating import repeated
from app.domain.types import Event
from app.planning.phrases import Recurrence, resolve
from app.planning.series import ended, first_of, going_on, moved, rule, starting
from tests.unit.events_world import HOUR, TEN, VIENNA, WEEK, ZONE, weekly

DAY = timedelta(days=1)
NEW_YORK = "America/New_York"
NOW = datetime(2026, 3, 2, 11, tzinfo=VIENNA)


def series(line: str, *more: str, start: datetime = TEN) -> Event:
    return weekly(start=start, end=start + HOUR).model_copy(update={"recurrence": (f"RRULE:{line}", *more)})


def starts(event: Event) -> list[datetime]:
    """The occurrences of a series in its first year, by dateutil alone."""
    wall = event.start.astimezone(VIENNA).replace(tzinfo=None)
    lines = []
    for line in event.recurrence:
        name, _, value = line.partition(":")
        for part in value.split(";" if name == "RRULE" else ","):
            if part.endswith("Z"):
                text = part.removeprefix("UNTIL=")
                moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(VIENNA)
                value = value.replace(text, f"{moment:%Y%m%dT%H%M%S}")
        lines.append(f"{name.partition(';')[0]}:{value}")
    rules = rrulestr("\n".join(lines), dtstart=wall, forceset=True)
    return [day.replace(tzinfo=VIENNA) for day in rules.between(wall, wall + 366 * DAY, inc=True)]


@given(
    line=st.sampled_from(
        [
            "FREQ=WEEKLY;BYDAY=TU",
            "FREQ=WEEKLY;BYDAY=TU;COUNT=40",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=20",
            "FREQ=DAILY;UNTIL=20261231T080000Z",
            "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=30",
            "FREQ=MONTHLY;BYMONTHDAY=3",
        ]
    ),
    place=st.integers(1, 8),
    minutes=st.integers(-300, 600),
)
def test_a_split_series_has_every_occurrence_once(line: str, place: int, minutes: int) -> None:
    """Whatever the rule and wherever it is split: what was before stays, what follows is later by as much."""
    whole = series(line)
    before = starts(whole)
    at = before[place]
    shift = timedelta(minutes=minutes)
    then = (at.replace(tzinfo=None) + shift).replace(tzinfo=VIENNA)
    first = whole.model_copy(update={"recurrence": ended(whole, at)})
    rest = whole.model_copy(update={"start": then, "end": then + HOUR, "recurrence": going_on(whole, at, then)})
    assert starts(first) == before[:place]
    last = before[-1]
    expected = [(day.replace(tzinfo=None) + shift).replace(tzinfo=VIENNA) for day in before[place:]]
    assert [day for day in starts(rest) if day <= last + shift] == expected


def test_dates_that_are_left_out_stay_left_out() -> None:
    whole = series("FREQ=WEEKLY;BYDAY=TU", "EXDATE;TZID=Europe/Vienna:20260310T100000,20260407T100000")
    at = starts(whole)[2]
    assert at == TEN + 3 * WEEK
    assert ended(whole, at)[1:] == ("EXDATE:20260310T090000Z",)
    assert going_on(whole, at, at + HOUR)[1:] == ("EXDATE:20260407T090000Z",)
    assert moved(whole, at, at)[1:] == whole.recurrence[1:]


@pytest.mark.parametrize(
    ("line", "days", "after"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", 1, "FREQ=WEEKLY;BYDAY=WE"),
        ("FREQ=WEEKLY;BYDAY=TU", 7, "FREQ=WEEKLY;BYDAY=TU"),
        ("FREQ=WEEKLY", 2, "FREQ=WEEKLY"),
        ("FREQ=MONTHLY;BYMONTHDAY=3", 2, "FREQ=MONTHLY;BYMONTHDAY=5"),
    ],
)
def test_a_series_that_moves_to_another_day_repeats_on_that_day(line: str, days: int, after: str) -> None:
    assert moved(series(line), TEN, TEN + days * DAY) == (f"RRULE:{after}",)


@pytest.mark.parametrize("line", ["FREQ=WEEKLY;BYDAY=TU,TH", "FREQ=MONTHLY;BYDAY=1TU", "FREQ=MONTHLY;BYMONTHDAY=3,10"])
def test_a_series_of_several_days_doesnt_move_to_another_day(line: str) -> None:
    assert moved(series(line), TEN, TEN + HOUR) == (f"RRULE:{line}",)
    with pytest.raises(Refusal):
        moved(series(line), TEN, TEN + DAY)


def test_a_series_keeps_its_time_of_day_when_it_moves_over_a_change_of_clocks() -> None:
    summer = TEN + 8 * WEEK
    assert starting(series("FREQ=WEEKLY"), summer, summer + HOUR) == TEN + HOUR


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("FREQ=WEEKLY;BYDAY=TU", "every Tuesday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "every 2 weeks on Monday and Wednesday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday"),
        ("FREQ=MONTHLY;BYDAY=2TU", "every month on the second Tuesday"),
        ("FREQ=MONTHLY;BYDAY=1MO,-1MO", "every month on the first and last Monday"),
        ("FREQ=MONTHLY;BYMONTHDAY=15", "every month on the 15th"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,22,-1", "every month on the 1st, 22nd and last day"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "every month on the last working day"),
        ("FREQ=MONTHLY;BYMONTH=1,7;BYDAY=1MO", "every January and July on the first Monday"),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTH=11;BYDAY=4TH", "every 2 years in November on the fourth Thursday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR", "every 2 weeks on weekdays"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"),
        ("FREQ=DAILY;COUNT=5", "every day, 5 times"),
        ("FREQ=DAILY;COUNT=1", "every day, once"),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20260531T215959Z", "every Tuesday, until Sun 31 May 2026"),
        ("FREQ=YEARLY;UNTIL=20300101", "every year, until Tue 1 Jan 2030"),
        ("FREQ=YEARLY;BYMONTH=3;BYSETPOS=1", "FREQ=YEARLY;BYMONTH=3;BYSETPOS=1"),
        ("FREQ=MONTHLY;BYDAY=7MO", "FREQ=MONTHLY;BYDAY=7MO"),
    ],
)
def test_how_something_repeats_in_words(line: str, words: str) -> None:
    assert repeated([f"RRULE:{line}", "EXDATE:20260310T090000Z"], ZONE) == words


@pytest.mark.parametrize(
    "phrase",
    [
        "every Tuesday",
        "every weekday",
        "every Tuesday until May",
        "daily",
        "every other Friday",
        "every first Monday",
        "the first and last Friday of every month",
        "the 1st and 15th of each month",
        "the last day of every month",
        "every penultimate Friday",
        "the first working day of every month",
        "every fourth Thursday in November",
        "every day except Sunday",
        "every Monday, 5 times",
    ],
)
def test_the_words_of_a_card_mean_the_same_when_they_are_read_again(phrase: str) -> None:
    found = resolve(phrase, at=NOW, zone=ZONE)
    assert isinstance(found, Recurrence)
    again = resolve(repeated(rule(found), ZONE), at=NOW, zone=ZONE)
    assert isinstance(again, Recurrence)
    assert again.rrule == found.rrule


def test_nothing_repeats_within_a_day() -> None:
    found = resolve("every hour", at=NOW, zone=ZONE)
    assert isinstance(found, Recurrence)
    with pytest.raises(Refusal):
        rule(found)


@pytest.mark.parametrize(("start", "first"), [(NOW, TEN - DAY + HOUR + DAY), (TEN, TEN), (TEN + HOUR, TEN + HOUR)])
def test_a_series_begins_with_an_occurrence_of_its_own(start: datetime, first: datetime) -> None:
    assert first_of(["RRULE:FREQ=WEEKLY;BYDAY=TU"], start) == first


# The clocks.


def test_the_days_on_which_clocks_change() -> None:
    year = datetime(2026, 1, 1, tzinfo=VIENNA), datetime(2027, 1, 1, tzinfo=VIENNA)
    assert [f"{d:%d.%m.}" for d in clock_changes(ZONE, *year)] == ["29.03.", "25.10."]
    assert [f"{d:%d.%m.}" for d in clock_changes(NEW_YORK, *year)] == ["08.03.", "01.11."]
    assert clock_changes("Asia/Tokyo", *year) == ()


@pytest.mark.parametrize(
    ("start", "zones", "repeating", "told"),
    [
        (TEN, {}, False, []),
        (TEN + 5 * WEEK, {}, False, ["Clocks change before this: in Europe/Vienna on Sun 29 Mar 2026."]),
        (
            TEN + WEEK,
            {"bob@example.org": NEW_YORK},
            False,
            ["Clocks change before this: in America/New_York on Sun 8 Mar 2026."],
        ),
        (
            TEN,
            {"bob@example.org": NEW_YORK},
            True,
            [
                "It stays at 10:00 in Europe/Vienna when clocks change there on Sun 29 Mar 2026.",
                "In America/New_York it is at 05:00 instead of 04:00 from Sun 8 Mar 2026 to Sat 28 Mar 2026, "
                "because clocks change there on other days.",
            ],
        ),
        (TEN, {"yuki@example.org": "Europe/Berlin"}, True, ["It stays at 10:00"]),
    ],
)
def test_what_is_told_of_the_clocks(
    start: datetime, zones: dict[str, str], *, repeating: bool, told: list[str]
) -> None:
    found = list(warnings(ZONE, zones, since=NOW, start=start, series=repeating))
    assert len(found) == len(told)
    assert all(words.startswith(begins) for words, begins in zip(found, told, strict=True))
