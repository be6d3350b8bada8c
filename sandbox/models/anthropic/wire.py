"""What the model says, as Anthropic's messages and server-sent events say it."""

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from sandbox.models.anthropic import refusals
from sandbox.models.control import Switches
from sandbox.models.reply import Clock, Spoken
from sandbox.models.tokens import pieces

Json = dict[str, Any]
BROKEN = "Internal server error"
REFUSAL = "refusal"
OVERLOADED = "overloaded"
PIECE = 24  # characters of a call's arguments in one delta


def _new_id() -> str:
    return f"msg_{uuid.uuid4().hex[:24]}"


@dataclass(frozen=True)
class AnthropicWire:
    """One answer of /v1/messages. `usage` is its input side."""

    model: str
    usage: Json
    retry_after: int = 0
    id: str = field(default_factory=_new_id)
    content_type: str = "text/event-stream; charset=utf-8"

    def whole(self, spoken: Spoken, clock: Clock) -> str:
        del clock
        content: list[Json] = [{"type": "text", "text": spoken.content}] if spoken.content else []
        content += [_called(call, call["function"]["arguments"]) for call in spoken.calls]
        ended = {"content": content, "stop_reason": _stop(spoken), "usage": self._usage(spoken.eval_count)}
        return json.dumps({**self._message(), **ended}, ensure_ascii=False)

    def parts(self, spoken: Spoken) -> Iterator[bytes]:
        yield _event("message_start", {"message": self._message()})
        yield _event("ping", {})
        if spoken.content:
            deltas = [{"type": "text_delta", "text": piece} for piece in pieces(spoken.content)]
            yield from _block(0, {"type": "text", "text": ""}, deltas)
        first = 1 if spoken.content else 0
        for place, call in enumerate(spoken.calls, first):
            text = json.dumps(call["function"]["arguments"], ensure_ascii=False)
            parts = ["", *(text[start : start + PIECE] for start in range(0, len(text), PIECE))]
            deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts]
            yield from _block(place, _called(call, {}), deltas)

    def end(self, spoken: Spoken, clock: Clock) -> bytes:
        del clock
        if spoken.done_reason == OVERLOADED:
            return _event("error", refusals.error(529, refusals.WORDS[529]))
        delta = {"stop_reason": _stop(spoken), "stop_sequence": None}
        usage = {name: count for name, count in self._usage(spoken.eval_count).items() if name != "cache_creation"}
        return _event("message_delta", {"delta": delta, "usage": usage}) + _event("message_stop", {})

    def spoilt(self, spoken: Spoken, switches: Switches) -> Spoken:
        if switches.strikes("refusal_next"):
            return replace(spoken, content="", calls=(), done_reason=REFUSAL)
        if switches.strikes("overloaded_in_stream_next"):
            return replace(spoken, done_reason=OVERLOADED)
        return spoken

    def failed(self, status: int) -> web.Response:
        return refusals.response(status, refusals.WORDS.get(status, BROKEN), retry_after=self.retry_after)

    def busy(self, text: str) -> web.Response:
        del text
        return self.failed(529)

    def _message(self) -> Json:
        return {
            "id": self.id,
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": self._usage(1),
        }

    def _usage(self, written: int) -> Json:
        return {**self.usage, "output_tokens": written, "service_tier": "standard"}


def _stop(spoken: Spoken) -> str:
    if spoken.done_reason == REFUSAL:
        return "refusal"
    if spoken.done_reason == "length":
        return "max_tokens"
    return "tool_use" if spoken.calls else "end_turn"


def _called(call: Json, arguments: Json) -> Json:
    name = call["function"]["name"]
    return {"type": "tool_use", "id": f"toolu_{call['id'].removeprefix('call_')}", "name": name, "input": arguments}


def _block(place: int, start: Json, deltas: Sequence[Json]) -> Iterator[bytes]:
    yield _event("content_block_start", {"index": place, "content_block": start})
    for delta in deltas:
        yield _event("content_block_delta", {"index": place, "delta": delta})
    yield _event("content_block_stop", {"index": place})


def _event(kind: str, body: Json) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **body}, ensure_ascii=False)}\n\n".encode()
