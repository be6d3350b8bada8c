"""What deserves attention: unread mails and the day's events side by side, as code can see them."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.answers import count, errors_of, event_list, mail_line, notes_of
from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import take_account
from sandbox.models.planner.followups import also_for
from sandbox.models.planner.ranking import lines, ranked
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps
from sandbox.models.planner.times import Moment, take_moment

UNREAD_LIMIT = 20
OWED_SHOWN = 5  # of those already read
HOW = "who waits for an answer, pressing words, days that are named, questions; what was sent to many comes last."
_FOCUS = rx(
    r"^(?:what\b.*\b(?:focus|prioriti[sz]e|priorit(?:y|ies)|concentrate|attention|important|urgent|should i (?:do"
    r"|work on|tackle|"
    r"start|look at|be doing)|need(?:s)? (?:to|my)|matters?|most pressing|to-?do)\b|"
    r"(?:plan|prioriti[sz]e|organi[sz]e|structure|sort|start|prepare|walk me through|help me (?:plan|"
    r"with)|run me through)\b.*\b(?:day|morning|today|tasks?|work|inbox|mails?|emails?|week|unread)\b|"
    r"(?:brief me|morning briefing|daily briefing|my (?:day|morning) briefing|give me (?:a|my|"
    r"the) (?:briefing|rundown|overview)(?: (?:of|for) (?:my |the )?(?:day|today))?|briefing)\b.*$|"
    r"(?:create|make|give me|build|write|draw up|show me|show|get me)\b.*\b(?:priorit(?:y|ies)|"
    r"to-?do)\b|what did i miss\b(?!.*\bfrom\b).*|where should i (?:start|begin)|how should i (?:start|spend|plan)|"
    r"(?:rank|triage|order|sort|score|grade|weigh|prioriti[sz]e|turn|put|arrange|list|give me|show me|make|create"
    r"|get)\b.*\b(?:unread|inbox|e-?mails?|mails?|messages?)\b.*\b(?:priorit\w+|importan\w+|urgen\w+|to-?do"
    r"|relevan\w+|what matters)\b.*|"
    r"(?:rank|triage|score|weigh|prioriti[sz]e)\b.*\b(?:unread|inbox|e-?mails?|mails?|messages?)\b.*|"
    r"(?:all |my |the |any |every |new )*(?:unread|inbox|e-?mails?|mails?|messages?)\b.*\b(?:important|urgent|pressing"
    r"|critical|relevant)\b(?:\s+\w+)?\s+(?:first|on top|at the top)\b.*|"
    r"(?:which|what)\b.*\b(?:unread|e-?mails?|mails?|messages?|inbox)\b.*\b(?:important|urgent|priorit\w+|first"
    r"|matters?|most)\b.*|"
    r"what(?:'s|s| is| do i have) on my (?:plate|list|desk)\b.*|where (?:should|does|must) my (?:attention|focus"
    r"|energy) (?:go|lie|be)\b.*|"
    r"(?:make|create|build|write|give me|show me|draw up|get|prepare)\b.*\bpriorit\w+\b.*|"
    r"(?:a |an |my |the )*priorit(?:y|i[sz]ed) (?:list|ranking|order|overview)\b.*|"
    r"(?:today's |my |top )+(?:focus|priorities)|(?:anything|is there anything|any(?: mails?|"
    r" emails?)?)\b.*\b(?:urgent|important|pressing)\b)"
)
_MAIL_ONLY = rx(
    r"\b(?:from|of|for|in|my)\s+(?:(?:my|the|all)\s+)*(?:unread|inbox|e-?mails?|mails?)\b|\b(?:unread|"
    r"inbox)\b"
)
_CALENDAR_TOO = rx(r"\b(?:calendar|meetings?|agenda|schedule|day|today|tomorrow)\b")


@dataclass(frozen=True)
class Focus(Intent):
    """List unread mails and the events of the day; weighing them is the person's part."""

    day: str = "today"
    account: str = ""
    with_events: bool = True

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if not _FOCUS.match(text):
            return None
        scan = Scan(text)
        account = take_account(scan)
        moment = take_moment(scan) or Moment(day="today")
        with_events = bool(_CALENDAR_TOO.search(text)) or not _MAIL_ONLY.search(text)
        day = f"this {moment.text}" if moment.text in {"morning", "afternoon", "evening"} else moment.text
        return cls(day, account, with_events)

    def steps(self) -> Steps[Outcome]:
        shared: Json = {"account": self.account} if self.account else {}
        # What people write goes first: newsletters and offers would fill the list.
        wanted: Json = {"unread": True, "category": "primary", "where": "inbox", "limit": UNREAD_LIMIT}
        unread = Call("search_mail", wanted | shared)
        owed = Call("search_mail", {"owed": "by_me", "limit": UNREAD_LIMIT, **shared})
        calls = [unread, owed, *([Call("list_events", {"start": self.day, **shared})] if self.with_events else [])]
        found, waiting, *days = yield calls
        parts = [event_list(day, phrase=self.day) for day in days]
        parts += _pressing(found, waiting, also_owed=self.with_events)
        parts.append(f"_Ordered by what can be seen: {HOW} Weighing it takes a language model, or you._")
        return Outcome("\n\n".join(parts))

    def varied(self, text: str, context: Context) -> Intent | None:
        more = also_for(text)
        account = take_account(Scan(more)) if more else ""
        return replace(self, account=account) if account else None


def _pressing(found: Json, waiting: Json, *, also_owed: bool) -> list[str]:
    """The unread mails, the most pressing first, and what else waits for an answer."""
    owed = [mail for mail in waiting.get("mails") or () if mail.get("thread")]
    unread = list(found.get("mails") or ())
    notes = [*errors_of([found]), *notes_of([found])]
    if not unread:
        parts = ["\n".join(notes) or "No unread mail in your inbox."]
    else:
        head = f"{count(len(unread), 'unread mail')} of your primary inbox, the most pressing first:"
        listed = lines(ranked(unread, (str(mail["thread"]) for mail in owed)))
        parts = ["\n".join([head, *listed, *notes])]
    known = {mail.get("thread") for mail in unread}
    others = [mail for mail in owed if mail["thread"] not in known]
    if also_owed and others:
        parts.append("\n".join(["Read, and still waiting for your answer:", *map(mail_line, others[:OWED_SHOWN])]))
    return parts
