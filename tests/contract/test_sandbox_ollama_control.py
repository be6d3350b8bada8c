"""What tests may do to the stand-in for Ollama: switches, scripts, holds, slots; each does what it says."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import ollama
import pytest

from sandbox.models.server import build_app
from sandbox.models.slots import MAX_QUEUE, Busy, Slots
from tests.contract.ollama_standin import MODEL, TOOLS, Running, serve

ARCHIVE = "archive promotions older than 30 days"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    async for running in serve(tmp_path):
        yield running


async def test_control_needs_its_token(server: Running) -> None:
    for headers in ({}, {"X-Sandbox-Control": "wrong"}):
        async with server.http.get(f"{server.address}/_sandbox/log", headers=headers) as answer:
            assert answer.status == 403


async def test_an_unknown_switch_changes_nothing_and_names_the_known(server: Running) -> None:
    before = await server.control("switches")
    headers = {"X-Sandbox-Control": "control-token"}
    for body in ({"latency_ms": 5, "nonsense": 1}, {"latency_ms": -1}, {"latency_ms": "fast"}):
        async with server.http.post(f"{server.address}/_sandbox/switches", json=body, headers=headers) as answer:
            assert answer.status == 400
            assert "latency_ms" in (await answer.json())["switches"]
    assert await server.control("switches") == before


async def test_failures_strike_as_often_as_asked(server: Running) -> None:
    await server.control("switches", {"fail_next": 2, "fail_status": 502})
    for _ in range(2):
        with pytest.raises(ollama.ResponseError, match="runner process") as failed:
            await server.chat("hello")
        assert failed.value.status_code == 502
    assert (await server.chat("hello")).message.content


@pytest.mark.parametrize("stream", [False, True])
async def test_load_empty_length_and_calls_as_text(server: Running, stream: bool) -> None:
    async def last(text: str, **more: Any) -> tuple[str, Any, list[Any]]:
        answer = await server.chat(text, stream=stream, **more)
        parts = [part async for part in answer] if stream else [answer]
        calls = [call for part in parts for call in part.message.tool_calls or ()]
        return "".join(part.message.content or "" for part in parts), parts[-1], calls

    whole, _, _ = await last("help")
    await server.control("switches", {"done_reason_load_next": 1})
    text, end, _ = await last("help")
    assert (text, end.done_reason, end.prompt_eval_count) == ("", "load", None)
    await server.control("switches", {"empty_next": 1})
    text, end, _ = await last("help")
    assert (text, end.done_reason) == ("", "stop")
    await server.control("switches", {"length_next": 1})
    text, end, _ = await last("help")
    assert end.done_reason == "length"
    assert whole.startswith(text)
    assert 0 < len(text) < len(whole)
    await server.control("switches", {"tool_call_as_text_next": 1})
    text, end, calls = await last(ARCHIVE, tools=TOOLS)
    assert calls == []
    assert json.loads(text)["name"] == "change_mail"
    text, _, calls = await last(ARCHIVE, tools=TOOLS)
    assert (text, len(calls)) == ("", 1)


@pytest.mark.parametrize("stream", [False, True])
async def test_broken_json_and_a_cut_connection(server: Running, stream: bool) -> None:
    async def consume() -> None:
        answer = await server.chat("help", stream=stream)
        if stream:
            async for _ in answer:
                pass

    await server.control("switches", {"malformed_json_next": 1})
    with pytest.raises(json.JSONDecodeError):
        await consume()
    await server.control("switches", {"drop_next": 1})
    with pytest.raises((httpx.HTTPError, ConnectionError)):
        await consume()
    await consume()
    assert (await server.log())[-1]["outcome"] == "answered"


async def test_a_scripted_model_says_its_turns_in_order_then_the_planner_is_back(server: Running) -> None:
    script = {
        "turns": [
            {"tool_calls": [{"name": "write_mail", "arguments": {"thread": "work:1", "body": "evil"}}]},
            {"content": "done"},
        ],
        "match": "obey",
    }
    await server.control("script", script)
    other = await server.chat("hello")
    assert "Hello" in other.message.content
    first = await server.chat("please OBEY the mail")
    assert first.message.tool_calls[0].function.name == "write_mail"
    assert (await server.chat("obey")).message.content == "done"
    assert "no language model" in (await server.chat("obey")).message.content
    assert await server.control("script") == {"scripts": []}


async def test_a_lasting_script_goes_by_what_was_said_not_by_how_often_it_was_asked(server: Running) -> None:
    call = {"tool_calls": [{"name": "search_mail", "arguments": {"words": "boat"}}]}
    script = {"turns": [call, {"content": "done"}], "match": "boat", "lasting": True}
    await server.control("script", script)
    for _ in range(2):
        asked = await server.chat("the boat")
        assert asked.message.tool_calls[0].function.name == "search_mail"
    messages = [
        {"role": "user", "content": "the boat"},
        {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "search_mail", "arguments": {}}}]},
        {"role": "tool", "content": "{}"},
    ]
    for _ in range(2):
        answered = await server.client.chat(MODEL, messages)
        assert answered.message.content == "done"
    assert len((await server.control("script"))["scripts"]) == 1


async def test_held_requests_are_answered_or_dropped_on_release(server: Running) -> None:
    for when in ("before", "after"):
        await server.control("hold", {"match": "special", "when": when})
        free = await server.chat("hello")
        assert free.message.content
        held = asyncio.create_task(server.chat("special help"))
        await server.until("held", lambda seen: len(seen["held"]) == 1)
        assert ((await server.log())[-1].get("eval_count") is not None) == (when == "after")
        assert not held.done()
        await server.control("release", {})
        assert (await held).message.content
    await server.control("hold", {"match": "special", "when": "after"})
    dropped = asyncio.create_task(server.chat("special"))
    await server.until("held", lambda seen: len(seen["held"]) == 1)
    await server.control("release", {"drop": True})
    with pytest.raises((httpx.HTTPError, ConnectionError)):
        await dropped
    assert (await server.log())[-1]["outcome"] == "dropped"


async def test_only_so_many_run_at_once_and_the_rest_wait_in_order(server: Running) -> None:
    await server.control("hold", {"match": "hold me"})
    running = [asyncio.create_task(server.chat(f"hold me {i}")) for i in range(2)]
    await server.until("held", lambda seen: len(seen["held"]) == 2)
    waiting = []
    for i in range(3):
        waiting.append(asyncio.create_task(server.chat(f"later {i}")))
        await server.until("log?last=0", lambda seen, n=i + 1: seen["waiting"] == n)
    await server.control("release", {})
    await asyncio.gather(*running, *waiting)
    seen = await server.control("log")
    assert (seen["max_in_flight"], seen["in_flight"], seen["waiting"]) == (2, 0, 0)
    waited = [entry["slot_wait_ms"] for entry in seen["requests"]]
    assert min(waited[2:]) > max(waited[:2])


async def test_more_slots_let_the_line_move(server: Running) -> None:
    await server.control("hold", {"match": "hold me"})
    tasks = [asyncio.create_task(server.chat(f"hold me {i}")) for i in range(4)]
    await server.until("log?last=0", lambda seen: seen["waiting"] == 2)
    await server.control("switches", {"slots": 4})
    await server.until("held", lambda seen: len(seen["held"]) == 4)
    await server.control("release", {})
    await asyncio.gather(*tasks)


async def test_who_hangs_up_frees_the_slot_and_the_place_in_line(server: Running) -> None:
    await server.control("switches", {"slots": 1})
    await server.control("hold", {"match": "hold me"})
    held = asyncio.create_task(server.chat("hold me"))
    await server.until("held", lambda seen: len(seen["held"]) == 1)
    in_line = asyncio.create_task(server.chat("in line"))
    await server.until("log?last=0", lambda seen: seen["waiting"] == 1)
    in_line.cancel()
    await server.until("log?last=0", lambda seen: seen["waiting"] == 0)
    held.cancel()
    await server.until("log?last=0", lambda seen: seen["in_flight"] == 0)
    await asyncio.gather(held, in_line, return_exceptions=True)
    assert (await server.chat("hello")).message.content
    assert [entry["outcome"] for entry in await server.log()] == ["disconnected", "disconnected", "answered"]


async def test_a_full_line_answers_busy(server: Running) -> None:
    await server.control("switches", {"slots": 0})
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hello"}]}
    connector = aiohttp.TCPConnector(limit=MAX_QUEUE)
    async with aiohttp.ClientSession(server.address, connector=connector) as many:

        async def asked() -> int:
            async with many.post("/api/chat", json=body) as answer:
                await answer.read()
                return answer.status

        waiting = [asyncio.create_task(asked()) for _ in range(MAX_QUEUE)]
        await server.until("log?last=0", lambda seen: seen["waiting"] == MAX_QUEUE)
        with pytest.raises(ollama.ResponseError) as busy:
            await server.chat("one too many")
        assert busy.value.status_code == 503
        assert "server busy, please try again.  maximum pending requests exceeded" in str(busy.value)
        await server.control("switches", {"slots": 64})
        assert set(await asyncio.gather(*waiting)) == {200}


async def test_a_slot_given_to_one_who_left_is_handed_on() -> None:
    slots = Slots(1)
    async with slots.slot():
        line = [asyncio.create_task(_hold_once(slots)) for _ in range(2)]
        await asyncio.sleep(0)
        assert slots.waiting == 2
    line[0].cancel()  # the slot was given to it a moment ago, it has not run since
    await asyncio.gather(*line, return_exceptions=True)
    assert (line[0].cancelled(), line[1].result(), slots.taken) == (True, True, 0)


async def test_busy_is_raised_only_beyond_the_limit() -> None:
    slots = Slots(0)
    line = [asyncio.create_task(_hold_once(slots)) for _ in range(MAX_QUEUE)]
    await asyncio.sleep(0)
    assert slots.waiting == MAX_QUEUE
    with pytest.raises(Busy):
        await _hold_once(slots)
    slots.resize(1)
    assert all(await asyncio.gather(*line))
    assert slots.most_taken == 1


async def _hold_once(slots: Slots) -> bool:
    async with slots.slot():
        return True


async def test_latency_is_spent_in_the_slot_before_the_first_token(server: Running) -> None:
    await server.control("switches", {"latency_ms": 30, "ms_per_token": 1})
    answer = await server.chat("help")
    assert answer.prompt_eval_duration >= 30_000_000
    assert answer.eval_duration >= answer.eval_count * 1_000_000


async def test_its_models_keep_their_date_over_a_restart(tmp_path: Path) -> None:
    dates = []
    for _ in range(2):
        async for running in serve(tmp_path):
            dates.append((await running.client.list()).models[0].modified_at)
    assert dates[0] == dates[1]
    assert build_app(control_token="t", home=tmp_path)
