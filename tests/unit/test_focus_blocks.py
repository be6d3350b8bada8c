"""Blocks of undisturbed time: inside the gaps, long, at the times that suit."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendars import Period
from app.planning.blocks import Goal, blocks
from app.planning.stretches import Stretch, seconds, union, without

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def gap(day: int, start: str, end: str) -> Period:
    date = (MONDAY + timedelta(days=day)).date()
    first, last = (datetime.combine(date, time.fromisoformat(clock), tzinfo=UTC) for clock in (start, end))
    return Period(start=first, end=last)


def shown(found: tuple[Period, ...]) -> list[str]:
    return [f"{p.start:%a %H:%M}–{p.end:%H:%M}" for p in found]


def test_the_longest_gaps_are_taken_and_not_cut() -> None:
    gaps = [gap(0, "09:00", "10:30"), gap(0, "13:00", "17:00"), gap(1, "09:00", "09:45")]
    # half an hour of the five is missing: a block as short as that is of no use
    assert shown(blocks(gaps, Goal(3 * HOUR), "UTC")) == ["Mon 13:00–16:00"]
    assert shown(blocks(gaps, Goal(5 * HOUR), "UTC")) == ["Mon 09:00–10:30", "Mon 13:00–16:00"]


def test_a_block_of_its_own_length_starts_where_the_gap_does() -> None:
    goal = Goal(2 * HOUR, shortest=2 * HOUR, longest=2 * HOUR)
    assert shown(blocks([gap(0, "09:10", "17:00")], goal, "UTC")) == ["Mon 15:00–17:00"]
    assert shown(blocks([gap(0, "09:00", "17:00")], goal, "UTC")) == ["Mon 09:00–11:00"]


def test_days_share_the_blocks() -> None:
    gaps = [gap(day, "09:00", "17:00") for day in range(3)]
    assert shown(blocks(gaps, Goal(6 * HOUR, longest=2 * HOUR), "UTC")) == [
        "Mon 09:00–11:00",
        "Tue 09:00–11:00",
        "Wed 09:00–11:00",
    ]


def test_the_time_of_day_that_suits_comes_first() -> None:
    gaps = [gap(0, "09:00", "17:00"), gap(1, "13:00", "17:00")]
    goal = Goal(4 * HOUR, longest=2 * HOUR, prefer=(time(13), time(16)))
    assert shown(blocks(gaps, goal, "UTC")) == ["Mon 13:00–15:00", "Tue 13:00–15:00"]


def test_no_crumb_is_left_over() -> None:
    gaps = [gap(day, "09:00", "17:00") for day in range(2)]
    found = shown(blocks(gaps, Goal(3.5 * HOUR, shortest=HOUR, longest=3 * HOUR), "UTC"))
    assert found == ["Mon 09:00–11:30", "Tue 09:00–10:00"]


def test_less_than_a_block_is_one_block() -> None:
    assert shown(blocks([gap(0, "09:00", "17:00")], Goal(30 * MINUTE), "UTC")) == ["Mon 09:00–09:30"]


def test_a_gap_over_the_change_of_the_clocks_is_as_long_as_it_is() -> None:
    night = Period(start=datetime(2026, 3, 28, 23, tzinfo=UTC), end=datetime(2026, 3, 29, 3, tzinfo=UTC))
    (found,) = blocks([night], Goal(4 * HOUR, longest=4 * HOUR), "Europe/Berlin")
    assert f"{found.start:%H:%M}–{found.end:%H:%M}" == "00:00–05:00"
    assert found.end.astimezone(UTC) - found.start.astimezone(UTC) == 4 * HOUR


spans = st.tuples(st.integers(0, 2880), st.integers(5, 600)).map(
    lambda s: Period(start=MONDAY + s[0] * MINUTE, end=MONDAY + (s[0] + s[1]) * MINUTE)
)
lengths = st.integers(1, 20).map(lambda quarters: quarters * 15 * MINUTE)


@given(st.lists(spans, max_size=6), st.integers(1, 900), st.tuples(lengths, lengths).map(sorted))
def test_blocks_lie_in_the_gaps_and_leave_nothing_that_would_do(
    gaps: list[Period], total: int, bounds: list[timedelta]
) -> None:
    goal = Goal(total * MINUTE, shortest=bounds[0], longest=bounds[1])
    found: list[Stretch] = [(seconds(p.start), seconds(p.end)) for p in blocks(gaps, goal, "UTC")]
    free = union((seconds(p.start), seconds(p.end)) for p in gaps)
    assert without(found, free) == []
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    assert all(b - a <= goal.longest.total_seconds() for a, b in found)
    missing = goal.total.total_seconds() - sum(b - a for a, b in found)
    assert missing >= 0
    least = min(goal.shortest, goal.total).total_seconds()
    left = max((b - a for a, b in without(free, found)), default=0)
    assert missing < least or left < least
