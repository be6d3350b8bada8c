"""Claude as the agent meets it: every failure is a sentence, every call is counted before it is made."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from app.domain.errors import (
    AnswerTooLong,
    ModelBusy,
    ModelDeclined,
    ModelError,
    ModelLocked,
    ModelUnknown,
    ModelUnreachable,
    PaidCallsSpent,
    PromptTooLong,
)
from integrations.models.anthropic import SteadyClaude
from tests.contract.claudes import Counted, claude
from tests.contract.ollama_standin import Running, serve


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async for running in serve(tmp_path):
        yield running


@pytest.fixture
async def model(server: Running) -> AsyncIterator[SteadyClaude]:
    opened = claude(server.address)
    yield opened
    await opened.close()


async def test_an_answer_is_streamed_and_says_what_of_the_prompt_was_cached(
    server: Running, model: SteadyClaude
) -> None:
    long = SystemMessage("Be brief. " * 1_000)
    first = await model.ainvoke([long, HumanMessage("help")])
    again = await model.ainvoke([long, HumanMessage("help")])
    assert first.text == again.text
    written, read = (answer.usage_metadata["input_token_details"] for answer in (first, again))  # type: ignore[index]
    assert read["cache_read"] == written["cache_creation"] > 2_000
    assert [entry["stream"] for entry in await server.log()] == [True, True]


async def test_a_history_that_begins_with_an_answer_is_understood(model: SteadyClaude) -> None:
    said = await model.ainvoke([SystemMessage("Be brief."), AIMessage("Good morning."), HumanMessage("help")])
    assert "rule-based" in said.text


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, ModelLocked),
        (402, ModelLocked),
        (403, ModelLocked),
        (404, ModelUnknown),
        (413, PromptTooLong),
        (400, ModelError),
        (429, ModelBusy),
        (529, ModelBusy),
        (500, ModelUnreachable),
        (503, ModelUnreachable),
    ],
)
async def test_each_status_is_a_sentence(server: Running, model: SteadyClaude, status: int, kind: Any) -> None:
    await server.control("switches", {"fail_next": 1, "fail_status": status})
    with pytest.raises(ModelError) as failed:
        await model.ainvoke("help")
    assert type(failed.value) is kind
    assert (await model.ainvoke("help")).text


@pytest.mark.parametrize(
    ("switch", "kind"),
    [
        ("length_next", AnswerTooLong),
        ("refusal_next", ModelDeclined),
        ("overloaded_in_stream_next", ModelBusy),
        ("drop_next", ModelUnreachable),
        ("malformed_json_next", ModelError),
    ],
)
async def test_an_answer_that_is_none_is_never_used(
    server: Running, model: SteadyClaude, switch: str, kind: Any
) -> None:
    await server.control("switches", {switch: 1})
    with pytest.raises(ModelError) as failed:
        await model.ainvoke("help")
    assert type(failed.value) is kind
    assert (await model.ainvoke("help")).text


async def test_a_prompt_beyond_the_window_is_too_long(model: SteadyClaude) -> None:
    with pytest.raises(PromptTooLong):
        await model.ainvoke("word " * 200_000)


async def test_a_wrong_key_and_an_unknown_model_say_what_to_check(server: Running) -> None:
    wrong, unknown = claude(server.address, key="sk-ant-wrong"), claude(server.address, "claude-nonesuch")
    with pytest.raises(ModelLocked, match="ANTHROPIC_API_KEY"):
        await wrong.ainvoke("help")
    with pytest.raises(ModelUnknown, match="claude-nonesuch"):
        await unknown.ainvoke("help")
    await wrong.close()
    await unknown.close()


async def test_a_host_that_isnt_there_is_told(tmp_path: Path) -> None:
    async for running in serve(tmp_path):
        model = claude(running.address)
    with pytest.raises(ModelUnreachable):
        await model.ainvoke("help")
    await model.close()


async def test_a_short_wait_that_is_asked_for_is_kept_and_counted(server: Running) -> None:
    allowance = Counted()
    model = claude(server.address, allowance=allowance)
    await server.control("switches", {"fail_next": 1, "fail_status": 429, "retry_after": 1})
    assert (await model.ainvoke("help")).text
    assert allowance.limit - allowance.left == 2
    await server.control("switches", {"fail_next": 1, "fail_status": 529, "retry_after": 60})
    with pytest.raises(ModelBusy):
        await model.ainvoke("help")
    await model.close()


async def test_no_call_is_made_that_the_cap_doesnt_allow(server: Running) -> None:
    model = claude(server.address, allowance=Counted(1))
    await model.ainvoke("help")
    with pytest.raises(PaidCallsSpent, match="Today's 1 calls"):
        await model.ainvoke("help")
    assert len(await server.log()) == 1
    await model.close()


async def test_a_model_outlives_the_loop_of_another(server: Running) -> None:
    """Each has connections of its own: ChatAnthropic shares them between loops."""
    first, second = claude(server.address), claude(server.address)
    await first.ainvoke("help")
    await first.close()
    assert (await second.ainvoke("help")).text
    await second.close()
