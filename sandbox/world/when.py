"""Dates told relative to now, so that a world is as fresh on any day as on the day it was written."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY_AND_TIME = re.compile(r"(?P<count>\d+)(?P<unit>[dw]) (?P<hour>\d\d):(?P<minute>\d\d)")
_MINUTES = re.compile(r"(?P<count>\d+)m")
_DATE_IN_TEXT = re.compile(r"\{(?P<sign>[+-])(?P<count>\d+)(?P<unit>[dw])\}")


def today(now: datetime, zone: str) -> date:
    """The date it is in the world's zone."""
    return now.astimezone(ZoneInfo(zone)).date()


def shift(day: date, count: int, *, unit: str) -> date:
    """`count` calendar days ("d") or working days ("w"), forward or back; a working day is Monday to Friday."""
    if unit == "d":
        return day + timedelta(days=count)
    step = timedelta(days=1 if count > 0 else -1)
    for _ in range(abs(count)):
        day += step
        while day.weekday() >= 5:
            day += step
    return day


def before(now: datetime, phrase: str, *, zone: str) -> datetime:
    """ "3w 09:40" = the third working day before now at 09:40; "12d 20:15" = twelve days before; "35m" = minutes."""
    if minutes := _MINUTES.fullmatch(phrase):
        return (now - timedelta(minutes=int(minutes["count"]))).replace(microsecond=0)
    found = _DAY_AND_TIME.fullmatch(phrase)
    if found is None or int(found["count"]) < 1:
        raise ValueError(f"{phrase!r} is not a time before now")
    day = shift(today(now, zone), -int(found["count"]), unit=found["unit"])
    return datetime.combine(day, time(int(found["hour"]), int(found["minute"])), ZoneInfo(zone))


def fill_dates(text: str, now: datetime, *, zone: str) -> str:
    """Replaces {+5w}, {-12d} … by the date meant, written out: "Tuesday 14 October"."""

    def written(found: re.Match[str]) -> str:
        count = int(found["sign"] + found["count"])
        day = shift(today(now, zone), count, unit=found["unit"])
        return f"{day:%A} {day.day} {day:%B}"

    return _DATE_IN_TEXT.sub(written, text)
