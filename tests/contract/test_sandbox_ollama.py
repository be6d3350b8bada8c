"""The stand-in for Ollama, spoken to by the clients the product uses, over real sockets."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_ollama import ChatOllama

from tests.contract.ollama_standin import MODEL, TOOLS, Running, serve


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async for running in serve(tmp_path):
        yield running


@tool
def change_mail(do: str = "", category: str = "", older_than_days: int = 0) -> str:
    """Propose to archive mails."""
    return ""


@tool
def search_mail(sender: str = "", limit: int = 10) -> str:
    """Search mails."""
    return ""


async def test_it_says_what_it_is(server: Running) -> None:
    for method in ("GET", "HEAD"):
        async with server.http.request(method, server.address) as answer:
            assert answer.status == 200
            assert await answer.text() == ("Ollama is running" if method == "GET" else "")
    async with server.http.get(f"{server.address}/api/version") as answer:
        assert set(await answer.json()) == {"version"}
    names = {model.model for model in (await server.client.list()).models}
    assert names == {MODEL, "all-minilm:latest"}
    shown = await server.client.show(MODEL)
    assert shown.capabilities == ["completion", "tools"]
    assert "no language model" in str(shown.modelfile)


async def test_a_model_is_loaded_from_its_first_use_for_as_long_as_asked(server: Running) -> None:
    assert (await server.client.ps()).models == []
    await server.chat("hello", keep_alive="10m", options={"num_ctx": 8192})
    loaded = (await server.client.ps()).models
    assert [(one.model, one.context_length) for one in loaded] == [(MODEL, 8192)]
    await server.client.chat(MODEL, messages=[], keep_alive=0)
    assert (await server.client.ps()).models == []


@pytest.mark.parametrize("stream", [False, True])
async def test_text_arrives_whole_and_in_pieces(server: Running, stream: bool) -> None:
    answer = await server.chat("help", stream=stream)
    parts = [part async for part in answer] if stream else [answer]
    assert "no language model" in "".join(part.message.content or "" for part in parts)
    assert (len(parts) > 1) is stream
    last = parts[-1]
    assert (last.done, last.done_reason) == (True, "stop")
    assert last.prompt_eval_count == 1
    assert last.eval_count > 10
    assert last.total_duration >= last.prompt_eval_duration >= 0
    assert [part.done for part in parts[:-1]] == [False] * (len(parts) - 1)


@pytest.mark.parametrize("stream", [False, True])
async def test_calls_arrive_as_ollama_sends_them(server: Running, stream: bool) -> None:
    answer = await server.chat("archive promotions older than 30 days", tools=TOOLS, stream=stream)
    parts = [part async for part in answer] if stream else [answer]
    calls = [call for part in parts for call in part.message.tool_calls or ()]
    assert [(call.function.name, dict(call.function.arguments)) for call in calls] == [
        ("change_mail", {"do": "archive", "category": "promotions", "older_than_days": 30})
    ]
    assert not any(part.message.content for part in parts)


@pytest.fixture
async def chat_model(server: Running) -> AsyncIterator[ChatOllama]:
    model = ChatOllama(model="steward-planner", base_url=server.address, num_ctx=8192)
    yield model
    await model._async_client.close()  # langchain_ollama leaves its clients open
    model._client.close()


async def test_chat_ollama_carries_a_turn_to_its_end(server: Running, chat_model: ChatOllama) -> None:
    bound = chat_model.bind_tools([change_mail, search_mail])
    messages: list[Any] = [SystemMessage("You are Steward."), HumanMessage("Archive promotions older than a month")]
    said = await bound.ainvoke(messages)
    assert isinstance(said, AIMessage)
    assert [(call["name"], call["args"]) for call in said.tool_calls] == [
        ("change_mail", {"do": "archive", "category": "promotions", "older_than_days": 30})
    ]
    result = ToolMessage(json.dumps({"proposed": "Archive 37 mails"}), tool_call_id=said.tool_calls[0]["id"])
    end = await bound.ainvoke([*messages, said, result])
    assert end.tool_calls == []
    assert "Archive 37 mails" in end.text
    assert "until you approve" in end.text
    assert end.usage_metadata["input_tokens"] > 0
    assert [entry["tools"] for entry in await server.log()] == [["change_mail", "search_mail"]] * 2
    assert [entry["roles"] for entry in await server.log()][1] == ["system", "user", "assistant", "tool"]


async def test_generate_and_a_format(server: Running) -> None:
    answer = await server.client.generate(MODEL, prompt="help")
    assert "no language model" in answer.response
    schema = {
        "type": "object",
        "properties": {"kind": {"enum": ["a", "b"]}, "text": {"type": "string"}, "sure": {"type": "boolean"}},
        "required": ["kind", "text", "sure"],
    }
    shaped = json.loads((await server.chat("help", format=schema)).message.content)
    assert shaped["kind"] == "a"
    assert shaped["sure"] is False
    assert "no language model" in shaped["text"]


async def test_embeddings_are_unit_vectors_that_know_likeness(server: Running) -> None:
    texts = ["the quarterly budget review", "reviewing the quarterly budgets", "lunch at the harbour"]
    first = await server.client.embed("all-minilm", input=texts)
    again = await server.client.embed("all-minilm", input=texts[0])
    assert first.embeddings[0] == again.embeddings[0]
    assert [len(one) for one in first.embeddings] == [384] * 3
    assert all(abs(sum(x * x for x in one) - 1) < 1e-9 for one in first.embeddings)
    close, far = (sum(a * b for a, b in zip(first.embeddings[0], other, strict=True)) for other in first.embeddings[1:])
    assert close > far + 0.2


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("chat", {"model": "llama9"}, 404, 'model "llama9" not found, try pulling it first'),
        ("show", {"model": "llama9"}, 404, 'model "llama9" not found, try pulling it first'),
        ("chat", {}, 400, "model is required"),
        ("chat", {"model": "all-minilm", "messages": [{"role": "user", "content": "x"}]}, 400, None),
        ("chat", {"model": MODEL, "keep_alive": "5 parsecs"}, 400, None),
        ("embed", {"model": MODEL, "input": "x"}, 501, None),
        ("embed", {"model": "all-minilm", "input": 7}, 400, "invalid input type"),
    ],
)
async def test_errors_have_ollamas_form(
    server: Running, path: str, body: dict[str, Any], status: int, error: str | None
) -> None:
    async with server.http.post(f"{server.address}/api/{path}", json=body) as answer:
        assert answer.status == status
        told = (await answer.json())["error"]
    assert told == (error or told)
    assert told


async def test_what_is_no_json_is_refused(server: Running) -> None:
    for raw in (b"", b"{", b"[1]"):
        async with server.http.post(f"{server.address}/api/chat", data=raw) as answer:
            assert answer.status == 400
            assert (await answer.json())["error"]


async def test_a_prompt_over_num_ctx_loses_its_oldest_messages_silently(server: Running) -> None:
    await server.control("switches", {"keep_bodies": True})
    messages = [
        {"role": "system", "content": "S" * 400},
        {"role": "user", "content": "archive promotions older than 30 days " + "x" * 4000},
        {"role": "assistant", "content": "ok"},
        {"role": "user", "content": "do the same for work"},
    ]
    wide = await server.client.chat(MODEL, messages=messages, tools=TOOLS, options={"num_ctx": 4096})
    assert wide.message.tool_calls, "with the whole conversation in view the reference is understood"
    narrow = await server.client.chat(MODEL, messages=messages, tools=TOOLS, options={"num_ctx": 256})
    assert not narrow.message.tool_calls
    assert narrow.prompt_eval_count < 256 < wide.prompt_eval_count
    tiny = await server.client.chat(MODEL, messages=messages, options={"num_ctx": 50})
    assert tiny.prompt_eval_count == 50


async def test_num_predict_cuts_off(server: Running) -> None:
    cut = await server.chat("help", options={"num_predict": 5})
    assert cut.done_reason == "length"
    assert len(cut.message.content) == 20
    assert cut.eval_count == 5
