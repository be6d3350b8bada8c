"""The contract of Mind: scripted, and the agent on Ollama's wire and Anthropic's; every way a model can fail."""

# ruff: noqa: F811 (a fixture is imported and then named as an argument)
import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from app.domain.asking import Listed, Question
from app.domain.desk import Desk
from app.domain.errors import (
    LostClaim,
)
from app.domain.ports import Request, Thought, WaitingCard
from app.domain.types import Address, Utterance
from tests.contract.minds import Mind, call, calls, mind, on_ollama, says, server, world  # noqa: F401 (fixtures)
from tests.contract.ollama_standin import serve
from tests.fakes import ScriptedMind
from tests.samples import ANN, archive
from tests.unit.desk_world import World, mail

MODEL = "steward-planner:latest"
# What every mind does.


@pytest.fixture(params=["scripted", "ollama", "anthropic"])
async def either(request: pytest.FixtureRequest, tmp_path: Path, world: World) -> AsyncIterator[Any]:
    """Minds that propose to archive a mail."""
    if request.param == "scripted":

        async def archiving(asked: Request, desk: Desk, watch: Any) -> Thought:
            await watch("is collecting the mails…")
            return Thought(reply="A card is ready.", actions=(archive("m9"),))

        yield ScriptedMind(archiving)
        return
    async for running in serve(tmp_path):
        mind = Mind(running, world, provider=request.param)
        await mind.script(calls(call("change_mail", do="archive", category="promotions")), says("A card is ready."))
        yield mind.agent
        await mind.model.close()


async def test_thinking_proposes_and_changes_nothing(either: Any, world: World) -> None:
    steps: list[str] = []

    async def watch(step: str) -> None:
        steps.append(step)

    thought = await either.think(Request(person=ANN, now=world.now, text="archive promotions"), world.desk, watch)
    assert thought.reply == "A card is ready."
    assert [(a.kind, a.ids) for a in thought.actions] == [("ArchiveEmails", ("m9",))]
    assert steps == ["is collecting the mails…"]
    assert await world.mailbox.having("INBOX", ["m9"]) == {"m9"}


async def test_a_request_that_isnt_ours_any_more_ends_at_the_next_step(either: Any, world: World) -> None:
    async def watch(_: str) -> None:
        raise LostClaim

    with pytest.raises(LostClaim):
        await either.think(Request(person=ANN, now=world.now, text="archive promotions"), world.desk, watch)


# What the model is told.


async def test_the_model_knows_who_when_and_what_was_said(mind: Mind) -> None:
    await mind.script(says("Fine."))
    history = (
        Utterance(role="user", text="Hello\u202e.", at=mind.world.now),
        Utterance(role="assistant", text="Good morning.", at=mind.world.now),
    )
    await mind.think("How\u200bdy?", history=history)
    (heard,) = await mind.heard()
    system, *rest = heard
    assert system["role"] == "system"
    for part in ("Ann", "Monday 2 March 2026, 09:00", "UTC", "work (ann@example.com)"):
        assert part in system["content"]
    assert [m["content"] for m in rest if m["role"] in ("user", "assistant") and m["content"]][:3] == [
        "Hello.",
        "Good morning.",
        "Howdy?",
    ]


async def test_the_result_of_a_tool_comes_back_to_the_model(mind: Mind) -> None:
    await mind.script(calls(call("search_mail", subject="Lunch")), says("Carol asks about lunch."))
    thought = await mind.think()
    (told,) = await mind.told()
    assert told["untrusted"]["mails"][0]["thread"] == "work:t1" if "untrusted" in told else told["mails"]
    assert thought.reply.startswith("Carol asks about lunch.")
    assert mind.steps == ["is searching your mail…"]


