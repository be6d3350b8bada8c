"""Forms as Bolt hears of them: the button, what comes back, what Slack is told, and what becomes of the envelope."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from app.accounts import Accounts
from app.domain.actions import Action, SendReply
from app.domain.approvals import Decision, Status
from app.domain.ports import Thought
from app.domain.types import Person
from app.editing import EDIT, EXPLAIN, WHY
from app.reception import Reception
from app.telemetry import Telemetry
from handlers.envelopes import Keeper, again
from integrations.slack.forms import modal
from sandbox.slack import elements
from tests.samples import ANN, BOB, TEAM, archive, event, reply
from tests.slack_standin import standin
from tests.unit.steward_at_work import AtWork

Body = dict[str, Any]


class Bolted:
    """Bolt's app over fakes."""

    def __init__(self, client: AsyncWebClient) -> None:
        self.at = AtWork()
        self._client = client
        """For Bolt's own question who we are; everything else goes to the chat in memory."""
        self.app = self._built()

    def _built(self) -> AsyncApp:
        services = self.at.outside.services(self.at.store)
        verbs = handlers.Verbs(
            assistant=self.at.assistant,
            editor=self.at.editor,
            accounts=Accounts(services),
            reception=Reception(services),
            chat=self.at.chat,
            inbox=self.at.store.inbox,
            telemetry=Telemetry(),
        )
        return handlers.build(verbs, self._client, Keeper(verbs.inbox, verbs.telemetry))

    def restart(self) -> None:
        self.at.restart()
        self.app = self._built()

    async def bring(self, body: Body) -> BoltResponse:
        """Slack brings it; what it is told."""
        response = await self.app.async_dispatch(AsyncBoltRequest(mode="socket_mode", body=body))
        await self.settled(body)
        return response

    async def settled(self, body: Body) -> None:
        async with asyncio.timeout(10):
            while not self.at.disk.envelopes[body["trigger_id"]].settled:
                await asyncio.sleep(0)

    def submission(self, name: str, action: Action, *, person: Person = ANN, **entries: str) -> Body:
        form = action.form() if name == EDIT else WHY
        assert form is not None
        view = modal(form, callback=name, about=action.id)
        kinds = {b["block_id"]: b["element"]["action_id"] for b in view["blocks"]}
        typed = {f"{block}:0": {kinds[f"{block}:0"]: {"value": words}} for block, words in entries.items()}
        state = {"values": elements.entered(view["blocks"], typed)}
        return {"type": "view_submission", **who(person), "view": {"id": "V1", "type": "modal", **view, "state": state}}


_triggers = iter(range(1, 1_000))


def who(person: Person) -> Body:
    trigger = f"{next(_triggers)}.1.a"
    user = {"id": person.user, "team_id": TEAM}
    return {"trigger_id": trigger, "user": user, "team": {"id": TEAM}, "api_app_id": "A1", "token": "t"}


def click(name: str, action: Action | str, *, person: Person = ANN) -> Body:
    value = action if isinstance(action, str) else str(action.id)
    pressed = {"type": "button", "action_id": f"open:{name}", "block_id": "shown:0", "value": value, "action_ts": "1.1"}
    container = {"type": "message", "message_ts": "2.1", "channel_id": "D0ANN", "thread_ts": "1.1"}
    return {"type": "block_actions", **who(person), "container": container, "actions": [pressed]}


@pytest.fixture
async def bolt(tmp_path: Path) -> AsyncIterator[Bolted]:
    async with standin(tmp_path) as slack:
        yield Bolted(slack.client())


async def test_the_button_opens_the_form(bolt: Bolted) -> None:
    action = reply()
    await bolt.at.propose(action)
    assert (await bolt.bring(click("edit", action))).status == 200
    assert [(f.name, f.about) for f in bolt.at.chat.forms] == [(EDIT, action.id)]


