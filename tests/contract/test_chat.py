"""The contract of Chat: in memory, and Slack's Web API; and what only the real one can do wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.actions import Action
from app.domain.approvals import Approval, Status
from app.domain.chat import Chat
from app.domain.errors import ChatError
from app.domain.grants import Invitation
from app.domain.permissions import READING
from app.domain.types import Person, Place, Turn, TurnStatus, person_id
from app.editing import WHY
from handlers.editing import answers
from integrations.slack.chat import SlackChat, known_zone, paragraphs
from tests.fakes import ManualClock, MemoryChat
from tests.samples import account, archive, event, message, proposal, reply
from tests.slack_standin import RawSocket, Standin, standin
from tests.unit.turns import turn_of

NOW = ManualClock().now()


@dataclass
class Talk:
    """One Slack, and what stands in Ada's DM with Steward."""

    chat: Chat
    team: str
    user: str
    dm: str
    texts: Callable[[], list[str]]

    def turn(self, **more: Any) -> Turn:
        """An ended turn of a top-level message of hers."""
        at = Place(channel=self.dm, thread="")
        return turn_of(message(place=at, **more), TurnStatus.ENDED)

    def card(self, turn: Turn, **more: Any) -> Approval:
        return proposal(archive("m1"), turn, NOW).model_copy(update=more)


async def in_memory() -> AsyncIterator[Talk]:
    ada = Person(
        id=person_id("T1", "U1"),
        team="T1",
        user="U1",
        name="Ada Byron",
        email="ada@example.com",
        zone="Europe/Berlin",
        dm="D1",
    )
    chat = MemoryChat(ada)

    def texts() -> list[str]:
        cards = [(card.ts, card.shows.card.title) for card in chat.posted]
        return [text for _, text in sorted([(line.ts, line.text) for line in chat.lines] + cards)]

    yield Talk(chat, "T1", "U1", "D1", texts)


def shown(slack: Standin) -> list[str]:
    found = []
    for one in slack.workspace.history(slack.dm()):
        headers = [b["text"]["text"] for b in one.get("blocks", ()) if b["type"] == "header"]
        found.append(headers[0] if headers else one["text"])
    return found


async def in_slack(home: Path) -> AsyncIterator[Talk]:
    async with standin(home) as real:
        await real.turn(rate_limits="off")
        team = real.workspace.team["id"]
        yield Talk(SlackChat(real.client()), team, real.ada, real.dm(), lambda: shown(real))


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[Standin]:
    async with standin(tmp_path) as found:
        await found.turn(rate_limits="off")
        yield found


@pytest.fixture(params=["memory", "slack"])
async def talk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Talk]:
    async for each in in_memory() if request.param == "memory" else in_slack(tmp_path):
        yield each


async def test_what_is_said_stands_there_in_order(talk: Talk) -> None:
    place = Place(channel=talk.dm, thread="")
    ts = [await talk.chat.say(place, text) for text in ("one", "two")]
    assert talk.texts() == ["one", "two"]
    assert ts == sorted(set(ts))


async def test_a_message_has_a_link_of_its_own(talk: Talk) -> None:
    place = Place(channel=talk.dm, thread="")
    first, second = [await talk.chat.say(place, text) for text in ("one", "two")]
    for ts in (first, second):
        link = await talk.chat.link(place, ts)
        assert link.startswith("https://")
        assert link.endswith(f"/archives/{talk.dm}/p{ts.replace('.', '')}")


async def test_a_message_that_is_gone_has_none(slack: Standin) -> None:
    with pytest.raises(ChatError):
        await SlackChat(slack.client()).link(Place(channel=slack.dm(), thread=""), "1.1")


async def test_a_reply_is_found_again_and_not_repeated(talk: Talk) -> None:
    turn = talk.turn()
    first = await talk.chat.say(turn.place, "Here you are.", turn=turn)
    assert await talk.chat.say(turn.place, "Here you are.", turn=turn, again=True) == first
    assert talk.texts() == ["Here you are."]
    other = talk.turn()
    assert await talk.chat.say(other.place, "And here.", turn=other, again=True) != first
    assert talk.texts() == ["Here you are.", "And here."]


async def test_a_card_is_found_again_and_redrawn_in_its_place(talk: Talk) -> None:
    card = talk.card(talk.turn())
    ts = await talk.chat.show(card)
    assert await talk.chat.show(card, again=True) == ts
    await talk.chat.redraw(card.model_copy(update={"card_ts": ts, "status": Status.DONE}))
    assert talk.texts() == ["Archive 1 mail"]
    other = talk.card(talk.turn())
    assert await talk.chat.show(other, again=True) != ts
    assert len(talk.texts()) == 2


