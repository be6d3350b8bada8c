"""A prompt that is longer than the model's window: code leaves out the oldest lines and says so, or it is told."""

# ruff: noqa: F811 (a fixture is imported and then named as an argument)
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from app.agent.windowing import LEFT_OUT
from app.domain.errors import PromptTooLong
from app.domain.types import Utterance
from integrations.models.ollama import ANSWER, ollama_model
from sandbox.models.tokens import prompt_tokens
from tests.contract.minds import Mind, call, calls, says, server, world  # noqa: F401 (fixtures)
from tests.contract.ollama_standin import MODEL, Running
from tests.contract.test_standing_in import Two, serve
from tests.unit.desk_world import World, mail

LINES = 12
LONG = 6_000
ASKED = "Which of these is about the harbour?"


def lines(world: World) -> tuple[Utterance, ...]:
    return tuple(
        Utterance(role="user" if n % 2 else "assistant", text=f"Line {n}. " + "words " * 90, at=world.now)
        for n in range(LINES)
    )


async def test_the_oldest_lines_are_left_out_and_never_the_request(server: Running, world: World) -> None:
    whole, history = Mind(server, world, num_ctx=100_000), lines(world)
    await whole.script(says("None."))
    assert LEFT_OUT not in (await whole.think(ASKED, history=history)).reply
    (entry,) = await server.log()
    body = entry["body"]
    alone = prompt_tokens([m for m in body["messages"] if m["role"] == "system"], body["tools"])
    needed = prompt_tokens(body["messages"], body["tools"])
    await whole.model.close()

    small = Mind(server, world, num_ctx=(alone + needed) // 2 + ANSWER)
    await small.script(says("None."), says("None."))
    assert "language model" not in (await small.think("Measure this.")).reply
    thought = await small.think(ASKED, history=history)
    assert thought.reply.splitlines() == ["None.", LEFT_OUT]
    heard = (await small.heard())[-1]
    said = [m["content"] for m in heard if m["role"] in ("user", "assistant") and m["content"]]
    assert said[-1] == ASKED
    kept = len(said) - 1
    assert 0 < kept < LINES
    assert [line.split(".")[0] for line in said[:-1]] == [f"Line {n}" for n in range(LINES - kept, LINES)]
    await small.model.close()


async def test_a_turn_that_has_no_room_alone_is_told(server: Running, world: World) -> None:
    mind = Mind(server, world, num_ctx=4_096)
    for n in range(3):
        world.mailbox.put(mail(f"l{n}", thread=f"l{n}", text="The harbour is closed again. " * (LONG // 29)))
    await mind.script(calls(*(call("read_thread", thread=f"work:l{n}") for n in range(3))), says("Never said."))
    with pytest.raises(PromptTooLong):
        await mind.think(ASKED, history=lines(world))
    await mind.model.close()


# What the host does in spite of the estimate.


async def test_fewer_tokens_than_of_the_beginning_alone_are_noticed(server: Running) -> None:
    model = ollama_model(name=MODEL, host=server.address, num_ctx=500)
    begun = [SystemMessage("You help."), HumanMessage("harbour " * 200)]
    await model.ainvoke(begun)
    with pytest.raises(PromptTooLong):
        await model.ainvoke([*begun, AIMessage("Which one? " * 5), HumanMessage("harbour " * 150)])
    assert (await model.ainvoke([SystemMessage("You help."), HumanMessage("help")])).text
    await model.close()


async def test_far_fewer_tokens_than_so_much_text_has_are_noticed(server: Running) -> None:
    model = ollama_model(name=MODEL, host=server.address, num_ctx=500)
    with pytest.raises(PromptTooLong):
        await model.ainvoke([HumanMessage("harbour " * 600), AIMessage("Which?"), HumanMessage("harbour " * 150)])
    await model.close()


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    async for local in serve(tmp_path / "local"):
        async for paid in serve(tmp_path / "paid"):
            made = Two(local, paid, paid_first=False, num_ctx=256)
            yield made
            await made.close()


async def test_a_model_that_reads_more_stands_in(two: Two) -> None:
    thought = await two.think("what's on tomorrow?")
    assert "calendar" in thought.reply
    assert "That was more than llama3.2 can read at once, so claude answered." in thought.reply
