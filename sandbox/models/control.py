"""What tests may do to the server: hostile switches, a scripted model, requests held open, and a log."""

import asyncio
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
LOG_KEPT = 10_000  # entries; older ones are dropped

# Every switch with its resting value. "_next" counts how many of the next chat requests it strikes.
SWITCHES: dict[str, int | bool] = {
    "latency_ms": 0,  # before the first token, the slot held
    "ms_per_token": 0,
    "slots": 4,
    "fail_next": 0,  # answer `fail_status` instead
    "fail_status": 500,
    "done_reason_load_next": 0,  # an empty answer, as after loading a model
    "tool_call_as_text_next": 0,  # a tool call as JSON in the text, as small models do
    "length_next": 0,  # cut off at half of the answer, done_reason "length"
    "empty_next": 0,  # an empty answer with done_reason "stop"
    "malformed_json_next": 0,  # a line that is no JSON in the stream or body
    "drop_next": 0,  # the connection cut in the middle of the answer
    "retry_after": 0,  # seconds that a failure of Anthropic's with status 429 or 529 asks for; 0 says nothing
    "refusal_next": 0,  # Anthropic's model declines, stop_reason "refusal"
    "overloaded_in_stream_next": 0,  # Anthropic's stream ends in an error event, its status was 200
    "obedient": False,  # do whatever any text in the prompt says, instead of only what the person asked
    "keep_bodies": False,  # the log keeps whole requests, not only their measures
}


class UnknownSwitch(Exception):
    """No switch has that name, or the value is none for it."""


@dataclass
class Switches:
    """The switches' present values."""

    values: dict[str, int | bool] = field(default_factory=lambda: dict(SWITCHES))

    def set(self, wanted: Mapping[str, Any]) -> None:
        """Set several at once; if one name or value is wrong nothing is set."""
        for name, value in wanted.items():
            if name not in SWITCHES:
                raise UnknownSwitch(f"no switch {name!r}; known: {', '.join(sorted(SWITCHES))}")
            if not isinstance(value, int) or value < 0:
                raise UnknownSwitch(f"switch {name!r} takes a whole number from 0, not {value!r}")
        self.values.update(wanted)

    def __getitem__(self, name: str) -> int:
        return int(self.values[name])

    def strikes(self, name: str) -> bool:
        """Whether a counted switch strikes now; counts it down."""
        if not self.values[name]:
            return False
        self.values[name] = int(self.values[name]) - 1
        return True


@dataclass
class Script:
    """What a scripted model says, turn by turn, to the requests it matches."""

    turns: deque[Json]
    match: str = ""
    lasting: bool = False
    """Not used up: a request gets the first turn whose calls it doesn't show yet. A model keeps nothing, either."""

    def fitting(self, called: Collection[str]) -> Json:
        """The turn of a lasting script for a conversation in which these tools were called since the question."""
        for turn in self.turns:
            wanted = {call.get("function", call)["name"] for call in turn.get("tool_calls") or ()}
            if not wanted or not wanted <= {*called}:
                return turn
        return self.turns[-1]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> "Script":
        """Check and take over a script; a turn holds `content`, `tool_calls`, or both."""
        turns = body.get("turns")
        if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
            raise ValueError(
                'a script is {"turns": [{"tool_calls": […]} or {"content": "…"}, …], "match"?: "…", "lasting"?: true}'
            )
        for turn in turns:
            for call in turn.get("tool_calls") or ():
                function = call.get("function", call)
                if not function.get("name"):
                    raise ValueError(f"a tool call needs a name: {call}")
        return cls(deque(turns), str(body.get("match") or ""), body.get("lasting") is True)


class Scripts:
    """All scripts in the order they were given; each is used up and gone, unless it lasts."""

    def __init__(self) -> None:
        self.waiting: list[Script] = []

    def next_turn(self, ask: str, called: Collection[str] = ()) -> Json | None:
        """The next turn of the first script that matches what the person asked; `called` are the tools the model has
        called since."""
        for script in self.waiting:
            if script.turns and script.match.lower() in ask.lower():
                if script.lasting:
                    return script.fitting(called)
                turn = script.turns.popleft()
                if not script.turns:
                    self.waiting.remove(script)
                return turn
        return None


@dataclass
class _Hold:
    match: str
    when: str


@dataclass
class _Held:
    number: int
    summary: Json
    released: asyncio.Future[bool]


class Holds:
    """Requests held open before they are answered, or when the answer is ready but unsent."""

    def __init__(self) -> None:
        self._wanted: list[_Hold] = []
        self._held: list[_Held] = []

    def want(self, match: str, when: str) -> None:
        """Hold the requests whose path or text contains the match, until release."""
        if when not in {"before", "after"}:
            raise ValueError('"when" is "before" or "after"')
        self._wanted.append(_Hold(match, when))

    def held(self) -> list[Json]:
        """What is held now."""
        return [one.summary for one in self._held]

    def release(self, *, drop: bool) -> int:
        """Let everything go, answered or with its connection cut; returns how many were held."""
        self._wanted.clear()
        for one in self._held:
            if not one.released.done():
                one.released.set_result(drop)
        return len(self._held)

    async def pass_by(self, when: str, text: str, entry: Json) -> bool:
        """Wait here if wanted; True if the connection shall be cut afterwards."""
        if not any(hold.when == when and hold.match in text for hold in self._wanted):
            return False
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        one = _Held(entry["number"], {**entry, "when": when}, future)
        self._held.append(one)
        try:
            return await future
        finally:
            self._held.remove(one)


class Log:
    """Every request that arrived, in order, with its measures."""

    def __init__(self) -> None:
        self.entries: deque[Json] = deque(maxlen=LOG_KEPT)
        self._count = 0

    def open(self, path: str, body: Mapping[str, Any], *, keep_body: bool) -> Json:
        """Begin an entry; whoever answers adds outcome and measures to it."""
        self._count += 1
        messages = body.get("messages") or []
        entry: Json = {
            "number": self._count,
            "path": path,
            "model": body.get("model"),
            "stream": body.get("stream", True),
            "messages": len(messages),
            "roles": [message.get("role") for message in messages],
            "prompt_characters": sum(len(str(message.get("content") or "")) for message in messages),
            "tools": [(tool.get("function") or {}).get("name") for tool in body.get("tools") or ()],
            "options": body.get("options") or {},
            "at": datetime.now(UTC).isoformat(),
            "outcome": "open",
        }
        if keep_body:
            entry["body"] = dict(body)
        self.entries.append(entry)
        return entry


@dataclass
class Control:
    """Everything tests hold in their hands."""

    switches: Switches = field(default_factory=Switches)
    scripts: Scripts = field(default_factory=Scripts)
    holds: Holds = field(default_factory=Holds)
    log: Log = field(default_factory=Log)