async def test_a_card_that_isnt_there_cant_be_redrawn(talk: Talk) -> None:
    with pytest.raises(ChatError):
        await talk.chat.redraw(talk.card(talk.turn(), card_ts="1700000000.000001"))


async def test_surfaces_are_shown(talk: Talk) -> None:
    place = Place(channel=talk.dm, thread="")
    await talk.chat.welcome(place, connected=False)
    await surfaces_of_accounts(talk, place)
    await talk.chat.home(talk.user, [account()], [talk.card(talk.turn())])
    await talk.chat.prompts(place)
    await talk.chat.whisper(place, talk.user, "Only you can read this.")


async def surfaces_of_accounts(talk: Talk, place: Place) -> None:
    """Every card of an account: a new one, one to be renewed, the list, and what became of a link."""
    mine, ended = account(), account(alive=False, ended_at=datetime(2026, 3, 1, tzinfo=UTC))
    ways = {"url": "https://accounts.example/auth", "asks": READING, "accounts": (mine,)}
    card = await talk.chat.invite(place, Invitation(**ways, whole="https://accounts.example/all", paste="state"))
    await talk.chat.close(place, card, "Connected")
    await talk.chat.invite(place, Invitation(**ways, account=ended))
    listed = await talk.chat.accounts(place, [mine, ended])
    assert await talk.chat.accounts(place, [mine], card=listed) == listed


async def test_a_person_is_who_slack_says(talk: Talk) -> None:
    ada = await talk.chat.person(talk.team, talk.user)
    assert (ada.name, ada.email, ada.zone, ada.member) == ("Ada Byron", "ada@example.com", "Europe/Berlin", True)
    assert ada.id == person_id(talk.team, talk.user)
    assert ada.dm == talk.dm == await talk.chat.dm(talk.user)


async def test_a_status_never_fails(talk: Talk) -> None:
    await talk.chat.status(Place(channel=talk.dm, thread=""), "is thinking…")
    await talk.chat.status(Place(channel=talk.dm, thread="1700000000.000001"), "is thinking… " * 20)
    await talk.chat.status(Place(channel="D0NOWHERE", thread="1700000000.000001"), "is thinking…")


# What only the real one can do.


@pytest.fixture
def chat(slack: Standin) -> SlackChat:
    return SlackChat(slack.client())


def posts(log: list[dict[str, Any]], method: str = "chat.postMessage") -> list[dict[str, Any]]:
    return [entry for entry in log if entry.get("method") == method]


async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(slack: Standin, chat: SlackChat) -> None:
    turn = turn_of(message(place=Place(channel=slack.dm(), thread="")), TurnStatus.ENDED)
    for post in (
        lambda: chat.say(turn.place, "Here.", turn=turn),
        lambda: chat.show(proposal(archive("m1"), turn, NOW)),
    ):
        before = len(slack.workspace.history(slack.dm()))
        await slack.turn(commit_then_drop={"chat.postMessage": 1})
        ts = await post()
        history = slack.workspace.history(slack.dm())
        assert len(history) == before + 1
        assert ts in [one["ts"] for one in history]


async def test_a_post_that_was_lost_before_it_stood_is_told(slack: Standin, chat: SlackChat) -> None:
    turn = turn_of(message(place=Place(channel=slack.dm(), thread="")), TurnStatus.ENDED)
    await slack.turn(fail_next={"chat.postMessage": {"n": 1, "status": 503}})
    with pytest.raises(ChatError):
        await chat.say(turn.place, "Here.", turn=turn)
    assert slack.workspace.history(slack.dm()) == []


async def test_a_post_within_a_thread_is_found_there(slack: Standin, chat: SlackChat) -> None:
    asked = await slack.workspace.say(slack.ada, slack.dm(), "What's new?")
    turn = turn_of(message(place=Place(channel=slack.dm(), thread=asked)), TurnStatus.ENDED)
    ts = await chat.say(turn.place, "Nothing.", turn=turn)
    assert await chat.say(turn.place, "Nothing.", turn=turn, again=True) == ts
    thread = slack.workspace.history(slack.dm(), asked)
    assert [one["text"] for one in thread] == ["What's new?", "Nothing."]


async def test_slack_is_waited_for_as_long_as_it_asks(slack: Standin, chat: SlackChat) -> None:
    await slack.turn(time_scale=1000.0, rate_limit_next={"chat.postMessage": 1})
    await chat.say(Place(channel=slack.dm(), thread=""), "At last.")
    assert shown(slack) == ["At last."]


