"""Tasks fitted into a day's free time."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.calendars import Period
from app.planning.day import Need, fitted

NINE = datetime(2026, 6, 2, 9, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def need(minutes: int, until: int | None = None) -> Need:
    return Need(timedelta(minutes=minutes), None if until is None else at(until))


def test_each_takes_the_earliest_time_that_holds_it() -> None:
    gaps = [Period(start=at(0), end=at(30)), Period(start=at(60), end=at(180))]
    first, second, third, fourth = fitted(gaps, [need(60), need(20), need(20), need(90)])
    assert first == Period(start=at(60), end=at(120))
    assert second == Period(start=at(0), end=at(20))
    assert third == Period(start=at(120), end=at(140))
    assert fourth is None


def test_what_is_needed_for_a_meeting_comes_before_it() -> None:
    gaps = [Period(start=at(0), end=at(15)), Period(start=at(60), end=at(180))]
    assert fitted(gaps, [need(15), need(15, until=60)]) == (Period(start=at(0), end=at(15)), None)


SPANS = st.lists(st.integers(0, 600), min_size=2, max_size=8, unique=True).map(sorted)


@given(SPANS, st.lists(st.tuples(st.integers(1, 240), st.none() | st.integers(0, 700)), max_size=8))
def test_nothing_overlaps_or_leaves_the_free_time_or_comes_late(
    times: list[int], needs: list[tuple[int, int | None]]
) -> None:
    gaps = [Period(start=at(a), end=at(b)) for a, b in zip(times[::2], times[1::2], strict=False)]
    wanted = [need(*each) for each in needs]
    placed = [(p, n) for p, n in zip(fitted(gaps, wanted), wanted, strict=True) if p]
    assert all(p.end - p.start == n.length for p, n in placed)
    assert all(any(g.start <= p.start and p.end <= g.end for g in gaps) for p, _ in placed)
    assert all(n.until is None or p.end <= n.until for p, n in placed)
    spans = sorted((p.start, p.end) for p, _ in placed)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