@pytest.mark.parametrize("value", ["not-a-uuid", "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("name", ["edit", "explain"])
async def test_a_button_that_no_card_ever_had_opens_nothing(bolt: Bolted, name: str, value: str) -> None:
    await bolt.bring(click(name, value))
    assert bolt.at.chat.forms == []
    assert [line.text for line in bolt.at.chat.lines] == ["That card isn't there for you to decide."]


async def test_a_form_that_slack_does_not_open_is_said_to_whom_it_concerns(bolt: Bolted) -> None:
    action = reply()
    await bolt.at.propose(action)
    opened = bolt.at.chat.open_form

    async def refusing(*arguments: Any, **more: Any) -> str:
        bolt.at.chat.refuses = True
        try:
            return await opened(*arguments, **more)
        finally:
            bolt.at.chat.refuses = False

    bolt.at.chat.open_form = refusing  # type: ignore[method-assign]
    await bolt.bring(click("edit", action))
    assert (bolt.at.chat.lines[-1].only, bolt.at.chat.lines[-1].text) == (
        ANN.user,
        "Slack didn't open the form. Please click again.",
    )


async def test_what_is_wrong_is_told_on_its_input_and_changes_nothing(bolt: Bolted) -> None:
    action = event(bolt.at.clock.now() + timedelta(hours=3))
    await bolt.at.propose(action)
    response = await bolt.bring(bolt.submission(EDIT, action, guests="tomas", title=" "))
    assert '"response_action": "errors"' in response.body
    assert '"guests:0"' in response.body
    assert '"title:0"' in response.body
    assert len(bolt.at.disk.approvals) == 1


async def test_what_is_right_closes_the_form_and_makes_the_card(bolt: Bolted) -> None:
    action = reply()
    await bolt.at.propose(action)
    response = await bolt.bring(bolt.submission(EDIT, action, body="Quite another text."))
    assert (response.status, response.body) == (200, "")
    assert bolt.at.status(action) is Status.REPLACED
    (new,) = await bolt.at.store.approvals.waiting(ANN.id)
    assert isinstance(new.action, SendReply)
    assert new.action.body == "Quite another text."


async def test_the_form_of_a_settled_card_stays_open_and_says_so(bolt: Bolted) -> None:
    """So that what was written isn't lost with it."""
    action = reply()
    await bolt.at.propose(action)
    body = bolt.submission(EDIT, action, body="Quite another text.")
    await bolt.at.assistant.decide(ANN.id, action.id, Decision.REJECT)
    assert '"to:0": "That card is already rejected, so the click changed nothing."' in (await bolt.bring(body)).body


async def test_a_strangers_submission_changes_nothing(bolt: Bolted) -> None:
    action = reply()
    await bolt.at.propose(action)
    response = await bolt.bring(bolt.submission(EDIT, action, person=BOB, body="Mine now."))
    assert "isn't there for you" in response.body
    assert len(bolt.at.disk.approvals) == 1


async def test_a_view_that_was_never_ours_is_refused(bolt: Bolted) -> None:
    body = bolt.submission(EDIT, reply())
    body["view"]["private_metadata"] = "something else"
    assert "isn't there for you" in (await bolt.bring(body)).body


async def test_a_submission_that_was_interrupted_is_gone_on_with_once(bolt: Bolted) -> None:
    """Kept and acked, and then the process dies before anything came of it."""
    action = reply()
    await bolt.at.propose(action)
    body = bolt.submission(EDIT, action, body="Quite another text.")
    await bolt.at.store.inbox.put(body["trigger_id"], body)
    bolt.restart()
    for _ in range(2):
        await bolt.app.async_dispatch(again(body))
        await bolt.settled(body)
    assert len(bolt.at.disk.approvals) == len(bolt.at.chat.posted) == 2
    assert bolt.at.status(action) is Status.REPLACED


async def test_a_duplicate_of_a_submission_is_acked_and_dropped(bolt: Bolted) -> None:
    action = reply()
    await bolt.at.propose(action)
    body = bolt.submission(EDIT, action, body="Quite another text.")
    assert [(await bolt.bring(body)).status for _ in range(2)] == [200, 200]
    assert len(bolt.at.disk.approvals) == 2


async def test_a_reason_closes_its_form_and_is_answered(bolt: Bolted) -> None:
    action = archive("m1")
    await bolt.at.propose(action)
    await bolt.at.assistant.decide(ANN.id, action.id, Decision.REJECT)
    await bolt.bring(click("explain", action))
    assert [(f.name, f.about) for f in bolt.at.chat.forms] == [(EXPLAIN, action.id)]
    bolt.at.mind.will(Thought(reply="All right."))
    response = await bolt.bring(bolt.submission(EXPLAIN, action, reason="I read them"))
    assert (response.status, response.body) == (200, "")
    assert bolt.at.said[-2:] == ["I read them", "All right."]


async def test_a_reason_that_is_too_long_is_told_on_its_input(bolt: Bolted) -> None:
    action = archive("m1")
    await bolt.at.propose(action)
    await bolt.at.assistant.decide(ANN.id, action.id, Decision.REJECT)
    body = bolt.submission(EXPLAIN, action)
    body["view"]["state"]["values"]["reason:0"]["part"]["value"] = "x" * 1_001
    assert '"reason:0": "At most 1,000 characters' in (await bolt.bring(body)).body
