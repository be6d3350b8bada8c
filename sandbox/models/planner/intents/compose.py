"""A mail that answers none: "write a new mail to Tom with the subject Lunch saying …"."""

from dataclasses import dataclass, replace
from typing import Self

from sandbox.models.planner.answering import DRAFT_ONLY
from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.filters import take_account
from sandbox.models.planner.letter import Letter, body_of
from sandbox.models.planner.people import ADDRESS, first_name, names_at, resolve_all
from sandbox.models.planner.scan import Scan, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one, proposal
from sandbox.models.planner.wording import sentence_case

_MAIL = r"(?:e-?mail|mail|message|note|letter)"
_NEW = rx(
    r"^(?:(?:write|send|compose|draft|create|start|prepare|begin|shoot|drop)\s+)?(?:me\s+)?(?:a\s+"
    rf"|an\s+)?(?:(?:brand[- ])?new|fresh)\s+{_MAIL}\s+(?:to\s+)?"
    rf"|^compose\s+(?:a|an)?\s*{_MAIL}\s+(?:to\s+)?"
)
_TO_ADDRESS = rx(
    rf"^(?:(?:write|send|compose|draft)\s+(?:a|an)\s+(?:\w+\s+)?{_MAIL}\s+to|e-?mail|write to|mail)\s+(?={ADDRESS})"
)
_WITH_SUBJECT = rx(
    rf"^(?:write|send|draft|compose|shoot|drop)\s+(?:(?:a|an)\s+)?(?:\w+\s+)?{_MAIL}\s+to\s+(?=.*\b(?:subject"
    r"|titled|entitled)\b)"
)
_SUBJECT = rx(
    r"\s*,?\s*\b(?:(?:with|and|under|use)\s+)?(?:the\s+|a\s+)?subject(?: line)?\s*(?:is|of"
    r"|:)?\s*(?P<subject>\"[^\"]+\"|[^,;:]+?)(?=\s*(?:$|[,;:]|\b(?:saying|and (?:say|tell|ask|the text|write)"
    r"|that says|with (?:the )?(?:text|body|words)|telling|asking)\b))"
    r"|\s*,?\s*\b(?:titled|entitled)\s+(?P<title>\"[^\"]+\"|\S+)"
)
_ABOUT = rx(
    r"\s*\b(?:about|regarding|re:?|on)\s+(?:the\s+|our\s+|my\s+)?(?P<topic>[^,;:]+?)(?=\s*(?:$|[,;:]|\b(?:saying"
    r"|and (?:say|tell|ask)|that says|telling|asking)\b))"
)
_SAYING = rx(
    r"\s*[,;]?\s*(?:\b(?:saying(?: that)?|and (?:say|write|tell (?:him|her|them)|let (?:him|her"
    r"|them) know)(?: that)?|that says(?: that)?|with (?:the )?(?:text|body|words|message)|telling (?:him|her"
    r"|them)(?: that)?|to say(?: that)?)\b\s*:?|:)\s*(?P<words>.+)$"
)
_ASKING = rx(r"\s*,?\s*(?:\band )?ask(?:ing)?(?: (?:him|her|them))?\s+(?P<words>.+)$")
_CC = rx(
    r"\s*[,;(]?\s*\b(?:and )?(?:cc|copy(?:ing)?|in copy)\s*:?\s+(?P<names>\S.*?)(?=\s*(?:$|[;:)]|\b(?:with|saying"
    r"|about|subject|and (?:say|tell|ask))\b))\)?"
)
BODY_ASKED = "What should the mail to"  # how a later turn knows that its words are the mail


@dataclass(frozen=True)
class NewMail(Intent):
    """Propose a mail in a conversation of its own."""

    to: tuple[str, ...]
    words: str = ""
    subject: str = ""
    cc: tuple[str, ...] = ()
    manner: str = "say"
    writer: str = ""
    account: str = ""
    draft_only: bool = False

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        draft_only, text = bool(DRAFT_ONLY.search(text)), DRAFT_ONLY.sub("", text).strip()
        head = _NEW.match(text) or _TO_ADDRESS.match(text) or _WITH_SUBJECT.match(text)
        if not head:
            return None
        scan = Scan(text[head.end() :])
        said = scan.take(_SAYING)
        asked = None if said else scan.take(_ASKING)
        subject = scan.take(_SUBJECT)
        copied = scan.take(_CC)
        account = take_account(scan)
        topic = scan.take(_ABOUT)
        names, _ = names_at(scan.text)
        if not names:
            return None
        title = (
            (subject["subject"] or subject["title"]).strip(' "¦')
            if subject
            else topic["topic"].strip(" ¦")
            if topic
            else ""
        )
        words = said["words"] if said else asked["words"] if asked else ""
        cc = tuple(names_at(copied["names"])[0]) if copied else ()
        manner = "ask" if asked else "say"
        return cls(tuple(names), words.strip(), title, cc, manner, context.first_name, account, draft_only)

    def steps(self) -> Steps[Outcome]:
        if not self.words:
            yield []
            return Outcome(
                f"{BODY_ASKED} {self.to[0]} say? I can't compose one: I'm a planner without a language model."
            )
        people = yield from resolve_all((*self.to, *self.cc))
        if doubt := next((found for found in people if found.question), None):
            return doubt.outcome
        to, cc = people[: len(self.to)], people[len(self.to) :]
        body = Letter(first_name(to[0].name) or first_name(to[0].email), self.writer).around(
            body_of(self.words, self.manner)
        )
        args: Json = {
            "kind": "new",
            "to": [email for found in to for email in found.emails],
            "cc": [email for found in cc for email in found.emails],
            "subject": sentence_case(self.subject) or _first_words(self.words),
            "body": body,
            "account": self.account,
            "draft_only": self.draft_only,
        }
        return proposal([(yield from one(Call("write_mail", {name: value for name, value in args.items() if value})))])

    def varied(self, text: str, context: Context) -> Intent | None:
        if not self.words and BODY_ASKED in context.answer:
            return replace(self, words=text)
        return None

    @property
    def person(self) -> str:
        return self.to[0]

    def for_people(self, name: str, emails: tuple[str, ...]) -> "NewMail":
        """The same once the person has said who is meant by a name."""
        return replace(
            self, to=tuple(e for one in self.to for e in (emails if one.lower() == name.lower() else (one,)))
        )


def _first_words(words: str) -> str:
    """A subject from the mail's own beginning, when none was given."""
    return sentence_case(" ".join(words.strip('"').split()[:6]).rstrip(".,;:!?"))
