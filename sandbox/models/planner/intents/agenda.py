"""Reading the calendar: "what's on tomorrow?", "do I have anything Friday afternoon?", "when do I meet Dana?"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.answers import event_line, event_list
from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import take_account, tidy_topic
from sandbox.models.planner.followups import also_for, correction
from sandbox.models.planner.people import PRONOUNS, names_at
from sandbox.models.planner.scan import MARK, Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one
from sandbox.models.planner.times import Moment, take_minutes, take_moment

HORIZON = "in 60 days"  # how far "when is my meeting with X" looks ahead
_THING = (
    r"(?:calendars?|agenda|schedule|diary|meetings?|events?|appointments?|calls?|invites?|bookings?|"
    r"plans|1[:-]1s?|stand-?ups?|lunch|dinner|conflicts?|clash(?:es)?|overlaps?|double.bookings?)"
)
_NOUN = rf"(?:{_THING}|day|week|morning|afternoon|evening|weekend)"
_ASKS = rx(
    rf"^(?:what(?:'s|s| is| are| does| do)?\b.*\b(?:{_NOUN}|on|planned|scheduled|coming up|happening|"
    rf"look like|have|got)\b|"
    rf"(?:show|list|tell me|give me|read|open|check|see|look at|go through|run (?:me )?through|view|"
    rf"pull up|display|get)\b.*\b(?:{_THING}|my (?:day|week))\b|"
    rf"(?:do|have|did|will|am|are|is|anything|any|how many|how much|how's|hows|how is|how does|how do|"
    rf"which|where|who am i|who do i)\b.*"
    rf"\b(?:{_NOUN}|anything|something|free|busy|available|booked|on|planned|scheduled|look|looking|got|meeting)\b|"
    rf"(?:my |the |today's |tomorrow's |todays |tomorrows |this week's |"
    rf"next week's )+(?:\w+ )?{_NOUN}\b|(?:calendar|agenda|schedule|meetings|events)\b|"
    r"(?:free|busy|available)\b|what(?:'s| is) next$|find (?:me )?(?:a |an |some )?(?:free|open|available)\b)"
)
_ABOUT_MAIL = rx(
    r"\b(?:e-?mails?|mails?|e-?mailed|messages?|inbox|unread|newsletters?|threads?|promotions?|promos?|updates"
    r"|receipts?|invoices?|write|wrote|"
    r"written|sent|sends?|replied)\b"
)
_WHEN = rx(
    r"^(?:when|what time|what day|which day|at what time|how soon)(?:'s|s| is| are| do| am| will| did|"
    r" does| was)?\s+(?:(?:my|the|our|i|we)\s+)?(?:next |upcoming )?"
    r"(?P<rest>.+)$"
)
_MEETS = rx(
    r"\b(?:meet(?:ing)?|see(?:ing)?|call|talk(?:ing)?|speak(?:ing)?|lunch|dinner|coffee|sync|1[:-]1|"
    r"event|appointment|interview|review|scheduled|demo|workshop|stand-?up)s?\b"
)
_WITH = rx(r"\bwith\s+|\b(?:meet(?:ing)?|see(?:ing)?|call(?:ing)?|talk(?:ing)? to|speak(?:ing)? to)\s+(?:with\s+)?")
_FREE = rx(r"\b(?:free|busy|available|availability|open)\b")
_WORDS = rx(rf"\b(?:about|regarding|called|titled|named|on the subject of|matching)\s+(?P<words>[^{MARK}?,;]+)")


_NO_KIND = rx(r"\b(?:scheduled|happening|next|planned|again|do i|am i|i am|is|are)\b|[¦?]")
_ANY_MEETING = rx(
    r"^(?:(?:my|the|next|our|upcoming|a)\s+)*(?:meet(?:ing|ings)?|call|event|appointment|talk(?:ing)?|see(?:ing)?"
    r"|speak(?:ing)?)$"
)


@dataclass(frozen=True)
class ListEvents(Intent):
    """Show what is on the calendar in a span of time."""

    start: Moment
    words: str = ""
    account: str = ""
    end: str = ""
    free: bool = False  # asked for free time, which this can only show the busy side of

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if not _ASKS.match(text) or _ABOUT_MAIL.search(text):
            return None
        scan = Scan(text)
        account = take_account(scan)
        take_minutes(scan) if _FREE.search(text) else None
        moment = take_moment(scan)
        if not moment and not rx(rf"\b(?:{_NOUN}|next|coming up)\b").search(text):
            return None
        if not moment and rx(r"\b(?:my|the|this) (?:week|weekend)\b").search(text):
            moment = Moment(day="this week")
        last = take_moment(scan)
        return cls(
            moment or Moment(day="today"),
            "" if _FREE.search(text) else _whom(scan, context),
            account,
            end=last.text if moment and last and last.day else "",
            free=_FREE.search(text) is not None,
        )

    def steps(self) -> Steps[Outcome]:
        args: Json = {
            "start": self.start.text,
            "end": self.end or self.start.end,
            "words": self.words,
            "account": self.account,
        }
        result = yield from one(Call("list_events", {name: value for name, value in args.items() if value}))
        phrase = _preposition(self.start.text) + (f" to {self.end}" if self.end else "")
        phrase += f" with {self.words}" if self.words else ""
        text = event_list(result, phrase=phrase)
        if self.free and not result.get("error"):
            text += "\nI can show what is taken; working out free slots is more than this planner does."
        return Outcome(text)

    def varied(self, text: str, context: Context) -> Intent | None:
        asked = correction(text) or also_for(text) or text
        scan = Scan(asked)
        account, moment = take_account(scan), take_moment(scan)
        left = [
            piece
            for piece in scan.rest()
            if not rx(r"^(?:and|what about|how about|then|for|on|in|or|ok|also|the|\W+|\s)+$").match(piece)
        ]
        if left or not (account or moment):
            return None
        return replace(self, start=moment or self.start, account=account or self.account)

    @property
    def person(self) -> str:
        return self.words


@dataclass(frozen=True)
class WhenIs(Intent):
    """Find the next event with somebody or about something."""

    words: str
    whom: str = ""
    start: str = ""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        found = _WHEN.match(text)
        if not found or not _MEETS.search(found["rest"]):
            return None
        scan = Scan(found["rest"])
        moment = take_moment(scan)
        start = moment.text if moment else ""
        whom = _whom(scan, context)
        kind = " ".join(tidy_topic(_NO_KIND.sub(" ", scan.text)).split())
        words = kind if kind and not _ANY_MEETING.match(kind) else whom
        return cls(words, whom, start)

    def steps(self) -> Steps[Outcome]:
        span: Json = {"start": self.start} if self.start else {"start": "today", "end": HORIZON}
        result = yield from one(Call("list_events", {**span, "words": self.words} if self.words else span))
        events = _theirs(list(result.get("events") or ()), self.whom)
        if result.get("error"):
            return Outcome(event_list(result, phrase=""))
        if not events:
            about = f" with “{self.words}”" if self.words else ""
            return Outcome(f"I found nothing{about} on your calendar {self.start or 'in the next 60 days'}.")
        more = "\n".join(["After that:", *map(event_line, events[1:4])]) if len(events) > 1 else ""
        return Outcome("\n".join(part for part in ("Next:", event_line(events[0]), more) if part))

    @property
    def person(self) -> str:
        return self.whom


def _theirs(events: list[Json], whom: str) -> list[Json]:
    """The events that name the person; all of them if none does, since guests may be known by address only."""
    first = whom.lower().split()[0] if whom else ""
    named = [event for event in events if first in f"{event.get('title', '')} {event.get('guests', '')}".lower()]
    return named or events


def _whom(scan: Scan, context: Context) -> str:
    """Whom or what the events are about."""
    if words := scan.take(_WORDS):
        return tidy_topic(words["words"])
    for found in _WITH.finditer(scan.text):
        names, _ = names_at(scan.text[found.end() :])
        if (
            names
            and names[0].lower() not in {"scheduled", "planned", "i", "you", "today", "next", "anyone"}
            and MARK not in names[0]
        ):
            scan.cut(found.start(), len(scan.text))
            return context.person if names[0].lower() in PRONOUNS and context.person else names[0]
    return ""


def _preposition(phrase: str) -> str:
    """The phrase as it follows a verb: on Friday, but plain tomorrow and next week."""
    if rx(
        r"^(?:mon|tue|wed|thu|fri|sat|sun|\d{1,2}(?:st|nd|rd|th| )|the \d|jan|feb|mar|apr|may|jun|jul|aug|"
        r"sep|oct|nov|dec|\d{4})"
    ).match(phrase):
        return f"on {phrase}"
    return phrase
