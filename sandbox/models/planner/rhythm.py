"""How often an event is wanted, in the person's words: "every Tuesday until May", "the last Friday of each month"."""

from sandbox.models.planner.scan import MARK, Scan, rx

_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_AND = r"\s*(?:,|and|&)\s*(?:the\s+)?"
_DATE = r"\d{1,2}(?:st|nd|rd|th)"
_FIRST = r"(?:first|1st|last|penultimate|second[ -]to[ -]last)"
_NTH = rf"(?:{_FIRST}|second|third|fourth|fifth|2nd|3rd|4th|5th)"
_DAY = rf"(?:{_WEEKDAY}s?|(?:working |work|week|business )?day)"
_PLACE = rf"(?:{_NTH}(?:{_AND}{_NTH})*\s+{_DAY}|{_DATE}(?:{_AND}{_DATE})*)"
_EACH_MONTH = rf"(?:(?:every|each)\s+(?:(?:other|second|two|three|\d)\s+)?(?:months?|quarter|year|{_MONTH})|monthly)"
# Days of a month: nothing of them is a first day by itself, so that all of it is how often.
_PLACED = rx(
    rf"(?:\bon\s+)?(?:\bthe\s+)?\b(?P<of>{_PLACE}\s+(?:(?:of|in)\s+)?{_EACH_MONTH})\b"
    rf"|\b(?P<every>(?:every|each)\s+{_PLACE}\s+(?:of|in)\s+(?:(?:the|each|every)\s+(?:month|quarter|year)|{_MONTH}))\b"
    rf"|\b(?P<bare>(?:every|each)\s+(?:{_FIRST}|{_NTH}{_AND}{_NTH})\s+{_DAY})\b"
    rf"|\b(?P<on>{_EACH_MONTH}\s+on\s+the\s+{_PLACE})\b"
)
_RECURRING = rx(r"\b(?:recurring|repeating|regular|recurrent)\b")
_EVERY = rx(
    rf"\b(?:every|each)\s+(?:(?:other|second|third|fourth|2nd|3rd|4th|two|three|four|\d+)\s+)?"
    rf"(?:(?P<day>{_WEEKDAY})(?:\s*(?:,|and|&)\s*{_WEEKDAY})*|weekdays?|workdays?|days?|weeks?|fortnight|months?"
    r"|years?|morning)\b"
)
_ADVERB = rx(r"\b(?:weekly|daily|monthly|bi-?weekly|fortnightly|yearly|annually)\b")
_ADVERBS = {
    "weekly": "every week", "daily": "every day", "monthly": "every month", "biweekly": "every two weeks",
    "bi-weekly": "every two weeks", "fortnightly": "every two weeks", "yearly": "every year", "annually": "every year",
}  # fmt: skip
_UNTIL = rx(r"\b(?:until|till|through)\s+(?:the\s+)?(?:end of\s+)?[A-Za-z0-9]+(?:\s+\d{1,4})?\b")


def take_repeat(scan: Scan) -> str:
    """Take how often out of the sentence; a weekday stays, as the first time is one."""
    scan.take(_RECURRING)
    said = _placed(scan) or _every(scan)
    ends = scan.take(_UNTIL) if said else None
    return f"{said} {ends.group().strip()}" if ends else said


def _placed(scan: Scan) -> str:
    found = scan.take(_PLACED)
    said = next((group for group in found.groups() if group), "") if found else ""
    return " ".join(said.split())


def _every(scan: Scan) -> str:
    found = _EVERY.search(scan.text) or _ADVERB.search(scan.text)
    if not found:
        return ""
    said = " ".join(found.group().split())
    if adverb := _ADVERBS.get(said.lower()):
        return adverb
    day = f"on {found['day']}" if found["day"] else MARK
    scan.text = f"{scan.text[: found.start()]} {day} {scan.text[found.end() :]}"
    return said
