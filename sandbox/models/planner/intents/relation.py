"""Being told who somebody is, and to forget it: "my manager is Priya", "forget who my manager is"."""

from dataclasses import dataclass
from typing import Self

from sandbox.models.planner.answers import joined
from sandbox.models.planner.conversation import Call
from sandbox.models.planner.people import RELATIONS, names_at, role_of
from sandbox.models.planner.scan import rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one

_LEAD = r"^(?:(?:remember|note|know|fyi|by the way|btw|for your information|just so you know|save)[ ,:]*(?:that\s+)?)?"
_IS = rx(
    rf"{_LEAD}(?P<role>{RELATIONS})\s*(?:'s name)?\s*(?:is|are|=|:|means|consists of|includes?)\s+(?:now\s+)?"
    r"(?:called\s+|named\s+)?(?P<names>\S.*)$"
)
_WHO = rx(rf"{_LEAD}(?P<names>\S.*?)\s+(?:is|are|'s)\s+(?P<role>{RELATIONS})(?:\s+(?:now|by the way|btw))?$")
_FORGET = rx(
    rf"^(?:please )?(?:forget|(?:don't|do not|no longer) remember|unlearn|remove|delete)\s+"
    rf"(?:who\s+(?P<role>{RELATIONS})\s+(?:is|are)|that\s+\S.*?\s+(?:is|are)\s+(?P<role2>{RELATIONS})"
    rf"|that\s+(?P<role3>{RELATIONS})\s+(?:is|are)\s+\S.*?|(?P<role4>{RELATIONS}))[\s.!?]*$"
)
_NOT = rx(
    r"^(?:who|what|when|where|how|which|is|are|does|do)\b|\b(?:free|busy|available|on|in|out|away|sick|late|coming"
    r"|happy|waiting|asking|off)\b"
)


@dataclass(frozen=True)
class Remember(Intent):
    """Keep who somebody is."""

    role: str
    names: tuple[str, ...]

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        found = _IS.match(text) or _WHO.match(text)
        if not found or _NOT.search(found["names"]):
            return None
        names, rest = names_at(found["names"])
        return cls(found["role"], tuple(names)) if names and not rest.strip(" .!") else None

    def steps(self) -> Steps[Outcome]:
        result = yield from one(Call("find_person", {"name": role_of(self.role), "save": list(self.names)}))
        if options := tuple(map(str, result.get("options") or ())):
            return Outcome(f"Which {joined(self.names)} do you mean?", options=options)
        if result.get("error"):
            return Outcome(f"That didn't work: {result['error']}")
        role = rx(r"^(?:my|our|the)\s+").sub("", self.role)
        verb = "are" if len(self.names) > 1 else "is"
        return Outcome(f"Noted: {joined(self.names)} {verb} your {role}.")

    @property
    def person(self) -> str:
        return self.names[0]


@dataclass(frozen=True)
class Forget(Intent):
    """Keep no longer who somebody is."""

    role: str

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        found = _FORGET.match(text)
        return cls(next(filter(None, found.groups()))) if found else None

    def steps(self) -> Steps[Outcome]:
        result = yield from one(Call("find_person", {"name": role_of(self.role), "forget": True}))
        if result.get("error"):
            return Outcome(f"That didn't work: {result['error']}")
        if result.get("nothing"):
            return Outcome(str(result["nothing"]))
        return Outcome(f"Forgotten: I don't know who {self.role} is any more.")
