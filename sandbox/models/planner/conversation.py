"""What the request on the wire says: who speaks, what was asked before, which calls were made and what they gave."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sandbox.models.planner.scan import rx
from sandbox.models.planner.wording import plain

Json = dict[str, Any]
GOES_ON = "Go on with what I asked before:"  # how a turn begins that is told the results of cards


@dataclass(frozen=True)
class Call:
    """One call of a tool."""

    tool: str
    args: Json

    @property
    def key(self) -> str:
        """Equal for equal calls, whatever the order of the arguments."""
        return f"{self.tool} {json.dumps(self.args, sort_keys=True, default=str)}"


@dataclass(frozen=True)
class Turn:
    """One request of the person with what was done for it and the answer it got (empty while it is being worked on)."""

    ask: str
    answer: str = ""
    made: tuple[tuple[Call, Json], ...] = ()
    results: tuple[Json, ...] = ()  # of the cards of an earlier turn, when this turn goes on with them

    @property
    def goes_on(self) -> bool:
        """Whether code asked, and not the person."""
        return self.ask.startswith(GOES_ON)


@dataclass(frozen=True)
class Waiting:
    """A card that waits for the person's decision, or one that was just rejected (which has no reference)."""

    ref: str
    title: str
    tool: str
    asked: Json
    here: bool = False


@dataclass(frozen=True)
class Conversation:
    """The whole request: instructions, the turns before, and the turn that waits for its next step."""

    system: str
    earlier: tuple[Turn, ...]
    current: Turn
    tools: Mapping[str, frozenset[str]]
    """The tools offered, and the arguments each takes; no arguments means that the schema names none."""
    steps: int = 0  # how many times tools were already called in this turn
    skills: frozenset[str] = frozenset()
    """What the tool assist can start, as its schema lists it."""

    @property
    def first_name(self) -> str:
        """The person's first name, if the instructions give it."""
        return _first_name(self.system)

    @property
    def cards(self) -> tuple[Waiting, ...]:
        """The cards that a message may be about: what was just rejected, or else what waits."""
        known = self._told("waiting_cards")
        rejected = known.get("rejected")
        listed = [rejected] if isinstance(rejected, dict) else known.get("cards") or ()
        return tuple(_card(one) for one in listed if isinstance(one, dict))

    @property
    def decided(self) -> tuple[Waiting, ...]:
        """The cards that were decided lately."""
        return tuple(_card(one) for one in self._told("earlier").get("decided") or () if isinstance(one, dict))

    @property
    def shown(self) -> "tuple[Listed, ...]":
        """What the last answer spoke of, by reference and in its order, if code tells."""
        rows = [row for row in self._told("earlier").get("listed") or () if isinstance(row, dict)]
        return tuple(Listed(str(row.get("title", "")), "", str(row.get("ref", ""))) for row in rows)

    @property
    def accounts(self) -> Mapping[str, str]:
        """The accounts by their names, with their addresses, if the instructions give them."""
        line = _ACCOUNTS.search(self.system)
        return dict(_ACCOUNT.findall(line[0])) if line else {}

    def _told(self, tool: str) -> Json:
        return next((result for call, result in self.current.made if call.tool == tool), {})


_ACCOUNTS = re.compile(r"Accounts: [^\n]*")
_ACCOUNT = re.compile(r"([\w.+-][\w.+ -]*) \(([^\s()]+@[^\s()]+)\)")


@dataclass
class _Reader:
    turns: list[Turn] = field(default_factory=list)
    waiting: list[tuple[str | None, Call]] = field(default_factory=list)
    steps: int = 0

    def user(self, text: str) -> None:
        words, _, told = text.partition("<results>")
        self.turns.append(Turn(plain(words), results=_results(told)))
        self.waiting, self.steps = [], 0

    def assistant(self, message: Mapping[str, Any]) -> None:
        if not self.turns:
            self.turns.append(Turn(""))
        if calls := message.get("tool_calls"):
            self.steps += 1
            self.waiting = [(one.get("id"), _call(one.get("function") or {})) for one in calls]
        elif text := str(message.get("content") or "").strip():
            self.turns[-1] = replace(self.turns[-1], answer=text)

    def tool(self, message: Mapping[str, Any]) -> None:
        """Most clients drop ids and names on the wire: results then belong to the calls in their order."""
        if not self.waiting or not self.turns:
            return
        wanted = message.get("tool_call_id")
        place = next((i for i, (known, _) in enumerate(self.waiting) if wanted and known == wanted), 0)
        call = self.waiting.pop(place)[1]
        turn = self.turns[-1]
        told = result(str(message.get("content") or ""))
        self.turns[-1] = replace(turn, made=(*turn.made, (call, told)))


def _results(text: str) -> tuple[Json, ...]:
    """What a turn that goes on is told between its fences."""
    try:
        parsed = json.loads(text.partition("</results>")[0])
    except ValueError:
        return ()
    return tuple(entry for entry in parsed if isinstance(entry, dict)) if isinstance(parsed, list) else ()


def _card(listed: Json) -> Waiting:
    asked = listed.get("asked")
    return Waiting(
        ref=str(listed.get("ref", "")),
        title=str(listed.get("card", "")),
        tool=str(listed.get("tool", "")),
        asked=asked if isinstance(asked, dict) else {},
        here=bool(listed.get("in_this_thread")),
    )


