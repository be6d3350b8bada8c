"""What comes once a day comes once each local day, whatever the clocks, the schedulers and the person's travels do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.preferences import Preferences
from app.domain.rhythms import Rhythm
from app.planning.due import EXPIRED, LATE, Daily, Due, due
from app.skills.digest.mornings import when
from tests.samples import ANN

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham")
DAYS = 400


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at", [time(7), time(2, 30), time(0), time(23, 50)])
def test_once_each_local_day(zone: str, at: time) -> None:
    daily = Daily(at, zone)
    now = datetime(2026, 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    last: date | None = None
    found: list[date] = []
    for _ in range(DAYS * 24 * 6):
        if wanted := due(now, daily, last):
            found.append(wanted.day)
            last = wanted.day
            assert not wanted.late
            assert now - wanted.since <= timedelta(minutes=10)
        now += timedelta(minutes=10)
    assert found == [found[0] + timedelta(days=n) for n in range(len(found))]
    assert len(found) in (DAYS - 1, DAYS, DAYS + 1)
    assert found[0] in (date(2026, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("zone", "day", "at", "since"),
    [
        ("Europe/Berlin", date(2026, 6, 1), time(7), datetime(2026, 6, 1, 5, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("America/New_York", date(2026, 3, 8), time(2), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("America/New_York", date(2026, 11, 1), time(1, 15), datetime(2026, 11, 1, 5, 15, tzinfo=UTC)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ],
)
def test_when_the_clocks_change(zone: str, day: date, at: time, since: datetime) -> None:
    daily = Daily(at, zone)
    assert due(since, daily, None) == Due(day, since)
    assert due(since - timedelta(seconds=1), daily, day - timedelta(days=1)) is None


def test_one_that_is_late_says_so_and_comes_as_long_as_its_day_lasts() -> None:
    daily, since = Daily(time(7), "UTC"), datetime(2026, 6, 1, 7, tzinfo=UTC)
    assert due(since + LATE - timedelta(seconds=1), daily, None) == Due(since.date(), since)
    assert due(since + LATE, daily, None) == Due(since.date(), since, late=True)
    assert due(since + timedelta(hours=17, seconds=-1), daily, None) == Due(since.date(), since, late=True)
    assert due(since + timedelta(hours=17), daily, None) is None
    evening = Daily(time(23, 30), "UTC")
    over = datetime(2026, 6, 1, 23, 30, tzinfo=UTC) + EXPIRED
    assert due(over - timedelta(seconds=1), evening, None) is not None
    assert due(over, evening, None) is None


def test_the_one_before_that_did_not_come_is_told() -> None:
    weekdays = Daily(time(7), "UTC", days=frozenset(range(5)))
    monday = datetime(2026, 6, 8, 7, tzinfo=UTC)
    for last, missed in ((4, date(2026, 6, 5)), (3, date(2026, 6, 5)), (5, None), (7, None)):
        found = due(monday, weekdays, date(2026, 6, last))
        assert found is not None
        assert found.missed == missed
    first = due(monday, weekdays, None)
    assert first is not None
    assert first.missed is None


def test_late_over_midnight_is_still_for_the_day_before() -> None:
    daily = Daily(time(23, 30), "UTC")
    assert due(datetime(2026, 6, 2, 1, tzinfo=UTC), daily, date(2026, 5, 31)) == Due(
        date(2026, 6, 1), datetime(2026, 6, 1, 23, 30, tzinfo=UTC), late=True
    )


def test_a_day_that_is_lived_twice() -> None:
    """From Auckland's morning of the second back to Honolulu, where it is still the first."""
    second = date(2026, 6, 2)
    flown = datetime(2026, 6, 1, 17, tzinfo=UTC)  # 7:00 on the first in Honolulu
    assert due(flown, Daily(time(7), "Pacific/Honolulu"), second) is None
    assert due(flown + timedelta(days=1), Daily(time(7), "Pacific/Honolulu"), second) is None
    third = due(flown + timedelta(days=2), Daily(time(7), "Pacific/Honolulu"), second)
    assert third is not None
    assert third.day == date(2026, 6, 3)


def test_only_on_the_days_wanted() -> None:
    weekdays = Daily(time(7), "UTC", days=frozenset(range(5)))
    found = [due(datetime(2026, 6, 1 + n, 7, tzinfo=UTC), weekdays, None) is not None for n in range(7)]
    assert found == [True] * 5 + [False] * 2


@pytest.mark.parametrize(("also_off", "days"), [(False, 5), (True, 7)])
def test_a_digest_comes_on_days_off_to_whoever_wants_it_there(also_off: bool, days: int) -> None:
    stated = Preferences(digest=time(7), digest_off=also_off)
    told = Rhythm(person=ANN.id, zone="UTC", since=datetime(2026, 1, 1, tzinfo=UTC), preferences=stated, last=None)
    week = [datetime(2026, 6, 1 + n, 7, tzinfo=UTC) for n in range(7)]
    assert [found.day.weekday() for at in week if (found := when(told, at))] == list(range(days))
