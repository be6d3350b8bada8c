"""The port Mind: one tool-calling agent that reads freely and changes nothing."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelCallLimitMiddleware
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage

from app.agent.bench import Bench
from app.agent.offering import Offering
from app.agent.standing_in import StandingIn
from app.agent.steadying import Steadying
from app.agent.tools import TOOLS, langchain_tool
from app.agent.tools.cards import listed
from app.agent.tools.fitting import serialised
from app.domain.desk import Desk
from app.domain.errors import TooManySteps
from app.domain.ports import Request, Thought, Watch
from app.domain.types import CODE, PERSON, STEWARD
from app.planning.sanitising import visible

LINE = 600
"""Characters of an earlier line the model sees again: twelve of them leave three quarters of an 8k window."""
WAITING_CARDS = "waiting_cards"
"""The one tool call that code makes: when cards wait, the model needn't ask for them."""
CALLS = 12
"""Model calls in one turn; the everyday requests take two to five."""


class Agent:
    """Made once per event loop: a model's connections belong to the loop they were made in."""

    def __init__(self, model: Callable[[], BaseChatModel], stand_in: StandingIn | None = None) -> None:
        limits: list[AgentMiddleware[Any, Any, Any]] = [
            ModelCallLimitMiddleware(run_limit=CALLS, exit_behavior="error"),
            Offering(),
            Steadying(),
            *([stand_in] if stand_in else ()),
        ]
        tools = [langchain_tool(kind) for kind in TOOLS]
        self._graph: Any = create_agent(model(), tools, middleware=limits, context_schema=Bench)

    async def think(self, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Answer a request; the actions of the thought are what its tools put on the bench."""
        bench = Bench(request=request, desk=desk, watch=watch)
        try:
            state = await self._graph.ainvoke({"messages": self._messages(request, desk)}, context=bench)
        except ModelCallLimitExceededError as endless:
            raise TooManySteps from endless
        reply = state["messages"][-1].text.strip()
        quoted = [f"Quoted from {name}" for name in bench.sources.quoted(reply)]
        return Thought(
            reply=reply,
            actions=bench.plan,
            notes=tuple(dict.fromkeys((*quoted, *bench.notes))),
            replaces=bench.replaced,
            then=bench.then if bench.actions else "",
        )

    def _messages(self, request: Request, desk: Desk) -> list[BaseMessage]:
        roles: dict[str, type[BaseMessage]] = {PERSON: HumanMessage, CODE: HumanMessage, STEWARD: AIMessage}
        history = [roles[u.role](shortened(visible(u.text))) for u in request.history]
        asked = HumanMessage(visible(request.text))
        return [SystemMessage(self.prompt(request, desk)), *history, asked, *_waiting(request)]

    @staticmethod
    def prompt(request: Request, desk: Desk) -> str:
        """The instructions, filled with what is true in this turn."""
        name = " ".join(visible(request.person.name).split()) or "the person"
        return _template().format(
            name=name,
            first=name.split()[0],
            now=f"{request.now:%A %-d %B %Y, %H:%M}",
            zone=request.person.zone,
            accounts=", ".join(f"{a.name} ({a.email})" for a in desk.accounts),
        )


@cache
def _template() -> str:
    return files("app.agent.prompts").joinpath("system.md").read_text(encoding="utf-8")


def _waiting(request: Request) -> list[BaseMessage]:
    """The cards that wait, and the one that was rejected, as a tool's result: their titles may be strangers' words,
    which have no place in a prompt's instructions."""
    if not request.waiting and request.rejected is None:
        return []
    call = ToolCall(name=WAITING_CARDS, args={}, id=WAITING_CARDS, type="tool_call")
    found = serialised(listed(request))
    return [AIMessage("", tool_calls=[call]), ToolMessage(found, tool_call_id=WAITING_CARDS, name=WAITING_CARDS)]


def shortened(line: str) -> str:
    """An earlier line, so short that one long message doesn't take the room of all that follow."""
    return line if len(line) <= LINE else f"{line[:LINE]} … (shortened)"
