"""How a person wants their days: typed, shown back in words, and each one undone on its own."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Any, Literal, Protocol

from pydantic import AwareDatetime, Field

from app.domain.types import PersonId
from app.domain.value import Value

DM, DIGEST, MAIL = "dm", "digest", "mail"
"""Where somebody is told of urgent mail."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MAX_PEOPLE = 100
"""Priority senders of one person: more is everybody."""


class Stretch(Value):
    """Part of a day of the week, on the person's clock."""

    day: int = Field(ge=0, le=6)
    """0 for Monday."""
    start: time
    end: time
    """An end at midnight is the end of the day."""

    @property
    def worded(self) -> str:
        until = "midnight" if self.end == time() else f"{self.end:%H:%M}"
        whole = self.start == time() == self.end
        return DAYS[self.day] if whole else f"{DAYS[self.day]} {self.start:%H:%M} to {until}"


WEEKDAYS = tuple(Stretch(day=day, start=time(9), end=time(17)) for day in range(5))
"""Monday to Friday, 9 to 17: what Google Calendar takes for working hours until its user says otherwise."""


class Preferences(Value):
    """Everything a person can say about how they work; what they haven't said is as it stands here."""

    zone: str = ""
    """IANA name; empty: the one Slack tells."""
    hours: tuple[Stretch, ...] = WEEKDAYS
    """When they work."""
    closed: tuple[Stretch, ...] = ()
    """When no meeting shall be."""
    buffer: int = Field(0, ge=0, le=120)
    """Minutes between two meetings."""
    most_a_day: int | None = Field(None, ge=1, le=24)
    """Meetings on one day, at most."""
    focus: int = Field(0, ge=0, le=40)
    """Hours of undisturbed work a week."""
    priority: tuple[str, ...] = Field((), max_length=MAX_PEOPLE)
    """Addresses and hosts whose mail matters, in lower case."""
    delegate: str = ""
    """The address to which they hand on what isn't theirs to do."""
    digest: time | None = time(8)
    """When the morning digest comes; None: never."""
    digest_off: bool = False
    """Whether it comes on days they don't work, too."""
    quiet: tuple[time, time] | None = (time(20), time(7))
    """Between these nothing is posted by itself; None: anything may come at any time."""
    brief_before: int = Field(0, ge=0, le=240)
    """Minutes before a meeting at which its briefing comes; 0: only on request."""
    new_mail: bool = False
    """Whether new mail is sorted as it comes, and what is urgent is told."""
    notify: Literal["dm", "digest", "mail"] = "dm"
    """Where that is told: as it comes, in the morning's digest and nowhere else, or as it comes and by mail as well."""

    @property
    def worded(self) -> Mapping[str, str]:
        """Every preference in words, by its name."""
        return {name: shown(name, getattr(self, name)) for name in type(self).model_fields}


def clock(stated: str, slack: str) -> str:
    """The zone by whose clocks a person goes: the one they said, else the one Slack tells."""
    return stated or slack


TITLES = {
    "zone": "Time zone",
    "hours": "Working hours",
    "closed": "No meetings",
    "buffer": "Time between meetings",
    "most_a_day": "Meetings a day",
    "focus": "Focus time a week",
    "priority": "Priority senders",
    "delegate": "Hand on to",
    "digest": "Morning digest",
    "digest_off": "Digest on days off",
    "quiet": "Quiet hours",
    "brief_before": "Briefing before meetings",
    "new_mail": "Tell me of urgent mail",
    "notify": "Urgent mail is told",
}
"""What each preference is called."""


def stretches(value: tuple[Stretch, ...]) -> str:
    """Parts of the week in words; days with the same hours are told together."""
    by_hours: dict[tuple[time, time], list[int]] = {}
    for each in value:
        by_hours.setdefault((each.start, each.end), []).append(each.day)
    return ", ".join(_days(days) + _hours(*hours) for hours, days in by_hours.items())


def _days(days: list[int]) -> str:
    days = sorted(set(days))
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{DAYS[days[0]]} to {DAYS[days[-1]]}"
    return " and ".join(filter(None, (", ".join(DAYS[day] for day in days[:-1]), DAYS[days[-1]])))


def _hours(start: time, end: time) -> str:
    if start == time() == end:
        return ""
    return f" {start:%H:%M} to {'midnight' if end == time() else format(end, '%H:%M')}"


def shown(name: str, value: Any) -> str:
    """The value of a preference in words."""
    return _SHOWN[name](value) if value or isinstance(value, time) else _NONE.get(name, "none")


_SHOWN: Mapping[str, Callable[[Any], str]] = {
    "zone": str,
    "hours": stretches,
    "closed": stretches,
    "buffer": lambda value: f"{value} minutes",
    "most_a_day": lambda value: f"at most {value}",
    "focus": lambda value: f"{value} hours",
    "priority": ", ".join,
    "delegate": str,
    "digest": lambda value: f"at {value:%H:%M}",
    "digest_off": lambda value: "on",
    "quiet": lambda value: f"{value[0]:%H:%M} to {value[1]:%H:%M}",
    "brief_before": lambda value: f"{value} minutes before",
    "new_mail": lambda value: "on",
    "notify": lambda value: _WHERE[value],
}
_WHERE: Mapping[str, str] = {
    DM: "in a direct message, as it comes",
    DIGEST: "in the morning digest only",
    MAIL: "in a direct message, as it comes, and by mail to your own address",
}
_NONE = {
    "zone": "as in Slack",
    "most_a_day": "no limit",
    "priority": "nobody yet",
    "delegate": "nobody",
    "digest": "off",
    "digest_off": "off",
    "brief_before": "on request",
    "new_mail": "off",
}
"""What a preference is in words when there is nothing to it."""


class Said(Value):
    """A preference that a person stated, and what held before."""

    name: str
    words: str
    """As they said it."""
    since: AwareDatetime
    before: Any = None
    """The value before, as JSON; undone, it holds again."""


class PreferenceStore(Protocol):
    async def of(self, person: PersonId) -> Preferences: ...
    async def said(self, person: PersonId) -> tuple[Said, ...]:
        """What the person stated, the newest first."""

    async def state(self, person: PersonId, name: str, value: Any, *, words: str) -> Preferences:
        """Keep a preference instead of the one before; raises ValueError for a value that none can have."""

    async def undo(self, person: PersonId, name: str) -> Preferences | None:
        """What held before a preference was last stated holds again; None when there is nothing to undo."""