def _call(function: Mapping[str, Any]) -> Call:
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        arguments = result(arguments)
    return Call(str(function.get("name", "")), dict(arguments or {}))


def result(text: str) -> Json:
    """The JSON object in a tool's answer, whatever labels stand around it; anything else is an error text."""
    start, end = text.find("{"), text.rfind("}")
    if 0 <= start < end:
        try:
            parsed = json.loads(text[start : end + 1])
        except ValueError:
            parsed = None
        if isinstance(parsed, dict):
            return _unfenced(parsed)
    return {"error": text.strip() or "the tool answered nothing"}


def _unfenced(parsed: Json) -> Json:
    """A result without the labels that say what of it strangers wrote, and whole again if it was cut."""
    cut = parsed.get("untrusted", parsed.get("text")) if "cut" in parsed else None
    if isinstance(cut, str):
        restored = _restored(cut)
        return restored if "cut" in restored else _unfenced(restored)
    written = parsed.get("untrusted")
    if not isinstance(written, dict):
        return parsed
    return {**{name: value for name, value in parsed.items() if name not in {"note", "untrusted"}}, **written}


def _restored(text: str) -> Json:
    """As much of a JSON text that was cut for length as can be closed again."""
    places = [len(text), *(found.end() for found in reversed(list(re.finditer(r"[}\]]", text))))]
    for place in places:
        for closing in ("}", "]}", '"]}', '"}]}', "}]}", "}}", "]}}", '"]}}', '"}]}}', "}]}}"):
            try:
                parsed = json.loads(text[:place] + closing)
            except ValueError:
                continue
            if isinstance(parsed, dict):
                return parsed
    return {"error": "the result was too long to read"}


def read(messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]] | None) -> Conversation:
    """Sort the messages of a request into turns; consecutive messages of the person end with the one that counts."""
    reader = _Reader()
    system = []
    for message in messages:
        role = message.get("role")
        if role == "system":
            system.append(str(message.get("content") or ""))
        elif role == "user":
            reader.user(str(message.get("content") or ""))
        elif role == "assistant":
            reader.assistant(message)
        elif role == "tool":
            reader.tool(message)
    turns = reader.turns or [Turn("")]
    offered = dict(_offered(tool.get("function") or {}) for tool in tools or ())
    skills = frozenset[str]().union(*(_skills(tool.get("function") or {}) for tool in tools or ()))
    return Conversation("\n".join(system), tuple(turns[:-1]), turns[-1], offered, reader.steps, skills)


def _offered(function: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    properties = (function.get("parameters") or {}).get("properties") or {}
    return str(function.get("name", "")), frozenset(properties)


def _skills(function: Mapping[str, Any]) -> frozenset[str]:
    properties = (function.get("parameters") or {}).get("properties") or {}
    listed = properties.get("skill", {}).get("enum", ()) if function.get("name") == "assist" else ()
    return frozenset(map(str, listed))


_NAME = r"(?P<name>[A-ZÀ-Þ][\w'’-]+)(?: [A-ZÀ-Þ][\w'’.-]+)*"
_NAMED = (
    re.compile(rf"(?i:\b(?:person|user|owner|principal|their|the person's|your person's)(?:'s)?(?: full|"
rf" first)? name(?: is|:))\s*\**{_NAME}"),
    re.compile(rf"(?im:^\W*(?:name|person|user|you (?:work|are working|act|speak) for|speaking with|"
rf"talking to)\s*[:=])\s*\**{_NAME}"),
    re.compile(rf"(?i:\b(?:assistant|steward)(?: of| for| to|,? assisting|,? working for))\s+{_NAME}"),
    re.compile(rf"(?i:\b(?:you (?:work|are working|act|speak) (?:for|with)|you (?:assist|serve|help)|on behalf of|"
rf"the person (?:is|you (?:assist|serve|help|work for) is)|the user is))\s+{_NAME}"),
)  # fmt: skip
_NOT_NAMES = frozenset(
    """One The A An In On At This That Their Slack Steward Google Gmail People Person It Each""".split()  # noqa: SIM905
)


def _first_name(system: str) -> str:
    for pattern in _NAMED:
        for found in pattern.finditer(system):
            if found["name"] not in _NOT_NAMES:
                return found["name"].rstrip("'’-")
    return ""


_LISTED = rx(
    r"^\s*(?:[•*-]|\d+[.)])\s*\*?(?P<subject>.+?)\*?\s+—\s+(?P<who>[^,—]+?)(?:,\s*(?P<when>[^\[]+?))?(?:\s*\["
    r"(?P<ref>[^\]]+)\])?$"
)


@dataclass(frozen=True)
class Listed:
    """One line of a list in an earlier answer, so that "the second one" has a meaning."""

    subject: str
    who: str
    ref: str = ""


def listed(answer: str) -> list[Listed]:
    """The entries of the last list in an answer."""
    found = (_LISTED.match(line) for line in answer.splitlines())
    return [Listed(m["subject"].strip("* "), m["who"].strip(" ["), m["ref"] or "") for m in found if m]
