"""What a person wants of a week: the span they named, and their preferences, with what they asked for now, as rules."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.errors import Refusal
from app.domain.preferences import TITLES, Preferences
from app.planning.phrases import Grain, Instant, Interval, resolve
from app.planning.preferences import Doubtful, Unread, read, spoken_hours, working_hours
from app.planning.week.clauses import FIXED, RULED, RULES, clauses, ruled
from app.planning.week.rules import FOCUS, Rules, Window

ERRAND = "week"
RULE = "rule "
"""How a line of the errand begins that is a rule by its name."""
WEEK = timedelta(days=7)
"""What is looked at when nobody said, from tomorrow on."""
LONGEST = timedelta(days=14)
"""What is looked at at most: the optimum is proven for a week, and mostly for two."""
LEAD = timedelta(hours=2)
"""Nothing is moved from or to a time sooner than this: people are on their way."""
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Wish:
    """A span, aware datetimes in the person's zone, and how the days in it shall be."""

    start: datetime
    end: datetime
    preferences: Preferences
    fixed: tuple[str, ...] = ()
    """What shall stay where it is, each in words of its title, its people or its time."""
    unread: tuple[str, ...] = ()
    """What could not be understood of the request."""


def spelled(about: str, rules: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A request as the lines of an errand: what it says in words, and each rule by its name."""
    typed = [f"{ERRAND} {RULE}{name} {value}" for name, value in rules]
    if about or not typed:
        yield f"{ERRAND} {about}".strip()
    yield from typed


def wished(argument: str, preferences: Preferences, *, now: datetime, zone: str) -> Wish:
    """What an errand says: a span ("next week") and rules for this once ("closed before 10am", "at most 4 meetings a
    day"), in clauses or each on a line of its own. Without a span it is the seven days from tomorrow on. `now` is
    aware.

    Raises Refusal for a span that is over.
    """
    here = now.astimezone(ZoneInfo(zone))
    told = _Told(here, zone, preferences)
    for line in argument.splitlines():
        words = line.removeprefix(ERRAND).strip() if line.split()[:1] == [ERRAND] else line.strip()
        if words.startswith(RULE) and (rule := ruled(words.removeprefix(RULE))):
            told.rule(*rule)
        else:
            told.words(words)
    tomorrow = datetime.combine(here.date() + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    start, end = told.span or (tomorrow, tomorrow + WEEK)
    start = max(start, here.replace(minute=0, second=0, microsecond=0) + LEAD)
    if end <= start:
        raise Refusal(why=f"“{argument}” is over, or nearly so.")
    return Wish(start, min(end, start + LONGEST), told.preferences, tuple(told.fixed), tuple(told.unread))


@dataclass
class _Told:
    """What has been read of an errand so far."""

    now: datetime
    zone: str
    preferences: Preferences
    span: Span | None = None
    fixed: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def rule(self, name: str, value: str) -> None:
        """A rule by its name."""
        if name == FIXED:
            self.fixed.append(value)
        elif after := _with(name, value, self.preferences):
            self.preferences = after
        else:
            self.unread.append(f"{TITLES[name].lower()}: {value}")

    def words(self, words: str) -> None:
        """A span, and rules in clauses."""
        for clause in (words,) if self._days(words) else clauses(words, self._readable):
            span, rule = self._days(clause), ruled(clause)
            if span and self.span is None:
                self.span = span
            elif rule and not span and _readable(*rule):
                self.rule(*rule)
            else:
                self.unread.append(clause)

    def _readable(self, clause: str) -> bool:
        rule = ruled(clause)
        return bool(self._days(clause)) or (rule is not None and _readable(*rule))

    def _days(self, words: str) -> Span | None:
        """Days that words name as a whole."""
        hours = spoken_hours(self.preferences)
        meaning = resolve(words, at=self.now, zone=self.zone, working_hours=hours) if words else None
        span = meaning.span() if isinstance(meaning, Instant) and not meaning.timed else meaning
        if not isinstance(span, Interval) or span.start is None or span.grain < Grain.DAY:
            return None
        return span.start, span.end or span.start + WEEK


def _readable(name: str, value: str) -> bool:
    return name == FIXED or _with(name, value, Preferences()) is not None


def _with(name: str, value: str, preferences: Preferences) -> Preferences | None:
    """Preferences with a rule; None when its value says nothing that can be read."""
    try:
        found = {name: read(name, value, preferences)}
        return Preferences.model_validate(preferences.model_dump(mode="json") | found)
    except (Unread, Doubtful, ValueError):
        return None


def rules(preferences: Preferences, zone: str, kept: timedelta) -> Rules:
    """Preferences as the optimiser takes them; `kept` is the focus time that stands in the calendar already."""
    wanted = max(timedelta(hours=preferences.focus) - kept, timedelta())
    return Rules(
        zone=zone,
        hours=working_hours(preferences),
        closed=tuple(Window(s.day, s.start, s.end) for s in preferences.closed),
        buffer=timedelta(minutes=preferences.buffer),
        most_a_day=preferences.most_a_day,
        focus=-(-wanted // FOCUS),
    )


def told(preferences: Preferences) -> Sequence[str]:
    """The rules in words, those that hold by default left out."""
    worded, usual = preferences.worded, Preferences().worded
    return [f"{TITLES[name]}: {worded[name]}" for name in RULED if worded[name] != usual[name]]


__all__ = ["ERRAND", "FIXED", "RULES", "Wish", "rules", "spelled", "told", "wished"]
