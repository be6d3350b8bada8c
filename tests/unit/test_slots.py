"""Free slots: never over a busy time, never one missed, whatever zones and clocks do."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.busy import Busy
from app.planning.hours import USUAL, working
from app.planning.phrases import WorkingHours
from app.planning.slots import Diary, Slot, Wish, best, gaps, slots
from app.planning.stretches import common, instant, union, without

MINUTE = timedelta(minutes=1)
TURNS = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "America/St_Johns": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "Pacific/Chatham": ("2026-04-05", "2026-09-27"),
    "Asia/Kolkata": ("2026-03-29", "2026-11-01"),
    "Asia/Kathmandu": ("2026-03-08", "2026-10-25"),
    "Pacific/Apia": ("2011-12-30", "2011-12-31"),
    "UTC": ("2026-03-29", "2026-10-25"),
}
"""Zones of whole, half and quarter hours, with days on which their clocks, or those of others, change."""

clock = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@st.composite
def some_hours(draw: st.DrawFn) -> WorkingHours:
    start, end = sorted(draw(st.lists(clock, min_size=2, max_size=2, unique=True)))
    split = draw(st.booleans())
    own = ((6, time(8), time(11)), (6, time(12), time())) if split else ()
    return WorkingHours(start, end, draw(st.frozensets(st.integers(0, 6), min_size=3)), own)


@st.composite
def searches(draw: st.DrawFn) -> tuple[list[Diary], Wish]:
    """A few people about a day on which some clock changes, and what is looked for."""
    day = datetime.fromisoformat(draw(st.sampled_from(sorted({day for days in TURNS.values() for day in days}))))
    start = day.replace(tzinfo=UTC) + draw(st.integers(-900, 900)) * MINUTE
    end = start + draw(st.integers(60, 1800)) * MINUTE
    minutes = int((end - start) / MINUTE)

    def taken(where: tuple[int, int, bool]) -> Busy:
        begin = start + where[0] * MINUTE
        return Busy(begin, begin + where[1] * MINUTE, soft=where[2])

    times = st.tuples(st.integers(-60, minutes + 60), st.integers(1, 300), st.booleans()).map(taken)
    diaries = [
        Diary(
            f"p{number}",
            draw(st.sampled_from(sorted(TURNS))),
            tuple(draw(st.lists(times, max_size=6))),
            draw(st.none() | some_hours()),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    length, buffer = draw(st.sampled_from([15, 25, 30, 60, 90])), draw(st.sampled_from([0, 5, 15]))
    step = timedelta(minutes=draw(st.sampled_from([15, 30])))
    return diaries, Wish(start, end, length * MINUTE, buffer=buffer * MINUTE, step=step, any_hour=draw(st.booleans()))


def works(diary: Diary, at: datetime) -> bool:
    """Whether a person's clock on the wall shows working hours."""
    if diary.hours is None:
        return True
    wall = at.astimezone(ZoneInfo(diary.zone))
    stretches = diary.hours.on(wall.weekday())
    return any(start <= wall.time() and (end == time() or wall.time() < end) for start, end in stretches)


def is_free(diary: Diary, at: datetime, wish: Wish) -> bool:
    taken = any(not b.soft and b.start - wish.buffer <= at < b.end + wish.buffer for b in diary.busy)
    return not taken and (wish.any_hour or works(diary, at))


def runs(free: list[bool]) -> Iterator[tuple[int, int]]:
    """The longest runs of free minutes."""
    start = None
    for at, good in enumerate([*free, False]):
        if good and start is None:
            start = at
        elif not good and start is not None:
            yield start, at
            start = None


def by_the_minute(diaries: list[Diary], wish: Wish) -> tuple[list[tuple[int, int]], list[int]]:
    """Gaps that are long enough and the starts in them, by looking at every single minute."""
    zone, count, length = ZoneInfo(diaries[0].zone), int((wish.end - wish.start) / MINUTE), int(wish.length / MINUTE)
    free = [all(is_free(d, wish.start + at * MINUTE, wish) for d in diaries) for at in range(count)]
    found = [(start, end) for start, end in runs(free) if end - start >= length]
    step, starts = int(wish.step / MINUTE), []
    for start, end in found:
        fitting = range(start, end - length + 1)
        even = [at for at in fitting if (wish.start + at * MINUTE).astimezone(zone).minute % step == 0]
        starts += even or [start]
    return found, starts


