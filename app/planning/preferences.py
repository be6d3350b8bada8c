"""Preferences as people say them, read into typed values; and what they mean for when there is time."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from app.domain.forms import is_address
from app.domain.preferences import DAYS, DIGEST, DM, MAIL, Preferences, Stretch
from app.planning.cities import zones_of
from app.planning.phrases import Ambiguous, Duration, Grain, Instant, Interval, Recurrence, WorkingHours, resolve

OFF = frozenset({"off", "no", "none", "never", "nobody"})
ON = frozenset({"on", "yes"})
SWITCHES = OFF | ON
"""Values that say nothing but whether."""
PEOPLE = frozenset({"priority", "delegate"})
"""Preferences that are people."""
WAYS: Mapping[str, tuple[str, ...]] = {
    DM: ("dm", "direct", "message", "messages", "slack", "here"),
    DIGEST: ("digest", "morning"),
    MAIL: ("mail", "mails", "email", "emails", "e-mail", "e-mails", "inbox"),
}
"""Words that stand for where somebody is told of urgent mail."""
MORNING = WorkingHours(time(5), time(12))
"""In which half of the day a digest is meant that comes "at 7"."""
READ_AT = datetime(2026, 6, 3, tzinfo=ZoneInfo("UTC"))
"""The instant against which what comes every week is read: a Wednesday's midnight, so that
Monday and Tuesday are ahead, and far from any change of clocks."""
AFTERNOON, DUSK, LATE_DUSK = "afternoon", time(18), time(19)
"""Who plans a week has its afternoons end at six, when most have gone home; of a time phrase they go on until seven."""
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
_FILLING = (
    "a about after an and at before between each every free i keep least leave max maximum meeting meetings minimum "
    "more most my no not of per than the them time to two up want"
)
_AROUND = frozenset(_FILLING.split())
"""Words around a length or a number that may be left out: what they say is in the preference's name."""
_A_DAY = frozenset({"appointment", "appointments", "call", "calls", "day", "days"})
"""… and around how many meetings a day there shall be."""
_A_WEEK = frozenset({"deep", "focus", "for", "undisturbed", "week", "weekly", "work", "working"})
"""… and around hours of focus in a week."""
_DAILY = re.compile(r"\b(?:(?:a|per|each|every|of the)\s+(?:work(?:ing)?\s*|week)?days?|daily|on working days)\b", re.I)
"""What makes a length one for every day."""
_MIDNIGHT = re.compile(r"\b(?:midnight|12|24|00?:00)\b", re.IGNORECASE)
"""What says that a night begins or ends with the day."""


class Unread(ValueError):
    """What was said is none of what the preference can be; the argument says what would be."""


class Doubtful(ValueError):
    """What was said can be read in several ways; the arguments are these."""


def read(name: str, words: str, preferences: Preferences) -> Any:
    """The value of a preference as a person says it ("Friday afternoon", "15 minutes", "Lisbon", "off"), as JSON.

    What is said of no meetings and of priority senders is added to what holds. Raises Unread, Doubtful, and KeyError
    for a name that no preference has.
    """
    words = " ".join(words.strip(" .,;!").split())
    return _READ[name](words, preferences)


# When there is time.


def working_hours(preferences: Preferences) -> WorkingHours:
    """When a person works."""
    return _as_hours(preferences.hours)


def meeting_hours(preferences: Preferences) -> WorkingHours:
    """When a person works and may be met."""
    return _as_hours(tuple(_without(preferences.hours, preferences.closed)))


def spoken_hours(preferences: Preferences) -> WorkingHours:
    """The hours by which a person's time phrases are meant ("at 6", "after work", "next business day"): the days they
    work on, and from when until when on most of them. Who works on no day has the usual hours."""
    days: dict[int, tuple[time, time]] = {}
    for each in sorted(preferences.hours, key=lambda s: (s.day, s.start)):
        start, _ = days.get(each.day, (each.start, each.end))
        days[each.day] = (start, each.end)
    if not days:
        return WorkingHours()
    ((start, end), _), *_ = Counter(days.values()).most_common()
    return WorkingHours(start=start, end=end if end > time() else time.max, days=frozenset(days))