async def test_several_tools_may_be_called_at_once(mind: Mind) -> None:
    await mind.script(
        calls(call("change_mail", do="archive", category="promotions"), call("list_events", start="today")),
        says("Both."),
    )
    thought = await mind.think()
    assert len(thought.actions) == 1
    assert len(await mind.told()) == 2


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (call("read_thread", thread="work:nothere"), "no such"),
        (call("read_thread", thread="nonsense"), "There is no thread called"),
        (call("search_mail", account="holiday"), "The accounts are: work."),
        (call("list_events", start="soonish maybe"), "I can't tell which time"),
        (call("create_event", title="Call", start="tomorrow", guests=["carol@example.org"]), "I can't tell which time"),
        (call("create_event", title="Call", start="yesterday at 3pm"), "in the past"),
        (call("create_event", title="Call", start="tomorrow at 3pm", guests=["carol"]), "carol"),
        (call("write_mail", kind="reply", thread="work:t1", body="  "), "no text"),
        (call("search_mail", limit="many"), "limit"),
        (call("search_mail", category="rubbish"), "category"),
        (call("create_event", start="tomorrow at 3pm"), "title"),
        (call("fly_to_the_moon"), "There is no such tool."),
    ],
    ids=lambda p: p["function"]["name"] if isinstance(p, dict) else "",
)
async def test_what_a_tool_cant_do_is_told_to_the_model_which_goes_on(mind: Mind, made: Any, told: str) -> None:
    await mind.script(calls(made), says("I'm sorry."))
    thought = await mind.think()
    assert thought.reply == "I'm sorry."
    assert thought.actions == ()
    assert told in json.dumps(await mind.told(), ensure_ascii=False)


# Questions.


async def test_a_time_with_two_meanings_is_asked_back_by_code(mind: Mind) -> None:
    await mind.script(calls(call("create_event", title="Call", start="next Friday at 10am")), says("Never said."))
    thought = await mind.think()
    assert thought.actions == ()
    assert thought.reply == "“next Friday at 10am” can be read in more than one way. Which do you mean?"
    question = thought.trail.question
    assert question is not None
    assert set(question.options) == {"Friday 6 March 2026, 10:00", "Friday 13 March 2026, 10:00"}


async def test_a_question_ends_the_turn_and_keeps_the_cards_beside_it(mind: Mind) -> None:
    asks = call("ask_person", question="Which day?", options=["Monday", "Tuesday"])
    await mind.script(calls(call("create_event", title="A", start="tomorrow at 3pm"), asks), says("Never said."))
    thought = await mind.think()
    assert (thought.reply, len(thought.actions)) == ("Which day?", 1)
    assert thought.trail.question == Question(options=("Monday", "Tuesday"))
    assert len(await mind.heard()) == 1


async def test_a_question_may_have_no_options(mind: Mind) -> None:
    await mind.script(calls(call("ask_person", question="What shall it be called?")))
    thought = await mind.think()
    assert (thought.reply, thought.trail.question) == ("What shall it be called?", None)


async def test_people_between_whom_the_model_asks_in_words_become_buttons(mind: Mind, world: World) -> None:
    for n, name in enumerate(("Sam Carter", "Sam Lee")):
        sender = Address(email=f"sam.{n}@example.org", name=name)
        world.mailbox.put(mail(f"s{n}", thread=f"s{n}", sender=sender))
    await mind.script(calls(call("find_person", name="Sam")), says("Which Sam do you mean?"))
    question = (await mind.think("Write to Sam")).trail.question
    assert question is not None
    assert (len(question.options), question.about) == (2, "Sam")
    await mind.script(calls(call("find_person", name="Sam")), says("There are two."))
    assert (await mind.think("Who is Sam")).trail.question is None


# Sources.


async def test_references_become_sources_and_invented_ones_go(mind: Mind) -> None:
    await mind.script(calls(call("search_mail")), says("• Lunch with Carol [work:t1]\n• Nothing else [work:nothing]"))
    thought = await mind.think()
    assert thought.reply == "• Lunch with Carol [work:t1]\n• Nothing else"
    assert [each.ref for each in thought.trail.listed][-1] == "work:t1"
    assert all(each.link.startswith("http") for each in thought.trail.listed)


