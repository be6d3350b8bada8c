"""Splitting and shifting series: the lines of RFC 5545 that say how an event repeats, before and after a change."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from app.domain.actions import Action, ChangeEvent, Scope
from app.domain.errors import FormErrors, Refusal
from app.domain.repeating import parts, until
from app.domain.types import Event
from app.planning.phrases.values import Recurrence

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
SELDOM = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
"""What an event may repeat by; an hourly one is a slip."""
ON_DAYS = (
    "This series repeats on certain days, so I can change the time of day of all its occurrences, but their day only "
    "one by one."
)
Rule = dict[str, str]
"""The parts of an RRULE by name."""


def rule(found: Recurrence) -> tuple[str, ...]:
    """A recurrence as the lines of an event; raises Refusal for one that comes back within a day."""
    if parts(found.rrule)["FREQ"] not in SELDOM:
        raise Refusal(why="I make events that repeat daily at most, not several times a day.")
    return (f"RRULE:{found.rrule}",)


def first_of(lines: Sequence[str], start: datetime) -> datetime:
    """The first occurrence of a series from `start` on, at its time of day there and in its zone: a series begins with
    an occurrence of its own rule."""
    wall = start.replace(tzinfo=None)
    found = rrulestr("\n".join(_walled(line, start) for line in lines), dtstart=wall).after(wall, inc=True)
    return found.replace(tzinfo=start.tzinfo) if found else start


def occurring(lines: Sequence[str], start: datetime) -> Iterator[datetime]:
    """When a series takes place that starts then, by its rules, at its time of day in its zone, without the days that
    it leaves out; never, for a rule that can't be read, and for what happens once. Changed occurrences, and days that
    are named one by one beside the rules, are not among them."""
    rules = "\n".join(_walled(line, start) for line in lines if line.startswith("RRULE"))
    named = [line.partition(":") for line in lines if line.startswith("EXDATE")]
    try:
        out = {_moment(day, name, str(start.tzinfo)) for name, _, days in named for day in days.split(",")}
        found = rrulestr(rules, dtstart=start.replace(tzinfo=None)) if rules else ()
    except ValueError:
        return
    for wall in found:
        if (at := wall.replace(tzinfo=start.tzinfo)) not in out:
            yield at


def ended(series: Event, at: datetime) -> tuple[str, ...]:
    """How a series repeats that ends before the occurrence which would start at this instant."""
    if series.all_day:
        last = f"{at.astimezone(ZoneInfo(series.zone)).date() - timedelta(days=1):%Y%m%d}"
    else:
        last = f"{at.astimezone(UTC) - timedelta(seconds=1):%Y%m%dT%H%M%SZ}"

    def stopped(named: Rule) -> Rule:
        return {n: v for n, v in named.items() if n not in ("COUNT", "UNTIL")} | {"UNTIL": last}

    return tuple(_lines(series, stopped, lambda day: day if day < at else None))


def going_on(series: Event, at: datetime, start: datetime) -> tuple[str, ...]:
    """How the occurrences repeat that follow the one which would start at `at`, once that one starts at `start`.

    Raises Refusal where the new day doesn't fit how the series repeats.
    """
    past = _before(series, at)

    def fewer(named: Rule) -> Rule:
        return named | {"COUNT": str(int(named["COUNT"]) - past)} if "COUNT" in named else named

    left = series.model_copy(
        update={"recurrence": tuple(_lines(series, fewer, lambda day: day if day >= at else None))}
    )
    return moved(left, at, start)


def moved(series: Event, at: datetime, start: datetime) -> tuple[str, ...]:
    """How a series repeats once the occurrence that would start at `at` starts at `start`, and all others are moved by
    as much on the clocks of the series' zone. Raises Refusal where the new day doesn't fit how it repeats."""
    zone = ZoneInfo(series.zone)
    before, after = at.astimezone(zone), start.astimezone(zone)
    shift = after.replace(tzinfo=None) - before.replace(tzinfo=None)
    if not shift:
        return series.recurrence

    def later(moment: datetime) -> datetime:
        return (moment.astimezone(zone).replace(tzinfo=None) + shift).replace(tzinfo=zone)

    def fitted(named: Rule) -> Rule:
        found = _on_day(named, before.date(), after.date())
        if "UNTIL" not in found:
            return found
        last = later(until(found["UNTIL"], series.zone))
        return found | {"UNTIL": f"{last:%Y%m%d}" if series.all_day else f"{last.astimezone(UTC):%Y%m%dT%H%M%SZ}"}

    return tuple(_lines(series, fitted, later))


def starting(series: Event, at: datetime, start: datetime) -> datetime:
    """When a series starts once the occurrence that would start at `at` starts at `start`, by its own zone's clocks."""
    zone = ZoneInfo(series.zone)
    shift = start.astimezone(zone).replace(tzinfo=None) - at.astimezone(zone).replace(tzinfo=None)
    return (series.start.astimezone(zone).replace(tzinfo=None) + shift).replace(tzinfo=zone)


