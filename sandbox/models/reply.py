"""One model answer, from the request to the frames on the wire."""

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sandbox.models.control import Switches
from sandbox.models.obedient import obey
from sandbox.models.obedient.judging import swayed
from sandbox.models.planner.judging import judged, task_of
from sandbox.models.planner.plan import Answer, plan
from sandbox.models.tokens import CHARACTERS_PER_TOKEN, DEFAULT_CONTEXT, fitted, pieces, tokens

Json = dict[str, Any]
NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class Spoken:
    """What the model says, why it stopped, and what it read."""

    content: str = ""
    calls: tuple[Json, ...] = ()
    done_reason: str = "stop"
    prompt_count: int = 0

    @property
    def eval_count(self) -> int:
        """Tokens written."""
        return tokens(self.content) + sum(tokens(json.dumps(call)) for call in self.calls)


@dataclass
class Clock:
    """Durations in seconds, as they were."""

    began: float
    load: float = 0.0
    prompt: float = 0.0
    spans: list[float] = field(default_factory=list)


def answer(body: Mapping[str, Any], scripted: Mapping[str, Any] | None, *, obedient: bool = False) -> Spoken:
    """What the model says: the script's next turn if there is one, else what the planner, or obedience, works out."""
    options = body.get("options") or {}
    limit = int(options.get("num_ctx") or DEFAULT_CONTEXT)
    tools = list(body.get("tools") or ())
    seen, prompt_count = fitted(list(body.get("messages") or ()), tools, limit)
    if scripted is not None:
        spoken = Spoken(str(scripted.get("content") or ""), tuple(map(_call, scripted.get("tool_calls") or ())))
    else:
        planned = _planned(seen, tools, body.get("format"), obedient=obedient)
        calls = ({"name": call.tool, "arguments": call.args} for call in planned.calls)
        spoken = Spoken(planned.content, tuple(map(_call, calls)))
        if body.get("format") and not spoken.calls and not task_of(seen):
            spoken = replace(spoken, content=shaped(spoken.content, body["format"]))
    spoken = replace(spoken, prompt_count=prompt_count)
    return _cut(spoken, int(options.get("num_predict") or -1))


def _planned(seen: Sequence[Json], tools: Sequence[Json], form: object, *, obedient: bool) -> Answer:
    """What the rules make of a person's request, or of material that is to be judged or put into words."""
    if task_of(seen):
        return (swayed if obedient else judged)(seen, tools, form)
    return (obey if obedient else plan)(seen, tools)


def _call(raw: Mapping[str, Any]) -> Json:
    function = raw.get("function", raw)
    return {
        "id": f"call_{uuid.uuid4().hex[:8]}",
        "function": {"name": function["name"], "arguments": function.get("arguments") or {}},
    }


def _cut(spoken: Spoken, most: int) -> Spoken:
    """Obey num_predict: an answer that is longer ends with done_reason "length"."""
    if most < 0 or spoken.eval_count <= most:
        return spoken
    return replace(spoken, content=spoken.content[: most * CHARACTERS_PER_TOKEN], calls=(), done_reason="length")


def spoilt(spoken: Spoken, switches: Switches) -> Spoken:
    """The answer as a struck switch leaves it."""
    if switches.strikes("done_reason_load_next"):
        return Spoken(done_reason="load", prompt_count=0)
    if switches.strikes("empty_next"):
        return Spoken(prompt_count=spoken.prompt_count)
    if switches.strikes("length_next"):
        half = spoken.content[: len(spoken.content) // 2]
        return replace(spoken, content=half, calls=(), done_reason="length")
    if spoken.calls and switches.strikes("tool_call_as_text_next"):
        texts = (
            {"name": call["function"]["name"], "parameters": call["function"]["arguments"]} for call in spoken.calls
        )
        return replace(spoken, content="\n".join(map(json.dumps, texts)), calls=())
    return spoken


def shaped(text: str, form: object) -> str:
    """The answer as JSON: the smallest value a schema allows, the text in its first free string field."""
    if not isinstance(form, dict):
        return json.dumps({"answer": text})
    texts = [text]
    return json.dumps(_smallest(form, form, texts))


def _smallest(schema: Mapping[str, Any], root: Mapping[str, Any], texts: list[str]) -> Any:  # noqa: PLR0911 (one per JSON type)
    schema = _resolved(schema, root)
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object" or "properties" in schema:
        required = schema.get("required", list(schema.get("properties", {})))
        return {
            name: _smallest(part, root, texts)
            for name, part in schema.get("properties", {}).items()
            if name in required
        }
    if kind == "array":
        return [_smallest(schema.get("items", {}), root, texts) for _ in range(int(schema.get("minItems", 0)))]
    if kind in {"integer", "number"}:
        return schema.get("minimum", 0)
    if kind == "boolean":
        return False
    if kind == "null":
        return None
    return texts.pop() if texts else ""


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice):
            return _resolved(schema[choice][0], root)
    if reference := schema.get("$ref"):
        found: Any = root
        for part in str(reference).removeprefix("#/").split("/"):
            found = found[part]
        return _resolved(found, root)
    return schema


@dataclass(frozen=True)
class Frames:
    """The lines of an answer for one endpoint: /api/chat says `message`, /api/generate says `response`."""

    model: str
    generate: bool = False

    def _base(self) -> Json:
        return {"model": self.model, "created_at": datetime.now(UTC).isoformat().replace("+00:00", "Z")}

    def _said(self, content: str, calls: Sequence[Json] = ()) -> Json:
        if self.generate:
            return {"response": content}
        message: Json = {"role": "assistant", "content": content}
        return {"message": {**message, "tool_calls": list(calls)} if calls else message}

    def parts(self, spoken: Spoken) -> Iterator[Json]:
        """The frames before the last: text piece by piece, each call in a frame of its own."""
        for piece in pieces(spoken.content):
            yield {**self._base(), **self._said(piece), "done": False}
        for place, call in enumerate(spoken.calls):
            indexed = {**call, "function": {"index": place, **call["function"]}}
            yield {**self._base(), **self._said("", [indexed]), "done": False}

    def last(self, spoken: Spoken, clock: Clock, now: float) -> Json:
        """The frame that ends a stream."""
        return {**self._base(), **self._said(""), **self._end(spoken, clock, now)}

    def whole(self, spoken: Spoken, clock: Clock, now: float) -> Json:
        """The one frame of a request with `stream: false`."""
        return {**self._base(), **self._said(spoken.content, spoken.calls), **self._end(spoken, clock, now)}

    def _end(self, spoken: Spoken, clock: Clock, now: float) -> Json:
        end: Json = {"done": True, "done_reason": spoken.done_reason}
        if spoken.done_reason in {"load", "unload"}:
            return end
        total = now - clock.began
        return {
            **end,
            **({"context": []} if self.generate else {}),
            "total_duration": int(total * NANOSECONDS),
            "load_duration": int(clock.load * NANOSECONDS),
            "prompt_eval_count": spoken.prompt_count,
            "prompt_eval_duration": int(clock.prompt * NANOSECONDS),
            "eval_count": spoken.eval_count,
            "eval_duration": int(max(0.0, total - clock.load - clock.prompt) * NANOSECONDS),
        }
