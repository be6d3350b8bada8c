"""Recurring events: their rules, read with dateutil in the event's own zone, and the instances they make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from dateutil import tz
from dateutil.rrule import rruleset, rrulestr

from sandbox.google.calendar import times
from sandbox.google.errors import GoogleError

# A list without timeMax has to end somewhere; Google gives no number.
HORIZON = timedelta(days=2 * 366)
MOST_INSTANCES = 2_500  # of one series in one answer: the largest page there is
LINE = re.compile(r"(RRULE|EXRULE|RDATE|EXDATE)((?:;[A-Z-]+=[^:;]+)*):(.+)", re.IGNORECASE)
UNTIL = re.compile(r"UNTIL=(\d{8})(?:T(\d{6})(Z?))?", re.IGNORECASE)
TOO_OFTEN = re.compile(r"FREQ=(SECONDLY|MINUTELY)", re.IGNORECASE)
Event = dict[str, Any]


def home_of(event: Event, calendar_zone: ZoneInfo) -> ZoneInfo:
    """The zone a series repeats in."""
    own = event["start"].get("timeZone")
    return times.zone(own) if own else calendar_zone


def check(event: Event, calendar_zone: ZoneInfo) -> None:
    """A recurrence Google would refuse is its 400."""
    try:
        _rules(event, calendar_zone)
    except (ValueError, TypeError, KeyError, OverflowError):
        raise GoogleError(400, "invalid", message="Invalid recurrence rule.") from None


def starts(event: Event, calendar_zone: ZoneInfo, *, after: datetime, before: datetime) -> Iterator[datetime]:
    """The starts of a series' instances whose span touches (after, before); instants in the series' zone."""
    home = home_of(event, calendar_zone)
    first, last = times.span(event, calendar_zone)
    length = last - first
    low = _local(after - length, home) - timedelta(days=1)
    rules = _rules(event, calendar_zone)
    for count, local in enumerate(rules.xafter(low, inc=True)):
        moment = tz.resolve_imaginary(local.replace(tzinfo=home))
        if moment >= before or count > MOST_INSTANCES:
            return
        if moment + length > after or (not length and moment >= after):
            yield moment


def instance_id(series: str, start: datetime, *, all_day: bool) -> str:
    """Google's ids of instances: the series' id, and when the instance would start."""
    if all_day:
        return f"{series}_{start:%Y%m%d}"
    return f"{series}_{start.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def instance(event: Event, start: datetime, *, calendar_zone: ZoneInfo) -> Event:
    """The instance of a series that starts then, as Google shows it while nobody has changed it."""
    first, last = times.span(event, calendar_zone)
    all_day = times.is_all_day(event)
    found = {key: value for key, value in event.items() if key != "recurrence"}
    if all_day:
        days = last.date() - first.date()
        found["start"] = {"date": start.date().isoformat()}
        found["end"] = {"date": (start.date() + days).isoformat()}
    else:
        own = {name: event[name].get("timeZone") for name in ("start", "end")}
        ends = (start.astimezone(UTC) + (last - first)).astimezone(start.tzinfo)
        for name, moment in (("start", start), ("end", ends)):
            zone = {"timeZone": own[name]} if own[name] else {}
            found[name] = {"dateTime": times.write(moment), **zone}
    found["id"] = instance_id(event["id"], start, all_day=all_day)
    found["recurringEventId"] = event["id"]
    found["originalStartTime"] = dict(found["start"])
    return found


def find(event: Event, wanted: str, *, calendar_zone: ZoneInfo) -> Event | None:
    """The instance with that id, if the series has it."""
    text = wanted.rpartition("_")[2]
    try:
        if times.is_all_day(event):
            start = datetime.strptime(text, "%Y%m%d").replace(tzinfo=home_of(event, calendar_zone))
        else:
            start = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    span = timedelta(seconds=1)
    for moment in starts(event, calendar_zone, after=start - span, before=start + span):
        found = instance(event, moment, calendar_zone=calendar_zone)
        if found["id"] == wanted:
            return found
    return None


def _local(moment: datetime, home: ZoneInfo) -> datetime:
    return moment.astimezone(home).replace(tzinfo=None)


def _rules(event: Event, calendar_zone: ZoneInfo) -> rruleset:
    home = home_of(event, calendar_zone)
    first = times.moment(event["start"], calendar_zone)
    local = first.replace(tzinfo=None) if times.is_all_day(event) else _local(first, home)
    return _compiled(tuple(event["recurrence"]), local, home.key)


@lru_cache(maxsize=2048)
def _compiled(lines: tuple[str, ...], first: datetime, zone: str) -> rruleset:
    home = ZoneInfo(zone)
    rules = rruleset(cache=True)
    has_rule = False
    for line in lines:
        match = LINE.fullmatch(line.strip())
        if match is None or TOO_OFTEN.search(line):
            raise ValueError(line)
        name, options, value = match[1].upper(), match[2], match[3]
        if name in ("RRULE", "EXRULE"):
            rule: Any = rrulestr(UNTIL.sub(lambda m: _until(m, home), value), dtstart=first, cache=True)
            (rules.rrule if name == "RRULE" else rules.exrule)(rule)
            has_rule = has_rule or name == "RRULE"
        else:
            for moment in _dates(value, options, first=first, home=home):
                (rules.rdate if name == "RDATE" else rules.exdate)(moment)
    if not has_rule:
        rules.rdate(first)
    return rules


def _until(match: re.Match[str], home: ZoneInfo) -> str:
    """UNTIL in the series' own wall time: dateutil can't compare an aware UNTIL with a wall-time start."""
    if not match[2]:
        return f"UNTIL={match[1]}T235959"
    moment = datetime.fromisoformat(f"{match[1]}T{match[2]}")
    if match[3]:
        moment = _local(moment.replace(tzinfo=UTC), home)
    return f"UNTIL={moment:%Y%m%dT%H%M%S}"


def _dates(value: str, options: str, *, first: datetime, home: ZoneInfo) -> Iterator[datetime]:
    named = re.search(r"TZID=([^;:]+)", options, re.IGNORECASE)
    for text in value.split(","):
        clean = text.strip().upper().partition("/")[0]
        if len(clean) == 8:
            day = date(int(clean[:4]), int(clean[4:6]), int(clean[6:]))
            yield datetime.combine(day, first.time())
            continue
        moment = datetime.fromisoformat(clean.removesuffix("Z"))
        if clean.endswith("Z"):
            moment = _local(moment.replace(tzinfo=UTC), home)
        elif named:
            moment = _local(moment.replace(tzinfo=times.zone(named[1])), home)
        yield moment
