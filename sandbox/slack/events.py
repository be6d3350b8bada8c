"""The bodies of the events Slack sends to the app."""

from typing import Any
from uuid import uuid4

from sandbox.slack.directory import Directory
from sandbox.slack.ids import Ids
from sandbox.slack.timeline import Message

Event = dict[str, Any]


class Events:
    """Wraps an event into the event_callback that carries it."""

    def __init__(self, directory: Directory, ids: Ids) -> None:
        self._directory, self._ids = directory, ids
        # Slack's verification token: part of every payload, of no use in Socket Mode.
        self.verification = uuid4().hex[:24]

    def callback(self, event: Event, *, stranger_team: str | None = None) -> tuple[str, dict[str, Any]]:
        """The event's id and the payload of its envelope."""
        event_id = self._ids.new("Ev")
        team = self._directory.team["id"]
        return event_id, {
            "token": self.verification,
            "team_id": team,
            "context_team_id": team,
            "context_enterprise_id": None,
            "api_app_id": self._directory.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": event_id,
            "event_time": int(float(event["event_ts"])) if "event_ts" in event else int(float(self._ids.ts())),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": team,
                    "user_id": self._directory.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": stranger_team is not None,
            "event_context": f"4-{event_id}",
        }


def posted(message: Message, channel: str) -> Event:
    """message.im; metadata is not part of the event."""
    event = {key: value for key, value in message.items() if key not in ("metadata", "reply_count", "streaming_state")}
    return {**event, "channel": channel, "event_ts": message["ts"], "channel_type": "im"}


def mentioned(message: Message, channel: str) -> Event:
    kept = ("user", "ts", "client_msg_id", "text", "team", "thread_ts", "blocks", "files", "bot_id", "app_id")
    return {
        "type": "app_mention",
        **{key: message[key] for key in kept if key in message},
        "channel": channel,
        "event_ts": message["ts"],
    }


def changed(message: Message, previous: Message, *, channel: str, ts: str) -> Event:
    return _hidden("message_changed", channel=channel, ts=ts) | {"message": message, "previous_message": previous}


def deleted(previous: Message, *, channel: str, ts: str) -> Event:
    return _hidden("message_deleted", channel=channel, ts=ts) | {
        "previous_message": previous,
        "deleted_ts": previous["ts"],
    }


def _hidden(subtype: str, *, channel: str, ts: str) -> Event:
    return {
        "type": "message",
        "subtype": subtype,
        "channel": channel,
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "channel_type": "im",
    }


def home_opened(user: str, channel: str, *, ts: str, tab: str, view: dict[str, Any] | None) -> Event:
    event = {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab, "event_ts": ts}
    return event if view is None else {**event, "view": view}
