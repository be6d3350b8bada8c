"""A better week: "optimise my week, no meetings on Friday, at most 4 a day, don't move the board meeting"."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from sandbox.models.planner.conversation import Call, Json
from sandbox.models.planner.scan import NUMBER, rx
from sandbox.models.planner.steps import Context, Intent, Outcome, Steps, one

SKILL = "week"
_WHAT = r"(?:week|calendar|schedule|meetings?|days?|agenda)"
_WHICH = r"(?P<span>(?:(?:for|of|in) )?(?:next week|this week|tomorrow|the next \w+ days))"
_ASKED = rx(
    r"^(?:(?:optimi[sz]e|reorgani[sz]e|rearrange|rebalance|improve|defragment|tidy up)\s+(?:my |the |all )*"
    rf"(?:{_WHICH}\b|(?:working )?{_WHAT}\b)(?:'s \w+)?"
    rf"|(?:find|suggest|propose)\s+(?:me\s+)?better times? for (?:my |the |all )*{_WHAT}"
    rf"|make (?:my |the )?{_WHAT} better)(?P<more>.*)$"
)
_SPAN = rx(rf"^{_WHICH}(?:$|(?=[\s,:]))")
_SEAM = rx(
    r"\s*[,;.:?](?:\s+(?:and |but )?|$)|\s+(?:and|but|so that|with)\s+|^\s*(?:and|but|so that|with|where|for)\s+"
)
_POLITE = rx(r"^(?:please|pls|give me|i want)\s+|(?:^|\s+)please$")
_MEETINGS = r"(?:meetings?|calls?|appointments?)"
_A_DAY = r"(?:(?:a|per|each|every) day|daily)"
# The first that fits decides, and `value` is what goes to the tool.
_RULES = (
    ("fixed", rx(r"^(?:do not|don't|never|without)\s+(?:mov|touch|shift|reschedul)\w*\s+(?P<value>.+)$")),
    ("fixed", rx(r"^(?:keep|leave)\s+(?P<value>.+?)\s+(?:fixed|in place|alone|(?:where|as) (?:it|they) (?:is|are))$")),
    ("fixed", rx(r"^(?P<value>.+?)\s+(?:must |should |has to )?(?:stays?|(?:is|are) fixed)(?: put| where .+)?$")),
    ("closed", rx(rf"^(?:no|without)\s+{_MEETINGS}\s+(?:(?:on|in|during|at)\s+)?(?P<value>.+)$")),
    ("closed", rx(r"^nothing\s+(?:on\s+)?(?P<value>.+)$")),
    ("closed", rx(rf"^(?:keep|leave)\s+(?P<value>.+?)\s+(?:free|clear)(?: of {_MEETINGS})?$")),
    ("closed", rx(rf"^(?P<value>.+?)\s+(?:is|are|stays?) (?:free|clear)(?: of {_MEETINGS})?$")),
    (
        "most_a_day",
        rx(
            rf"^(?:at most|max(?:imum)?|(?:no|not) more than|up to)\s+(?P<value>{NUMBER})"
            rf"(?:\s+{_MEETINGS})?\s+{_A_DAY}$"
        ),
    ),
    ("buffer", rx(r"^(?:keep |leave |at least )*(?P<value>.+?)(?: free)?\s+between(?: (?:my |the )?\w+)?$")),
    ("focus", rx(rf"^(?:keep |leave )*(?P<value>{NUMBER} hours?.*)$")),
    ("hours", rx(r"^(?:i work|working hours(?: are)?)\s+(?:from )?(?P<value>.+)$")),
)


@dataclass(frozen=True)
class OptimiseWeek(Intent):
    """Have better times found for the meetings of a week, by rules for this once."""

    about: str = ""
    rules: tuple[tuple[str, str], ...] = ()
    whole: bool = True
    """Whether all that was said is a span or a rule."""

    @classmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        found = _ASKED.match(text.strip(" .!?"))
        if not found or SKILL not in context.skills:
            return None
        said = [(found["span"] or "").strip(), *_pieces(found["more"] or "")]
        ruled = [(piece, _rule(piece)) for piece in said if piece]
        spans = [_bare(piece) for piece, rule in ruled if rule is None]
        whole = all(_SPAN.fullmatch(span) for span in spans)
        return cls(", ".join(spans), tuple(rule for _, rule in ruled if rule), whole)

    def steps(self) -> Steps[Outcome]:
        rules = [f"{name} {value}" for name, value in self.rules]
        args: Json = {"skill": SKILL, **({"about": self.about} if self.about else {})}
        result = yield from one(Call("assist", {**args, **({"rules": rules} if rules else {})}))
        return Outcome(f"That didn't work: {result.get('error', 'the skill gave no reason')}")


def _pieces(more: str) -> Iterator[str]:
    """What is said of the week, one thing each: at a seam only where both sides are something."""
    more = _POLITE.sub("", more.strip(" ,:;.?!-"))
    if span := _SPAN.match(more):
        yield span["span"]
        yield from _pieces(more[span.end() :])
        return
    for seam in _SEAM.finditer(more):
        left, right = more[: seam.start()].strip(), more[seam.end() :]
        hard = bool(set(seam.group()) & set(",;.:?")) or not left
        if hard or (_rule(left) and any(map(_rule, _pieces(right)))):
            yield from filter(None, (_POLITE.sub("", left),))
            yield from _pieces(right)
            return
    if more:
        yield more


def _rule(piece: str) -> tuple[str, str] | None:
    found = ((name, pattern.match(piece)) for name, pattern in _RULES)
    return next(((name, m["value"].strip()) for name, m in found if m), None)


def _bare(piece: str) -> str:
    return rx(r"^(?:for|of|in) ").sub("", piece)
