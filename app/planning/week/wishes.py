"""What a person wants of a week: the span they named, and their preferences, with what they asked for now, as rules."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.errors import Refusal
from app.domain.preferences import TITLES, Preferences
from app.planning.phrases import Grain, Instant, Interval, resolve
from app.planning.preferences import Doubtful, Unread, read, working_hours
from app.planning.week import FOCUS, Rules, Window

WEEK = timedelta(days=7)
"""What is looked at when nobody said, from tomorrow on."""
LONGEST = timedelta(days=14)
"""What is looked at at most: the optimum is proven for a week, and mostly for two."""
LEAD = timedelta(hours=2)
"""Nothing is moved from or to a time sooner than this: people are on their way."""
RULED = ("hours", "closed", "buffer", "most_a_day", "focus")
"""Preferences that a week can be asked for with; "closed before 10am" is one of them."""
_TOLD_BY = {
    "closed": ("no meeting",),
    "focus": ("focus",),
    "buffer": ("between", "buffer"),
    "most_a_day": (" a day", "per day"),
}
"""By which words a clause without a name shows what it is about."""
_BETWEEN = re.compile(r"[,;\n]")


@dataclass(frozen=True)
class Wish:
    """A span, aware datetimes in the person's zone, and how the days in it shall be."""

    start: datetime
    end: datetime
    preferences: Preferences
    unread: tuple[str, ...] = ()
    """What could not be understood of the request."""


def wished(words: str, preferences: Preferences, *, now: datetime, zone: str) -> Wish:
    """What a request says: a span ("next week") and rules for this once ("closed before 10am", "at most 4 meetings a
    day"), in clauses. Without a span it is the seven days from tomorrow on. `now` is aware.

    Raises Refusal for a span that is over.
    """
    here = now.astimezone(ZoneInfo(zone))
    span, unread = None, []
    for clause in _clauses(words, here, zone):
        if (found := _span(clause, here, zone)) and span is None:
            span = found
        elif ruled := _ruled(clause, preferences):
            preferences = ruled
        else:
            unread.append(clause)
    tomorrow = datetime.combine(here.date() + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    start, end = span or (tomorrow, tomorrow + WEEK)
    start = max(start, here.replace(minute=0, second=0, microsecond=0) + LEAD)
    if end <= start:
        raise Refusal(why=f"“{words}” is over, or nearly so.")
    return Wish(start, min(end, start + LONGEST), preferences, tuple(unread))


def _clauses(words: str, now: datetime, zone: str) -> Iterator[str]:
    """The parts of a request that say one thing each; a span at the end of one is one of its own."""
    if _span(words.strip(), now, zone):
        yield words.strip()
        return
    for part in filter(None, (p.strip(" .!") for p in _BETWEEN.split(words))):
        tokens = part.split()
        cuts = [n for n in range(1, len(tokens)) if _span(" ".join(tokens[n:]), now, zone)]
        plain = Preferences()
        if cuts and not _ruled(part, plain) and _ruled(" ".join(tokens[: cuts[0]]), plain):
            yield from (" ".join(tokens[: cuts[0]]), " ".join(tokens[cuts[0] :]))
        else:
            yield part


def _span(words: str, now: datetime, zone: str) -> tuple[datetime, datetime] | None:
    """Days that words name as a whole."""
    meaning = resolve(words, at=now, zone=zone) if words else None
    span = meaning.span() if isinstance(meaning, Instant) and not meaning.timed else meaning
    if not isinstance(span, Interval) or span.start is None or span.grain < Grain.DAY:
        return None
    return span.start, span.end or span.start + WEEK


def _ruled(clause: str, preferences: Preferences) -> Preferences | None:
    """Preferences with what a clause says; None when it says nothing that can be read."""
    name, _, value = clause.partition(" ")
    if name not in RULED:
        name = next((n for n, marks in _TOLD_BY.items() if any(m in clause.casefold() for m in marks)), "")
        value = re.sub(r"^no meetings?\s*(?:on\s+)?", "", clause, flags=re.IGNORECASE)
    if name not in TITLES or not value:
        return None
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
