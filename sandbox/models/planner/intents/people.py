"""Questions about people: "who is Dana?", "what's Tom's email address?"."""

from dataclasses import dataclass
from typing import Self

from sandbox.models.planner.answers import clean
from sandbox.models.planner.conversation import Call
from sandbox.models.planner.people import NAME, PRONOUNS, role_of, tidy
from sandbox.models.planner.scan import rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one
from sandbox.models.planner.wording import name_case

_WHO = rx(
    rf"^(?:who(?:'s|s| is| was| are)|do you know|do i know|tell me (?:about|who)|what do (?:you|"
    rf"we) know about|info(?:rmation)? (?:on|about)|do (?:i|we) know (?:an?|any))\s+(?P<name>{NAME})"
    r"(?:\s+is)?(?:\s+again)?[\s?]*$"
)
_WHICH = rx(rf"^(?:which|what|how many) (?P<name>{NAME}) do (?:i|we|you) (?:know|have)[\s?]*$")
_DETAILS = r"(?:e-?mail(?: address)?|address|contact(?: details| info(?:rmation)?)?|mail address|details)"
_ADDRESS_OF = rx(
    rf"^(?:(?:what(?:'s|s| is)|find|get|give me|show(?: me)?|look up|do you have|do we have|i need|"
    rf"tell me)\s+)?(?:(?:the|an?)\s+)?"
    rf"(?:(?P<owner>{NAME})['’]s?\s+{_DETAILS}|{_DETAILS}\s+(?:of|for)\s+(?P<name>{NAME}))[\s?]*$"
)
_HOW_TO_REACH = rx(rf"^how (?:can|do) i (?:reach|contact|email|mail)\s+(?P<name>{NAME})[\s?]*$")
_NOT_PEOPLE = frozenset(
    {"you", "there", "this", "it", "that", "on", "free", "available", "coming", "i", "me", "my", "the", "in"}
)


@dataclass(frozen=True)
class WhoIs(Intent):
    """Look a person up."""

    name: str

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        found = _WHO.match(text) or _WHICH.match(text) or _HOW_TO_REACH.match(text)
        address = None if found else _ADDRESS_OF.match(text)
        if not found and not address:
            return None
        name = found["name"] if found else (address["owner"] or address["name"] if address else "")
        name = tidy(name)
        if name.lower() in PRONOUNS:
            name = context.person
        return cls(name) if name and name.lower() not in _NOT_PEOPLE else None

    def steps(self) -> Steps[Outcome]:
        result = yield from one(Call("find_person", {"name": role_of(self.name)}))
        people = [person for person in result.get("people") or () if isinstance(person, dict)]
        if result.get("error"):
            return Outcome(f"That didn't work: {clean(result['error'])}")
        if not people:
            return Outcome(f"I found nobody called {name_case(self.name)} in your mail and calendars.")
        lines = []
        for person in people:
            evidence = person.get("evidence")
            known = ", ".join(map(clean, evidence)) if isinstance(evidence, list) else clean(evidence)
            lines.append(
                f"• *{clean(person.get('name') or person.get('email'))}* — {clean(person.get('email'))}"
                + (f" ({known})" if known else "")
            )
        return Outcome("\n".join(lines))

    @property
    def person(self) -> str:
        return self.name
