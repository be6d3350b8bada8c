"""What a person's clicks, modals and commands send to the app, and what the app's ack does."""

from typing import Any

from sandbox.slack import elements
from sandbox.slack.conversations import Conversations, bot_identity
from sandbox.slack.faults import SlackError
from sandbox.slack.hub import Answer, Hub
from sandbox.slack.ids import Ids
from sandbox.slack.surfaces import Surfaces, View
from sandbox.slack.tickets import Tickets
from sandbox.slack.views import checked_view

NO_ANSWER = "We had some trouble connecting. Try again?"
CLICK_FAILED = "Steward did not answer to this click. Try again?"


class Interactions:
    def __init__(
        self,
        conversations: Conversations,
        surfaces: Surfaces,
        *,
        hub: Hub,
        ids: Ids,
        tickets: Tickets,
    ) -> None:
        self._conversations, self._surfaces = conversations, surfaces
        self._directory, self._feed = conversations.directory, conversations.feed
        self._hub, self._ids, self._tickets = hub, ids, tickets

    async def click(
        self,
        user: str,
        container: dict[str, Any],
        element_id: tuple[str, str],
        *,
        selection: dict[str, Any],
        state: dict[str, Any] | None,
    ) -> None:
        """block_actions; nothing is redelivered: a person whose click got no answer is warned."""
        block_id, action_id = element_id
        values = _values(state)
        if selection:
            values = {**values, block_id: {**values.get(block_id, {}), action_id: selection}}
        body = self._body("block_actions", user)
        blocks, where = self._container(user, container, values)
        element = elements.find(blocks, block_id, action_id)
        action = {
            "type": element["type"],
            "action_id": action_id,
            "block_id": block_id,
            **elements.report(element, selection),
            "action_ts": self._ids.ts(),
        }
        payload = {**body, **where, "actions": [action]}
        answer = await self._hub.ask("interactive", payload, accepts_payload=False)
        if answer.error is not None:
            self._feed.publish("warning", user=user, container=container, text=CLICK_FAILED, error=answer.error)

    def _container(
        self, user: str, container: dict[str, Any], values: dict[str, Any]
    ) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """The blocks clicked in, and what the payload says of their place."""
        if container["type"] == "view":
            seen = self._surfaces.seen(user, container["view_id"])
            # What was entered before stays entered when only one element is told of.
            kept = {**seen["state"]["values"], **values}
            view = self._surfaces.keep_state(user, seen["id"], elements.entered(seen["blocks"], kept))
            return view["blocks"], {"container": {"type": "view", "view_id": view["id"]}, "view": view}
        channel = self._directory.joined(container["channel"], user)
        whispered = self._surfaces.whispered(user, container["ts"])
        message = whispered or self._conversations.timeline.get(channel["id"], container["ts"])
        blocks = message.get("blocks", [])
        place = {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel["id"],
            "is_ephemeral": whispered is not None,
        }
        if "thread_ts" in message:
            place["thread_ts"] = message["thread_ts"]
        return blocks, {
            "container": place,
            "channel": {"id": channel["id"], "name": _channel_name(channel)},
            "message": message,
            "state": {"values": elements.entered(blocks, values)},
            "response_url": self._tickets.response_urls.issue(user, channel["id"], message["ts"]),
        }

    def _body(self, kind: str, user_id: str) -> dict[str, Any]:
        user, team = self._directory.user(user_id), self._directory.team
        return {
            "type": kind,
            "user": {"id": user_id, "username": user["name"], "name": user["name"], "team_id": user["team_id"]},
            "api_app_id": self._directory.app_id,
            "token": self._conversations.callbacks.verification,
            "trigger_id": self._tickets.triggers.issue(user_id),
            "team": {"id": team["id"], "domain": team["domain"]},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    async def submit(self, user: str, view_id: str, state: dict[str, Any]) -> dict[str, Any]:
        seen = self._surfaces.seen(user, view_id)
        values = elements.entered(seen["blocks"], _values(state))
        complaints = elements.complaints(seen["blocks"], values)
        if complaints:
            return {"errors": complaints}
        view = self._surfaces.keep_state(user, view_id, values)
        payload = {**self._body("view_submission", user), "view": view, "response_urls": []}
        answer = await self._hub.ask("interactive", payload, accepts_payload=True)
        if answer.error is not None:
            return {"failed": NO_ANSWER}
        try:
            return self._respond(user, view_id, answer)
        except SlackError:
            return {"failed": NO_ANSWER}  # the app answered with a view Slack refuses

    def _respond(self, user: str, view_id: str, answer: Answer) -> dict[str, Any]:
        """Does what the ack's response_action says; without one the modal closes."""
        payload = answer.payload or {}
        match payload.get("response_action"):
            case "errors":
                return {"errors": payload["errors"]}
            case "update":
                self._surfaces.update(view_id, self._view(payload["view"]))
            case "push":
                self._surfaces.push(user, self._view(payload["view"]), fresh=False)
            case "clear":
                self._surfaces.clear(user)
            case _:
                self._surfaces.close_view(user, view_id)
        return {}

    def _view(self, given: dict[str, Any]) -> View:
        return checked_view(given, self._directory, "modal")

    async def close(self, user: str, view_id: str) -> None:
        view = self._surfaces.seen(user, view_id)
        self._surfaces.close_view(user, view_id)
        if view.get("notify_on_close"):
            payload = {**self._body("view_closed", user), "view": view, "is_cleared": False}
            del payload["trigger_id"]
            await self._hub.ask("interactive", payload, accepts_payload=False)

    async def command(self, user: str, channel_id: str, command: str, text: str) -> str | None:
        person, channel = self._directory.user(user), self._directory.channel(channel_id)
        payload = {
            "token": self._conversations.callbacks.verification,
            "team_id": self._directory.team["id"],
            "team_domain": self._directory.team["domain"],
            "channel_id": channel_id,
            "channel_name": _channel_name(channel),
            "user_id": user,
            "user_name": person["name"],
            "command": command,
            "text": text,
            "api_app_id": self._directory.app_id,
            "is_enterprise_install": "false",
            "response_url": self._tickets.response_urls.issue(user, channel_id, None),
            "trigger_id": self._tickets.triggers.issue(user),
        }
        answer = await self._hub.ask("slash_commands", payload, accepts_payload=True)
        if answer.error is not None:
            return f"{command} failed with the error “{answer.error}”"
        if answer.payload:
            self.respond(user, channel_id, answer.payload)
        return None

    def respond(self, user: str, channel: str, said: dict[str, Any]) -> None:
        """Shows a command's answer, to the person alone unless it asks for in_channel."""
        message = {"type": "message", "subtype": "bot_message", **bot_identity(self._directory), "ts": self._ids.ts()}
        message |= {key: said[key] for key in ("text", "blocks", "thread_ts") if key in said}
        if said.get("response_type") == "in_channel":
            self._conversations.post(channel, message)
        else:
            self._surfaces.whisper(user, channel, {**message, "is_ephemeral": True})


def _values(state: dict[str, Any] | None) -> dict[str, Any]:
    """state.values, whether handed over as such or inside of a state."""
    given = state or {}
    values: dict[str, Any] = given.get("values", given)
    if not all(
        isinstance(block, dict) and all(isinstance(entry, dict) for entry in block.values())
        for block in values.values()
    ):
        raise SlackError("invalid_arguments")
    return values


def _channel_name(channel: dict[str, Any]) -> str:
    return "directmessage" if channel["is_im"] else str(channel["name"])
