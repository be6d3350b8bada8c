"""How often something repeats, in words, from the lines of RFC 5545 that say it to a provider."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.domain.clocks import spoken

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
PLACES = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last"}
KNOWN = {"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "COUNT", "UNTIL", "WKST"}
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


def _worded(rule: str, zone: str) -> str:
    named = parts(rule)
    unit = UNITS.get(named.get("FREQ", ""))
    if unit is None or not named.keys() <= KNOWN:
        return rule
    every = int(named.get("INTERVAL", "1"))
    days = _days(named.get("BYDAY", ""))
    if days is None:
        return rule
    words = (
        days
        if days and unit == "week" and every == 1
        else _every(every, unit) + (f" on {days.removeprefix('every ')}" if days else "")
    )
    if "BYMONTHDAY" in named:
        words += f" on day {named['BYMONTHDAY'].replace(',', ', ').replace('-1', 'the last')}"
    return words + _end(named, zone)


def _every(number: int, unit: str) -> str:
    return f"every {unit}" if number == 1 else f"every {number} {unit}s"


def _days(listed: str) -> str | None:
    """Weekdays in words, empty for none; None for what there are no words for."""
    codes = [code for code in listed.split(",") if code]
    if sorted(codes) == sorted(WORKDAYS):
        return "every weekday"
    if any(code[-2:] not in WEEKDAYS or (code[:-2] and code[:-2] not in PLACES) for code in codes):
        return None
    named = [f"the {PLACES[c[:-2]]} {WEEKDAYS[c[-2:]]}" if c[:-2] else f"every {WEEKDAYS[c]}" for c in codes]
    plain = [name.removeprefix("every ") if n else name for n, name in enumerate(named)]
    return " and ".join((", ".join(plain[:-1]), plain[-1])) if len(plain) > 1 else "".join(plain)


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
