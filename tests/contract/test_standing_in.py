"""Another model answers when the first can't: only where one was set, and never without a word."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.agent.agent import Agent
from app.agent.standing_in import Named, StandingIn
from app.domain.errors import ModelLocked, ModelUnreachable, PaidCallsSpent
from app.domain.ports import Request, Thought
from integrations.models.ollama import ollama_model
from tests.contract.claudes import Counted, claude
from tests.contract.ollama_standin import Running, serve
from tests.samples import ANN
from tests.unit.desk_world import World, mail


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[Running]:
    async for running in serve(tmp_path / "local"):
        yield running


@pytest.fixture
async def paid(tmp_path: Path) -> AsyncIterator[Running]:
    async for running in serve(tmp_path / "paid"):
        yield running


class Two:
    """An agent with a local model and a paid one, in one order or the other."""

    def __init__(
        self, local: Running, paid: Running, *, paid_first: bool, calls: int = 100, **local_model: Any
    ) -> None:
        self.allowance = Counted(calls)
        chosen = {"name": "steward-planner:latest", "num_ctx": 8_192} | local_model
        self.models: list[Any] = [
            ollama_model(host=local.address, **chosen),
            claude(paid.address, allowance=self.allowance),
        ]
        named = [
            Named(self.models[0], "llama3.2", "your Ollama host"),
            Named(self.models[1], "claude", "api.anthropic.com"),
        ]
        first, other = reversed(named) if paid_first else named
        self.agent = Agent(lambda: first.model, StandingIn(first, other))
        self.world = World(mail("m1"))

    async def think(self, text: str) -> Thought:
        async def watch(_: str) -> None:
            pass

        return await self.agent.think(Request(person=ANN, now=self.world.now, text=text), self.world.desk, watch)

    async def close(self) -> None:
        for model in self.models:
            await model.close()


async def test_who_can_answer_isnt_stood_in_for(local: Running, paid: Running) -> None:
    two = Two(local, paid, paid_first=False)
    assert "answered" not in (await two.think("what's on tomorrow?")).reply
    assert await paid.log() == []
    await two.close()


async def test_the_other_answers_the_rest_of_the_turn_and_the_person_is_told_once(
    local: Running, paid: Running
) -> None:
    two = Two(local, paid, paid_first=False)
    await local.control("switches", {"fail_next": 1, "fail_status": 503})
    thought = await two.think("what's on tomorrow?")
    assert "calendar" in thought.reply
    told = "llama3.2 can't be reached, so claude answered. What it had to read for that went to api.anthropic.com."
    assert thought.reply.splitlines()[-1] == told
    assert (len(await local.log()), len(await paid.log())) == (1, 2)
    assert told not in (await two.think("what's on tomorrow?")).reply
    await two.close()


async def test_what_one_began_the_other_can_end(local: Running, paid: Running) -> None:
    two = Two(local, paid, paid_first=True)
    await paid.control(
        "script", {"turns": [{"tool_calls": [{"name": "list_events", "arguments": {"start": "today"}}]}]}
    )
    await paid.control("hold", {"match": "list_events", "when": "after"})
    thinking = asyncio.create_task(two.think("what's on today?"))
    await paid.until("held", lambda held: held["held"])
    await paid.control("switches", {"fail_next": 1, "fail_status": 529})
    await paid.control("release", {})
    thought = await thinking
    assert "calendar" in thought.reply
    assert "claude is overloaded, so llama3.2 answered." in thought.reply
    await two.close()


async def test_when_the_day_is_used_up_the_local_model_goes_on(local: Running, paid: Running) -> None:
    two = Two(local, paid, paid_first=True, calls=0)
    thought = await two.think("help")
    assert "Today's calls to claude are used up, so llama3.2 answered." in thought.reply
    assert await paid.log() == []
    await two.close()


async def test_a_paid_stand_in_keeps_to_the_cap_too(local: Running, paid: Running) -> None:
    two = Two(local, paid, paid_first=False, calls=0)
    await local.control("switches", {"fail_next": 1, "fail_status": 503})
    with pytest.raises(PaidCallsSpent):
        await two.think("help")
    await two.close()


async def test_a_setting_that_is_wrong_is_told_and_not_stood_in_for(local: Running, paid: Running) -> None:
    two = Two(local, paid, paid_first=True)
    await paid.control("switches", {"fail_next": 1, "fail_status": 401})
    with pytest.raises(ModelLocked):
        await two.think("help")
    assert await local.log() == []
    await two.close()


async def test_a_model_that_isnt_installed_is_stood_in_for(local: Running, paid: Running) -> None:
    two = Two(local, paid, paid_first=False, name="qwen9:1t")
    assert "llama3.2 isn't installed on its host, so claude answered." in (await two.think("help")).reply
    await two.close()


async def test_without_a_stand_in_nobody_answers(local: Running) -> None:
    model = ollama_model(name="steward-planner:latest", host=local.address, num_ctx=8_192)
    agent, world = Agent(lambda: model), World(mail("m1"))
    await local.control("switches", {"fail_next": 1, "fail_status": 503})

    async def watch(_: str) -> None:
        pass

    with pytest.raises(ModelUnreachable):
        await agent.think(Request(person=ANN, now=world.now, text="help"), world.desk, watch)
    await model.close()