def _as_hours(stretches: Iterable[Stretch]) -> WorkingHours:
    ordered = sorted(stretches, key=lambda s: (s.day, s.start))
    return WorkingHours(days=frozenset(), own=tuple((s.day, s.start, s.end) for s in ordered))


def _without(stretches: Iterable[Stretch], closed: Iterable[Stretch]) -> Iterable[Stretch]:
    """What is left of some stretches of the week without others."""
    taken = [(_minutes(c), c.day) for c in closed]
    for each in stretches:
        left = [_minutes(each)]
        for (start, end), day in taken:
            if day == each.day:
                left = [(a, b) for s, e in left for a, b in ((s, min(e, start)), (max(s, end), e)) if a < b]
        yield from (Stretch(day=each.day, start=_clock(a), end=_clock(b)) for a, b in left)


def _minutes(stretch: Stretch) -> tuple[int, int]:
    start, end = (t.hour * 60 + t.minute for t in (stretch.start, stretch.end))
    return start, end or 24 * 60


def _clock(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


# Reading.


def listed(words: str) -> list[str]:
    """Several things in one text: "Sam, Dana and acme.example"."""
    return [
        part for part in words.replace(" and ", ",").replace(";", ",").split(",") for part in [part.strip()] if part
    ]


def is_host(word: str) -> bool:
    """Whether a word is the name of a host, such as a company's."""
    head, dot, tail = word.rpartition(".")
    return bool(head and dot) and "@" not in word and " " not in word and tail.isalpha()


def _zone(words: str, _: Preferences) -> str:
    if words.casefold() in OFF:
        return ""
    plain = words.casefold().replace(" ", "_")
    names = sorted(available_timezones())
    exact = [name for name in names if name.casefold() == plain]
    cities = [name for name in names if name.rpartition("/")[2].casefold() == plain and "/" in name]
    found = exact or _distinct(cities or zones_of(words))
    if len(found) > 1:
        raise Doubtful(*found)
    if not found:
        raise Unread("a city of 100,000 people or more, such as Lisbon, or a zone, such as Europe/Lisbon")
    return found[0]


def _distinct(names: Sequence[str]) -> list[str]:
    """Zones of one city without those whose clocks show the same as another's."""
    kept: dict[tuple[timedelta | None, ...], str] = {}
    for name in names:
        zone = ZoneInfo(name)
        year = tuple((READ_AT + n * 30 * DAY).astimezone(zone).utcoffset() for n in range(12))
        kept.setdefault(year, name)
    return list(kept.values())


def _hours(words: str, before: Preferences) -> list[dict[str, Any]]:
    found = _stretches(words, sorted({s.day for s in before.hours}) or list(range(5)))
    days = {s.day for s in found}
    kept = [s for s in before.hours if len(days) == 1 and s.day not in days]
    return [s.model_dump(mode="json") for s in sorted((*kept, *found), key=lambda s: (s.day, s.start))]


def _closed(words: str, before: Preferences) -> list[dict[str, Any]]:
    if words.casefold() in OFF:
        return []
    found = _stretches(words, sorted({s.day for s in before.hours}) or list(range(5)))
    both = dict.fromkeys((*before.closed, *found))
    return [s.model_dump(mode="json") for s in sorted(both, key=lambda s: (s.day, s.start))]


def _stretches(words: str, usual: Sequence[int]) -> list[Stretch]:
    """Parts of the week; hours without a day are those of the usual days."""
    if found := _stretch(words, usual):
        return found
    parts = [_stretch(part, usual) for part in listed(words)]
    if not parts or not all(parts):
        raise Unread("days and hours, such as “Friday afternoon”, “before 10am” or “Monday to Thursday 8 to 4”")
    return [s for part in parts if part for s in part]


def _stretch(words: str, usual: Sequence[int]) -> list[Stretch] | None:
    """One part of the week, or none if that is not what the words are."""
    found = _said(words, usual)
    if found and AFTERNOON in words.casefold():
        return [s.model_copy(update={"end": DUSK}) if s.end == LATE_DUSK else s for s in found]
    return found


def _said(words: str, usual: Sequence[int]) -> list[Stretch] | None:
    """Hours first, then days, then days with hours."""
    if hours := _clocks(words):
        return [Stretch(day=day, start=hours[0], end=hours[1]) for day in usual]
    if found := _days(words):
        return found
    tokens = words.split()
    for cut in range(len(tokens) - 1, 0, -1):
        days, hours = _days(" ".join(tokens[:cut])), _clocks(" ".join(tokens[cut:]))
        if days and hours:
            return [Stretch(day=each.day, start=hours[0], end=hours[1]) for each in days]
    return None


def _clocks(words: str) -> tuple[time, time] | None:
    """Hours that are said without a day: after any day's name they are hours of that day."""
    for each in _singular(words):
        monday, tuesday = (_within(f"{day} {each}") for day in DAYS[:2])
        if monday and tuesday and (monday[0] + DAY, monday[1] + DAY) == tuesday:
            return monday[0].time(), monday[1].time()
    return None


def _within(words: str) -> tuple[datetime, datetime] | None:
    """A part of one day; of several readings the only one that stays inside a day."""
    meaning = resolve(words, at=READ_AT, zone="UTC")
    read_as = meaning.options if isinstance(meaning, Ambiguous) else (meaning,)
    parts = [part for part in map(_part, read_as) if part]
    return parts[0] if len(parts) == 1 else None


def _part(meaning: object) -> tuple[datetime, datetime] | None:
    if not isinstance(meaning, Interval) or not meaning.start or not meaning.end or meaning.grain >= Grain.DAY:
        return None
    inside = meaning.end <= _midnight(meaning.start) + DAY
    return (meaning.start, meaning.end) if inside and meaning.end - meaning.start < DAY else None


def _days(words: str) -> list[Stretch] | None:
    """Days, or parts of them, that are said by their names."""
    for each in _singular(words):
        meaning = resolve(each, at=READ_AT, zone="UTC")
        if isinstance(meaning, Recurrence):
            return _recurring(meaning)
        span = meaning.span() if isinstance(meaning, Instant) and not meaning.timed else meaning
        if isinstance(span, Interval) and span.start and span.end and span.end - span.start <= WEEK:
            return _cut(span.start, span.end)
    return None


def _singular(words: str) -> tuple[str, ...]:
    """As it was said, and for one of many: "Friday afternoons" is every Friday afternoon."""
    return (words, f"every {words}", words.removesuffix("s"), f"every {words.removesuffix('s')}")


def _recurring(meaning: Recurrence) -> list[Stretch] | None:
    rule = dict(part.split("=") for part in meaning.rrule.split(";"))
    if rule.pop("FREQ", "") not in ("WEEKLY", "DAILY") or rule.keys() - {"BYDAY"}:
        return None
    codes = [day[:2].upper() for day in DAYS]
    days = [codes.index(code) for code in rule["BYDAY"].split(",")] if "BYDAY" in rule else list(range(7))
    start, end = time(), time()
    if meaning.length:
        start, end = meaning.start.time(), (meaning.start + meaning.length).time()
    return [Stretch(day=day, start=start, end=end) for day in days]


def _cut(start: datetime, end: datetime) -> list[Stretch]:
    """A span as parts of the days of the week."""
    found: list[Stretch] = []
    while start < end:
        until = min(_midnight(start) + DAY, end)
        found.append(Stretch(day=start.weekday(), start=start.time(), end=until.time()))
        start = until
    return found


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _minutes_of(words: str, _: Preferences) -> int:
    if words.casefold() in OFF:
        return 0
    return _length(words, "minutes", _AROUND) // 60


def _hours_of(words: str, before: Preferences) -> int:
    """Hours in a week; so many a day are so many on each day that is worked."""
    if words.casefold() in OFF:
        return 0
    whole = _DAILY.sub("", words)
    days = len({s.day for s in before.hours}) if whole != words else 1
    return round(days * _length(whole, "hours", _AROUND | _A_WEEK) / 3600)


def _length(words: str, unit: str, around: Set[str]) -> int:
    """Seconds of a length of time among words that say no more; a number alone is in the unit."""
    for said in (words, f"{words} {unit}", *_cores(words, around), *(f"{c} {unit}" for c in _cores(words, around))):
        meaning = resolve(said, at=READ_AT, zone="UTC")
        if isinstance(meaning, Duration):
            return meaning.seconds
    raise Unread(f"a length of time, such as “15 {unit}”")


def _cores(words: str, around: Set[str]) -> list[str]:
    """What can be left of a text without words around it at its ends, the longest first."""
    tokens = words.split()
    cuts = [(a, b) for a in range(len(tokens)) for b in range(len(tokens), a, -1)]
    bare = [(a, b) for a, b in cuts if {t.casefold() for t in (*tokens[:a], *tokens[b:])} <= around]
    return [" ".join(tokens[a:b]) for a, b in sorted(bare, key=lambda cut: cut[0] - cut[1])]


def _count(words: str, _: Preferences) -> int | None:
    if words.casefold() in OFF:
        return None
    for core in _cores(words, _AROUND | _A_DAY):
        meaning = resolve(f"{core} days", at=READ_AT, zone="UTC")
        if isinstance(meaning, Duration):
            return meaning.value
    raise Unread("a number, such as “5”")


def _moment(words: str, _: Preferences) -> str | None:
    if words.casefold() in OFF:
        return None
    for said in (words, f"at {words}"):
        meaning = resolve(said, at=READ_AT, zone="UTC", working_hours=MORNING)
        if isinstance(meaning, Ambiguous):
            raise Doubtful(*(f"{o.start:%H:%M}" for o in meaning.options if o.start))
        if isinstance(meaning, Instant) and meaning.timed:
            return meaning.start.time().isoformat()
    raise Unread("a time of day, such as “7:30”, or “off”")


def _night(words: str, before: Preferences) -> tuple[str, str] | None:
    """From when until when; of "after 8pm" and "before 7am" the other end stays as it is."""
    if words.casefold() in OFF:
        return None
    usual = before.quiet or Preferences().quiet or (time(), time())
    for said in (words, f"from {words}", f"Monday {words}"):
        meaning = resolve(said, at=READ_AT, zone="UTC")
        if isinstance(meaning, Interval) and meaning.start and meaning.end and meaning.grain < Grain.DAY:
            start, end = meaning.start.time(), meaning.end.time()
            if not _MIDNIGHT.search(words):
                start, end = (usual[0] if start == time() else start), (usual[1] if end == time() else end)
            return start.isoformat(), end.isoformat()
    raise Unread("from when until when, such as “8pm to 7am”, or “off”")


def _senders(words: str, before: Preferences) -> list[str]:
    if words.casefold() in OFF:
        return []
    return list(dict.fromkeys((*before.priority, *_addresses(words, hosts=True))))


def _delegate(words: str, _: Preferences) -> str:
    if words.casefold() in OFF:
        return ""
    found = _addresses(words, hosts=False)
    if len(found) > 1:
        raise Doubtful(*found)
    return found[0]


def _addresses(words: str, *, hosts: bool) -> list[str]:
    found = [entry.casefold() for entry in listed(words)]
    if not found or not all(is_address(entry) or (hosts and is_host(entry)) for entry in found):
        raise Unread("an address, such as sam@company.example" + (", or a host" if hosts else ""))
    return found


def _switch(words: str, _: Preferences) -> bool:
    if words.casefold() not in SWITCHES:
        raise Unread("“on” or “off”")
    return words.casefold() in ON


def _way(words: str, _: Preferences) -> str:
    said = {word.strip(",.") for word in words.casefold().split()}
    found = [DM] if said & OFF else [way for way, names in WAYS.items() if said & set(names)]
    if found not in ([DM], [DIGEST], [MAIL], [DM, MAIL]):
        raise Unread("“in a direct message”, “in the digest” or “by mail too”")
    return found[-1]


Reader = Callable[[str, Preferences], Any]
_READ: Mapping[str, Reader] = {
    "zone": _zone,
    "hours": _hours,
    "closed": _closed,
    "buffer": _minutes_of,
    "most_a_day": _count,
    "focus": _hours_of,
    "priority": _senders,
    "delegate": _delegate,
    "digest": _moment,
    "digest_off": _switch,
    "quiet": _night,
    "brief_before": _minutes_of,
    "new_mail": _switch,
    "notify": _way,
}