def retimed(was: Event, occurrence: Event, *, scope: Scope, time: tuple[datetime, datetime] | None) -> dict[str, Any]:
    """The new times of an event, or of a series whose occurrence gets this time, and how it repeats then, as a change
    of it has them. Raises Refusal where the new day doesn't fit how it repeats."""
    at = occurrence.original_start or occurrence.start
    if scope is Scope.FOLLOWING:
        start = time[0] if time else occurrence.start
        fields: dict[str, Any] = {"recurrence": going_on(was, at, start)}
        return fields | ({"start": time[0], "end": time[1]} if time else {})
    if time is None:
        return {}
    if scope is Scope.THIS:
        return {"start": time[0], "end": time[1]}
    first = starting(was, at, time[0])
    return {"start": time[0], "end": time[1], "anchor": first, "recurrence": moved(was, at, time[0])}


def repeating(
    was: Event, occurrence: Event, lines: Sequence[str], *, scope: Scope, time: tuple[datetime, datetime] | None
) -> dict[str, Any]:
    """How an event is to repeat instead, and its new times where that or what was said moves it, as a change of it has
    them: a series begins with an occurrence of its own rule."""
    zone, (start, end) = ZoneInfo(was.zone), time or (occurrence.start, occurrence.end)
    first = first_of(lines, start.astimezone(zone))
    again = {"repeating": True, "recurrence": _fitting(was, lines)}
    at = occurrence.original_start or occurrence.start
    anchor = first_of(lines, starting(was, at, start)) if scope is Scope.ALL else first
    moves = first != occurrence.start or time is not None or (scope is Scope.ALL and anchor != was.start)
    if not moves:
        return again
    again |= {"start": first, "end": first + (end - start)}
    return again | ({"anchor": anchor} if scope is Scope.ALL else {})


def _fitting(event: Event, lines: Sequence[str]) -> tuple[str, ...]:
    """The lines as an event can have them: whole days end on a day (RFC 5545, 3.3.10)."""

    def whole(named: Rule) -> Rule:
        last = named.get("UNTIL", "")
        return named | {"UNTIL": f"{until(last, event.zone):%Y%m%d}"} if event.all_day and last else named

    return tuple(_line(whole(parts(line[6:]))) for line in lines)


def fitted(before: Action, edited: Action) -> Action:
    """A change of a series as it was entered: with another time it repeats otherwise, and so it is vetted anew by
    whoever asked. Raises FormErrors."""
    if not isinstance(before, ChangeEvent) or not isinstance(edited, ChangeEvent):
        return edited
    if edited.scope is Scope.THIS and not edited.repeating:
        return edited
    if (edited.start, edited.end) == (before.start, before.end):
        return edited
    time = (edited.start, edited.end) if edited.start and edited.end else None
    try:
        if edited.repeating:
            again = _shifted(before, time or (edited.shown.start, edited.shown.end))
        else:
            again = retimed(edited.was, edited.shown, scope=edited.scope, time=time)
    except Refusal as unfit:
        raise FormErrors(why=unfit.sentence, fields={"start": unfit.sentence}) from unfit
    return edited.renewed(**{"anchor": None, "recurrence": None} | again)


