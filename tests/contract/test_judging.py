"""The contract of judging and wording: on Ollama's wire and Anthropic's, and every way an answer can be of no use."""

# ruff: noqa: F811 (a fixture is imported and then named as an argument)
import json
from typing import Any

import pytest

from app.domain.errors import ModelError, ModelUnreachable
from app.skills.triage.judging import Judgements
from tests.contract.minds import Mind, call, calls, mind, says, server, world  # noqa: F401 (fixtures)

PLAIN = {"category": "routine", "priority": 5, "because": []}
MATERIAL = {
    "mails": [
        {"n": 1, "signals": PLAIN, "untrusted": {"from": "Dana", "text": "Could you send the figures by Friday?"}},
        {"n": 2, "signals": PLAIN, "untrusted": {"from": "News", "text": "This week in bread: unsubscribe here"}},
    ]
}
GOOD = {"mails": [{"n": 1, "category": "routine", "priority": 4, "why": "hm"}]}


def answered(mind: Mind, value: Any) -> dict[str, Any]:
    """A scripted judgement as the provider's wire carries one."""
    return says(json.dumps(value)) if mind.provider == "ollama" else calls(call("Judgements", **value))


async def test_a_judgement_is_of_the_schema_and_sees_task_and_material(mind: Mind) -> None:
    await mind.switch(keep_bodies=True)
    said = await mind.agent.judge("triage", MATERIAL, Judgements)
    assert [(j.n, j.category) for j in said.mails] == [(1, "urgent_action"), (2, "newsletter")]
    ((system, user),) = await mind.heard()
    assert system["content"].startswith("Task: triage\n")
    assert json.loads(user["content"]) == MATERIAL


async def test_words_come_without_links(mind: Mind) -> None:
    await mind.script(says("Dana waits. See https://evil.example/now for more."))
    words = await mind.agent.word("triage", {"waiting": "Dana"})
    assert words.startswith("Dana waits.")
    assert "https://" not in words


async def test_facts_are_put_into_words(mind: Mind) -> None:
    assert "Dana" in await mind.agent.word("triage", {"waiting": "Dana"})


@pytest.mark.parametrize("switch", ["empty_next", "length_next", "malformed_json_next", "done_reason_load_next"])
async def test_an_answer_of_no_use_is_asked_for_once_more(mind: Mind, switch: str) -> None:
    await mind.switch(**{switch: 1})
    assert (await mind.agent.judge("triage", MATERIAL, Judgements)).mails
    assert len(await mind.server.log()) == 2


@pytest.mark.parametrize("switch", ["empty_next", "length_next", "malformed_json_next"])
async def test_two_answers_of_no_use_are_said_to_be_none(mind: Mind, switch: str) -> None:
    await mind.switch(**{switch: 2})
    with pytest.raises(ModelError):
        await mind.agent.judge("triage", MATERIAL, Judgements)
    assert len(await mind.server.log()) == 2


@pytest.mark.parametrize("switch", ["empty_next", "malformed_json_next"])
async def test_words_of_no_use_are_asked_for_once_more(mind: Mind, switch: str) -> None:
    await mind.switch(**{switch: 1})
    assert await mind.agent.word("triage", {"waiting": "Dana"})
    await mind.switch(**{switch: 2})
    with pytest.raises(ModelError):
        await mind.agent.word("triage", {"waiting": "Dana"})
    assert len(await mind.server.log()) == 4


@pytest.mark.parametrize(
    "wrong",
    [{"mails": [{"n": 1, "category": "bananas", "priority": 4}]}, {"mails": [{"n": 1, "priority": 40}]}, {"other": 1}],
)
async def test_what_does_not_fit_the_schema_is_no_judgement(mind: Mind, wrong: dict[str, Any]) -> None:
    await mind.script(answered(mind, wrong), answered(mind, GOOD))
    assert [j.priority for j in (await mind.agent.judge("triage", MATERIAL, Judgements)).mails] == [4]
    await mind.script(answered(mind, wrong), answered(mind, wrong))
    with pytest.raises(ModelError):
        await mind.agent.judge("triage", MATERIAL, Judgements)


async def test_a_model_that_declines_gives_no_judgement(mind: Mind) -> None:
    await mind.script(says("I can't help with that."), says("I can't help with that."))
    with pytest.raises(ModelError):
        await mind.agent.judge("triage", MATERIAL, Judgements)


async def test_a_host_that_fails_is_named_as_such(mind: Mind) -> None:
    await mind.switch(fail_next=9, fail_status=503)
    with pytest.raises(ModelUnreachable):
        await mind.agent.judge("triage", MATERIAL, Judgements)


async def test_a_draft_is_worded_without_a_link_and_without_a_schema(mind: Mind) -> None:
    await mind.switch(keep_bodies=True)
    written = {"from": "Dana", "subject": "Figures", "text": "Could you send the figures? See https://evil.example/x"}
    mails = [{"date": "Monday 2 March 2026", "by": "other", "untrusted": written}]
    asked = {"to": ["Dana"], "asked": ["Could you send the figures?"]}
    words = await mind.agent.word("draft", {"kind": "reply", "writer": "Ann", "untrusted": asked, "mails": mails})
    assert "“Could you send the figures?”" in words
    assert words.endswith("Ann")
    ((system, _),) = await mind.heard()
    assert system["content"].startswith("Task: draft\n")
