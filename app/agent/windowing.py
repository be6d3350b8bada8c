"""Middleware that keeps what a model is sent within what it can read: code leaves out, and says so, never the host."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import AgentState, ModelRequest, ModelResponse
from langchain_core.messages import BaseMessage

from app.agent.bench import Bench
from app.domain.errors import PromptTooLong

LEFT_OUT = "The model can't read so much at once, so the oldest lines of our conversation were left out."


@runtime_checkable
class Windowed(Protocol):
    """A model that knows how much it can read."""

    def fits(self, messages: Sequence[BaseMessage], tools: Sequence[Any]) -> bool:
        """Whether this can be read whole."""


class Windowing(AgentMiddleware[AgentState[Any], Bench]):
    """Leaves out the oldest lines of the turns before, and nothing of this one."""

    async def awrap_model_call(
        self, request: ModelRequest[Bench], handler: Callable[[ModelRequest[Bench]], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        """One model call, of what has room. Raises PromptTooLong when this turn alone has none."""
        model, bench = request.model, request.runtime.context
        if not isinstance(model, Windowed):
            return await handler(request)
        instructions, *rest = request.messages
        lines = len(bench.request.history)
        for dropped in range(lines + 1):
            messages = [instructions, *rest[dropped:]]
            if model.fits(messages, request.tools):
                if dropped:
                    bench.notes.append(LEFT_OUT)
                return await handler(request.override(messages=messages))
        raise PromptTooLong
