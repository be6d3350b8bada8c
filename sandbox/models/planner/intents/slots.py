"""Free time: "find a free slot next week for a 2-hour workshop with the engineering team", and booking one of them."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.answers import clean, errors_of, notes_of
from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import take_account
from sandbox.models.planner.followups import also_for, correction
from sandbox.models.planner.people import RELATIONS, names_at, resolve_all
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one
from sandbox.models.planner.times import take_minutes, take_moment

_FREE = rx(
    r"\b(?:free|open|available|empty|spare)\s+(?:time|slots?|spots?|hours?|windows?|gaps?|blocks?|\d|half)"
    r"|\b(?:slots?|windows?|gaps?|openings?|availability)\b|\btimes? (?:are|is|would be|that) (?:free|open|possible)\b"
    r"|\b(?:which|what|any) times?\b.*\b(?:works?|suits?|free|possible)\b"
    r"|\b(?:a |some |the best |best |good |suitable |possible |common |right |any )times?\b(?=.*\b(?:for|to|with"
    r"|when)\b)|\bwhen\b.*\b(?:free|available|meet|can we|could we|do we|suits?|works?|everyone|everybody"
    r"|all of us)\b"
    r"|\btime (?:for|to meet|with|next|this|tomorrow)\b|\bfind (?:me |us )?(?:\d+|half an|an?|two|one"
    r"|half)[\s-]*(?:hours?"
    r"|minutes?|mins?|h)\b|\bfit in\b|\bsqueeze in\b"
)
_ASKS = rx(
    r"^(?:find|search|look|check|when|what|which|is there|are there|do (?:i|we) have|any|get|give|show|suggest"
    r"|propose|offer|tell|see|need|list|figure out|work out|free|a free|available|slot|could|can|fit|squeeze|\d"
    r"|an?|one|two|three|four|half)\b"
)
_WITH = rx(
    r"\b(?:with|for|between me and|including|among|of|suits?|works? for|everyone (?:in|on)|everybody (?:in|on)"
    rf"|that)\s+(?:(?:all|everyone|everybody|members?)\s+(?:of|in|on|from)\s+)?(?=(?:{RELATIONS}"
    r"|(?-i:[A-Z])[\w'-]+|[\w.+-]+@|(?:the |my |our )?\w+ team\b))"
)
_TEAM = rx(r"\b(?P<team>(?:the |my |our )?(?:[a-z]+ )?team)\b")
_LOOKS = rx(
    r"^when\b.*\b(?:could|can|should|might|would)\b.*\b(?:i|we)\b|\b(?:find|suggest|propose"
    r"|look for)\b.*\b(?:slots?|times?|windows?|gaps?)\b"
    r"|\b(?:workshop|meeting|session|call)\b.*[-–,]\s*when$"
)
_FREE_HOURS = rx(r"\b(\w+) (?:free|open|available|spare|consecutive|straight) (hours?|minutes?)\b")  # "two free hours"
_DEPARTMENTS = (
    r"(?:engineering|marketing|design|sales|finance|product|legal|hr|ops|operations|support|research|leadership"
    r"|platform|backend|frontend|mobile|qa|security|growth|data)"
)
_DEPARTMENT = rx(rf"\bwith\s+(?:the\s+)?(?P<name>{_DEPARTMENTS})\b(?! team)")
_IS_DEPARTMENT = rx(rf"^(?:the\s+)?(?P<name>{_DEPARTMENTS})$")
_PURPOSE = rx(
    r"\bfor (?:a |an |the |our |my )?(?:[¦\s]+)?(?P<what>(?!me\b|us\b|all\b|every)[a-z][\w -]*?)(?=\s*(?:$|[¦,.?!]"
    r"|\b(?:with|next|this|on|in|for|that|and|sometime|tomorrow)\b))"
)
_ARE_FREE = rx(
    r"\bwhen\s+(?:are|is|will|would|can|could|do|does)\s+(?P<names>.+?)\s+(?:and (?:i|me)\s+)?(?:both "
    r"|all )?(?:be )?(?:free|available|meet|have|do|hold|run|get|fit|find|squeeze|sit down|talk|catch up)\b"
)
_MY_DAY = rx(r"^(?:am i|are we) (?:free|busy|available)\b|^(?:do i have|have i got) (?:anything|something)\b")
_OF_MAIL = rx(r"\b(?:e-?mails?|mails?|messages?|unread|inbox)\b")


@dataclass(frozen=True)
class FindSlot(Intent):
    """List free slots, as code ranks them."""

    within: str
    minutes: int | None = None
    people: tuple[str, ...] = ()
    account: str = ""
    title: str = ""  # what the time is for

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if "find_free_time" not in context.tools or _OF_MAIL.search(text) or _MY_DAY.match(text):
            return None
        if not (_ASKS.match(text) and _FREE.search(text)) and not _LOOKS.search(text):
            return None
        scan = Scan(_FREE_HOURS.sub(r"\1 \2", text))
        minutes, account = take_minutes(scan), take_account(scan)
        moment = take_moment(scan)
        within = (moment.end and f"{moment.text} to {moment.until}") or moment.text if moment else ""
        purpose = _PURPOSE.search(scan.text)
        return cls(within, minutes, _people(scan.text), account, purpose["what"].strip() if purpose else "")

    def steps(self) -> Steps[Outcome]:
        found = yield from slots(self)
        if isinstance(found, Outcome):
            return found
        lines = [f"• {slot_line(slot)}" for slot in listed(found)]
        if not lines:
            none = f"I found no free time {self.within or 'in the next 7 days'}"
            none += f": {clean(found['none'])}." if found.get("none") else "."
            return Outcome("\n".join([*errors_of([found]), *notes_of([found])]) or none)
        head = "Free, the best first:" if len(lines) > 1 else "Free:"
        tail = ["Say which one, and I prepare the event: for example “book the first one”."]
        unknown = [f"_Not known to me: {clean(who)}_" for who in found.get("not_known") or ()]
        return Outcome("\n".join([head, *lines, *unknown, *notes_of([found]), *tail]))

    def varied(self, text: str, context: Context) -> Intent | None:
        scan = Scan(correction(text) or also_for(text) or text)
        minutes, moment = take_minutes(scan), take_moment(scan)
        left = [piece for piece in scan.rest() if rx(r"\w{4,}").search(piece)]
        if (minutes or moment) and not left:
            return replace(self, minutes=minutes or self.minutes, within=moment.text if moment else self.within)
        names, rest = names_at(rx(r"^.*?\b(?:with|for|add|and)\s+").sub("", text))
        if (
            names
            and not rest.strip(" .!?")
            and rx(r"^(?:and |also |what about |how about )?(?:with|add|for)\b").match(text)
        ):
            return replace(self, people=(*self.people, *names) if "add" in text or "also" in text else tuple(names))
        return None

    @property
    def person(self) -> str:
        return self.people[0] if self.people else ""

    def for_people(self, name: str, emails: tuple[str, ...]) -> "FindSlot":
        """The same once the person has said who is meant by a name."""
        return replace(
            self, people=tuple(e for p in self.people for e in (emails if p.lower() == name.lower() else (p,)))
        )


def slots(wanted: FindSlot) -> Steps[Json | Outcome]:
    """What the tool finds, everyone looked up first."""
    people = yield from resolve_all(wanted.people)
    if doubt := next((found for found in people if found.question), None):
        return doubt.outcome
    emails = list(dict.fromkeys(email for found in people for email in found.emails))
    args: Json = {
        "within": wanted.within,
        "minutes": wanted.minutes,
        "people": emails,
        "account": wanted.account,
    }
    return (yield from one(Call("find_free_time", {name: value for name, value in args.items() if value})))


def listed(found: Json) -> list[Json]:
    """The slots of an answer, the best first."""
    rows = found.get("slots") or found.get("free") or ()
    return [row if isinstance(row, dict) else {"start": str(row)} for row in rows]


def slot_line(slot: Json) -> str:
    """One slot with its reasons."""
    start, end = clean(slot.get("start") or slot.get("when")), clean(slot.get("end"))
    reasons = slot.get("why") or slot.get("reasons") or slot.get("because") or ""
    told = "; ".join(map(clean, reasons)) if isinstance(reasons, list | tuple) else clean(reasons)
    return start + (f"–{end}" if end else "") + (f" — {told}" if told else "")


def _people(text: str) -> tuple[str, ...]:
    if found := _ARE_FREE.search(text):
        names, _ = names_at(found["names"])
        if names:
            return tuple(_team(name) for name in names)
    for found in _WITH.finditer(text):
        names, _ = names_at(text[found.end() :])
        real = [name for name in names if "¦" not in name]
        if real:
            return tuple(dict.fromkeys(real))
    if department := _DEPARTMENT.search(text):
        return (f"the {department['name']} team",)
    team = _TEAM.search(text)
    return (team["team"],) if team else ()


def _team(name: str) -> str:
    """A department stands for its people."""
    found = _IS_DEPARTMENT.match(name)
    return f"the {found['name']} team" if found else name