async def test_a_slack_that_never_has_time_is_told(
    slack: Standin, chat: SlackChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.slack.chat.PATIENCE", 1)
    await slack.turn(time_scale=1000.0, rate_limit_next={"chat.postMessage": 99})
    with pytest.raises(ChatError, match="ratelimited"):
        await chat.say(Place(channel=slack.dm(), thread=""), "Never.")


async def test_a_card_whose_blocks_are_refused_is_shown_plainly(slack: Standin, chat: SlackChat) -> None:
    turn = turn_of(message(place=Place(channel=slack.dm(), thread="")), TurnStatus.ENDED)
    card = proposal(reply(), turn, NOW)
    await slack.turn(fail_next={"chat.postMessage": {"n": 1, "error": "invalid_blocks"}})
    ts = await chat.show(card)
    (posted,) = slack.workspace.history(slack.dm())
    assert "Yes, gladly." in str(posted["blocks"])
    assert [e["action_id"] for b in posted["blocks"] if b["type"] == "actions" for e in b["elements"]][:1] == [
        "decide:approve"
    ]
    await slack.turn(fail_next={"chat.update": {"n": 1, "error": "invalid_blocks"}})
    await chat.redraw(card.model_copy(update={"card_ts": ts, "status": Status.DONE}))
    (posted,) = slack.workspace.history(slack.dm())
    assert "Done." in str(posted["blocks"])


@pytest.mark.parametrize("error", ["channel_not_found", "not_in_channel", "account_inactive", "internal_error"])
async def test_what_slack_refuses_is_told_by_its_word(slack: Standin, chat: SlackChat, error: str) -> None:
    await slack.turn(fail_next={"chat.postMessage": {"n": 1, "error": error}})
    with pytest.raises(ChatError, match=error):
        await chat.say(Place(channel=slack.dm(), thread=""), "Hello.")


async def test_a_slack_that_isnt_there_is_told(tmp_path: Path) -> None:
    async with standin(tmp_path) as slack:
        chat, place = SlackChat(slack.client()), Place(channel=slack.dm(), thread="1.0")
    with pytest.raises(ChatError, match="unanswered"):
        await chat.say(place, "Hello.")
    await chat.status(place, "is thinking…")
    await chat.prompts(place)


async def test_nothing_that_is_posted_unfurls_and_no_stranger_links(slack: Standin, chat: SlackChat) -> None:
    turn = turn_of(
        message("look at https://typed.example/a", place=Place(channel=slack.dm(), thread="")), TurnStatus.ENDED
    )
    said = "See https://typed.example/a and https://evil.example/?leak=1, <!channel>"
    await chat.say(turn.place, said, turn=turn)
    (posted,) = slack.workspace.history(slack.dm())
    safe = "See https://typed.example/a and evil.example, &lt;!channel&gt;"
    assert (posted["text"], posted["blocks"][0]["text"]["text"]) == (safe, safe)
    await chat.show(proposal(reply(), turn, NOW))
    for post in posts(await slack.log()):
        assert post["args"]["unfurl_links"] in (False, "false", "0")
        assert post["args"]["unfurl_media"] in (False, "false", "0")


async def test_metadata_says_what_stands_there_and_nothing_that_is_private(slack: Standin, chat: SlackChat) -> None:
    turn = turn_of(message(place=Place(channel=slack.dm(), thread="")), TurnStatus.ENDED)
    card = proposal(reply(), turn, NOW)
    await chat.say(turn.place, "Here.", turn=turn, actions=1)
    await chat.show(card)
    found = [one["metadata"] for one in slack.workspace.history(slack.dm())]
    assert found[0] == {
        "event_type": "steward_turn",
        "event_payload": {"turn": str(turn.id), "state": "ended", "actions": 1},
    }
    assert found[1]["event_payload"] == {"action": str(card.id), "kind": "SendReply", "status": "proposed"}


async def test_a_status_shows_in_its_thread(slack: Standin, chat: SlackChat) -> None:
    asked = await slack.workspace.say(slack.ada, slack.dm(), "What's new?")
    place = Place(channel=slack.dm(), thread=asked)
    await chat.status(place, "is searching your mail…")
    showing = slack.workspace.status(slack.dm(), asked)
    assert showing is not None
    assert showing["status"] == "is searching your mail…"
    await chat.status(place, "")
    assert slack.workspace.status(slack.dm(), asked) is None


@pytest.mark.parametrize(("kind", "member"), [("member", True), ("guest", False), ("stranger", False)])
async def test_guests_and_strangers_are_no_members(tmp_path: Path, kind: str, *, member: bool) -> None:
    gus = {"name": "gus", "real_name": "Gus", "email": "gus@example.com", "tz": "Asia/Tokyo", "kind": kind}
    async with standin(tmp_path, [gus, {**gus, "name": "ben", "email": "ben@example.com"}]) as slack:
        found = await SlackChat(slack.client()).person(slack.workspace.team["id"], slack.ada)
    assert (found.member, bool(found.dm)) == (member, member)
    assert (found.name, found.zone) == ("Gus", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Europe/Vienna", "Europe/Vienna"),
        ("", "UTC"),
        (None, "UTC"),
        ("Europe", "UTC"),
        ("../etc/passwd", "UTC"),
        (7, "UTC"),
    ],
)
def test_only_a_zone_is_a_zone(said: object, zone: str) -> None:
    assert known_zone(said) == zone


