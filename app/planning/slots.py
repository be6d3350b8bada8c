"""Free time: when people can meet, given what keeps them busy and their working hours; the best of it first."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.domain.busy import Busy
from app.domain.calendars import Period
from app.planning.hours import USUAL, working
from app.planning.phrases import WorkingHours
from app.planning.stretches import SECOND, Stretch, common, instant, seconds, union, upward, without

STEP = timedelta(minutes=15)
"""Between the times at which something may begin: what Google Calendar's own grid offers."""
SHOWN = 5
"""Slots offered at once: more is no help in choosing."""


@dataclass(frozen=True, slots=True)
class Diary:
    """One person's time, as far as it is known. The first diary of several is the asking person's own."""

    who: str
    """As sentences name them; "you" for the asking person."""
    zone: str = ""
    """IANA name; empty where it isn't known, and then neither are the hours."""
    busy: tuple[Busy, ...] = ()
    hours: WorkingHours | None = USUAL
    """None: not known, or of no matter."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for: `length` of time, all of it within [start, end)."""

    start: datetime
    end: datetime
    length: timedelta
    buffer: timedelta = timedelta()
    """Kept free before and after what keeps anyone firmly busy."""
    step: timedelta = STEP
    """A divisor of 30 minutes: slots begin at its multiples on the first diary's clock."""
    around: time | None = None
    """The time of day that is best, on the first diary's clock."""
    any_hour: bool = False
    """Look outside working hours too."""


class Slot(NamedTuple):
    """A time that would do: nobody is firmly busy then. Aware datetimes, in the first diary's zone."""

    start: datetime
    end: datetime
    tentative: tuple[str, ...] = ()
    """Who has something then that may give way."""
    outside: tuple[str, ...] = ()
    """For whom it is outside their hours; only with any_hour."""


def gaps(diaries: Sequence[Diary], wish: Wish) -> tuple[Period, ...]:
    """The longest stretches in which nobody is firmly busy, inside everyone's hours unless any will do; those of them
    that are long enough, by start, in the first diary's zone."""
    zone = _zone(diaries)
    return tuple(
        Period(start=instant(a).astimezone(zone), end=instant(b).astimezone(zone)) for a, b in _gaps(diaries, wish)
    )


def slots(diaries: Sequence[Diary], wish: Wish) -> tuple[Slot, ...]:
    """Every time at which it could begin, by start: the multiples of the step, and the beginning of a gap that holds no
    such multiple early enough. Raises ZoneInfoNotFoundError."""
    zone, length = _zone(diaries), wish.length // SECOND
    starts = [at for gap in _gaps(diaries, wish) for at in _starts(gap, length, wish.step // SECOND, zone)]
    tentative: dict[int, list[str]] = {}
    outside: dict[int, list[str]] = {}
    for diary in diaries:
        _mark(tentative, diary.who, starts, length, _taken(diary, soft=True))
        if wish.any_hour:
            _mark(outside, diary.who, starts, length, _off(diary, wish))
    none: list[str] = []
    return tuple(
        Slot(
            instant(at).astimezone(zone),
            instant(at + length).astimezone(zone),
            tuple(tentative.get(i, none)),
            tuple(outside.get(i, none)),
        )
        for i, at in enumerate(starts)
    )


def best(found: Iterable[Slot], *, around: time | None = None, limit: int = SHOWN) -> tuple[Slot, ...]:
    """The best of some slots, which don't overlap: inside most people's hours, then with least that is tentative, then
    nearest to the time of day wished for, then earliest. A morning or an afternoon gives a second one only when all the
    others have given theirs."""
    ranked = sorted(found, key=lambda slot: _worth(slot, around))
    chosen: list[Slot] = []
    halves: set[tuple[date, bool]] = set()
    for again in (False, True):
        for slot in ranked:
            if len(chosen) == limit:
                break
            half = (slot.start.date(), slot.start.hour < 12)
            if (again or half not in halves) and not any(_overlap(slot, other) for other in chosen):
                chosen.append(slot)
                halves.add(half)
    return tuple(sorted(chosen, key=lambda slot: _worth(slot, around)))


def nearest(found: Iterable[Slot], at: datetime) -> Slot | None:
    """The slot to move something to that was at an instant: with least that is tentative, then on the nearest day, then
    at the nearest time of day, all on the slots' own clock; None when there is none."""

    def away(slot: Slot) -> tuple[int, int, int, int]:
        before = at.astimezone(slot.start.tzinfo)
        days = (slot.start.date() - before.date()).days
        off = (slot.start.hour - before.hour) * 60 + slot.start.minute - before.minute
        return len(slot.tentative), abs(days), abs(off), seconds(slot.start)

    return min(found, key=away, default=None)


def _overlap(one: Slot, other: Slot) -> bool:
    return seconds(one.start) < seconds(other.end) and seconds(other.start) < seconds(one.end)


def _worth(slot: Slot, around: time | None) -> tuple[int, int, int, int]:
    """Smaller is better. Instants are compared as such: wall clocks of one zone don't tell a repeated hour's order."""
    off = 0
    if around is not None:
        off = abs((slot.start.hour - around.hour) * 60 + slot.start.minute - around.minute)
    return len(slot.outside), len(slot.tentative), off, seconds(slot.start)


def _zone(diaries: Sequence[Diary]) -> ZoneInfo:
    return ZoneInfo(diaries[0].zone)


def _gaps(diaries: Sequence[Diary], wish: Wish) -> list[Stretch]:
    free: list[Stretch] = union([(upward(wish.start), seconds(wish.end))])
    margin = wish.buffer // SECOND
    for diary in diaries:
        if diary.hours and diary.zone and not wish.any_hour:
            free = common(free, working(diary.hours, diary.zone, start=wish.start, end=wish.end))
        taken = union((start - margin, end + margin) for start, end in _taken(diary, soft=False))
        free = without(free, taken)
    length = wish.length // SECOND
    return [gap for gap in free if gap[1] - gap[0] >= length]


def _taken(diary: Diary, *, soft: bool) -> list[Stretch]:
    return union((seconds(b.start), upward(b.end)) for b in diary.busy if b.soft is soft)


def _off(diary: Diary, wish: Wish) -> list[Stretch]:
    """When a person whose hours are known doesn't work."""
    if not diary.hours or not diary.zone:
        return []
    return without(
        [(seconds(wish.start), seconds(wish.end))],
        working(diary.hours, diary.zone, start=wish.start, end=wish.end),
    )


def _starts(gap: Stretch, length: int, step: int, zone: ZoneInfo) -> Iterator[int]:
    offset = (instant(gap[0]).astimezone(zone).utcoffset() or timedelta()) // SECOND
    first = gap[0] + -(gap[0] + offset) % step
    last = gap[1] - length
    return iter(range(first, last + 1, step) if first <= last else (gap[0],))


def _mark(marks: dict[int, list[str]], who: str, starts: Sequence[int], length: int, taken: Iterable[Stretch]) -> None:
    """Note a person's name at the places of the starts from which they would be taken."""
    touched: set[int] = set()
    for start, end in taken:
        touched.update(range(bisect_right(starts, start - length), bisect_left(starts, end)))
    for place in touched:
        marks.setdefault(place, []).append(who)