@settings(max_examples=150, deadline=None)
@given(searches())
def test_what_is_found_is_what_every_single_minute_says(search: tuple[list[Diary], Wish]) -> None:
    diaries, wish = search
    expected, starts = by_the_minute(diaries, wish)
    offered = [(int((p.start - wish.start) / MINUTE), int((p.end - wish.start) / MINUTE)) for p in gaps(diaries, wish)]
    assert offered == expected
    found = slots(diaries, wish)
    assert [int((s.start - wish.start) / MINUTE) for s in found] == starts
    for slot in found:
        during = [slot.start.astimezone(UTC) + n * MINUTE for n in range(int(wish.length / MINUTE))]
        assert slot.tentative == tuple(
            d.who for d in diaries if any(b.soft and b.start < slot.end and slot.start < b.end for b in d.busy)
        )
        assert slot.outside == tuple(d.who for d in diaries if not all(works(d, at) for at in during))


stretches = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=8)


@given(stretches, stretches)
def test_sets_of_time_are_sets(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    def points(spans: list[tuple[int, int]]) -> set[int]:
        return {at for start, end in spans for at in range(start, end)}

    a, b = union(one), union(other)
    assert points(a) == points(one)
    assert points(without(a, b)) == points(one) - points(other)
    assert points(common(a, b)) == points(one) & points(other)
    for spans in (a, without(a, b), common(a, b)):
        assert spans == union(spans)


def test_nine_to_five_stays_nine_to_five_when_the_clocks_change() -> None:
    start = datetime(2026, 3, 27, tzinfo=ZoneInfo("Europe/Berlin"))
    found = working(USUAL, "Europe/Berlin", start=start, end=start + timedelta(days=4))
    assert [f"{instant(a):%a %H:%M}–{instant(b):%H:%M}" for a, b in found] == ["Fri 08:00–16:00", "Mon 07:00–15:00"]


def test_the_day_that_samoa_left_out_is_not_worked() -> None:
    start = datetime(2011, 12, 28, 12, tzinfo=UTC)
    found = working(WorkingHours(days=frozenset(range(7))), "Pacific/Apia", start=start, end=start + timedelta(days=3))
    shown = [f"{instant(a).astimezone(ZoneInfo('Pacific/Apia')):%a %-d %H:%M}" for a, _ in found]
    assert shown == ["Wed 28 09:00", "Thu 29 09:00", "Sat 31 09:00"]


def slot(day: int, clock: str, **more: tuple[str, ...]) -> Slot:
    start = datetime.fromisoformat(f"2026-03-{day:02} {clock}+01:00")
    return Slot(start, start + timedelta(minutes=30), **more)


def test_the_best_come_first_and_not_all_from_one_morning() -> None:
    mondays = [slot(2, f"{hour:02}:{minute:02}") for hour in (9, 10, 14) for minute in (0, 15, 30)]
    tuesday = slot(3, "09:00")
    soft, late = slot(2, "11:00", tentative=("Ann",)), slot(2, "19:00", outside=("Ann",))
    found = best([late, soft, *mondays, tuesday], limit=4)
    assert found == (slot(2, "09:00"), slot(2, "09:30"), slot(2, "14:00"), tuesday)
    assert best([late, soft]) == (soft, late)


def test_a_time_of_day_that_is_wished_for_comes_first() -> None:
    found = best([slot(2, "09:00"), slot(2, "14:00"), slot(3, "15:15")], around=time(15), limit=2)
    assert found == (slot(3, "15:15"), slot(2, "14:00"))


def test_a_gap_off_the_grid_is_offered_from_where_it_begins() -> None:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    busy = (Busy(start, start + 70 * MINUTE), Busy(start + 100 * MINUTE, start + 480 * MINUTE))
    wish = Wish(start, start + timedelta(hours=8), 30 * MINUTE)
    assert [s.start for s in slots([Diary("you", "UTC", busy)], wish)] == [start + 70 * MINUTE]
