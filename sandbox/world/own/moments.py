"""Turns the dates of .ics files into the start, end and recurrence lines of the Calendar API."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.world.own.zones import iana_by_name, iana_by_rules, is_utc

_DAY = timedelta(days=1)


class Zones:
    """The zones of one file; times without one are in the file's own."""

    def __init__(self, default: str) -> None:
        self.default = default
        self.unknown: set[str] = set()

    def settle(self, prop: Any) -> datetime | date:
        """A date property's value: a day, or a time in a zone with an IANA name (UTC when it has none)."""
        value: datetime | date = prop.dt
        if not isinstance(value, datetime):
            return value
        name = self._name(value, str(prop.params.get("TZID", "")))
        if name is None:
            return value.astimezone(ZoneInfo("UTC"))
        if is_utc(value.tzinfo):
            return value.replace(tzinfo=ZoneInfo("UTC"))
        return value.replace(tzinfo=ZoneInfo(name))

    def _name(self, value: datetime, tzid: str) -> str | None:
        if is_utc(value.tzinfo):
            return "UTC"
        if name := iana_by_name(tzid):
            return name
        if value.tzinfo is not None:
            if isinstance(value.tzinfo, ZoneInfo):
                return value.tzinfo.key
            if name := iana_by_rules(value.tzinfo, tzid, year=value.year):
                return name
        if tzid:
            self.unknown.add(tzid)
        return None if value.tzinfo is not None else self.default


def zone_name(zone: tzinfo | None) -> str:
    return zone.key if isinstance(zone, ZoneInfo) else "UTC"


def point(moment: datetime | date) -> dict[str, str]:
    """A start or an end as the Calendar API writes it."""
    if isinstance(moment, datetime):
        return {"dateTime": moment.isoformat(), "timeZone": zone_name(moment.tzinfo)}
    return {"date": moment.isoformat()}


def end_of(event: Any, start: datetime | date, *, zones: Zones) -> datetime | date:
    """The end, from DTEND or DURATION; without either a day lasts a day and a time no time (RFC 5545, 3.6.1)."""
    if "DTEND" in event:
        end = zones.settle(event["DTEND"])
        if isinstance(end, datetime) != isinstance(start, datetime):
            end = start  # one is a day and the other a time: the start decides
    elif "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        end = start + length if isinstance(start, datetime) else start + timedelta(days=max(length.days, 1))
    else:
        end = start
    if not isinstance(start, datetime):
        return max(end, start + _DAY)
    return max(end, start)


def original_moment(override: Any, series_start: datetime | date, *, zones: Zones) -> datetime | date:
    """The start an overridden occurrence would have had, as a value of the same kind as its series'."""
    return _like(zones.settle(override["RECURRENCE-ID"]), series_start)


def recurrence_lines(
    event: Any, start: datetime | date, *, zones: Zones, overridden: set[datetime | date]
) -> list[str]:
    """RRULE, EXRULE, RDATE and EXDATE lines; the days of overridden occurrences are not excluded, they moved."""
    lines = []
    for name in ("RRULE", "EXRULE"):
        lines += [f"{name}:{_rule(rule, start)}" for rule in _listed(event.get(name))]
    for name in ("RDATE", "EXDATE"):
        days = [day for group in _listed(event.get(name)) for day in _days(group, start, zones=zones)]
        kept = [day for day in dict.fromkeys(days) if name == "RDATE" or day not in overridden]
        if kept:
            lines.append(_dates_line(name, kept, start=start))
    return lines


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _rule(rule: Any, start: datetime | date) -> str:
    """RFC 5545 3.3.10 wants UNTIL to be a day for days and in UTC for times; programs write it otherwise."""
    rule = rule.copy()
    if "UNTIL" in rule:
        rule["UNTIL"] = [_until(until, start) for until in _listed(rule["UNTIL"])]
    text: str = rule.to_ical().decode()
    return text


def _until(until: datetime | date, start: datetime | date) -> datetime | date:
    if not isinstance(start, datetime):
        return until.date() if isinstance(until, datetime) else until
    if not isinstance(until, datetime):
        until = datetime.combine(until, start.timetz())
    elif until.tzinfo is None:
        until = until.replace(tzinfo=start.tzinfo)
    return until.astimezone(UTC)


def _days(group: Any, start: datetime | date, *, zones: Zones) -> list[datetime | date]:
    found = []
    for prop in group.dts:
        if isinstance(prop.dt, tuple):  # RDATE with VALUE=PERIOD: where it begins
            prop.dt = prop.dt[0]
        if "TZID" in group.params and "TZID" not in prop.params:
            prop.params["TZID"] = group.params["TZID"]
        found.append(_like(zones.settle(prop), start))
    return found


def _like(moment: datetime | date, start: datetime | date) -> datetime | date:
    """The same moment as a value of the start's kind, in the start's zone."""
    if not isinstance(start, datetime):
        return moment.date() if isinstance(moment, datetime) else moment
    if not isinstance(moment, datetime):
        return datetime.combine(moment, start.timetz())
    return moment.astimezone(start.tzinfo)


def _dates_line(name: str, days: list[datetime | date], *, start: datetime | date) -> str:
    if not isinstance(start, datetime):
        return f"{name};VALUE=DATE:{','.join(f'{day:%Y%m%d}' for day in days)}"
    if is_utc(start.tzinfo):
        return f"{name}:{','.join(f'{day:%Y%m%dT%H%M%SZ}' for day in days)}"
    return f"{name};TZID={zone_name(start.tzinfo)}:{','.join(f'{day:%Y%m%dT%H%M%S}' for day in days)}"
