"""Time of one's own, and one's availability on all calendars: "block time for deep work", "sync my calendars"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import take_account
from sandbox.models.planner.followups import also_for, correction
from sandbox.models.planner.scan import NUMBER, Scan, number, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one, proposal
from sandbox.models.planner.times import Moment, take_minutes, take_moment

WORKDAYS = 5  # of a week
_FOCUS = rx(
    r"\b(?:(?P<deep>deep[- ]?work|deep thinking)|(?P<focus>focus(?:ed|sing)?(?:[- ](?:time|work|blocks?|hours?"
    r"|sessions?))?|concentrat(?:e|ion|ed)(?: time| work)?|"
    r"heads[- ]?down(?: time| work)?|uninterrupted(?: time| work)?|undisturbed(?: time| work)?|quiet (?:time|work"
    r"|hours?)|thinking time|maker time|time to (?:think|focus|concentrate)|no[- ]meeting (?:time|blocks?)))\b"
)
_BLOCK = rx(
    r"^(?:block(?:ing)?(?: (?:out|off|in))?|reserv(?:e|ing)|protect|set(?:ting)? aside|carv(?:e|ing)(?: out"
    r"| me out)?|hold|schedul(?:e|ing)|book|find|keep|make|put|plan|add|create|get|give|free up|"
    r"secure|guard|defend|fill|save|insert|fit|arrange|(?:\d+|an?|one|two|three|four)\b.*\bhours?|organi[sz]e"
    r"|set up|allocate|dedicate|i (?:need|want"
    r"|could use)|need|some|(?:deep work|focus time|focus))\b"
)
_TOTAL = rx(
    rf"\b(?P<n>{NUMBER})\s*(?:hours?|h)\b\s*(?:of\b|a week|per week|in total|altogether|total|each week|this week"
    r"|next week)"
)
_EACH = rx(
    r"\b(?:each|every|per|a) (?:day|morning|afternoon)\b|\bdaily\b|-?(?:hour|minute|min)[- ](?:blocks?|sessions?"
    r"|slots?|chunks?)|\bblocks? of\b"
)
_HALVES = rx(r"\b(?:my |the )?(?:mornings?|afternoons?)\b")
_DAILY = rx(r"\b(?:each|every|per|a) (?:day|morning|afternoon|workday|weekday)\b|\bdaily\b")
_QUESTION = rx(r"^(?:what|when|who|where|why|how|is|are|am|do i|did|have i)\b")
_SYNC = rx(
    r"\bdouble[- ]?book\w*\b.*\b(?:across|between|on|accounts|calendars)\b|"
    r"\b(?:copy|reflect|match|align|propagate|share|same)\b.*\b(?:availabilit(?:y|ies)|busy|free[/ -]busy"
    r"|blocked)\b|\bavailabilit(?:y|ies)\b.*\b(?:same|on both|on all)\b|"
    r"\bsame times?\b.*\bon (?:all|both|each|every)\b|"
    r"\b(?:sync(?:hroni[sz]e|hroni[sz]ing|ing)?|mirror(?:ing)?|replicate|copy|reflect|match|align|propagate|share"
    r"|in sync)\b.*\b(?:availabilit(?:y|ies)|busy|calendars?|free[/ -]busy|schedules?|blocked|accounts?|diaries)\b"
    r"|\b(?:availabilit(?:y|ies)|busy(?: times?| slots?| blocks?)?|free[/ -]busy|calendars?"
    r"|schedules?)\b.*\b(?:sync(?:ed|hroni[sz]ed)?|mirrored|in sync|copied|reflected|everywhere|on (?:each|every"
    r"|all)|(?:across|between|over) (?:all|both|my|the|every)|match)\b"
    r"|\b(?:busy|blocked|unavailable|taken|booked)\b.*\b(?:on|in|across)\b.*\b(?:all|both|each|every"
    r"|other)\b.*\b(?:calendars?|accounts?|ones?)\b|\bcalendars?\b.*\b(?:show|know|see|tell)\b.*\b(?:busy|when i"
    r"|availab|taken|blocked)\b"
    r"|\b(?:appointments?|events?|meetings?|times?|calendar)\b.*\b(?:as|show\w* up as|appear\w* as) (?:busy"
    r"|blocked|unavailable)\b|\bbusy (?:blocks?|placeholders?|holds?)\b.*\b(?:from|for|of|on|in)\b.*\b(?:work"
    r"|personal|other|calendars?)\b"
    r"|\bblock\b.*\b(?:appointments?|events?|meetings?)\b.*\b(?:in|on|into)\b.*\b(?:work|personal|private|other)"
    r" (?:calendar|agenda|diary|one)\b"
    r"|\b(?:show|mark|block)\b.*\b(?:busy|unavailable|taken|blocked)\b.*\b(?:when(?:ever)?|if|while"
    r"|during)\b.*\b(?:other|personal|work|calendars?)\b"
)
_INTO = rx(
    r"\b(?:into|onto|to|on|in)\s+(?:(?:my|the)\s+)?(?P<into>work|personal|private)\s*(?:calendar|account|one)?\b"
)
_ALIKE = rx(r"\b(?:vice versa|the other way (?:a)?round|both (?:ways|directions)|each other|mutual(?:ly)?)\b")
_SOURCE = rx(
    r"\bbusy (?:in|on) (?:my |the )?(work|personal|private)\b|"
    r"\b(?:from|of) (?:my |the )?(work|personal|private)\b|\b(?:my|the) (work|personal|private) (?:events?"
    r"|appointments?|meetings?|busy|times?|availab|calendar(?:'s)? (?:events?|times?|busy|availab))"
)
_SHOWING = rx(
    r"\b(?:my|the) (?P<into>work|personal|private) calendar (?:to |should |must )?(?:show|know|reflect|tell)\b"
)
_SYNC_ASK = rx(
    r"^(?:sync\w*|mirror\w*|replicate|copy|reflect|match|align|propagate|share|keep|make|ensure|block|show|mark"
    r"|put|get|have|my|update|bring|set|let|busy|avoid|prevent|stop|don't|when|if|whenever|calendar)\b"
)
_CLOCK_SAID = rx(r"\bat \d|\bfrom \d|\bbetween \d|\d\s?(?:am|pm)\b|\d:\d\d|\b\d{1,2}\s?(?:-|–|to)\s?\d{1,2}\b")


@dataclass(frozen=True)
class BlockFocus(Intent):
    """Propose blocks for focus in one's free time."""

    within: str = ""
    minutes: int | None = None
    total: int | None = None
    title: str = "Deep work"
    account: str = ""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        found = _FOCUS.search(text)
        if "block_time" not in context.tools or not found or _QUESTION.match(text) or not _BLOCK.match(text):
            return None
        if _CLOCK_SAID.search(text):
            return None  # a time that was said is an event like any other
        scan = Scan(text)
        account = take_account(scan)
        total = scan.take(_TOTAL) if not _EACH.search(text) else None
        minutes = take_minutes(scan)
        if _HALVES.search(scan.text) and take_moment(Scan(_HALVES.sub(" ", scan.text))):
            scan.text = _HALVES.sub(" ", scan.text)  # "my mornings next week": the week is looked through
        moment = take_moment(scan)
        weekly = minutes and _DAILY.search(text) and (not moment or "week" in moment.text)
        return cls(
            moment.text if moment else "",
            minutes,
            round(number(total["n"]) * 60) if total else minutes * WORKDAYS if minutes and weekly else None,
            "Deep work" if found["deep"] else "Focus time",
            account,
        )

    def steps(self) -> Steps[Outcome]:
        args: Json = {
            "kind": "focus",
            "within": self.within,
            "minutes": self.minutes,
            "total_minutes": self.total,
            "title": self.title,
            "account": self.account,
        }
        result = yield from one(Call("block_time", {name: value for name, value in args.items() if value}))
        return proposal([result])

    def varied(self, text: str, context: Context) -> Intent | None:
        scan = Scan(correction(text) or also_for(text) or text)
        account, minutes = take_account(scan), take_minutes(scan)
        moment = take_moment(scan) or Moment()
        if [piece for piece in scan.rest() if rx(r"\w{4,}").search(piece)] or not (account or minutes or moment.text):
            return None
        return replace(
            self,
            account=account or self.account,
            minutes=minutes or self.minutes,
            within=moment.text or self.within,
        )


