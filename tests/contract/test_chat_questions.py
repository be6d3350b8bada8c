"""The contract of Chat for questions: options to click under the words, then what was chosen; and who is mentioned."""

from pathlib import Path
from typing import Any

import pytest

from app.domain.asking import MAX_OPTIONS, OPTION, Listed, Question
from app.domain.errors import ChatError
from app.domain.types import Address, Place, Turn, TurnStatus
from integrations.slack.chat import SlackChat
from tests.contract.test_chat import Talk, slack, talk
from tests.samples import message
from tests.slack_standin import Standin, standin
from tests.unit.turns import turn_of

__all__ = ["slack", "talk"]

REPLY = "Which one?"


def asking(talk: Talk, **more: Any) -> Turn:
    question = Question(options=("Monday", "Tuesday"))
    return talk.turn().model_copy(update={"reply": REPLY, "question": question} | more)


async def asked(talk: Talk, turn: Turn) -> Turn:
    ts = await talk.chat.say(turn.place, turn.reply, turn=turn)
    return turn.model_copy(update={"reply_ts": ts})


async def test_a_question_is_posted_found_again_and_closed_where_it_stands(talk: Talk) -> None:
    turn = await asked(talk, asking(talk))
    assert await talk.chat.say(turn.place, turn.reply, turn=turn, again=True) == turn.reply_ts
    chosen = Question(options=("Monday", "Tuesday"), chosen=1)
    await talk.chat.answered(turn.model_copy(update={"question": chosen}))
    assert talk.texts() == [REPLY]


async def test_a_question_that_stands_nowhere_cannot_be_closed(talk: Talk) -> None:
    with pytest.raises(ChatError):
        await talk.chat.answered(asking(talk, reply_ts="1.000001"))


async def test_who_is_mentioned_has_a_name_and_an_address(talk: Talk) -> None:
    assert await talk.chat.called(talk.team, talk.user) == Address(email="ada@example.com", name="Ada Byron")
    with pytest.raises(ChatError):
        await talk.chat.called(talk.team, "U0NOBODY")


# Slack alone.


def in_dm(slack: Standin, **more: Any) -> Turn:
    turn = turn_of(message(place=Place(channel=slack.dm(), thread="")), TurnStatus.ENDED)
    return turn.model_copy(update={"reply": REPLY} | more)


async def posted(slack: Standin, turn: Turn) -> tuple[Turn, dict[str, Any]]:
    """A turn whose reply stands in Slack, and the message."""
    ts = await SlackChat(slack.client()).say(turn.place, turn.reply, turn=turn)
    (found,) = slack.workspace.history(slack.dm())
    return turn.model_copy(update={"reply_ts": ts}), found


def buttons(message_: dict[str, Any]) -> list[dict[str, Any]]:
    return [e for block in message_["blocks"] if block["type"] == "actions" for e in block["elements"]]


async def test_slack_takes_the_longest_question_there_can_be(slack: Standin) -> None:
    options = tuple(f"{n} {'x' * (OPTION - 2)}" for n in range(MAX_OPTIONS))
    turn, shown = await posted(slack, in_dm(slack, reply="?" * 3_000, question=Question(options=options)))
    assert [(b["action_id"], b["value"]) for b in buttons(shown)] == [
        (f"answer:{n}", str(turn.id)) for n in range(MAX_OPTIONS)
    ]
    assert all(option in str(shown["blocks"]) for option in options)
    chosen = Question(options=options, chosen=0)
    await SlackChat(slack.client()).answered(turn.model_copy(update={"question": chosen}))
    (closed,) = slack.workspace.history(slack.dm())
    assert buttons(closed) == []
    assert f"You chose: {options[0]}" in str(closed["blocks"])
    assert closed["metadata"]["event_payload"]["turn"] == str(turn.id)


async def test_only_code_makes_links(slack: Standin) -> None:
    listed = (Listed(ref="work:t1", title="Lunch", link="https://mail.example/t1"),)
    reply = "Lunch [work:t1], [work:t2] and https://evil.example/x"
    _, shown = await posted(slack, in_dm(slack, reply=reply, listed=listed))
    words = shown["blocks"][0]["text"]["text"]
    assert words == "Lunch <https://mail.example/t1|source>, [work:t2] and evil.example"


async def test_of_a_stranger_only_the_name_is_told(tmp_path: Path) -> None:
    olga = {"name": "olga", "real_name": "Olga", "email": "olga@example.net", "tz": "Asia/Tokyo", "kind": "stranger"}
    async with standin(tmp_path, [olga, {**olga, "name": "ben", "email": "ben@example.com"}]) as slack:
        told = await SlackChat(slack.client()).called(slack.workspace.team["id"], slack.ada)
    assert told == Address(email="", name="Olga")
