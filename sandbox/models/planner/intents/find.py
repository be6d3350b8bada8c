"""Finding mails: "any unread mail from my manager?", "what did Priya send me this week?"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.answers import mail_list
from sandbox.models.planner.filters import MAIL, Filter
from sandbox.models.planner.followups import wants_more
from sandbox.models.planner.mailbox import LIST_LIMIT, searched, varied_filter
from sandbox.models.planner.people import NAME
from sandbox.models.planner.scan import rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps
from sandbox.models.planner.targets import read_filter

_NOUN = (
    rf"(?:{MAIL}|newsletters?|promos?|promotions?|(?:social )?updates|notifications|unread|invoices?|receipts?|"
    r"attachments?|tickets?|bills?|confirmations?|statements?)"
)
_WRITING = (
    r"(?:e-?mailed|mailed|written|wrote|write|writes|sent|send|sends|reply|replied|answered|heard|"
    r"hear|got back|messaged)"
)
_SEARCH = rx(
    r"^(?:(?:find|search(?:ing)?(?: for| through)?|look(?:ing)? (?:for|up|through)|dig (?:out|up)|pull up|fetch|"
    r"locate|finding|hunt for)\b|"
    rf"(?:show|list|get|give|open|display|check(?:ing)?|see|read|bring up|view|go through|filter|count)\b.*\b"
    rf"(?:{_NOUN}|{_WRITING}|from|about)\b|"
    r"(?:what|what's|whats|which|who|where|where's|is|are|do|did|does|have|has|any|anything|anyone|how many|got|am|was|"
    rf"were|nothing|new|latest|last)\b.*\b(?:{_NOUN}|{_WRITING}|from|unread|new)\b|"
    rf"(?:all |my |the |any |every |new |unread |latest |last |recent |today's |\d+ )*{_NOUN}\b)"
)
_SEARCH_VERB = rx(
    r"^(?:(?:find|search(?:ing)?(?: for| through)?|look(?:ing)? (?:for|up|through)|dig (?:out|up)|pull up|fetch|locate|"
    r"finding|hunt for|show|list|get|give|open|display|check(?:ing)?|see|read|bring up|view|go through|filter|"
    r"count)\s+(?:me\s+)?"
    r"(?:(?:if|whether)\s+(?:i\s+(?:have|got)|there(?:\s+is|\s+are|'s))\s+)?(?:for\s+)?|"
    r"(?:what's|whats|what is|what are|what|which|is there|are there|do i have|did i get|"
    r"have i (?:got|received|gotten)|"
    r"got|how many|where is|where's|where are|any(?:thing)?|do we have|who)\s+)+"
    rf"(?:(?:has |have |had )?{_WRITING}\s+(?:(?:to )?(?:me|us)\s+)?(?=about|regarding|on|in|from|this|"
    rf"last|today|yesterday))?"
)
DID_THEY = rx(
    rf"^(?:did|has|have|what did|what has|when did|what's|does)\s+(?P<name>{NAME})\s+(?:ever\s+|already\s+|just\s+)?"
    r"(?:say|said|write|written|wrote|send|sent|e-?mail(?:ed)?|mail(?:ed)?|reply|replied|answer(?:ed)?|respond(?:ed)?|"
    r"want(?:ed)?|got(?:ten)? back|come back|get back)\b\s*(?:to\s+(?:me|us)|me|us|back|back to me)?\s*(?P<rest>.*)$"
)
_HEARD = rx(rf"^(?:have|did) (?:i|we) (?:heard?|hear) (?:anything )?(?:back )?from (?P<name>{NAME})\s*(?P<rest>.*)$")
NOBODY = frozenset({"i", "we", "you", "anyone", "anybody", "someone", "it", "there", "they", "my", "the"})


@dataclass(frozen=True)
class FindMails(Intent):
    """Show the mails a filter names."""

    which: Filter
    skip: int = 0
    """How many were shown already."""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        said = DID_THEY.match(text) or _HEARD.match(text)
        if said and said["name"].lower() not in NOBODY:
            return cls(read_filter(f"mails from {said['name']} {said['rest']}", context))
        return cls(_which(text, context)) if _SEARCH.match(text) else None

    def steps(self) -> Steps[Outcome]:
        results = yield from searched(self.which, skip=self.skip)
        if isinstance(results, Outcome):
            return results
        noun = "unread mail" if self.which.unread else "mail"
        none = f"There is no {noun} after those." if self.skip else f"I found no {noun} like that."
        return Outcome(mail_list(results, noun=noun, none=none, which="next" if self.skip else "newest"))

    def varied(self, text: str, context: Context) -> Intent | None:
        if wants_more(text):
            return replace(self, skip=self.skip + (len(context.shown) or self.which.limit or LIST_LIMIT))
        which = varied_filter(self.which, text, context)
        return replace(self, which=which, skip=0) if which else None

    @property
    def person(self) -> str:
        return self.which.senders[0] if self.which.senders else ""


def _which(text: str, context: Context) -> Filter:
    """The filter of a search; one that says nothing at all means the inbox."""
    verb = _SEARCH_VERB.match(text)
    which = read_filter(text[verb.end() :] if verb else text, context)
    return which if which.named or which.unread or which.where else replace(which, where="inbox")