@dataclass(frozen=True)
class Mirror(Intent):
    """Propose busy blocks, so that every calendar shows what the others hold."""

    within: str = ""
    into: str = ""
    account: str = ""  # only this one's busy times

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if "block_time" not in context.tools or not (_SYNC_ASK.match(text) and _SYNC.search(text)):
            return None
        scan = Scan(text)
        moment = take_moment(scan)
        if _ALIKE.search(text):
            return cls(moment.text if moment else "")
        found = _SHOWING.search(text) or _INTO.search(text)
        into = found["into"].lower() if found else ""
        source = _SOURCE.search(text)
        account = next((value.lower() for value in source.groups() if value), "") if source else ""
        names = {"private": "personal"}
        into, account = names.get(into, into), names.get(account, account)
        return cls(moment.text if moment else "", into, account if account != into and into else "")

    def steps(self) -> Steps[Outcome]:
        named = {"within": self.within, "into": self.into, "account": self.account}
        args: Json = {"kind": "mirror", **{name: value for name, value in named.items() if value}}
        return proposal([(yield from one(Call("block_time", args)))])

    def varied(self, text: str, context: Context) -> Intent | None:
        scan = Scan(correction(text) or also_for(text) or text)
        into, moment = take_account(scan), take_moment(scan)
        if [piece for piece in scan.rest() if rx(r"\w{4,}").search(piece)] or not (into or moment):
            return None
        return replace(self, into=into or self.into, within=moment.text if moment else self.within)
