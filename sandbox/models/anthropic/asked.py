"""A request to /v1/messages, checked as Anthropic checks it, in the form the planner reads."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.models.anthropic.refusals import Refused
from sandbox.models.tokens import prompt_tokens

Json = dict[str, Any]
CONTEXT = 200_000  # tokens that Claude models read
_TOOL = re.compile(r"^[a-zA-Z0-9_-]{1,128}$")


def as_chat(body: Mapping[str, Any]) -> Json:
    """The request as /api/chat would have it. Raises Refused."""
    _required(body)
    messages = [*_system(body.get("system")), *_spoken(body["messages"])]
    tools = [_tool(place, tool) for place, tool in enumerate(body.get("tools") or ())]
    length = prompt_tokens(messages, tools)
    if length > CONTEXT:
        raise Refused(400, f"prompt is too long: {length} tokens > {CONTEXT} maximum")
    return {
        "model": body["model"],
        "messages": messages,
        "tools": tools,
        "stream": bool(body.get("stream")),
        "options": {"num_ctx": CONTEXT, "num_predict": body["max_tokens"]},
    }


def _required(body: Mapping[str, Any]) -> None:
    for name in ("model", "max_tokens", "messages"):
        if name not in body:
            raise Refused(400, f"{name}: Field required")
    if not isinstance(body["max_tokens"], int) or body["max_tokens"] < 1:
        raise Refused(400, "max_tokens: Input should be greater than or equal to 1")
    if not body["messages"]:
        raise Refused(400, "messages: at least one message is required")
    if body["messages"][0].get("role") != "user":
        raise Refused(400, 'messages: first message must use the "user" role')


def _system(given: object) -> list[Json]:
    text = given if isinstance(given, str) else "\n".join(str(block.get("text", "")) for block in _blocks(given))
    return [{"role": "system", "content": text}] if text else []


def _blocks(content: object) -> list[Json]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def _spoken(messages: Sequence[Mapping[str, Any]]) -> Iterator[Json]:
    """Each message's blocks; every call of a tool must be answered right in the next message."""
    open_calls: list[str] = []
    for place, message in enumerate(messages):
        role = message.get("role")
        if role not in {"user", "assistant"}:
            raise Refused(400, f"messages.{place}.role: Input should be 'user' or 'assistant'")
        blocks = _blocks(message.get("content"))
        if any(block.get("type") == "text" and not block.get("text") for block in blocks):
            raise Refused(400, "messages: text content blocks must be non-empty")
        answered = [str(block.get("tool_use_id")) for block in blocks if block.get("type") == "tool_result"]
        if missing := [call for call in open_calls if call not in answered]:
            raise Refused(
                400,
                f"messages.{place - 1}: `tool_use` ids were found without `tool_result` blocks immediately after:"
                f" {', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the"
                " next message.",
            )
        if unasked := [call for call in answered if call not in open_calls]:
            raise Refused(
                400, f"messages.{place}.content.0: unexpected `tool_use_id` found in `tool_result`: {unasked[0]}"
            )
        open_calls = [str(block.get("id")) for block in blocks if block.get("type") == "tool_use"]
        yield from _assistant(blocks) if role == "assistant" else _user(blocks)


def _assistant(blocks: Sequence[Json]) -> Iterator[Json]:
    calls = [
        {"id": block["id"], "function": {"name": block["name"], "arguments": block.get("input") or {}}}
        for block in blocks
        if block.get("type") == "tool_use"
    ]
    text = "".join(str(block["text"]) for block in blocks if block.get("type") == "text")
    yield {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}


def _user(blocks: Sequence[Json]) -> Iterator[Json]:
    for block in blocks:
        if block.get("type") == "tool_result":
            text = "\n".join(str(part.get("text", "")) for part in _blocks(block.get("content")))
            yield {"role": "tool", "tool_call_id": block.get("tool_use_id"), "content": text}
        elif block.get("type") == "text":
            yield {"role": "user", "content": block["text"]}
        else:
            raise Refused(400, f"messages: this stand-in reads no block of type {block.get('type')!r}")


def _tool(place: int, tool: Mapping[str, Any]) -> Json:
    name, schema = str(tool.get("name", "")), tool.get("input_schema")
    if not _TOOL.match(name):
        raise Refused(400, f"tools.{place}.custom.name: String should match pattern '{_TOOL.pattern}'")
    if not isinstance(schema, dict) or schema.get("type") != "object":
        raise Refused(400, f"tools.{place}.custom.input_schema.type: Input should be 'object'")
    return {"function": {"name": name, "description": tool.get("description", ""), "parameters": schema}}
