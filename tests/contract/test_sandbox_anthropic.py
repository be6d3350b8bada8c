"""The stand-in for Anthropic, held to the SDK's own client and types: every answer, event and error."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anthropic
import pytest
from anthropic.types import Message, MessageTokensCount, ModelInfo, RawMessageStreamEvent
from pydantic import TypeAdapter

from sandbox.models.anthropic import API_KEY
from tests.contract.ollama_standin import Running, serve

TOOL: Any = {"name": "list_events", "description": "List events", "input_schema": {"type": "object", "properties": {}}}
HELP: Any = [{"role": "user", "content": "help"}]
AGENDA: Any = [{"role": "user", "content": "What's on my calendar tomorrow?"}]
EVENT: TypeAdapter[RawMessageStreamEvent] = TypeAdapter(RawMessageStreamEvent)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async for running in serve(tmp_path):
        yield running


@pytest.fixture
async def client(server: Running) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(api_key=API_KEY, base_url=server.address, max_retries=0) as opened:
        yield opened


async def ask(client: anthropic.AsyncAnthropic, messages: Any, **more: Any) -> Message:
    answered = await client.messages.create(
        model="steward-planner", max_tokens=more.pop("max_tokens", 500), messages=messages, **more
    )
    assert isinstance(answered, Message)
    return answered


async def test_an_answer_is_a_message_as_the_sdk_defines_it(client: anthropic.AsyncAnthropic) -> None:
    raw = await client.messages.with_raw_response.create(model="steward-planner", max_tokens=500, messages=HELP)
    message = Message.model_validate_json(await raw.text())
    assert message.stop_reason == "end_turn"
    assert message.content[0].type == "text"
    assert "rule-based" in message.content[0].text
    assert message.usage.input_tokens > 0
    assert message.usage.output_tokens > 10


async def test_a_call_of_a_tool_and_its_result_go_round(client: anthropic.AsyncAnthropic) -> None:
    first = await ask(client, AGENDA, tools=[TOOL])
    (call,) = first.content
    assert (first.stop_reason, call.type) == ("tool_use", "tool_use")
    assert call.input == {"start": "tomorrow"}  # type: ignore[union-attr]
    told = {"type": "tool_result", "tool_use_id": call.id, "content": json.dumps({"events": []})}  # type: ignore[union-attr]
    so_far = [*AGENDA, {"role": "assistant", "content": first.content}, {"role": "user", "content": [told]}]
    second = await ask(client, so_far, tools=[TOOL])
    assert second.stop_reason == "end_turn"
    assert "Nothing is on your calendar" in second.content[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize("messages", [HELP, AGENDA])
async def test_every_event_of_a_stream_is_one_the_sdk_knows(server: Running, messages: Any) -> None:
    body = {"model": "steward-planner", "max_tokens": 500, "messages": messages, "tools": [TOOL], "stream": True}
    headers = {"x-api-key": API_KEY, "anthropic-version": "2023-06-01"}
    async with server.http.post(f"{server.address}/v1/messages", json=body, headers=headers) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        frames = (await answer.text()).strip().split("\n\n")
    kinds = []
    for frame in frames:
        name, data = frame.split("\n")
        kinds.append(name.removeprefix("event: "))
        parsed = json.loads(data.removeprefix("data: "))
        assert parsed["type"] == kinds[-1]
        if kinds[-1] != "ping":
            EVENT.validate_python(parsed)
    assert kinds[0] == "message_start"
    assert kinds[-2:] == ["message_delta", "message_stop"]
    assert kinds.count("content_block_start") == kinds.count("content_block_stop") == 1


async def test_the_sdk_puts_a_stream_together_to_the_same_message(client: anthropic.AsyncAnthropic) -> None:
    async with client.messages.stream(model="steward-planner", max_tokens=500, messages=AGENDA, tools=[TOOL]) as stream:
        streamed = await stream.get_final_message()
    whole = await ask(client, AGENDA, tools=[TOOL])
    assert streamed.stop_reason == whole.stop_reason == "tool_use"
    assert streamed.content[0].input == whole.content[0].input  # type: ignore[union-attr]
    assert streamed.usage.output_tokens == whole.usage.output_tokens


async def test_a_marked_prompt_is_written_to_the_cache_and_then_read(client: anthropic.AsyncAnthropic) -> None:
    system: Any = [{"type": "text", "text": "Be brief. " * 1_000, "cache_control": {"type": "ephemeral"}}]
    first = (await ask(client, HELP, system=system)).usage
    again = (await ask(client, [{"role": "user", "content": "thanks"}], system=system)).usage
    assert first.cache_creation_input_tokens == again.cache_read_input_tokens
    assert (first.cache_read_input_tokens, again.cache_creation_input_tokens) == (0, 0)
    assert (first.cache_creation_input_tokens or 0) > 2_000
    short = (await ask(client, HELP, cache_control={"type": "ephemeral"})).usage
    assert (short.cache_creation_input_tokens, short.cache_read_input_tokens) == (0, 0)


async def test_a_conversation_marked_as_a_whole_is_read_up_to_where_it_was(client: anthropic.AsyncAnthropic) -> None:
    whole: Any = {"cache_control": {"type": "ephemeral"}, "system": "Be brief. " * 1_000}
    first = (await ask(client, HELP, **whole)).usage
    longer = [*HELP, {"role": "assistant", "content": "Ask me."}, {"role": "user", "content": "thanks"}]
    second = (await ask(client, longer, **whole)).usage
    assert second.cache_read_input_tokens == first.cache_creation_input_tokens
    assert (second.cache_creation_input_tokens or 0) > 0
    assert second.input_tokens == 0


async def test_an_answer_that_grows_too_long_is_cut_and_says_so(client: anthropic.AsyncAnthropic) -> None:
    cut = await ask(client, HELP, max_tokens=5)
    assert cut.stop_reason == "max_tokens"
    assert len(cut.content[0].text) <= 20  # type: ignore[union-attr]


async def test_models_and_lengths_are_told(client: anthropic.AsyncAnthropic) -> None:
    (listed,) = [model async for model in client.models.list()]
    known = await client.models.retrieve("steward-planner")
    assert isinstance(known, ModelInfo)
    assert listed.id == known.id == "steward-planner"
    assert "no language model" in known.display_name
    counted = await client.messages.count_tokens(model="steward-planner", messages=HELP)
    assert isinstance(counted, MessageTokensCount)
    assert counted.input_tokens == 1


ANSWERED: Any = [{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "{}"}]}]
UNANSWERED: Any = [
    *HELP,
    {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "list_events", "input": {}}]},
    *HELP,
]


@pytest.mark.parametrize(
    ("asked", "kind", "words"),
    [
        ({"messages": []}, anthropic.BadRequestError, "at least one message is required"),
        ({"messages": [{"role": "assistant", "content": "Hi"}]}, anthropic.BadRequestError, "first message"),
        ({"messages": [{"role": "user", "content": ""}]}, anthropic.BadRequestError, "must be non-empty"),
        ({"messages": ANSWERED}, anthropic.BadRequestError, "unexpected `tool_use_id`"),
        ({"messages": UNANSWERED}, anthropic.BadRequestError, "without `tool_result` blocks"),
        (
            {"messages": [{"role": "user", "content": "word " * 200_000}]},
            anthropic.BadRequestError,
            "prompt is too long",
        ),
        ({"model": "claude-nonesuch"}, anthropic.NotFoundError, "model: claude-nonesuch"),
        ({"tools": [{**TOOL, "name": "list events"}]}, anthropic.BadRequestError, "String should match pattern"),
        ({"tools": [{**TOOL, "input_schema": {"type": "string"}}]}, anthropic.BadRequestError, "'object'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_the_api_refuses_is_refused(
    client: anthropic.AsyncAnthropic, asked: Any, kind: type[anthropic.APIStatusError], words: str
) -> None:
    with pytest.raises(kind, match=words) as refused:
        await client.messages.create(**{"model": "steward-planner", "max_tokens": 50, "messages": HELP, **asked})
    assert refused.value.request_id


async def test_another_key_opens_nothing(server: Running) -> None:
    async with anthropic.AsyncAnthropic(api_key="sk-ant-other", base_url=server.address) as stranger:
        for asking in (ask(stranger, HELP), stranger.models.retrieve("steward-planner")):
            with pytest.raises(anthropic.AuthenticationError, match="invalid x-api-key"):
                await asking


@pytest.mark.parametrize(
    ("status", "kind", "name"),
    [
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (529, anthropic.OverloadedError, "overloaded_error"),
        (402, anthropic.PaymentRequiredError, "billing_error"),
    ],
)
async def test_failures_on_demand_have_their_status_and_type(
    server: Running, client: anthropic.AsyncAnthropic, status: int, kind: type[anthropic.APIStatusError], name: str
) -> None:
    await server.control("switches", {"fail_next": 1, "fail_status": status, "retry_after": 7})
    with pytest.raises(kind) as failed:
        await ask(client, HELP)
    assert failed.value.type == name
    assert failed.value.response.headers["retry-after"] == "7"
    assert await ask(client, HELP)


async def test_a_stream_may_end_in_an_error_and_a_model_may_decline(
    server: Running, client: anthropic.AsyncAnthropic
) -> None:
    await server.control("switches", {"overloaded_in_stream_next": 1, "refusal_next": 0})
    with pytest.raises(anthropic.APIStatusError) as failed:
        async for _ in await client.messages.create(
            model="steward-planner", max_tokens=500, messages=HELP, stream=True
        ):
            pass
    assert failed.value.type == "overloaded_error"
    await server.control("switches", {"refusal_next": 1})
    declined = await ask(client, HELP)
    assert (declined.stop_reason, declined.content) == ("refusal", [])
