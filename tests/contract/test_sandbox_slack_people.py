"""What people do in the Slack stand-in, with a real Bolt app on real sockets at the other end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from sandbox.slack.faults import SlackError
from tests.slack_standin import PATIENCE_S, Standin, standin


class Bolt:
    """An app that notes what reaches it."""

    def __init__(self, slack: Standin) -> None:
        self.slack = slack
        self.app = AsyncApp(client=slack.client())
        self.client = self.app.client
        self.reached: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.app.event("message")(self._event)
        self.app.event("app_mention")(self._event)

    async def _event(self, body: dict[str, Any]) -> None:
        await self.reached.put(body)

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            return await self.reached.get()

    async def card(self, *blocks: dict[str, Any]) -> dict[str, Any]:
        """Posts blocks to Ada's DM; the container of a click on them."""
        posted = await self.client.chat_postMessage(channel=self.slack.dm(), text="card", blocks=list(blocks))
        return {"type": "message", "channel": self.slack.dm(), "ts": posted["ts"]}


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[Standin]:
    async with standin(tmp_path) as running:
        yield running


@pytest.fixture
async def bolt(slack: Standin) -> AsyncIterator[Bolt]:
    bolt = Bolt(slack)
    handler = AsyncSocketModeHandler(bolt.app, slack.server.tokens.app, web_client=bolt.client)
    await handler.connect_async()
    await slack.until(lambda state: state["sockets"] == 1)
    yield bolt
    await handler.close_async()


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "block_id": "a", "elements": list(elements)}


BUTTON = {"type": "button", "action_id": "approve", "text": plain("Approve"), "value": "action-1", "style": "primary"}
SELECT = {
    "type": "static_select",
    "action_id": "who",
    "options": [{"text": plain("All"), "value": "all"}, {"text": plain("None"), "value": "none"}],
}
REASON = {
    "type": "input",
    "block_id": "reason",
    "label": plain("Why?"),
    "element": {"type": "plain_text_input", "action_id": "text", "min_length": 3},
}
MODAL = {"type": "modal", "callback_id": "edit", "title": plain("Edit"), "submit": plain("Save"), "blocks": [REASON]}