def _shifted(before: ChangeEvent, time: tuple[datetime, datetime]) -> dict[str, Any]:
    """What is to repeat otherwise, at another time than was proposed: all of it moves by as much."""
    becomes, at = before.becomes, before.after.start
    again = {"start": time[0], "end": time[1], "recurrence": moved(becomes, at, time[0])}
    return again | ({"anchor": starting(becomes, at, time[0])} if before.scope is Scope.ALL else {})


def _on_day(named: Rule, before: date, after: date) -> Rule:
    """A rule whose occurrences fall on another day."""
    days, month_day = named.get("BYDAY", ""), named.get("BYMONTHDAY", "")
    if before == after or not (days or month_day) or days == DAYS[after.weekday()]:
        return named
    if days == DAYS[before.weekday()] and named["FREQ"] == "WEEKLY":
        return named | {"BYDAY": DAYS[after.weekday()]}
    if not days and month_day == str(before.day) and ("BYMONTH" not in named or before.month == after.month):
        return named | {"BYMONTHDAY": str(after.day)}
    raise Refusal(why=ON_DAYS)


def _lines(series: Event, rule: Callable[[Rule], Rule], day: Callable[[datetime], datetime | None]) -> Iterator[str]:
    """The lines of a series with its rules and its single dates changed; a date that becomes None is left out."""
    for line in series.recurrence:
        if line.startswith("RRULE"):
            yield _line(rule(parts(line[6:])))
            continue
        name, _, values = line.partition(":")
        found = [d for d in map(day, (_moment(v, name, series.zone) for v in values.split(","))) if d is not None]
        if found:
            yield _days(name.partition(";")[0], found, series)


def _line(named: Rule) -> str:
    return "RRULE:" + ";".join(f"{name}={value}" for name, value in named.items())


def _moment(value: str, name: str, zone: str) -> datetime:
    """An EXDATE's or RDATE's instant: in UTC, in the zone it names, or in the series' own."""
    if value.endswith("Z") or "T" not in value:
        return until(value, zone)
    own = name.partition("TZID=")[2].partition(";")[0] or zone
    return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(own))


def _days(name: str, found: Sequence[datetime], series: Event) -> str:
    if series.all_day:
        return f"{name};VALUE=DATE:{','.join(f'{day:%Y%m%d}' for day in found)}"
    return f"{name}:{','.join(f'{day.astimezone(UTC):%Y%m%dT%H%M%SZ}' for day in found)}"


def _before(series: Event, at: datetime) -> int:
    """How many occurrences a series' rules count before this instant, cancelled ones too."""
    zone = ZoneInfo(series.zone)
    first, limit = (moment.astimezone(zone) for moment in (series.start, at))
    rules = "\n".join(_walled(line, first) for line in series.recurrence if line.startswith("RRULE"))
    found = rrulestr(rules, dtstart=first.replace(tzinfo=None)) if rules else ()
    return sum(1 for _ in takewhile(lambda day: day < limit.replace(tzinfo=None), found))


def _walled(line: str, at: datetime) -> str:
    """A rule with its UNTIL in wall time, as dateutil wants it beside a start in wall time."""
    named = parts(line.partition(":")[2])
    if named.get("UNTIL", "").endswith("Z"):
        last = datetime.strptime(named["UNTIL"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        named["UNTIL"] = f"{last.astimezone(at.tzinfo):%Y%m%dT%H%M%S}"
    elif named.get("UNTIL"):
        named["UNTIL"] = f"{named['UNTIL'][:8]}T235959"
    return _line(named)
