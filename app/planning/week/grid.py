"""A week as the solver sees it: where each meeting could begin, in seconds since 1970."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import gcd
from zoneinfo import ZoneInfo

from app.planning.hours import working
from app.planning.phrases import WorkingHours
from app.planning.stretches import Stretch, instant, seconds, union, upward, without
from app.planning.week.rules import Meeting, Rules

STEP = 900
"""Seconds between the times at which a meeting may newly begin: a quarter of an hour, Google Calendar's own grid."""
FINEST = 60
"""Seconds of the finest cell: what is less than a minute is rounded up to one."""


@dataclass(frozen=True)
class Grid:
    """The meetings and rules of the week [start, end)."""

    meetings: Sequence[Meeting]
    rules: Rules
    start: datetime
    end: datetime

    @cached_property
    def own(self) -> tuple[Meeting, ...]:
        """What may be moved."""
        return tuple(m for m in self.meetings if m.movable)

    @cached_property
    def fixed(self) -> list[Stretch]:
        """When the person is taken by what can't be moved."""
        return union(span(m.start, m.end) for m in self.meetings if not m.movable)

    @cached_property
    def worked(self) -> list[Stretch]:
        return working(self.rules.hours, self.rules.zone, start=self.start, end=self.end)

    @cached_property
    def open(self) -> list[Stretch]:
        """Working time in which meetings may be."""
        return without(self.worked, union(self._closed()))

    def _closed(self) -> Iterable[Stretch]:
        for window in self.rules.closed:
            hours = WorkingHours(days=frozenset(), own=((window.day, window.start, window.end),))
            yield from working(hours, self.rules.zone, start=self.start, end=self.end)

    @cached_property
    def buffer(self) -> int:
        return minutes(self.rules.buffer)

    @cached_property
    def today(self) -> dict[str, int]:
        """Where each meeting begins today."""
        return {m.id: seconds(m.start) for m in self.own}

    def length(self, meeting: Meeting) -> int:
        """Rounded up to minutes."""
        return minutes(meeting.end - meeting.start)

    def candidates(self, meeting: Meeting) -> list[int]:
        """Where a meeting could begin if it were the only one to be moved: its own time first, if that is possible."""
        length, margin = self.length(meeting), self.buffer
        taken = union((a - margin, b + margin) for a, b in self.fixed)
        away = union(span(a, b) for a, b in meeting.away)
        free = without(without(self.open, taken), away)
        now = self.today[meeting.id]
        starts = [at for a, b in free for at in range(-(-a // STEP) * STEP, b - length + 1, STEP)]
        stays = any(a <= now and now + length <= b for a, b in free)
        return ([now] if stays else []) + [at for at in starts if at != now]

    def stretches(self) -> list[int]:
        """Where a stretch of focus could begin beside what can't be moved."""
        length = minutes(self.rules.stretch)
        free = without(self.worked, self.fixed)
        return [at for a, b in free for at in range(-(-a // STEP) * STEP, b - length + 1, STEP)]

    def day(self, at: int) -> int:
        """The local day of an instant, as its ordinal."""
        return instant(at).astimezone(ZoneInfo(self.rules.zone)).toordinal()

    def held(self, day: int) -> int:
        """How many meetings that can't be moved begin on a day."""
        return sum(self.day(seconds(m.start)) == day for m in self.meetings if m.counted and not m.movable)

    @cached_property
    def cell(self) -> int:
        """The coarsest cell, in seconds, that no meeting, buffer or stretch of focus shares with another."""
        sizes = [STEP, self.buffer, minutes(self.rules.stretch)]
        for meeting in self.own:
            sizes += [self.length(meeting), self.today[meeting.id]]
        return max(gcd(*sizes), FINEST)

    def free(self, starts: dict[str, int]) -> list[Stretch]:
        """Working time without any meeting when those that may be moved begin so."""
        taken = [(starts[m.id], starts[m.id] + self.length(m)) for m in self.own]
        return without(self.worked, union([*self.fixed, *taken]))


def span(start: datetime, end: datetime) -> Stretch:
    return seconds(start), upward(end)


def minutes(length: timedelta) -> int:
    """Whole minutes, rounded up, in seconds."""
    return -(-length // timedelta(minutes=1)) * 60
