"""How often something repeats, in words, from the lines of RFC 5545 that say it to a provider."""

from calendar import month_name
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.domain.clocks import spoken
from app.domain.types import Event

UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
WEEKDAYS = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}
WORKDAYS = ["MO", "TU", "WE", "TH", "FR"]
MONTHS = tuple(month_name)
PLACES = {
    "1": "first",
    "2": "second",
    "3": "third",
    "4": "fourth",
    "5": "fifth",
    "-1": "last",
    "-2": "second to last",
    "-3": "third to last",
}
KNOWN = {"FREQ", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "COUNT", "UNTIL", "WKST"}
"""Parts of a rule that there are words for."""


def repeated(recurrence: Sequence[str], zone: str) -> str:
    """A recurrence in words; a rule that has none stands as it is, so that a card never says less than is meant."""
    rules = [line.partition(":")[2] for line in recurrence if line.startswith("RRULE")]
    told = [_worded(rule, zone) for rule in rules]
    more = [line for line in recurrence if not line.startswith(("RRULE", "EXDATE"))]
    return ", and ".join((*told, *more))


def parts(rule: str) -> dict[str, str]:
    """A rule's parts by name: FREQ=WEEKLY;BYDAY=TU."""
    return dict(part.partition("=")[::2] for part in rule.split(";") if part)


def dated(name: str, days: Sequence[datetime], series: Event) -> str:
    """The line that names single days of a series, EXDATE or RDATE: in its zone, as its start is (RFC 5545, 3.8.5)."""
    local = [day.astimezone(ZoneInfo(series.zone)) for day in days]
    if series.all_day:
        return f"{name};VALUE=DATE:{','.join(f'{day:%Y%m%d}' for day in local)}"
    return f"{name};TZID={series.zone}:{','.join(f'{day:%Y%m%dT%H%M%S}' for day in local)}"


def _worded(rule: str, zone: str) -> str:
    named = parts(rule)
    unit = UNITS.get(named.get("FREQ", ""))
    days = _days(named)
    if unit is None or days is None or not named.keys() <= KNOWN:
        return rule
    every = int(named.get("INTERVAL", "1"))
    if days and unit == "week" and every == 1:
        return ("every weekday" if days == "weekdays" else f"every {days}") + _end(named, zone)
    months = joined([MONTHS[int(number)] for number in named.get("BYMONTH", "").split(",") if number])
    if months and (unit not in ("month", "year") or (unit == "month" and every > 1)):
        return rule
    words = f"every {months}" if months and every == 1 else _every(every, unit) + (f" in {months}" if months else "")
    return words + (f" on {days}" if days else "") + _end(named, zone)


def _every(number: int, unit: str) -> str:
    return f"every {unit}" if number == 1 else f"every {number} {unit}s"


def _days(named: Mapping[str, str]) -> str | None:
    """The days of a rule in words, empty for none; None for what there are no words for."""
    codes, positions = _listed(named, "BYDAY"), _listed(named, "BYSETPOS")
    if numbers := _listed(named, "BYMONTHDAY"):
        ends = all(number == "-1" or 1 <= int(number) <= 31 for number in numbers)
        return None if codes or positions or not ends else f"the {joined([_numbered(n) for n in numbers])}"
    working = sorted(codes) == sorted(WORKDAYS)
    if positions:
        placed = joined([PLACES[place] for place in positions]) if set(positions) <= PLACES.keys() else ""
        return f"the {placed} working day" if working and placed else None
    if working:
        return "weekdays"
    if any(code[-2:] not in WEEKDAYS or (code[:-2] and code[:-2] not in PLACES) for code in codes):
        return None
    if len({code[-2:] for code in codes}) == 1 and codes[0][:-2]:
        return f"the {joined([PLACES[code[:-2]] for code in codes])} {WEEKDAYS[codes[0][-2:]]}"
    return joined([f"the {PLACES[c[:-2]]} {WEEKDAYS[c[-2:]]}" if c[:-2] else WEEKDAYS[c] for c in codes])


def _listed(named: Mapping[str, str], part: str) -> list[str]:
    return [value for value in named.get(part, "").split(",") if value]


def _numbered(day: str) -> str:
    """A day of the month: 15th, last day."""
    if day == "-1":
        return "last day"
    number = int(day)
    ending = "th" if 11 <= number <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def joined(words: Sequence[str]) -> str:
    """Words as a list in a sentence: Monday, Tuesday and Friday."""
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


def _end(named: dict[str, str], zone: str) -> str:
    if "COUNT" in named:
        return f", {named['COUNT']} times" if named["COUNT"] != "1" else ", once"
    if "UNTIL" not in named:
        return ""
    return f", until {spoken(until(named['UNTIL'], zone).date())}"


def until(text: str, zone: str) -> datetime:
    """The instant of an UNTIL in the zone: a date, or a time in UTC."""
    if "T" not in text:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=ZoneInfo(zone))
    return datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
