"""Which meeting somebody means by a few words: its title, its people, its time, or simply the next one."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from app.domain.types import Event
from app.planning.hours import USUAL
from app.planning.phrases import Instant, Interval, WorkingHours, resolve

_FILLING = (
    "a about am an and are at be before brief briefing call coming do event for get have i in is it just me meet "
    "meeting meetings my next of on one our please prepare prepared ready that the this to upcoming us we what whom "
    "with you"
)
AROUND = frozenset(_FILLING.split())
"""Words around a meeting's name that name none: with nothing else said, the next meeting is meant."""
_OF_KIND = "catchup check interview kickoff planning review session sync update weekly workshop"
KINDS = frozenset(_OF_KIND.split())
"""Words of titles that say what kind of meeting it is, not what it is about."""
EVERY = frozenset({"all", "any", "both", "each", "every"})
"""Words that say that all of several are meant."""
_OWNING = re.compile(r"['’]s\b")
_WORD = re.compile(r"[\w@.+'-]*\w")
MOST_WORDS = 12
"""Words in which a time is looked for."""


def naming(words: str) -> list[str]:
    """The words that tell one meeting from another."""
    return [word for word in _WORD.findall(words.casefold()) if word not in AROUND]


def meant(words: str, events: Sequence[Event], *, now: datetime, zone: str, hours: WorkingHours = USUAL) -> list[Event]:
    """The meetings that some words can mean, by start, of every series the first: those that bear most of the words,
    at the time named, if one is. `events` are by start; `now` is aware, the hours are those the person
    works."""
    wanted = naming(words)
    if not wanted:
        return list(events[:1])
    whole = [event for event in events if _borne(event, wanted) == len(wanted)]
    if whole:
        return _firsts(whole)
    span, rest = _time(words, now, zone, hours)
    if span is not None:
        within = [e for e in events if e.start < span[1] and span[0] < e.end]
        return _firsts(_best(within, naming(rest))) if naming(rest) else within
    return _firsts(_best(events, wanted))


def named(words: str, events: Sequence[Event], *, now: datetime, zone: str, hours: WorkingHours = USUAL) -> list[Event]:
    """Every meeting that some words name, of a series all: those that bear all the words, else those that bear most of
    them at the time named, and not only what kind of meeting it is. `events` are by start; `now` is aware."""
    wanted = [word for word in naming(_OWNING.sub("", words)) if word not in EVERY]
    if whole := [event for event in events if wanted and _borne(event, wanted) == len(wanted)]:
        return whole
    span, rest = _time(words, now, zone, hours)
    if span is not None:
        wanted = [word for word in naming(_OWNING.sub("", rest)) if word not in EVERY]
        events = [e for e in events if e.start < span[1] and span[0] < e.end]
    telling = [word for word in wanted if word not in KINDS]
    if not telling:
        return [e for e in events if _borne(e, wanted) == len(wanted)] if span or wanted else []
    return _best([e for e in events if _borne(e, telling)], wanted)


def _best(events: Iterable[Event], wanted: Sequence[str]) -> list[Event]:
    marks = [(_borne(event, wanted), event) for event in events]
    most = max((mark for mark, _ in marks), default=0)
    return [event for mark, event in marks if mark == most > 0]


def _borne(event: Event, wanted: Sequence[str]) -> int:
    """How many of the words an event bears, in its title or in the names of its people."""
    people = " ".join(f"{p.name} {p.email}" for p in (event.organizer, *event.guests))
    there = set(_WORD.findall(f"{event.title} {people}".casefold()))
    there |= {part for word in there for part in re.split(r"[@.+'-]", word)}
    return sum(word in there or word.removesuffix("s") in there for word in wanted)


def _firsts(events: Iterable[Event]) -> list[Event]:
    found: dict[object, Event] = {}
    for event in events:
        found.setdefault((event.account.id, event.series or event.id), event)
    return list(found.values())


def _time(words: str, now: datetime, zone: str, hours: WorkingHours) -> tuple[tuple[datetime, datetime] | None, str]:
    """The longest part of some words that names a time, as a span, and the words without it."""
    tokens = words.split()[:MOST_WORDS]
    cuts = [(a, b) for a in range(len(tokens)) for b in range(a + 1, len(tokens) + 1)]
    for a, b in sorted(cuts, key=lambda cut: cut[0] - cut[1]):
        meaning = resolve(" ".join(tokens[a:b]).strip(" ?!.,"), at=now, zone=zone, working_hours=hours)
        span = meaning.span() if isinstance(meaning, Instant) else meaning
        if isinstance(span, Interval) and span.start and span.end:
            return (span.start, span.end), " ".join((*tokens[:a], *tokens[b:]))
    return None, words
