"""Where a phrase of time stands in a sentence; what it means is for others, the words stay the person's own."""

import re
from dataclasses import dataclass

from sandbox.models.planner.scan import NUMBER, Scan, number, rx

_UNIT = r"(?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|working days?|business days?)"
_WEEKDAY = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
# Short names are also words ("sun", "sat", "wed"): they count after a preposition, or written as a name.
_SHORT_DAY = r"(?:tues|thurs|thur|mon|tue|wed|thu|fri|sat|sun)"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?"
)
_WHICH = r"(?:this coming|this|next|coming|the coming|the following|following|upcoming|the next|last|past|previous)"
_HOUR_WORD = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_MERIDIEM = r"(?:am|pm|a\.m\.?|p\.m\.?)"
_HOUR = rf"(?:[01]?\d|2[0-4]|{_HOUR_WORD})"
_CLOCK = (
    rf"(?:(?:[01]?\d|2[0-4])(?:[:.h][0-5]\d)?\s?{_MERIDIEM}|{_HOUR_WORD}\s?{_MERIDIEM}|(?:[01]?\d|"
    rf"2[0-4])[:h][0-5]\d|\d{{1,2}}h)(?![\w%])"
)
_SPOKEN = (
    rf"(?:(?:half past|quarter (?:past|to)|a quarter (?:past|to)|\d+ (?:minutes )?(?:past|"
    rf"to)) {_HOUR}(?: ?{_MERIDIEM})?"
    rf"|{_HOUR} ?o'?clock(?: ?{_MERIDIEM})?|noon|midday|midnight|lunch ?time)"
)
_TIME = rf"(?:{_SPOKEN}|{_CLOCK})"
_LOOSE = rf"(?:{_SPOKEN}|{_CLOCK}|{_HOUR}(?:[.][0-5]\d)?(?![\w:%]))"
_ZONE = (
    r"(?:\s(?:[A-Z]{1,4}ST|[A-Z]{1,3}DT|CET|CEST|UTC|GMT|ET|PT|CT|MT)\b|\s(?:[A-Z][a-z]+(?: [A-Z][a-z]+)?|eastern|"
    r"pacific|central|local|my|their|his|her) time\b)"
)

