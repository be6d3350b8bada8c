"""The agent on Ollama's wire or Anthropic's, for tests: scripted, and with all that it was told and answered."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.agent.agent import Agent
from app.domain.ports import Request, Thought
from integrations.models.ollama import ollama_model
from tests.contract.claudes import claude
from tests.contract.ollama_standin import Running, serve
from tests.samples import ANN
from tests.unit.desk_world import World, mail, meeting

MODEL = "steward-planner:latest"
NEWS = mail("m9", labels=("INBOX", "CATEGORY_PROMOTIONS"), thread="t9", subject="Sale")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async for running in serve(tmp_path):
        await running.control("switches", {"keep_bodies": True})
        yield running


@pytest.fixture
def world() -> World:
    at = World(mail("m1"), NEWS)
    at.calendar.put(meeting(at.now + timedelta(hours=2)))
    return at


class Mind:
    """The agent, what it was told to be answered, and what the person saw meanwhile."""

    def __init__(
        self,
        server: Running,
        world: World,
        *,
        provider: str = "ollama",
        num_ctx: int = 8_192,
        model: str = MODEL,
    ) -> None:
        self.server, self.world, self.provider = server, world, provider
        self.steps: list[str] = []
        self.model: Any = (
            ollama_model(name=model, host=server.address, num_ctx=num_ctx)
            if provider == "ollama"
            else claude(server.address, model)
        )
        self.agent = Agent(lambda: self.model)

    async def script(self, *turns: dict[str, Any]) -> None:
        await self.server.control("script", {"turns": list(turns)})

    async def switch(self, **switches: int) -> None:
        await self.server.control("switches", switches)

    async def think(self, text: str = "What's new?", **more: Any) -> Thought:
        async def watch(step: str) -> None:
            self.steps.append(step)

        request = Request(person=ANN, now=self.world.now, text=text, **more)
        return await self.agent.think(request, self.world.desk, watch)

    async def heard(self) -> list[list[dict[str, Any]]]:
        """The messages of every request the model had."""
        return [entry["body"]["messages"] for entry in await self.server.log()]

    async def told(self) -> list[Any]:
        """What tools have told the model, in order."""
        *_, last = await self.heard()
        return [
            json.loads(m["content"]) if m["content"].startswith("{") else m["content"]
            for m in last
            if m["role"] == "tool"
        ]


@pytest.fixture(params=["ollama", "anthropic"])
async def mind(request: pytest.FixtureRequest, server: Running, world: World) -> AsyncIterator[Mind]:
    opened = Mind(server, world, provider=request.param)
    yield opened
    await opened.model.close()


@pytest.fixture
async def on_ollama(server: Running, world: World) -> AsyncIterator[Mind]:
    opened = Mind(server, world)
    yield opened
    await opened.model.close()


def call(name: str, /, **arguments: Any) -> dict[str, Any]:
    return {"function": {"name": name, "arguments": arguments}}


def says(content: str) -> dict[str, Any]:
    return {"content": content}


def calls(*made: dict[str, Any]) -> dict[str, Any]:
    return {"tool_calls": list(made)}
