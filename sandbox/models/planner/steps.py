"""How an intent proceeds: it asks for calls, gets their results, ends with words; and how that is replayed."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self, TypeVar

from sandbox.models.planner.conversation import Call, Json, Listed

T = TypeVar("T")
Steps = Generator[list[Call], list[Json], T]


# How a later turn knows that it answers a choice between times.
TIMES_ASKED = "can be read in more than one way. Which do you mean?"


@dataclass(frozen=True)
class Outcome:
    """What an intent has to say at its end, and how many cards now wait for the person."""

    text: str
    proposed: int = 0
    options: tuple[str, ...] = ()
    """What the person may answer, when the text is a question."""

    @property
    def whole(self) -> str:
        """The text with its options under it, for where no buttons can be shown."""
        return "\n".join((self.text, *(f"• {option}" for option in self.options)))


@dataclass(frozen=True)
class Context:
    """What a request may refer to: the requests before it, the list and the question shown last, names."""

    before: "tuple[Intent, ...]" = ()
    answer: str = ""
    asked: str = ""  # the words of the request before
    shown: tuple[Listed, ...] = ()
    first_name: str = ""
    person: str = ""  # who was spoken of last: "her", "him"
    tools: Mapping[str, frozenset[str]] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)  # address by name
    skills: frozenset[str] = frozenset()  # what the tool assist can start


class Intent(ABC):
    """A kind of request. An instance is one request, understood; it is immutable, so that a later turn may vary it."""

    complete: ClassVar[bool] = True  # False: an answer of last resort, not a reason to split a sentence in two

    @classmethod
    @abstractmethod
    def matches(cls, text: str, context: Context) -> Self | None:
        """Understand the text as this kind of request, or don't."""

    @abstractmethod
    def steps(self) -> Steps[Outcome]:
        """Yield the calls needed next, receive their results in order, return what to say."""

    def varied(self, text: str, context: Context) -> "Intent | None":
        """This request again, changed as a later message asks ("make it 4pm"); None if it asks no such thing."""
        del text, context
        return None

    @property
    def person(self) -> str:
        """Whom the request is about, for "her" and "him" later on."""
        return ""


@dataclass(frozen=True)
class Progress:
    """Either calls that are still to be made, or the end."""

    calls: tuple[Call, ...] = ()
    outcome: Outcome | None = None


def one(call: Call) -> Steps[Json]:
    """Make a single call within an intent's steps."""
    results = yield [call]
    return results[0]


def advance(steps: Steps[Outcome], made: Mapping[str, Json], tools: Mapping[str, frozenset[str]]) -> Progress:
    """Run an intent over the results the conversation already holds, up to the first call that has none."""
    results: list[Json] | None = None
    while True:
        try:
            wanted = next(steps) if results is None else steps.send(results)
        except StopIteration as end:
            return Progress(outcome=end.value)
        able = [_able(call, tools) for call in wanted]
        fitting = [_fitting(call, tools) for call in wanted]
        missing = [call for call, can in zip(fitting, able, strict=True) if can and call.key not in made]
        if missing:
            return Progress(calls=tuple(missing))
        results = [made[call.key] if can else _without(call) for call, can in zip(fitting, able, strict=True)]


SELECTING = frozenset({"owed", "threads"})  # without these a call would be about more than was meant


def _able(call: Call, tools: Mapping[str, frozenset[str]]) -> bool:
    """Whether there is a tool for the call that takes what it depends on."""
    known = tools.get(call.tool)
    return known is not None and not (known and SELECTING & (call.args.keys() - known))


def _fitting(call: Call, tools: Mapping[str, frozenset[str]]) -> Call:
    """The call without arguments that its tool doesn't take."""
    known = tools.get(call.tool)
    return Call(call.tool, {name: value for name, value in call.args.items() if name in known}) if known else call


def _without(call: Call) -> Json:
    return {"error": f"I don't have the tool for that here ({call.tool})", "unavailable": True}


def proposal(results: Sequence[Json]) -> Outcome:
    """Word what changing tools answered: what was proposed, what there is nothing to do for, what went wrong."""
    lines: list[str] = []
    proposed = 0
    for result in results:
        if result.get("proposed"):
            cards = result["proposed"] if isinstance(result["proposed"], list) else [result["proposed"]]
            proposed += len(cards)
            lines += [str(card).strip() for card in cards]
            lines += [f"Not done: {_sentence(_why(no))}" for no in result.get("not_done") or ()]
        elif result.get("nothing"):
            lines.append(f"Nothing to do: {_sentence(result['nothing'])}")
        elif result.get("ambiguous"):
            choices = "\n".join(f"• {choice}" for choice in result["ambiguous"])
            lines.append(f"That time {TIMES_ASKED}\n{choices}")
        else:
            lines.append(f"That didn't work: {_sentence(result.get('error', 'the tool gave no reason'))}")
    return Outcome("\n".join(lines), proposed)


def _why(no: object) -> str:
    return str(no.get("why") or " ".join(map(str, no.values()))) if isinstance(no, dict) else str(no)


def _sentence(text: object) -> str:
    words = str(text).strip()
    return words if words[-1:] in ".!?" else f"{words}."