async def test_what_was_listed_before_is_told_and_can_still_be_linked(mind: Mind) -> None:
    shown = tuple(Listed(ref=f"work:t{n}", title=f"Mail {n}", link=f"https://mail.example/{n}") for n in (1, 9))
    before = Utterance(role="assistant", text="Two mails.", at=mind.world.now, listed=shown)
    await mind.script(calls(call("read_thread", thread="work:t9")), says("A sale [work:t9]."))
    thought = await mind.think("What does the second one say?", history=(before,))
    earlier, _ = await mind.told()
    assert [row["ref"] for row in earlier["untrusted"]["listed"]] == ["work:t1", "work:t9"]
    assert [each.ref for each in thought.trail.listed] == ["work:t1", "work:t9"]


async def test_two_people_think_at_once_without_mixing(mind: Mind) -> None:
    import asyncio

    await mind.server.control(
        "script",
        {"match": "one", "turns": [calls(call("change_mail", do="archive", category="promotions")), says("One.")]},
    )
    await mind.server.control("script", {"match": "two", "turns": [says("Two.")]})
    one, two = await asyncio.gather(mind.think("request one"), mind.think("request two"))
    assert (one.reply, len(one.actions)) == ("One.", 1)
    assert (two.reply, len(two.actions)) == ("Two.", 0)


async def test_the_prompt_and_the_tools_leave_room_in_a_small_window(mind: Mind) -> None:
    """About 3,000 tokens of a window of 8,192."""
    await mind.script(says("Fine."))
    await mind.think()
    (entry,) = await mind.server.log()
    system = next(m for m in entry["body"]["messages"] if m["role"] == "system")
    size = len(json.dumps(entry["body"]["tools"], separators=(",", ":"))) + len(system["content"])
    assert size <= 10_500


# What it puts on the table.


async def test_actions_keep_the_order_in_which_they_were_called_for(mind: Mind, world: World) -> None:
    """The calls of one answer run at the same time: here the first one takes until the second one is through."""
    events, through = world.calendar.events, asyncio.Event()

    async def slow(start: Any, end: Any, *, words: str = "") -> Any:
        if start.hour == 15:
            await through.wait()
        through.set()
        return await events(start, end, words=words)

    world.calendar.events = slow  # type: ignore[method-assign]
    made = [call("create_event", title=title, start=f"tomorrow at {hour}:00") for title, hour in (("A", 15), ("B", 16))]
    await mind.script(calls(*made), calls(call("create_event", title="C", start="tomorrow at 9:00")), says("Ready."))
    thought = await mind.think("Put A, B and C on my calendar")
    assert [action.title for action in thought.actions] == ["A", "B", "C"]  # type: ignore[attr-defined]


async def test_a_change_may_be_instead_of_a_waiting_card_and_only_once(mind: Mind) -> None:
    old = archive("m9")
    waiting = (WaitingCard(ref="c1", action=old),)
    again = call("change_mail", do="archive", category="promotions", replaces="c1")
    await mind.script(calls(again), calls(again, call("change_mail", do="archive", replaces="c7")), says("Ready."))
    thought = await mind.think("only the old ones", waiting=waiting)
    assert thought.replaces == {thought.actions[0].id: old.id}
    assert len(thought.actions) == 2
    waiting_cards, *proposed = await mind.told()
    assert waiting_cards["untrusted"]["cards"][0]["ref"] == "c1"
    assert waiting_cards["untrusted"]["cards"][0]["asked"] == {
        "do": "archive",
        "category": "promotions",
        "account": "work",
    }
    assert [
        "instead of the card that waits" in str(told["untrusted"]["proposed"] if "untrusted" in told else told)
        for told in proposed
    ] == [True, False, False]
    assert 'no waiting card called "c7"' in str(proposed[2])


async def test_what_is_left_to_do_is_kept_with_cards_only(mind: Mind) -> None:
    later = call("continue_after", what="mail the guests its link")
    await mind.script(calls(later, call("create_event", title="A", start="tomorrow at 3pm")), says("Ready."))
    assert (await mind.think("Put A there, then mail the guests its link")).trail.then == "mail the guests its link"
    await mind.script(calls(later), says("Nothing to do."))
    assert (await mind.think("Mail the guests its link")).trail.then == ""
