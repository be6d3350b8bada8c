"""What people write in Slack, unpacked: markup, files, subtypes, edits, and what isn't meant for us."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import Accounts
from app.domain.ports import Thought
from app.domain.types import Place, TurnStatus, person_id
from app.reception import Reception
from handlers.commands import Commands
from handlers.messages import Messages, bot, plain, unpack
from tests.samples import ANN, TEAM, message
from tests.unit.steward_at_work import AtWork, Thinking, hear_while_thinking

US = "U0STEWARD"


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("archive newsletters", "archive newsletters"),
        ("  two\n lines ", "two\n lines"),
        (f"<@{US}> what's new?", "what's new?"),
        (f"<@{US}|steward> what's new?", "what's new?"),
        ("a call with <@U0BEN>", "a call with @U0BEN"),
        ("a call with <@U0BEN|ben>", "a call with @U0BEN"),
        ("mail <mailto:ann@example.org|ann@example.org>", "mail ann@example.org"),
        ("see <https://example.org/a?b=1&amp;c=2>", "see https://example.org/a?b=1&c=2"),
        ("see <https://example.org/a|example.org/a>", "see https://example.org/a"),
        ("call <tel:+431234|+43 1234>", "call +431234"),
        ("in <#C0GENERAL|general>", "in #general"),
        ("in <#C0GENERAL>", "in #C0GENERAL"),
        ("tell <!here> and <!channel>", "tell @here and @channel"),
        ("tell <!subteam^S1|@eng> or <!subteam^S1>", "tell @eng or @subteam"),
        ("on <!date^1700000000^{date}|14 Nov>", "on 14 Nov"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("typed &lt;@U0BEN&gt; by hand", "typed <@U0BEN> by hand"),
        ("a &amp;lt; b", "a &lt; b"),
        ("", ""),
    ],
)
def test_a_text_reads_as_it_was_typed(text: str, typed: str) -> None:
    assert plain(text, us=US) == typed


@given(st.text())
def test_what_has_no_markup_stays(typed: str) -> None:
    """Slack's composer escapes these three and nothing else (Slack's formatting guide)."""
    sent = typed.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert plain(sent, us=US) == typed.strip()


def envelope(event: dict[str, Any]) -> dict[str, Any]:
    authorizations = [{"user_id": US, "is_bot": True, "team_id": TEAM}]
    return {"team_id": TEAM, "event_id": "Ev1", "event": event, "authorizations": authorizations}


def said(text: str = "What's new?", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": ANN.user, "channel": ANN.dm, "ts": "1772442001.000100", "text": text} | more


def test_a_top_level_message_is_a_thread_of_its_own() -> None:
    alone = unpack(TEAM, said(), private=True)
    assert alone.place == Place(channel=ANN.dm, thread="1772442001.000100")
    assert (alone.person, alone.ts, alone.files, alone.private) == (ANN.id, "1772442001.000100", 0, True)
    inside = unpack(TEAM, said(thread_ts="1772442000.000100"), private=False)
    assert inside.place.thread == "1772442000.000100"
    assert not inside.private


def test_files_are_counted_and_a_text_may_be_missing() -> None:
    assert unpack(TEAM, said(files=[{}, {}]), private=True).files == 2
    assert unpack(TEAM, said() | {"text": None}, private=True).text == ""


def test_who_we_are_is_read_from_the_envelope() -> None:
    assert bot(envelope({})) == US
    assert bot({}) == ""


class Slack:
    """The handlers of messages over fakes."""

    def __init__(self) -> None:
        self.at = AtWork()
        services = self.at.outside.services(self.at.store)
        commands = Commands(
            assistant=self.at.assistant, accounts=Accounts(services), reception=Reception(services), chat=self.at.chat
        )
        self.messages = Messages(self.at.assistant, commands)
        self.commands = commands
        self.at.mind.will(*[Thought(reply="Nothing.")] * 3)

    async def send(self, event: dict[str, Any]) -> list[str]:
        """What was said after it."""
        before = len(self.at.said)
        await (self.messages.mention if event["type"] == "app_mention" else self.messages.direct)(envelope(event))
        return self.at.said[before:]

    @property
    def asked(self) -> list[str]:
        return [request.text for request in self.at.mind.requests]


@pytest.mark.parametrize("subtype", [None, "file_share", "thread_broadcast"])
async def test_what_somebody_says_is_heard(subtype: str | None) -> None:
    slack = Slack()
    await slack.send(said() | ({"subtype": subtype} if subtype else {}))
    assert slack.asked == ["What's new?"]


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "bot_message"},
        {"bot_id": "B1"},
        {"subtype": "channel_join"},
        {"subtype": "me_message"},
        {"user": None},
        {"subtype": "assistant_app_thread"},
    ],
)
async def test_what_nobody_says_to_us_is_left_alone(more: dict[str, Any]) -> None:
    slack = Slack()
    event = {k: v for k, v in (said() | more).items() if v is not None}
    assert await slack.send(event) == []
    assert slack.asked == []
    assert slack.at.disk.turns == {}


async def slashed(text: str) -> tuple[list[str], list[str]]:
    """What was said after /steward and a text, and the errands that were heard."""
    slack = Slack()
    await slack.commands.slash({"team_id": TEAM, "user_id": ANN.user, "trigger_id": "1.2", "text": text})
    return slack.at.said, [row.turn.errand for row in slack.at.disk.turns.values()]


@pytest.mark.parametrize(
    ("text", "errand"),
    [
        ("optimise next week", "week next week"),
        ("brief Review with Dana", "brief Review with Dana"),
        ("tasks add Call Bob", "tasks add Call Bob"),
        ("what's new?", ""),
    ],
)
async def test_a_slash_command_sends_a_skill_with_what_follows_it(text: str, errand: str) -> None:
    assert (await slashed(text))[1] == [errand]


async def test_what_a_slash_command_does_not_take_is_said_and_not_heard() -> None:
    said, errands = await slashed("tasks everything")
    assert errands == []
    assert said[-1].startswith("I don't know what to do with “everything” after `tasks`.")


async def test_a_mention_is_heard_without_our_name_and_answered_in_the_dm() -> None:
    slack = Slack()
    lines = await slack.send(said(f"<@{US}> what's new?", type="app_mention", channel="C0GENERAL"))
    assert slack.asked == ["what's new?"]
    assert len(lines) == 2
    assert slack.at.chat.lines[-1].place.channel == ANN.dm


async def test_our_own_mention_of_ourselves_isnt_heard() -> None:
    slack = Slack()
    assert await slack.send(said(type="app_mention", bot_id="B1", channel="C0GENERAL")) == []


async def test_a_file_alone_is_answered_for() -> None:
    slack = Slack()
    (line,) = await slack.send(said("", subtype="file_share", files=[{"id": "F1"}]))
    assert line.startswith("I can't read files yet")


@pytest.mark.parametrize("word", ["help", "Help", " HELP ", "!help", "! help", f"<@{US}> help"])
async def test_a_word_of_command_needs_no_model(word: str) -> None:
    slack = Slack()
    assert await slack.send(said(word)) == ["welcome, connect"]
    assert slack.asked == []


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("pending", "Nothing waits for your decision."),
        ("stop", "I'm not working on anything right now."),
        ("!dance", "I don't know `!dance`. I know: help, connect, accounts, pending, stop."),
    ],
)
async def test_every_word_answers(word: str, says: str) -> None:
    assert await Slack().send(said(word)) == [says]


@pytest.mark.parametrize(
    "text", ["help me with my inbox", "stop the newsletters", "!important: what's new?", "pending mails?"]
)
async def test_a_sentence_is_a_request_whatever_word_it_begins_with(text: str) -> None:
    slack = Slack()
    await slack.send(said(text))
    assert slack.asked == [text]


async def test_connect_shows_the_way_in_the_dm() -> None:
    slack = Slack()
    await slack.send(said("connect"))
    ((place, invitation),) = slack.at.chat.invitations
    assert place.channel == ANN.dm
    assert invitation.url.startswith("https://consent.example/")


def edited(text: str, before: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": ANN.dm,
        "ts": "1772449999.000100",
        "message": said(text, **more),
        "previous_message": said(before),
    }


async def test_an_edit_replaces_a_queued_request_and_a_deletion_cancels_it() -> None:
    slack, thinking = Slack(), Thinking()
    slack.at.mind._script.clear()
    task = await hear_while_thinking(slack.at, thinking, message(ts="1772442000.000100"))
    await slack.send(said("two"))
    await slack.send(said("three", ts="1772442002.000100"))
    await slack.send(edited("two and a half &amp; more", "two"))
    deleted = said("three", ts="1772442002.000100")
    await slack.send({"type": "message", "subtype": "message_deleted", "channel": ANN.dm, "previous_message": deleted})
    slack.at.mind.will(Thought(reply="Done."))
    thinking.may_end.set()
    await task
    assert slack.asked[1:] == ["two and a half & more"]
    assert [row.turn.status for row in slack.at.disk.turns.values()] == [
        TurnStatus.ENDED,
        TurnStatus.ENDED,
        TurnStatus.CANCELLED,
    ]


@pytest.mark.parametrize(
    "event",
    [
        edited("same", "same", attachments=[{"text": "an unfurled link"}]),
        edited("ours", "before", bot_id="B1"),
        {"type": "message", "subtype": "message_deleted", "channel": ANN.dm, "previous_message": {"bot_id": "B1"}},
        {"type": "message", "subtype": "message_deleted", "channel": ANN.dm},
        {"type": "message", "subtype": "message_changed", "channel": ANN.dm, "message": {"subtype": "tombstone"}},
    ],
    ids=["unfurled", "ours changed", "ours deleted", "unknown deleted", "tombstone"],
)
async def test_changes_that_change_no_request_are_left_alone(event: dict[str, Any]) -> None:
    slack = Slack()
    assert await slack.send(event) == []


async def test_nobody_rewords_for_another() -> None:
    slack, thinking = Slack(), Thinking()
    slack.at.mind._script.clear()
    task = await hear_while_thinking(slack.at, thinking, message(ts="1772442000.000100"))
    await slack.send(said("two"))
    await slack.send(edited("mine now", "two", user="U0MALLORY"))
    slack.at.mind.will(Thought(reply="Done."))
    thinking.may_end.set()
    await task
    assert slack.asked[1:] == ["two"]


def test_a_person_is_known_from_the_envelope_alone() -> None:
    assert person_id(TEAM, ANN.user) == ANN.id
    assert len({person_id("T1", "U1"), person_id("T1", "U2"), person_id("T2", "U1")}) == 3