_ATOMS = (
    ("range", rf"(?:from |between )?{_LOOSE}\s?(?:-|–|to|until|till|and)\s?{_TIME}"),
    ("range", rf"(?:from |between ){_LOOSE}\s?(?:-|–|to|until|till|and)\s?{_LOOSE}"),
    ("day", r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?"),
    ("day", rf"(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? \d{{4}})?"),
    ("day", rf"{_MONTH} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?![\d:])(?:,? \d{{4}}\b)?"),
    ("day", r"(?:the )\d{1,2}(?:st|nd|rd|th)\b"),
    ("day", r"\d{1,2}/\d{1,2}(?:/\d{2,4})?\b|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?"),
    ("day", r"(?:the )?(?:day after tomorrow|day before yesterday)|today|tonight|tomorrow|tmrw|tmr|yesterday"),
    ("day", rf"(?:{_WHICH} )?{_WEEKDAY}(?: (?:of )?(?:this|next) week|(?: week)(?= |$))?"),
    ("day", rf"(?:{_WHICH} |(?<=on )){_SHORT_DAY}\b\.?"),
    ("day", r"(?-i:Mon|Tues|Tue|Wed|Thurs|Thur|Thu|Fri|Sat|Sun)\b\.?(?!')"),
    ("day", rf"{_SHORT_DAY}\b(?=\s+(?:at|@|\d))"),
    ("day", rf"(?:(?:the )?(?:end|start|beginning|middle|rest) of |early |later? |"
rf"mid[- ])?{_WHICH} (?:work(?:ing)? ?)?(?:week|weekend|month|quarter|year)\b"),
    ("day", r"(?:the )?(?:end|start|beginning|middle|rest) of (?:the )?(?:day|week|month|quarter|year)|eod|"
r"eow|the weekend"),
    ("day", rf"(?:the )?next {NUMBER} {_UNIT}"),
    ("in", rf"in {NUMBER} {_UNIT}(?:'? time)?|{NUMBER} {_UNIT} from (?:now|today|tomorrow)|right now|now\b"),
    ("part", r"(?:in the |this |at |during the )?(?:early |late |mid[- ]?)?(?:morning|afternoon|evening|"
r"night)s?(?!\w)"),
    ("time", rf"(?:(?:at|@|around|about|by|after|before|from|until|till|to)\s?)?(?<!\w){_TIME}{_ZONE}?"),
    ("time", rf"(?:(?:at|@|around|by|after|before|from|until|till)\s?)(?<!\w){_LOOSE}{_ZONE}?"),
)  # fmt: skip
_ANY = rx(r"(?<![\w@.:/-])(?:" + "|".join(f"(?P<k{i}>{body})" for i, (_, body) in enumerate(_ATOMS)) + r")(?![\w@])")
_JOIN = rx(r"^(?:\s*,?\s*(?:at|on|in|the|around|from|of|@|-|by|between|for)?\s*)$")
_BARE_AFTER_DAY = rx(rf"^\s+(?P<hour>{_HOUR})(?![\w:.%/])(?!\s*(?:people|mins?|minutes|hours?|hrs?|{_MONTH}))")
_LEAD = rx(r"(?:\b(?:on|at|for|in|by|from|starting|sometime|some time|any ?time)\s+(?:the )?)+$")
_LEADING = rx(r"^(?:at|@|on|in the|for|around)\s*")


@dataclass(frozen=True)
class Moment:
    """A phrase of time as it was said, with its day words and clock words told apart."""

    day: str = ""
    time: str = ""
    until: str = ""  # the end of a range: "2 to 3pm"
    said: str = ""  # the whole phrase, when it stood in one piece

    @property
    def text(self) -> str:
        """The start, in the person's words; an hour alone is one only behind "at"."""
        if self.said:
            text = " ".join(self.said.split())
        elif self.day and self.time:
            return f"{self.day} {'at ' if self.time.isdigit() else ''}{self.time}"
        else:
            text = self.day or _LEADING.sub("", self.time)
        return f"at {text}" if text.isdigit() else text

    @property
    def end(self) -> str:
        """The end of a range, on the same day; empty if none was said."""
        return Moment(self.day, self.until).text if self.until else ""

    def changed_by(self, other: "Moment") -> "Moment":
        """What stays of this phrase when the person corrects only its day or only its time."""
        return Moment(
            day=other.day or self.day,
            time=other.time or self.time,
            until=other.until if other.time else self.until,
        )


@dataclass(frozen=True)
class _Atom:
    kind: str
    text: str
    start: int
    end: int


def _atoms(text: str) -> list[_Atom]:
    found = []
    for match in _ANY.finditer(text):
        kind = _ATOMS[int(str(match.lastgroup)[1:])][0]
        found.append(_Atom(kind, match.group().strip(), match.start(), match.end()))
        if kind == "day" and (bare := _BARE_AFTER_DAY.match(text[match.end() :])):
            found.append(_Atom("time", bare["hour"], match.end() + bare.start("hour"), match.end() + bare.end()))
    return found


_RANGE = rx(rf"^(?:from |between )?(?P<start>{_LOOSE})\s?(?:-|–|to|until|till|and)\s?(?P<end>{_LOOSE})$")


def _pieces(group: list[_Atom], text: str) -> Moment:
    day = time = until = ""
    previous: _Atom | None = None
    for atom in group:
        if atom.kind == "range" and (span := _RANGE.match(atom.text)):
            time, until = _from_range(span["start"], span["end"])
        elif atom.kind in ("day", "in") or (atom.kind == "part" and not time):
            joint = text[previous.end : atom.start].strip() if previous and previous.kind in ("day", "part") else ""
            day = " ".join(part for part in (day, joint, atom.text) if part and part != "¦").replace(" ,", ",")
        else:
            joint = text[previous.end : atom.start].strip(" ,¦") if previous else ""
            time = " ".join(part for part in (time, joint, atom.text) if part)
        previous = atom
    return Moment(day, time, until)


def _from_range(start: str, end: str) -> tuple[str, str]:
    """Give the start of "2 to 3pm" the half of the day its end has, when the start comes first within that half."""
    meridiem = re.search(rf"{_MERIDIEM}$", end, re.IGNORECASE)
    if meridiem and start.isdigit() and int(start) != 12:
        hour = int(re.match(r"\d*", end)[0] or 0) % 12 if end[0].isdigit() else 0  # type: ignore[index]
        if int(start) < hour or hour == 0:
            half = meridiem.group() if hour else ("am" if meridiem.group().lower().startswith("p") else "pm")
            return start + half, end
        return start + ("am" if meridiem.group().lower().startswith("p") else "pm"), end
    return start, end


def take_moment(scan: Scan) -> Moment | None:
    """Take the phrases of time out of the sentence; a day here and a time there make one phrase."""
    atoms = _atoms(scan.text)
    if not any(atom.kind in ("day", "time", "in", "range", "part") for atom in atoms):
        return None
    groups: list[list[_Atom]] = []
    for atom in atoms:
        if groups and _JOIN.match(scan.text[groups[-1][-1].end : atom.start]):
            groups[-1].append(atom)
        else:
            groups.append([atom])
    moment = Moment()
    taken: list[tuple[int, int]] = []
    for group in groups:
        piece = _pieces(group, scan.text)
        if (piece.day and moment.day) or (piece.time and moment.time):
            continue
        said = "" if taken or piece.until else _LEADING.sub("", scan.text[group[0].start : group[-1].end].strip())
        moment = Moment(moment.day or piece.day, moment.time or piece.time, moment.until or piece.until, said)
        lead = _LEAD.search(scan.text[: group[0].start])
        taken.append((lead.start() if lead else group[0].start, group[-1].end))
    for start, end in reversed(taken):
        scan.cut(start, end)
    return moment


_DURATION = rx(
    r"(?:\b(?:for|lasting|of|takes?|taking)\s+)?(?:about |around |roughly |up to )?(?<![\w.])(?:"
    r"(?P<half>half an hour|half[- ]hour|half hour|a half hour|30'?)(?=[\s,.!?]|$)(?<!30)"
    r"|(?P<three>(?:three quarters of an hour))"
    r"|(?P<quarter>a quarter of an hour|quarter of an hour)"
    r"|(?P<halves>(?:(?P<whole>" + NUMBER + r") hours? and a half|(?P<whole2>" + NUMBER + r") and a half hours?))"
    r"|(?P<h>\d+)\s?h\s?(?P<m>\d{1,2})(?:\s?m(?:in)?)?\b"
    r"|(?P<hours>" + NUMBER + r")[\s-]?(?:hours?|hrs?|h)\b(?:[\s-]?(?:and )?(?P<more>\d+)[\s-]?(?:minutes?|mins?|m)\b)?"
    r"|(?P<minutes>" + NUMBER + r")[\s-]?(?:minutes?|mins?|(?<=\d)m|(?<=\d\s)m|(?<=\d)')(?![\w])"
    r")(?:[\s-]+long\b)?(?:\s+(?:at (?:the )?most|max(?:imum)?|tops|or (?:less|shorter))\b)?"
)  # fmt: skip
_NOT_A_DURATION = rx(r"(?:\bin|\bafter|\bnext|\bpast|\blast)\s+$")
_FROM_NOW = rx(r"^\s*(?:from|ago|before|after|past)\b")


def take_minutes(scan: Scan) -> int | None:
    """Take "for 45 minutes", "an hour and a half", "90-min" out of the sentence."""
    for found in _DURATION.finditer(scan.text):
        if _NOT_A_DURATION.search(scan.text[: found.start()]) or _FROM_NOW.match(scan.text[found.end() :]):
            continue
        scan.cut(found.start(), found.end())
        return _minutes(found)
    return None


def _minutes(found: re.Match[str]) -> int:
    for name, minutes in (("half", 30), ("three", 45), ("quarter", 15)):
        if found[name]:
            return minutes
    if found["halves"]:
        return int(number(found["whole"] or found["whole2"]) * 60 + 30)
    if found["h"]:
        return int(found["h"]) * 60 + int(found["m"])
    if found["hours"]:
        return int(number(found["hours"]) * 60 + float(found["more"] or 0))
    return int(number(found["minutes"]))
