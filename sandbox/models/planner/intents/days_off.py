"""Whole days on the calendar: "put my holiday 3–7 August in the calendar", "block Friday as vacation"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import take_account
from sandbox.models.planner.followups import correction
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one, proposal
from sandbox.models.planner.times import Moment, take_moment
from sandbox.models.planner.wording import sentence_case

_VERB = rx(
    r"^(?:block(?:ing)?(?: (?:out|off|in))?|mark|set|reserve|book|take|keep|put|add|enter|note(?: down)?|save|schedule|"
    r"make)\b"
)
_AWAY = rx(
    r"\b(?P<what>(?:(?:annual|parental|sick|study) )?leave|vacation|holidays?|days? off|time off|pto|out of (?:the )?"
    r"office|bank holiday|away day|trip)\b"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_TO = r"\s?(?:-|–|to|until|till|through)\s?"
_SPAN = rx(
    rf"\b(?:from |between )?(?:the )?(?:{_DAY}(?: {_MONTH})?{_TO}(?:the )?{_DAY} {_MONTH}"
    rf"|{_MONTH} {_DAY}{_TO}(?:{_MONTH} )?{_DAY})(?: \d{{4}})?\b"
)
_CLOCK = rx(r"\bat \d|\d\s?(?:am|pm)\b|\d:\d\d|\b(?:morning|afternoon|evening|hours?|minutes?|noon)\b")
_WITH = rx(r"\bwith\s+\w|@")
_KEPT = rx(r"\b(?:meetings?|events?|requests?|e-?mails?|mails?|calls?|policy)\b")


@dataclass(frozen=True)
class DaysOff(Intent):
    """Propose an event of whole days, in the person's own words for them."""

    title: str
    when: str
    account: str = ""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        away = _AWAY.search(text)
        if "create_event" not in context.tools or not away or not _VERB.match(text):
            return None
        if _CLOCK.search(text) or _WITH.search(text) or _KEPT.search(text):
            return None
        scan = Scan(text)
        account = take_account(scan)
        span = _SPAN.search(text)
        moment = Moment(said=span.group()) if span else take_moment(scan)
        if moment is None or not moment.text:
            return None
        return cls(sentence_case(away["what"]), moment.text.removeprefix("from "), account)

    def steps(self) -> Steps[Outcome]:
        named = {"title": self.title, "start": self.when, "account": self.account}
        args: Json = {name: value for name, value in named.items() if value}
        return proposal([(yield from one(Call("create_event", args)))])

    def varied(self, text: str, context: Context) -> Intent | None:
        changed = correction(text) or text
        if span := _SPAN.search(changed):
            return replace(self, when=span.group())
        scan = Scan(changed)
        moment = take_moment(scan)
        left = [piece for piece in scan.rest() if rx(r"\w{4,}").search(piece)]
        return replace(self, when=moment.text) if moment and moment.text and not left else None
