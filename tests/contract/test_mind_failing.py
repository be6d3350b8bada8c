"""Every way in which a model can fail, on Ollama's wire and on Anthropic's: a sentence, and nothing proposed."""

# ruff: noqa: F811 (a fixture is imported and then named as an argument)
from pathlib import Path

import pytest

from app.agent.agent import CALLS
from app.domain.errors import ModelAbsent, ModelError, ModelUnreachable, PromptTooLong, TooManySteps
from tests.contract.minds import Mind, call, calls, mind, on_ollama, says, server, world  # noqa: F401 (fixtures)
from tests.contract.ollama_standin import Running, serve
from tests.unit.desk_world import World


async def test_an_empty_answer_is_asked_for_again_once(mind: Mind) -> None:
    await mind.switch(empty_next=1)
    assert (await mind.think("help")).reply
    await mind.switch(empty_next=2)
    with pytest.raises(ModelError) as failed:
        await mind.think("help")
    assert type(failed.value) is ModelError


async def test_an_answer_that_only_loads_the_model_is_asked_for_again(on_ollama: Mind) -> None:
    await on_ollama.switch(done_reason_load_next=1)
    assert (await on_ollama.think("help")).reply
    await on_ollama.switch(done_reason_load_next=50)
    with pytest.raises(ModelError):
        await on_ollama.think("help")


async def test_a_tool_call_written_as_text_is_asked_for_again_once(mind: Mind) -> None:
    await mind.switch(tool_call_as_text_next=1)
    thought = await mind.think("archive promotions older than 0 days")
    assert [a.kind for a in thought.actions] == ["ArchiveEmails"]
    assert '"name"' not in thought.reply
    await mind.switch(tool_call_as_text_next=2)
    with pytest.raises(ModelError):
        await mind.think("archive promotions older than 0 days")


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "search_mail", "arguments": {}}',
        '```json\n{"name": "search_mail", "parameters": {}}\n```',
        '[{"name": "search_mail", "arguments": {}}]',
    ],
)
async def test_a_call_as_text_is_known_in_any_dress(mind: Mind, text: str) -> None:
    await mind.script(says(text), says("Nothing new."))
    assert (await mind.think()).reply == "Nothing new."


@pytest.mark.parametrize("text", ['{"total": 3}', "{not json", "[1, 2]", "Use {name} here.", "[]", "{}"])
async def test_an_answer_that_only_looks_alike_stays(mind: Mind, text: str) -> None:
    await mind.script(says(text))
    assert (await mind.think()).reply == text


async def test_an_answer_that_was_cut_off_says_so(on_ollama: Mind) -> None:
    await on_ollama.switch(length_next=1)
    with pytest.raises(PromptTooLong):
        await on_ollama.think("help")


async def test_a_prompt_that_was_cut_in_front_says_so(server: Running, world: World) -> None:
    mind = Mind(server, world, num_ctx=256)
    with pytest.raises(PromptTooLong):
        await mind.think("help " * 50)
    await mind.model.close()


@pytest.mark.parametrize(
    ("status", "kind"), [(503, ModelUnreachable), (500, ModelError), (400, ModelError), (502, ModelError)]
)
async def test_a_host_that_fails_is_told(on_ollama: Mind, status: int, kind: type[ModelError]) -> None:
    await on_ollama.switch(fail_next=1, fail_status=status)
    with pytest.raises(ModelError) as failed:
        await on_ollama.think("help")
    assert type(failed.value) is kind
    assert (await on_ollama.think("help")).reply


async def test_a_model_that_isnt_installed_is_named(server: Running, world: World) -> None:
    mind = Mind(server, world, model="qwen9:1t")
    with pytest.raises(ModelAbsent, match="ollama pull qwen9:1t"):
        await mind.think("help")
    await mind.model.close()


async def test_a_host_that_isnt_there_is_told(tmp_path: Path, world: World) -> None:
    async for running in serve(tmp_path):
        mind = Mind(running, world)
    with pytest.raises(ModelUnreachable):
        await mind.think("help")
    await mind.model.close()


async def test_an_answer_that_breaks_off_is_told(mind: Mind) -> None:
    await mind.switch(drop_next=1)
    with pytest.raises(ModelUnreachable):
        await mind.think("help")


async def test_an_answer_that_is_no_json_is_told(mind: Mind) -> None:
    await mind.switch(malformed_json_next=1)
    with pytest.raises(ModelError):
        await mind.think("help")


async def test_a_model_that_never_comes_to_an_end_is_stopped(mind: Mind) -> None:
    await mind.script(*[calls(call("list_events", start="today"))] * (CALLS + 1))
    with pytest.raises(TooManySteps):
        await mind.think()
    assert len(mind.steps) == CALLS


async def test_what_was_proposed_before_a_failure_is_forgotten(mind: Mind) -> None:
    await mind.script(calls(call("change_mail", do="archive", category="promotions")), says(""), says(""))
    with pytest.raises(ModelError):
        await mind.think()
    await mind.script(says("Nothing."))
    assert (await mind.think()).actions == ()
