"""Middleware by which another model answers when the first can't, and the person is told which, and where it is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.agents.middleware.types import AgentState, ModelRequest, ModelResponse
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage

from app.agent.bench import Bench
from app.domain.errors import ModelAbsent, ModelBusy, ModelError, ModelUnreachable, PaidCallsSpent, PromptTooLong

Handler = Callable[[ModelRequest[Bench]], Awaitable[ModelResponse[Any]]]
REASONS: dict[type[ModelError], str] = {
    PaidCallsSpent: "Today's calls to {name} are used up",
    ModelBusy: "{name} is overloaded",
    ModelUnreachable: "{name} can't be reached",
    ModelAbsent: "{name} isn't installed on its host",
    PromptTooLong: "That was more than {name} can read at once",
}
"""Why another model is asked; of several reasons that fit, the first."""
AWAY = tuple(REASONS)


@dataclass(frozen=True)
class Named:
    """A model, what people call it, and where what it is asked goes."""

    model: BaseChatModel
    name: str
    place: str


class StandingIn(AgentMiddleware[AgentState[Any], Bench]):
    """Asks the other model for the rest of a turn in which the first was overloaded, away, used up, or too small."""

    def __init__(self, first: Named, other: Named) -> None:
        super().__init__()
        self.other = other.model
        told = "{why}, so {name} answered. What it had to read for that went to {place}."
        self._notes = {
            kind: told.format(why=why.format(name=first.name), name=other.name, place=other.place)
            for kind, why in REASONS.items()
        }

    async def awrap_model_call(self, request: ModelRequest[Bench], handler: Handler) -> ModelResponse[Any]:
        """One model call, by whoever can answer it."""
        notes = request.runtime.context.notes
        if not any(note in notes for note in self._notes.values()):
            try:
                return await handler(request)
            except AWAY as away:
                notes.append(next(note for kind, note in self._notes.items() if isinstance(away, kind)))
        messages: list[AnyMessage] = [_plain(message) for message in request.messages]
        return await handler(request.override(model=self.other, messages=messages))


def _plain(message: AnyMessage) -> AnyMessage:
    """An answer without what only its own provider understands."""
    if not isinstance(message, AIMessage):
        return message
    return AIMessage(message.text, tool_calls=message.tool_calls)