def on_click(bolt: Bolt, action_id: str = "approve") -> None:
    async def clicked(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await bolt.reached.put(body)

    bolt.app.action(action_id)(clicked)


async def modal_opened(bolt: Bolt, view: dict[str, Any] | None = None) -> str:
    """Opens the modal by a real click; its id."""
    on_click(bolt)
    await bolt.slack.workspace.click(
        bolt.slack.ada, container=await bolt.card(actions(BUTTON)), block_id="a", action_id="approve"
    )
    body = await bolt.next()
    opened = await bolt.client.views_open(trigger_id=body["trigger_id"], view=view or MODAL)
    return str(opened["view"]["id"])


def on_submit(bolt: Bolt, **answer: Any) -> None:
    async def submitted(ack: Any, body: dict[str, Any]) -> None:
        await ack(**answer)
        await bolt.reached.put(body)

    bolt.app.view("edit")(submitted)


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_a_dm_reaches_the_app_and_its_answer_the_person(slack: Standin, bolt: Bolt) -> None:
    ts = await slack.workspace.say(slack.ada, slack.dm(), "hello")
    body = await bolt.next()
    assert body["event"]["text"] == "hello"
    await bolt.client.chat_postMessage(channel=body["event"]["channel"], thread_ts=ts, text="hi")
    shown = await slack.changes.until(lambda c: c["type"] == "message" and c["message"].get("text") == "hi")
    assert (shown["channel"], shown["thread_ts"]) == (slack.dm(), ts)


async def test_a_click_carries_what_the_app_put_there(slack: Standin, bolt: Bolt) -> None:
    on_click(bolt)
    container = await bolt.card(actions(BUTTON, SELECT))
    await slack.workspace.click(slack.ada, container=container, block_id="a", action_id="approve")
    body = await bolt.next()
    (action,) = body["actions"]
    assert (action["value"], action["block_id"], action["type"]) == ("action-1", "a", "button")
    assert body["container"]["message_ts"] == container["ts"] == body["message"]["ts"]
    assert (body["user"]["id"], body["channel"]["id"]) == (slack.ada, slack.dm())
    assert body["state"]["values"] == {"a": {"who": {"type": "static_select", "selected_option": None}}}


async def test_only_what_was_offered_can_be_chosen(slack: Standin, bolt: Bolt) -> None:
    on_click(bolt, "who")
    container = await bolt.card(actions(SELECT))
    chosen = {"selected_option": {"value": "none", "text": plain("forged")}}
    await slack.workspace.click(slack.ada, container=container, block_id="a", action_id="who", selection=chosen)
    body = await bolt.next()
    assert body["actions"][0]["selected_option"] == SELECT["options"][1]
    assert body["state"]["values"]["a"]["who"]["selected_option"]["value"] == "none"
    forged = {"selected_option": {"value": "everybody"}}
    with pytest.raises(SlackError, match="invalid_arguments"):
        await slack.workspace.click(slack.ada, container=container, block_id="a", action_id="who", selection=forged)


async def test_nobody_clicks_what_is_not_there_or_not_theirs(slack: Standin, bolt: Bolt) -> None:
    container = await bolt.card(actions(BUTTON))
    with pytest.raises(SlackError, match="not_found"):
        await slack.workspace.click(slack.ada, container=container, block_id="a", action_id="other")
    with pytest.raises(SlackError, match="channel_not_found"):
        await slack.workspace.click(slack.ben, container=container, block_id="a", action_id="approve")
    with pytest.raises(SlackError, match="cant_update_message"):
        await slack.workspace.edit(slack.ada, slack.dm(), container["ts"], "mine now")


async def test_a_click_in_a_card_inside_of_a_container_is_found(slack: Standin, bolt: Bolt) -> None:
    on_click(bolt)
    nested = {"type": "container", "title": plain("More"), "child_blocks": [actions(BUTTON)]}
    await slack.workspace.click(slack.ada, container=await bolt.card(nested), block_id="a", action_id="approve")
    assert (await bolt.next())["actions"][0]["value"] == "action-1"


async def test_a_click_that_nobody_hears_warns_the_person(slack: Standin) -> None:
    posted = await slack.client().chat_postMessage(channel=slack.dm(), text="card", blocks=[actions(BUTTON)])
    container = {"type": "message", "channel": slack.dm(), "ts": posted["ts"]}
    await slack.workspace.click(slack.ada, container=container, block_id="a", action_id="approve")
    warning = await slack.changes.of("warning")
    assert (warning["user"], warning["error"]) == (slack.ada, "dispatch_failed")


async def test_an_interaction_is_never_redelivered(slack: Standin) -> None:
    await slack.turn(time_scale=100_000)
    posted = await slack.client().chat_postMessage(channel=slack.dm(), text="card", blocks=[actions(BUTTON)])
    socket = await slack.connect()
    assert (await socket.acked())["type"] == "events_api"  # the posted card
    container = {"type": "message", "channel": slack.dm(), "ts": posted["ts"]}
    await slack.workspace.click(slack.ada, container=container, block_id="a", action_id="approve")
    assert (await socket.receive())["type"] == "interactive"
    assert (await slack.changes.of("warning"))["error"] == "operation_timeout"
    await slack.workspace.say(slack.ada, slack.dm(), "next")
    assert (await socket.acked())["payload"]["event"]["text"] == "next"


async def test_the_response_url_replaces_adds_and_runs_out(slack: Standin, bolt: Bolt) -> None:
    on_click(bolt)
    container = await bolt.card(actions(BUTTON))
    await slack.workspace.click(slack.ada, container=container, block_id="a", action_id="approve")
    url = (await bolt.next())["response_url"]

    async def post(**said: Any) -> int:
        async with slack.session.post(url, json=said) as answer:
            return answer.status

    assert await post(replace_original=True, text="done") == 200
    (message,) = slack.workspace.history(slack.dm())
    assert (message["text"], "blocks" in message) == ("done", False)
    assert await post(text="only you") == 200
    assert (await slack.changes.of("ephemeral"))["message"]["text"] == "only you"
    assert await post(blocks=[{"type": "marquee"}]) == 400
    assert [await post(text="x") for _ in range(4)] == [200, 200, 200, 404]


async def test_buttons_of_an_ephemeral_note_work(slack: Standin, bolt: Bolt) -> None:
    on_click(bolt)
    note = await bolt.client.chat_postEphemeral(
        channel=slack.general(), user=slack.ada, text="psst", blocks=[actions(BUTTON)]
    )
    container = {"type": "message", "channel": slack.general(), "ts": note["message_ts"]}
    await slack.workspace.click(slack.ada, container=container, block_id="a", action_id="approve")
    assert (await bolt.next())["container"]["is_ephemeral"]


async def test_a_modal_is_opened_filled_in_and_submitted(slack: Standin, bolt: Bolt) -> None:
    on_submit(bolt)
    view_id = await modal_opened(bolt, {**MODAL, "private_metadata": "action-1"})
    assert [view["id"] for view in slack.workspace.open_views(slack.ada)] == [view_id]
    assert slack.workspace.open_views(slack.ben) == []
    values = {"reason": {"text": {"type": "plain_text_input", "value": "too early"}}}
    assert await slack.workspace.submit(slack.ada, view_id, {"values": values}) == {}
    view = (await bolt.next())["view"]
    assert (view["state"]["values"], view["private_metadata"]) == (values, "action-1")
    assert slack.workspace.open_views(slack.ada) == []


@pytest.mark.parametrize("text", ["", "no"])
async def test_slack_itself_refuses_what_the_inputs_forbid(slack: Standin, bolt: Bolt, text: str) -> None:
    on_submit(bolt)
    view_id = await modal_opened(bolt)
    answer = await slack.workspace.submit(slack.ada, view_id, {"reason": {"text": {"value": text}}})
    assert set(answer["errors"]) == {"reason"}
    assert slack.workspace.open_views(slack.ada)[0]["id"] == view_id


async def test_the_app_refuses_a_modal_with_errors(slack: Standin, bolt: Bolt) -> None:
    on_submit(bolt, response_action="errors", errors={"reason": "Say more."})
    view_id = await modal_opened(bolt)
    answer = await slack.workspace.submit(slack.ada, view_id, {"reason": {"text": {"value": "because"}}})
    assert answer == {"errors": {"reason": "Say more."}}
    assert slack.workspace.open_views(slack.ada)[0]["state"]["values"]["reason"]["text"]["value"] == "because"


@pytest.mark.parametrize(("action", "titles"), [("update", ["New"]), ("push", ["Edit", "New"]), ("clear", [])])
async def test_the_app_answers_a_modal_with_another(slack: Standin, bolt: Bolt, action: str, titles: list[str]) -> None:
    answer: dict[str, Any] = {"response_action": action}
    on_submit(bolt, **answer if action == "clear" else {**answer, "view": {**MODAL, "title": plain("New")}})
    view_id = await modal_opened(bolt)
    assert await slack.workspace.submit(slack.ada, view_id, {"reason": {"text": {"value": "because"}}}) == {}
    assert [view["title"]["text"] for view in slack.workspace.open_views(slack.ada)] == titles


async def test_a_modal_that_nobody_hears_stays_open(slack: Standin, bolt: Bolt) -> None:
    view_id = await modal_opened(bolt)
    await slack.turn(time_scale=100_000)
    answer = await slack.workspace.submit(slack.ada, view_id, {"reason": {"text": {"value": "because"}}})
    assert "trouble connecting" in answer["failed"]
    assert slack.workspace.open_views(slack.ada)[0]["id"] == view_id


async def test_closing_a_modal_is_told_if_the_app_wants_it(slack: Standin, bolt: Bolt) -> None:
    async def closed(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await bolt.reached.put(body)

    bolt.app.view_closed("edit")(closed)
    view_id = await modal_opened(bolt, {**MODAL, "notify_on_close": True})
    await slack.workspace.close(slack.ada, view_id)
    assert (await bolt.next())["view"]["id"] == view_id
    assert slack.workspace.open_views(slack.ada) == []


async def test_a_trigger_opens_one_view_for_three_seconds(slack: Standin, bolt: Bolt) -> None:
    on_click(bolt)
    container = await bolt.card(actions(BUTTON))
    await slack.workspace.click(slack.ada, container=container, block_id="a", action_id="approve")
    trigger = (await bolt.next())["trigger_id"]
    wrong = {**MODAL, "title": plain("x" * 25)}
    assert await error_of(bolt.client.views_open(trigger_id=trigger, view=wrong)) == "invalid_arguments"
    await bolt.client.views_open(trigger_id=trigger, view=MODAL)
    assert await error_of(bolt.client.views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
    assert await error_of(bolt.client.views_open(trigger_id="1.2.3", view=MODAL)) == "invalid_trigger_id"


async def test_an_old_trigger_has_expired(slack: Standin, bolt: Bolt, monkeypatch: pytest.MonkeyPatch) -> None:
    on_click(bolt)
    container = await bolt.card(actions(BUTTON))
    monkeypatch.setattr("sandbox.slack.tickets.TRIGGER_LASTS_S", -1)
    await slack.workspace.click(slack.ada, container=container, block_id="a", action_id="approve")
    trigger = (await bolt.next())["trigger_id"]
    assert await error_of(bolt.client.views_open(trigger_id=trigger, view=MODAL)) == "expired_trigger_id"


async def test_views_are_updated_pushed_and_guarded_by_their_hash(slack: Standin, bolt: Bolt) -> None:
    view_id = await modal_opened(bolt)
    first = slack.workspace.open_views(slack.ada)[0]
    new = {**MODAL, "title": plain("New")}
    updated = await bolt.client.views_update(view_id=view_id, hash=first["hash"], view=new)
    assert (updated["view"]["id"], updated["view"]["title"]["text"]) == (view_id, "New")
    late = bolt.client.views_update(view_id=view_id, hash=first["hash"], view=MODAL)
    assert await error_of(late) == "hash_conflict"
    assert await error_of(bolt.client.views_update(view_id="V0", view=MODAL)) == "not_found"


async def test_the_home_is_published_for_one_person(slack: Standin, bolt: Bolt) -> None:
    on_click(bolt)
    home = {"type": "home", "blocks": [actions(BUTTON)]}
    published = (await bolt.client.views_publish(user_id=slack.ada, view=home))["view"]
    assert slack.workspace.home(slack.ada) == published
    assert slack.workspace.home(slack.ben) is None
    again = (await bolt.client.views_publish(user_id=slack.ada, view=home, hash=published["hash"]))["view"]
    assert again["id"] == published["id"]
    late = bolt.client.views_publish(user_id=slack.ada, view=home, hash=published["hash"])
    assert await error_of(late) == "hash_conflict"
    container = {"type": "view", "view_id": published["id"]}
    await slack.workspace.click(slack.ada, container=container, block_id="a", action_id="approve")
    body = await bolt.next()
    assert (body["view"]["type"], body["actions"][0]["value"]) == ("home", "action-1")
    with pytest.raises(SlackError, match="not_found"):
        await slack.workspace.click(slack.ben, container=container, block_id="a", action_id="approve")


async def test_a_command_is_answered_to_the_person_alone(slack: Standin, bolt: Bolt) -> None:
    async def commanded(ack: Any, body: dict[str, Any]) -> None:
        await ack("On it.")
        await bolt.reached.put(body)

    bolt.app.command("/steward")(commanded)
    assert await slack.workspace.command(slack.ada, slack.dm(), "/steward", "what is on today?") is None
    body = await bolt.next()
    assert (body["text"], body["user_id"], body["channel_name"]) == ("what is on today?", slack.ada, "directmessage")
    assert body["trigger_id"]
    assert body["response_url"].startswith(slack.base)
    assert (await slack.changes.of("ephemeral"))["message"]["text"] == "On it."
    assert slack.workspace.history(slack.dm()) == []


async def test_a_command_that_fails_says_so(slack: Standin) -> None:
    failed = await slack.workspace.command(slack.ada, slack.dm(), "/steward", "x")
    assert failed is not None
    assert "dispatch_failed" in failed
    unknown = await slack.workspace.command(slack.ada, slack.dm(), "/butler", "x")
    assert unknown is not None
    assert "not a valid command" in unknown
    await slack.turn(time_scale=100_000)
    await slack.connect()
    late = await slack.workspace.command(slack.ada, slack.dm(), "/steward", "x")
    assert late is not None
    assert "operation_timeout" in late


async def test_people_say_only_what_and_where_they_can(slack: Standin) -> None:
    say = slack.workspace.say
    with pytest.raises(SlackError, match="no_text"):
        await say(slack.ada, slack.dm(), "  ")
    with pytest.raises(SlackError, match="channel_not_found"):
        await say(slack.ben, slack.dm(slack.ada), "spying")
    with pytest.raises(SlackError, match="message_not_found"):
        await say(slack.ada, slack.dm(), "x", thread_ts="1.000001")
    assert slack.workspace.history(slack.dm()) == []


async def test_refreshed_and_cut_sockets_are_opened_again_by_bolt(slack: Standin, bolt: Bolt) -> None:
    await slack.turn(time_scale=20)
    await slack.control("POST", "refresh")
    await slack.workspace.say(slack.ada, slack.dm(), "after refresh")
    assert (await bolt.next())["event"]["text"] == "after refresh"
