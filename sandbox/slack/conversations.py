"""Posting, changing and deleting messages: the store, the watchers and the app all hear of it."""

from typing import Any, Protocol

from sandbox.slack import events
from sandbox.slack.directory import Directory
from sandbox.slack.events import Event, Events
from sandbox.slack.feed import Feed
from sandbox.slack.timeline import TOMBSTONE_USER, Message, Timeline, is_reply


class Delivery(Protocol):
    def deliver(self, event_id: str, payload: dict[str, Any]) -> None: ...


class Conversations:
    def __init__(
        self, directory: Directory, timeline: Timeline, *, feed: Feed, callbacks: Events, delivery: Delivery
    ) -> None:
        self.directory, self.timeline, self.feed, self.callbacks = directory, timeline, feed, callbacks
        self._delivery = delivery

    def emit(self, event: Event, user: str | None = None) -> str:
        """Sends an event to the app, as long as the app is installed; returns the event's id."""
        sender = self.directory.users.get(user or "", {})
        stranger = sender.get("team_id") if sender.get("is_stranger") else None
        event_id, payload = self.callbacks.callback(event, stranger_team=stranger)
        if self.directory.installed:
            self._delivery.deliver(event_id, payload)
        return event_id

    def post(self, channel: str, message: Message) -> Message:
        """Stores a message that has its ts, and tells everybody."""
        self.timeline.put(channel, message)
        if is_reply(message):
            self._refresh_root(channel, message["thread_ts"])
        self.feed.publish("message", **_place(channel, message), message=message)
        self._tell_app(channel, message)
        return message

    def _tell_app(self, channel: str, message: Message) -> None:
        if self.directory.channels[channel]["is_im"]:
            self.emit(events.posted(message, channel), message.get("user"))
        elif f"<@{self.directory.bot_user_id}>" in message.get("text", "") and "bot_id" not in message:
            self.emit(events.mentioned(message, channel), message.get("user"))

    def change(self, channel: str, ts: str, *, fields: dict[str, Any], at: str) -> Message:
        """Replaces fields of a message; a field set to None is taken away; `at` is the change's own ts."""
        previous = self.timeline.get(channel, ts)
        message = {key: value for key, value in {**previous, **fields}.items() if value is not None}
        self.timeline.put(channel, message)
        self.feed.publish("message_changed", **_place(channel, message), message=message)
        if self.directory.channels[channel]["is_im"]:
            self.emit(events.changed(message, previous, channel=channel, ts=at), message.get("user"))
        return message

    def remove(self, channel: str, ts: str, *, at: str) -> None:
        """Deletes a message; the root of a thread with replies stays as a tombstone, as in Slack."""
        previous = self.timeline.get(channel, ts)
        if previous.get("reply_count"):
            self._entomb(channel, previous, at=at)
            return
        self.timeline.drop(channel, ts)
        if is_reply(previous):
            self._refresh_root(channel, previous["thread_ts"])
        self.feed.publish("message_deleted", **_place(channel, previous))
        if self.directory.channels[channel]["is_im"]:
            self.emit(events.deleted(previous, channel=channel, ts=at), previous.get("user"))

    def _entomb(self, channel: str, previous: Message, *, at: str) -> None:
        kept = ("type", "ts", "thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply")
        tombstone = {key: previous[key] for key in kept if key in previous} | {
            "subtype": "tombstone",
            "user": TOMBSTONE_USER,
            "text": "This message was deleted.",
            "hidden": True,
        }
        self.timeline.put(channel, tombstone)
        self.feed.publish("message_changed", **_place(channel, tombstone), message=tombstone)
        if self.directory.channels[channel]["is_im"]:
            self.emit(events.changed(tombstone, previous, channel=channel, ts=at), previous.get("user"))

    def _refresh_root(self, channel: str, thread_ts: str) -> None:
        """Counts the replies again; Slack does not tell the app of it."""
        root = self.timeline.find(channel, thread_ts)
        if root is None:
            return
        root = {**root, "thread_ts": thread_ts, **self.timeline.thread_facts(channel, thread_ts)}
        self.timeline.put(channel, root)
        self.feed.publish("message_changed", **_place(channel, root), message=root)

    def show_only(self, channel: str, message: Message) -> None:
        """Stores a message without telling the app: a stream that is still being written."""
        self.timeline.put(channel, message)
        self.feed.publish("message_changed", **_place(channel, message), message=message)


def bot_identity(directory: Directory) -> dict[str, Any]:
    """What marks a message as the app's own."""
    return {
        "user": directory.bot_user_id,
        "bot_id": directory.bot_id,
        "app_id": directory.app_id,
        "team": directory.team["id"],
        "bot_profile": {
            "id": directory.bot_id,
            "app_id": directory.app_id,
            "name": "Steward",
            "deleted": False,
            "team_id": directory.team["id"],
        },
    }


def _place(channel: str, message: Message) -> dict[str, Any]:
    place = {"channel": channel, "ts": message["ts"]}
    return place | {"thread_ts": message["thread_ts"]} if "thread_ts" in message else place
