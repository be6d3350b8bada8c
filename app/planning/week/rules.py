"""What the optimiser is given: the meetings of a week, and what the person wants of it."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from app.planning.hours import USUAL
from app.planning.phrases import WorkingHours

FOCUS = timedelta(hours=2)
"""How long a stretch of focus is when nobody said: shorter ones are eaten by getting into the work."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Something that takes the person's time. Aware datetimes."""

    id: str
    start: datetime
    end: datetime
    title: str = ""
    movable: bool = False
    """Whether the person organises it and hasn't said that it stays."""
    stays: bool = False
    """Whether it could be moved, but for that they have said so."""
    guests: int = 0
    counted: bool = True
    """Whether it is one of the meetings of which there may be so many a day; a block or an absence is none."""
    away: tuple[tuple[datetime, datetime], ...] = ()
    """When its guests are known to be busy with something else."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time of the week in which no meeting shall be, on the person's clock."""

    day: int
    """0 for Monday to 6 for Sunday."""
    start: time
    end: time
    """An end at midnight is the end of the day."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A person's rules for a week. All but the focus time are hard: a week that breaks one is no solution."""

    zone: str
    """IANA name."""
    hours: WorkingHours = field(default=USUAL)
    closed: tuple[Window, ...] = ()
    buffer: timedelta = timedelta()
    """Free time between two meetings, at least."""
    most_a_day: int | None = None
    """Meetings on one day, at most; those that can't be moved count too."""
    focus: int = 0
    """Stretches of focus wished for, each of `stretch`, inside the working hours and clear of all meetings."""
    stretch: timedelta = FOCUS
