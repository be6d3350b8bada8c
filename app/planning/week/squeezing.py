"""Whether meetings fit into a week by putting one after the other: quick to say yes, and no proof where it fails."""

from bisect import bisect_left, insort
from collections import Counter

from app.planning.stretches import seconds
from app.planning.week.grid import Grid
from app.planning.week.rules import Meeting


def squeezed(grid: Grid) -> bool:
    """Whether every meeting that may be moved finds a place at its first free start, those with fewest starts first."""
    starts = {m.id: grid.candidates(m) for m in grid.own}
    placing = _Placing(grid)
    return all(placing.place(m, starts[m.id]) for m in sorted(grid.own, key=lambda m: len(starts[m.id])))


class _Placing:
    """What has a place so far."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._taken: list[tuple[int, int]] = []
        """By start, the buffer after each included."""
        self._held: Counter[int] = Counter(grid.day(seconds(m.start)) for m in grid.meetings if _counts(m))
        """Meetings on each day, by its ordinal."""

    def place(self, meeting: Meeting, starts: list[int]) -> bool:
        length = self._grid.length(meeting) + self._grid.buffer
        at = next((at for at in starts if self._free(at, at + length)), None)
        if at is None:
            return False
        insort(self._taken, (at, at + length))
        self._held[self._grid.day(at)] += 1
        return True

    def _free(self, start: int, end: int) -> bool:
        n = bisect_left(self._taken, (start, end))
        apart = (n == 0 or self._taken[n - 1][1] <= start) and (n == len(self._taken) or end <= self._taken[n][0])
        most = self._grid.rules.most_a_day
        return apart and (most is None or self._held[self._grid.day(start)] < most)


def _counts(meeting: Meeting) -> bool:
    return meeting.counted and not meeting.movable
