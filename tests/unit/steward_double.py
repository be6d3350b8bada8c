"""A small Bolt app that talks as Steward does, with the metadata the player goes by; tests choose what it does."""

from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from aiohttp import web

from sandbox.google.server import GoogleServer
from tests.browser.stage import Stage, serve

SCOPES = "openid email https://www.googleapis.com/auth/gmail.modify"


@dataclass
class Card:
    """One card, and the states a click takes it through."""

    kind: str = "ArchiveEmails"
    text: str = "Archive 37 mails"
    outcome: tuple[str, ...] = ("approved", "running", "done")
    clicks: int = 1
    id: str = field(default_factory=lambda: str(uuid4()))


@dataclass
class Script:
    """What Steward does when it is asked something."""

    reply: str = "I can archive 37 mails."
    state: str = "ended"
    cards: list[Card] = field(default_factory=list)
    then: "Script | None" = None
    """What it goes on with once its cards are settled."""
    options: tuple[str, ...] = ()
    """What its reply offers to click; whichever is, it goes on with `then`."""
    without_turn: bool = False
    silent: bool = False


class StewardDouble:
    """Connects accounts over Google's stand-in and answers by its script."""

    def __init__(self, stage: Stage, google: GoogleServer, google_url: str) -> None:
        self.stage, self.script = stage, Script()
        self.connected: list[str] = []
        self.heard: list[str] = []
        self._google, self._google_url = google, google_url
        self._states: set[str] = set()
        self._left: dict[str, int] = {}
        stage.app.event("message")(self.on_message)
        stage.app.event("app_home_opened")(self.on_opened)
        stage.app.action("connect")(self.on_link)
        for option in range(5):
            stage.app.action(f"answer:{option}")(self.on_answer)
        for decision in ("approve", "reject"):
            stage.app.action(f"decide:{decision}")(self.on_click)

    async def open(self) -> None:
        app = web.Application()
        app.router.add_get("/oauth", self.on_return)
        self.runner, port = await serve(app)
        self._redirect = f"http://127.0.0.1:{port}/oauth"
        await self.stage.connect()

    async def on_opened(self) -> None:
        """The prompts of an empty DM are no part of this."""

    async def on_link(self, ack: Any) -> None:
        await ack()

    async def on_message(self, event: dict[str, Any]) -> None:
        if "bot_id" in event or event.get("subtype"):
            return
        self.heard.append(event["text"])
        if event["text"] == "connect":
            await self.invite(event["channel"], event["ts"])
        elif not self.script.silent:
            await self.answer(event["channel"], event["ts"])

    async def invite(self, channel: str, thread: str) -> None:
        state = token_urlsafe(8)
        self._states.add(state)
        query = {"client_id": self._google.client.client_id, "redirect_uri": self._redirect, "response_type": "code",
                 "scope": SCOPES, "state": state, "access_type": "offline"}  # fmt: skip
        url = f"{self._google_url}/o/oauth2/v2/auth?{urlencode(query)}"
        button = {"type": "button", "action_id": "connect", "text": plain("Connect Google"), "url": url}
        listed = ", ".join(self.connected) or "none yet"
        blocks = [section(f"Connected: {listed}"), {"type": "actions", "elements": [button]}]
        await self.post(channel, thread, "Connect an account", blocks, {"event_type": "steward_connect"})

    async def on_return(self, request: web.Request) -> web.Response:
        if request.query.get("state") not in self._states:
            return web.Response(status=400, text="This link was used already.")
        self._states.remove(request.query["state"])
        client = self._google.client
        fields = {"grant_type": "authorization_code", "code": request.query["code"], "redirect_uri": self._redirect}
        fields |= {"client_id": client.client_id, "client_secret": client.client_secret}
        async with aiohttp.ClientSession() as session:
            async with session.post(f"{self._google_url}/token", data=fields) as response:
                access = (await response.json())["access_token"]
            headers = {"Authorization": f"Bearer {access}"}
            async with session.get(f"{self._google_url}/v1/userinfo", headers=headers) as response:
                email = (await response.json())["email"]
        self.connected.append(email)
        await self.stage.post("ada", text=f"Connected: {email}")
        return web.Response(text="You can close this page.")

    async def answer(self, channel: str, thread: str) -> None:
        script, client = self.script, self.stage.app.client
        await client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status="Searching your mail")
        payload: dict[str, Any] = {"turn": str(uuid4()), "state": script.state, "actions": len(script.cards)}
        payload |= {"then": True} if script.then and script.cards else {}
        blocks = [section(script.reply), {"type": "actions", "elements": offered(script)}] if script.options else None
        metadata = None if script.without_turn else {"event_type": "steward_turn", "event_payload": payload}
        await self.post(channel, thread, script.reply, blocks, metadata)
        for card in script.cards:
            self._left[card.id] = card.clicks
            await self.post(channel, thread, card.text, blocks_of(card, "proposed"), tag(card, "proposed"))

    async def on_answer(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        chosen = self.script.options[int(body["actions"][0]["action_id"].partition(":")[2])]
        self.heard.append(chosen)
        where, asked = body["container"], {"event_type": "steward_turn", "event_payload": {"state": "ended"}}
        await self.stage.app.client.chat_update(
            channel=where["channel_id"], ts=where["message_ts"], text=f"You chose: {chosen}",
            blocks=[section(f"You chose: {chosen}")], metadata=asked,
        )  # fmt: skip
        self.script = self.script.then or self.script
        await self.answer(where["channel_id"], where["thread_ts"])

    async def on_click(self, ack: Any, body: dict[str, Any]) -> None:
        await ack()
        card = next(one for one in self.script.cards if one.id == body["actions"][0]["value"])
        self._left[card.id] -= 1
        approve = body["actions"][0]["action_id"] == "decide:approve"
        if approve and self._left[card.id] > 0:
            await self.draw(body, card, "proposed", "Confirm")
            return
        for status in card.outcome if approve else ("rejected",):
            await self.draw(body, card, status)
        if approve and card is self.script.cards[-1] and self.script.then:
            self.script = self.script.then
            await self.answer(body["container"]["channel_id"], body["container"]["thread_ts"])

    async def draw(self, body: dict[str, Any], card: Card, status: str, approve: str = "Approve") -> None:
        where = body["container"]
        await self.stage.app.client.chat_update(
            channel=where["channel_id"], ts=where["message_ts"], text=card.text,
            blocks=blocks_of(card, status, approve), metadata=tag(card, status),
        )  # fmt: skip

    async def post(
        self, channel: str, thread: str, text: str, blocks: list[dict[str, Any]] | None, metadata: dict[str, Any] | None
    ) -> None:
        extra = {} if metadata is None else {"metadata": {"event_payload": {}, **metadata}}
        await self.stage.app.client.chat_postMessage(
            channel=channel, thread_ts=thread, text=text, blocks=blocks, **extra
        )


def offered(script: Script) -> list[dict[str, Any]]:
    return [
        {"type": "button", "action_id": f"answer:{n}", "value": "turn", "text": plain(option)}
        for n, option in enumerate(script.options)
    ]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def tag(card: Card, status: str) -> dict[str, Any]:
    return {
        "event_type": "steward_action",
        "event_payload": {"action": card.id, "kind": card.kind, "status": status},
    }


def blocks_of(card: Card, status: str, approve: str = "Approve") -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = [{"type": "header", "text": plain(card.text)}, section(f"Status: *{status}*")]
    if status == "proposed":
        buttons = [
            {"type": "button", "action_id": "decide:approve", "value": card.id, "text": plain(approve)},
            {"type": "button", "action_id": "decide:reject", "value": card.id, "text": plain("Reject")},
        ]
        shown.append({"type": "actions", "elements": buttons})
    return shown