def test_a_long_reply_is_parted_between_words() -> None:
    words = "a &amp; b, " * 900
    pieces = [block["text"]["text"] for block in paragraphs(words)]
    assert "".join(pieces) == words
    assert all(len(piece) <= 3_000 for piece in pieces)
    assert all(piece.endswith(" ") for piece in pieces)


async def test_a_reason_is_quoted_in_the_thread_of_its_card_once(talk: Talk) -> None:
    card = talk.card(talk.turn(), status=Status.REJECTED, reason="Not <!channel> now")
    card = card.model_copy(update={"card_ts": await talk.chat.show(card)})
    ts = await talk.chat.quote(card)
    assert await talk.chat.quote(card, again=True) == ts
    assert float(ts) > float(card.card_ts)


async def test_a_form_needs_a_click_that_is_fresh(slack: Standin) -> None:
    with pytest.raises(ChatError, match="trigger"):
        await SlackChat(slack.client()).open_form("1.2.abc", WHY, name="explain", about=archive().id)


@pytest.mark.parametrize("action", [archive("m1"), reply(), event(NOW + timedelta(hours=2))])
async def test_the_form_of_every_action_comes_back_as_it_was_shown(slack: Standin, action: Action) -> None:
    """Through a real socket and Slack's own state: what nobody changed is the same action."""
    socket = await slack.connect()
    chat = SlackChat(slack.client())
    form = action.form()
    assert form is not None
    view = await chat.open_form(await clicked(slack, socket), form, name="edit", about=action.id)
    (shown,) = slack.workspace.open_views(slack.ada)
    assert (shown["id"], shown["private_metadata"]) == (view, str(action.id))
    submitting = asyncio.create_task(slack.workspace.submit(slack.ada, view, {}))
    payload = await interactive(socket)
    assert await submitting == {}
    entered = answers(payload["view"])
    assert action.edited(entered, NOW).renewed(id=action.id) == action
    assert slack.workspace.open_views(slack.ada) == []


async def test_a_form_takes_the_place_of_one_that_says_what_is_read(slack: Standin) -> None:
    """The first has nothing to enter and so no button to save; the second comes back as if it had been the first."""
    socket, chat, action = await slack.connect(), SlackChat(slack.client()), reply()
    form = action.form()
    waiting = form.model_copy(update={"inputs": (), "words": "I'm reading."})
    view = await chat.open_form(await clicked(slack, socket), waiting, name="edit", about=action.id)
    (shown,) = slack.workspace.open_views(slack.ada)
    assert (shown["submit"], shown["blocks"][0]["text"]["text"]) == (None, "I'm reading.")
    await chat.fill_form(view, form, name="edit", about=action.id)
    submitting = asyncio.create_task(slack.workspace.submit(slack.ada, view, {}))
    entered = answers((await interactive(socket))["view"])
    assert (await submitting, action.edited(entered, NOW).renewed(id=action.id)) == ({}, action)
    with pytest.raises(ChatError, match="not_found"):
        await chat.fill_form(view, form, name="edit", about=action.id)


async def clicked(slack: Standin, socket: RawSocket) -> str:
    """The trigger of a fresh click of hers."""
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "block_id": "b", "elements": [button]}]
    posted = await slack.client().chat_postMessage(channel=slack.dm(), text="card", blocks=blocks)
    container = {"type": "message", "channel": slack.dm(), "ts": posted["ts"]}
    clicking = asyncio.create_task(slack.workspace.click(slack.ada, container=container, block_id="b", action_id="go"))
    payload = await interactive(socket)
    await clicking
    return str(payload["trigger_id"])


async def interactive(socket: RawSocket) -> dict[str, Any]:
    """The next click or submission, acked; events before it are acked too."""
    while (envelope := await socket.acked())["type"] != "interactive":
        pass
    return dict(envelope["payload"])
