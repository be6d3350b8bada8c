"""What deserves attention: unread mails and the day's events side by side, as code can see them."""

from dataclasses import dataclass
from typing import Self

from sandbox.models.planner.answers import event_list, mail_list
from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import take_account
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps
from sandbox.models.planner.times import Moment, take_moment

UNREAD_LIMIT = 10
_FOCUS = rx(
    r"^(?:what\b.*\b(?:focus|prioriti[sz]e|attention|important|urgent|should i (?:do|work on|tackle|"
    r"start|look at|be doing)|need(?:s)? (?:to|my)|matters?|most pressing|to-?do)\b|"
    r"(?:plan|prioriti[sz]e|organi[sz]e|structure|sort|start|prepare|walk me through|help me (?:plan|"
    r"with)|run me through)\b.*\b(?:day|morning|today|tasks?|work|inbox|mails?|emails?|week|unread)\b|"
    r"(?:brief me|morning briefing|daily briefing|my (?:day|morning) briefing|give me (?:a|my|"
    r"the) (?:briefing|rundown|overview)(?: (?:of|for) (?:my |the )?(?:day|today))?|briefing)\b.*$|"
    r"(?:create|make|give me|build|write|draw up|show me|show|get me)\b.*\b(?:priorit(?:y|ies)|"
    r"to-?do)\b|what did i miss\b.*|where should i (?:start|begin)|how should i (?:start|spend|plan)|"
    r"(?:rank|triage|order|sort|score|grade|weigh|prioriti[sz]e|turn|put|arrange|list|give me|show me|make|create"
    r"|get)\b.*\b(?:unread|inbox|e-?mails?|mails?|messages?)\b.*\b(?:priorit\w+|importan\w+|urgen\w+|to-?do"
    r"|relevan\w+|what matters)\b.*|"
    r"(?:rank|triage|score|weigh|prioriti[sz]e)\b.*\b(?:unread|inbox|e-?mails?|mails?|messages?)\b.*|"
    r"(?:which|what)\b.*\b(?:unread|e-?mails?|mails?|messages?|inbox)\b.*\b(?:important|urgent|priorit\w+|first"
    r"|matters?|most)\b.*|"
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
        calls = [Call("search_mail", {"unread": True, "where": "inbox", "limit": UNREAD_LIMIT, **shared})]
        if self.with_events:
            calls.append(Call("list_events", {"start": self.day, **shared}))
        results = yield calls
        parts = [event_list(results[1], phrase=self.day)] if self.with_events else []
        parts.append(mail_list(results[:1], noun="unread mail", none="No unread mail in your inbox."))
        parts.append("That is what code can see, newest first. Weighing it takes a language model, or you.")
        return Outcome("\n\n".join(parts))
