"""Who owes whom a reply: "who hasn't answered me?", "which mails do I still have to reply to?"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.answers import mail_list
from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import take_account
from sandbox.models.planner.followups import also_for
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one

LIMIT = 10
_REPLY = (
    r"(?:repl(?:y|ied|ies|ying)|answer(?:ed|s|ing)?|respon(?:d|ded|se|ses|ding)|got(?:ten)? back"
    r"|get(?:ting)? back|react(?:ed)?|written back|write back|heard back)"
)
_TO_ME = rx(
    r"\bowes? me\b|\bowing me\b|\b(?:who|what|which|anyone|anybody|people|someone|those)\b.*\b(?:has|have|did"
    rf"|does|is|are)(?:n't| not| yet to| still to|)\b.*\b{_REPLY}\b.*\b(?:me|us|my)\b"
    r"|\b(?:who|which|what).*\b(?:hasn't|haven't|has not|have not|didn't|did not|never|yet to"
    rf"|still)\b.*\b{_REPLY}\b(?!.*\bi\b)"
    r"|\b(?:am i|i'm|i am|are we|we're)\s+(?:still\s+)?(?:waiting|awaiting)\b|\b(?:waiting|awaiting)\s+(?:for"
    r"|on)?\s*(?:an? |any |some )?(?:repl|answer|respon|to hear)"
    r"|\b(?:my|sent|i sent|i've sent)\b.*\b(?:without|no|unanswered|got no)\b.*\b(?:repl|answer|respon)"
    r"|\b(?:unanswered|no (?:reply|answer|response))\b.*\b(?:i sent|my|sent by me|from me)\b|\bwho (?:do"
    r"|should) i (?:need to )?(?:chase|nudge|follow up)"
    rf"|\b(?:haven't|have not|not|never) heard back\b"
)
_BY_ME = rx(
    r"\b(?:do|did|does) i (?:still )?owe\b|\bi (?:still )?owe\b|\b(?:i|we) (?:still )?(?:need|have|ought|must"
    rf"|should|got|am supposed)(?: to)? {_REPLY}\b"
    rf"|\b(?:do|should|must) i (?:still )?(?:need to |have to )?{_REPLY}\b|\b(?:i|we)(?: still)? (?:haven't"
    rf"|have not|didn't|did not|never|forgot to|have yet to|still haven't)(?: yet)? {_REPLY}\b"
    rf"|\bhaven't i {_REPLY}\b|\b(?:wait(?:s|ing)?|await(?:s|ing)?|need(?:s|ing)?|require(?:s|ing)?|expect(?:s"
    r"|ing)?)\s+(?:for|on)?\s*(?:an? |my |any )*(?:repl(?:y|ies)|answers?|responses?)(?: from me"
    r"| by me)?\b(?!.*\bto me\b)"
    r"|\b(?:waiting|waits) (?:for|on) (?:me|my)\b|\bmy (?:open|outstanding|pending|unanswered|overdue) (?:repl"
    r"|answers?|respon)|\bunanswered (?:e-?mails?|mails?|messages?|threads?)\b"
    r"|\bmails? (?:that )?(?:i )?(?:left )?unanswered\b"
)
_ASKS = rx(
    r"^(?:who|whom|what|which|whose|show|list|find|give|get|tell|are there|is there|is anyone|any|anyone|do i|does"
    r"|did|have i|am i|how many|check|see|my|unanswered|mails?|e-?mails?|people|everyone|threads?|has|open"
    r"|outstanding|pending)\b"
)


@dataclass(frozen=True)
class Owed(Intent):
    """List the threads whose last word waits for an answer."""

    side: str  # by_me | to_me
    account: str = ""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if not _ASKS.match(text):
            return None
        scan = Scan(text)
        account = take_account(scan)
        if _BY_ME.search(text):
            return cls("by_me", account)
        return cls("to_me", account) if _TO_ME.search(text) else None

    def steps(self) -> Steps[Outcome]:
        args: Json = {"owed": self.side, "limit": LIMIT, **({"account": self.account} if self.account else {})}
        result = yield from one(Call("search_mail", args))
        if result.get("unavailable"):
            return Outcome("I can't see here who waits for an answer: the search has no way to ask for that.")
        mine = self.side == "by_me"
        whom = "you" if mine else "others"
        nobody = "Nobody waits for an answer of yours." if mine else "Nobody owes you an answer."
        return Outcome(
            mail_list([result], noun=f"mail waiting for {whom}", plural=f"mails waiting for {whom}", none=nobody)
        )

    def varied(self, text: str, context: Context) -> Intent | None:
        more = also_for(text)
        account = take_account(Scan(more)) if more else ""
        return replace(self, account=account) if account else None
