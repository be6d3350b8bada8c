"""The port Mind: one tool-calling agent that reads freely and changes nothing."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ModelCallLimitMiddleware
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from app.agent.bench import Bench
from app.agent.citing import cited, spoken_of
from app.agent.instructing import version
from app.agent.judging import Judging
from app.agent.offering import Offering
from app.agent.recalling import background, history, listed_before
from app.agent.standing_in import StandingIn
from app.agent.steadying import Steadying
from app.agent.tools import TOOLS, langchain_tool
from app.agent.windowing import Windowing
from app.domain.asking import Question
from app.domain.desk import Desk
from app.domain.errors import TooManySteps
from app.domain.memory import Trail
from app.domain.ports import Judged, Request, Thought, Watch
from app.planning.sanitising import visible

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
            Windowing(),
        ]
        tools, first = [langchain_tool(kind) for kind in TOOLS], model()
        self._graph: Any = create_agent(first, tools, middleware=limits, context_schema=Bench)
        self._judging = Judging([first, *([stand_in.other] if stand_in else ())])

    async def think(self, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Answer a request; the actions of the thought are what its tools put on the bench."""
        bench = Bench(request=request, desk=desk, watch=watch)
        try:
            state = await self._graph.ainvoke({"messages": self._messages(request, desk)}, context=bench)
        except ModelCallLimitExceededError as endless:
            raise TooManySteps from endless
        return _thought(bench, state["messages"][-1].text)

    async def judge(self, task: str, material: Mapping[str, Any], schema: type[Judged]) -> Judged:
        """See `Judging.judge`."""
        return await self._judging.judge(task, material, schema)

    async def word(self, task: str, facts: Mapping[str, Any]) -> str:
        """See `Judging.word`."""
        return await self._judging.word(task, facts)

    def version(self, task: str) -> str:
        """See `app.agent.instructing.version`."""
        return version(task)

    def _messages(self, request: Request, desk: Desk) -> list[BaseMessage]:
        asked = HumanMessage(visible(request.text))
        return [SystemMessage(self.prompt(request, desk)), *history(request), asked, *background(request)]

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


def _thought(bench: Bench, said: str) -> Thought:
    """What a turn has come to: the words, the cards, and the question if there is one."""
    if bench.errand and not bench.asked:
        learned = Trail(learned=tuple(bench.learned))
        return Thought(reply="", errand=bench.errand, notes=tuple(dict.fromkeys(bench.notes)), trail=learned)
    words = bench.asked.words if bench.asked else said.strip()
    question = bench.asked.question if bench.asked else _offered(bench, words)
    notes = [f"Quoted from {name}" for name in bench.sources.quoted(words)] + bench.notes
    accounts = [account.name for account in bench.desk.accounts]
    before = listed_before(bench.request)
    known = {each.ref: each for line in bench.request.history for each in line.listed} | bench.listed
    whole, named = cited("\n".join((words, *dict.fromkeys(notes))), known, accounts)
    trail = Trail(
        then=bench.then if bench.actions else "",
        question=question,
        listed=spoken_of(named, tuple(bench.listed.values()), before),
        learned=tuple(bench.learned),
    )
    return Thought(reply=whole, actions=bench.plan, replaces=bench.replaced, trail=trail)


def _offered(bench: Bench, words: str) -> Question | None:
    """The choices that code knows, when the model asks between whom to choose without offering them."""
    if not bench.choices or bench.actions or "?" not in words:
        return None
    return bench.between
