"""How long free slots take for ten people over four weeks, beside a grid of minutes that finds the same ones."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.busy import Busy
from app.planning.reasons import reasons
from app.planning.slots import Diary, Wish, best, slots
from bench.measuring import Row, Table, median, percentile

PEOPLE, WEEKS, A_DAY = 10, 4, 6
"""Who meets, how far is looked, and how many events each has a day."""
ZONES = ("Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata")
ROUNDS = 30
AT_MOST_MS = 50
"""The floor for free slots of 10 people over 4 weeks."""
START = datetime(2026, 3, 2, tzinfo=UTC)
"""So that the clocks of three of the zones change within the weeks."""
MINUTE = timedelta(minutes=1)


def people(zones: Sequence[str]) -> list[Diary]:
    """Ten diaries as full as those of people who meet a lot, the same ones at every run."""
    chance = random.Random(4)
    return [Diary(f"p{n}", zones[n % len(zones)], _events(chance)) for n in range(PEOPLE)]


def _events(chance: random.Random) -> tuple[Busy, ...]:
    found = []
    for day in range(WEEKS * 7):
        for _ in range(A_DAY):
            start = START + timedelta(days=day, minutes=15 * chance.randrange(96))
            found.append(Busy(start, start + chance.choice((30, 60)) * MINUTE, soft=chance.random() < 0.2))
    return tuple(found)


def grid(diaries: Sequence[Diary], wish: Wish) -> list[int]:
    """The minutes at which the same slots begin, by a mark for every minute that anyone is taken or off work."""
    count, length = (wish.end - wish.start) // MINUTE, wish.length // MINUTE
    taken = bytearray(count + 1)
    for diary in diaries:
        for busy in diary.busy:
            if not busy.soft:
                first, last = max(0, (busy.start - wish.start) // MINUTE), (busy.end - wish.start) // MINUTE
                taken[first : min(last, count)] = bytes([1]) * (min(last, count) - first)
        zone, hours = ZoneInfo(diary.zone), diary.hours
        for at in range(0, 0 if wish.any_hour or hours is None else count, 15):  # no clock is off by less
            wall = (wish.start + at * MINUTE).astimezone(zone)
            if not any(a <= wall.time() < b for a, b in (hours.on(wall.weekday()) if hours else ())):
                taken[at : at + 15] = bytes([1]) * 15
    return [at for at in range(0, count - length + 1, 15) if not any(taken[at : at + length])]


async def measure() -> Sequence[Table]:
    """Both within working hours and around the clock."""
    table = Table(
        f"Free slots for {PEOPLE} people over {WEEKS} weeks",
        "a bytearray with a mark for every minute",
        (f"{A_DAY} events a day each, a fifth of them tentative; {ROUNDS} rounds; the slots found are the same.",),
    )
    half_hour = Wish(START, START + timedelta(weeks=WEEKS), 30 * MINUTE)
    around = Wish(START, START + timedelta(weeks=WEEKS), 30 * MINUTE, any_hour=True)
    table.rows += _rows("within everyone's hours, one zone", people(ZONES[:1]), half_hour)
    table.rows += _rows("around the clock, four zones", people(ZONES), around)
    return [table]


def _rows(what: str, diaries: Sequence[Diary], wish: Wish) -> list[Row]:
    found = slots(diaries, wish)
    same = [(slot.start - wish.start) // MINUTE for slot in found] == grid(diaries, wish)
    if not same or not found:
        raise AssertionError(f"{what}: the grid finds other slots")
    ours = [_ms(lambda: _offered(diaries, wish)) for _ in range(ROUNDS)]
    theirs = [_ms(lambda: grid(diaries, wish)) for _ in range(ROUNDS)]
    note = f"{len(found):,} slots"
    return [
        Row(f"{what}: median", "ms", median(ours), median(theirs), note=note),
        Row(f"{what}: p95", "ms", percentile(ours, 0.95), percentile(theirs, 0.95), at_most=AT_MOST_MS),
    ]


def _offered(diaries: Sequence[Diary], wish: Wish) -> list[tuple[str, ...]]:
    """The slots as the person gets them, ranked and with reasons."""
    return [reasons(slot, diaries, now=START) for slot in best(slots(diaries, wish))]


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1_000
