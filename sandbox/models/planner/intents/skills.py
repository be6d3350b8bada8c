"""What a skill answers instead of the model: "triage my inbox", "brief me for the review", "my tasks"."""

from dataclasses import dataclass
from typing import Self

from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.scan import rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one

_MAIL = r"(?:inbox|mails?|e-?mails?|unread|messages?)"
_WHOM = r"(?:(?:me|us)\s+)?"
_RANKED = rx(
    r"^(?=.*\b(?:unread|unopened|(?:haven'?t|have not|not yet) (?:\w+ )?(?:read|opened))\b)"
    r"(?=.*\b(?:priorit\w+|rank\w*|important|importance|urgen\w+|most pressing|to-?do|deal with first)\b)"
    r"(?!.*\b(?:calendars?|meetings?|agenda|schedule|day|today|tomorrow)\b)"
    r"(?:create|make|give|build|write|draw up|show|get|rank|prioriti[sz]e|order|sort|score|weigh|turn|put|list|arrange"
    r"|go through|which|what|(?:(?:all|my|the) )*unread)\b"
)
# In this order, each with the skills that answer it, the best first; what is named `about` goes with it.
KINDS = (
    (
        ("triage",),
        rx(rf"^(?:triage|sort(?: out| through)?|categori[sz]e|classify)\b.*\b{_MAIL}\b|^triage\b"),
    ),
    (("digest",), rx(rf"^(?:(?:show|give|send|read) {_WHOM})?(?:my |the |today's )*(?:morning |daily )?digest\b")),
    (
        ("brief",),
        rx(
            rf"^(?:prepare|prep|brief|get {_WHOM}ready)\s+{_WHOM}(?:for|about|on|before)\s+(?P<about>\S.*)$"
            rf"|^(?:give {_WHOM})?(?:a |the |my )?brief(?:ing)?\s+(?:for|about|on|before)\s+(?P<more>\S.*)$"
        ),
    ),
    (
        ("follow",),
        rx(
            r"^(?:(?:show|list|check|what are|give|any)\s+)*(?:me )?(?:my |the |open )*follow[- ]?ups?\b"
            r"|^who owes whom\b|\bneed to follow up\b"
            r"|^(?:whom?|what) (?:do|should) i (?:need to )?(?:follow up|chase|nudge)"
        ),
    ),
    (
        ("focus", "tasks"),
        rx(
            r"^what\b.*\b(?:should|do) i\b.*\b(?:focus|work on|tackle|prioriti[sz]e)\b"
            r"|^what (?:are|is) my (?:top )?(?:focus|priorit)"
            r"|^(?:(?:create|make|give|build|write|draw up|show|get)\s+(?:me\s+)?)?(?:a |an |my |the )*"
            r"priorit(?:y|i[sz]ed) (?:list|order)\b"
            rf"(?!.*\b{_MAIL}\b)"
        ),
    ),
    (("tasks",), rx(r"^(?:(?:show|list|what are|give)\s+(?:me )?)?(?:my |the |all |open )*(?:tasks|to-?dos?)\b")),
)


@dataclass(frozen=True)
class Assisted(Intent):
    """Give the request to a skill."""

    skill: str
    about: str = ""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        if "triage" in context.skills and _RANKED.search(text):
            return cls("triage", "list")
        for skills, pattern in KINDS:
            found = pattern.search(text)
            skill = next((name for name in skills if name in context.skills), "")
            if found and skill:
                parts = found.groupdict()
                about = ", ".join(filter(None, (parts.get("about"), parts.get("more"))))
                return cls(skill, about.strip(" .!?"))
        return None

    def steps(self) -> Steps[Outcome]:
        args: Json = {"skill": self.skill, **({"about": self.about} if self.about else {})}
        result = yield from one(Call("assist", args))
        return Outcome(f"That didn't work: {result.get('error', 'the skill gave no reason')}")
