"""Whether the models that were set can be asked: told before anything starts, without asking them anything."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.commands.models import trouble
from app.commands.run import banner
from app.settings import Settings
from sandbox.models.anthropic import API_KEY
from tests.contract.ollama_standin import Running, serve


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async for running in serve(tmp_path):
        yield running


def settings(server: Running, model: str, *, fallback: str = "", key: str = API_KEY) -> Settings:
    return Settings.load(
        model=model,
        model_fallback=fallback,
        ollama_host=server.address,
        anthropic_base_url=server.address,
        anthropic_api_key=key,
    )


@pytest.mark.parametrize(
    ("model", "key", "says"),
    [
        ("ollama:steward-planner", API_KEY, ""),
        ("anthropic:steward-planner", API_KEY, ""),
        ("ollama:llama3.2", API_KEY, "ollama pull llama3.2"),
        ("anthropic:claude-nonesuch", API_KEY, "no model claude-nonesuch"),
        ("anthropic:steward-planner", "sk-ant-wrong", "ANTHROPIC_API_KEY"),
    ],
)
async def test_trouble_is_told_with_what_to_do(server: Running, model: str, key: str, says: str) -> None:
    chosen = settings(server, model, key=key)
    found = await trouble(chosen.models[0], chosen)
    assert says in found if says else not found
    assert await server.log() == []


async def test_a_host_that_isnt_there_is_told(tmp_path: Path) -> None:
    async for server in serve(tmp_path):
        chosen = settings(server, "ollama:x", fallback="anthropic:x")
    told = [await trouble(model, chosen) for model in chosen.models]
    assert "OLLAMA_HOST" in told[0]
    assert "ANTHROPIC_BASE_URL" in told[1]


async def test_the_banner_says_where_the_text_goes(server: Running) -> None:
    both = banner(settings(server, "ollama:llama3.2", fallback="anthropic:claude-x"))
    at = server.address
    assert both == (
        f"Answers come from llama3.2 at {at}. When it can't, claude-x at {at} answers. At most 500 paid calls a day."
    )
