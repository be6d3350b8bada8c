"""The port Mind: one tool-calling agent that reads freely and changes nothing."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelCallLimitMiddleware
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from app.agent.bench import Bench
from app.agent.steadying import Steadying
from app.agent.tools import TOOLS, langchain_tool
from app.domain.desk import Desk
from app.domain.errors import TooManySteps
from app.domain.ports import Request, Thought, Watch
from app.planning.sanitising import visible

LINE = 600
"""Characters of an earlier line the model sees again: twelve of them leave three quarters of an 8k window."""
CALLS = 12
"""Model calls in one turn; the everyday requests take two to five."""


class Agent:
    """Made once per event loop: a model's connections belong to the loop they were made in."""

    def __init__(self, model: Callable[[], BaseChatModel]) -> None:
        self._prompt = files("app.agent.prompts").joinpath("system.md").read_text(encoding="utf-8")
        limits: list[AgentMiddleware[Any, Any, Any]] = [
            ModelCallLimitMiddleware(run_limit=CALLS, exit_behavior="error"),
            Steadying(),
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
        return Thought(
            reply=state["messages"][-1].text.strip(),
            actions=tuple(bench.actions),
            notes=tuple(dict.fromkeys(bench.notes)),
        )

    def _messages(self, request: Request, desk: Desk) -> list[BaseMessage]:
        roles: dict[str, type[BaseMessage]] = {"user": HumanMessage, "assistant": AIMessage}
        history = [roles[u.role](shortened(u.text)) for u in request.history]
        return [SystemMessage(self._system(request, desk)), *history, HumanMessage(visible(request.text))]

    def _system(self, request: Request, desk: Desk) -> str:
        name = visible(request.person.name) or "the person"
        waiting = "".join(f"Waiting for approval: {visible(w)}\n" for w in request.waiting)
        return self._prompt.format(
            name=name,
            first=name.split()[0],
            now=f"{request.now:%A %-d %B %Y, %H:%M}",
            zone=request.person.zone,
            accounts=", ".join(f"{a.name} ({a.email})" for a in desk.accounts),
            waiting=waiting,
        )


def shortened(line: str) -> str:
    """An earlier line, so short that one long message doesn't take the room of all that follow."""
    return line if len(line) <= LINE else f"{line[:LINE]} … (shortened)"
