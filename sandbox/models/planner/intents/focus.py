"""What deserves attention: of the mail, of the day, or of all that came; a skill of the product weighs it."""

from dataclasses import dataclass
from typing import Self

from sandbox.models.planner.intents.skills import Assisted
from sandbox.models.planner.scan import rx
from sandbox.models.planner.steps import Context

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
_MAIL = rx(r"\b(?:unread|inbox|e-?mails?|mails?)\b")
_DAY = rx(r"\b(?:calendar|meetings?|agenda|schedule|day|morning|today|tomorrow|week|tasks?|work)\b")
_ALL = rx(r"\b(?:brief me|briefing|rundown|overview|did i miss)\b")


@dataclass(frozen=True)
class Focus(Assisted):
    """Give the request to the skill whose part of the day it is about."""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if not _FOCUS.match(text):
            return None
        mail_alone = _MAIL.search(text) and not _DAY.search(text)
        skill = "digest" if _ALL.search(text) else "triage" if mail_alone else "focus"
        if skill not in context.skills:
            return None
        return cls(skill, "list" if skill == "triage" else "")
