"""Middleware that keeps a small model on the path: empty, cut and textual answers are noticed, never passed on."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import AgentState, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, HumanMessage

from app.agent.bench import Bench
from app.domain.errors import ModelError, PromptTooLong

ASK_AGAIN = "Call the tool itself instead of writing the call as text. If no tool is needed, answer in words."


class Steadying(AgentMiddleware[AgentState[Any], Bench]):
    """Re-asks once, then says that the model gave no usable answer."""

    async def awrap_model_call(
        self,
        request: ModelRequest[Bench],
        handler: Callable[[ModelRequest[Bench]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """One model call, looked at before it counts."""
        response = await handler(request)
        if (fault := _fault(response)) is None:
            return response
        hint = [HumanMessage(ASK_AGAIN)] if fault == "text" else []
        second = await handler(request.override(messages=[*request.messages, *hint]))
        if _fault(second) is not None:
            raise ModelError
        return second


def _fault(response: ModelResponse[Any]) -> str | None:
    """What is wrong with an answer: nothing in it, or a tool call written as text; raises PromptTooLong when cut."""
    message = response.result[-1]
    if not isinstance(message, AIMessage) or message.tool_calls:
        return None
    if message.response_metadata.get("done_reason") == "length":
        raise PromptTooLong
    text = message.text.strip()
    if not text:
        return "empty"
    return "text" if _looks_like_call(text) else None


def _looks_like_call(text: str) -> bool:
    bare = text.removeprefix("```json").removeprefix("```").removesuffix("```").strip()
    if not bare.startswith(("{", "[{")):
        return False
    try:
        parsed = json.loads(bare)
    except ValueError:
        return False
    first = parsed[0] if isinstance(parsed, list) and parsed else parsed
    return isinstance(first, dict) and "name" in first and ("arguments" in first or "parameters" in first)
