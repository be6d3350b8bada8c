"""The messages of every conversation and their threads, as Slack stores them."""

from typing import Any

from sandbox.slack.faults import SlackError
from sandbox.slack.store import Store

Message = dict[str, Any]

TOMBSTONE_USER = "USLACKBOT"


class Timeline:
    """Keeps messages in memory by channel and ts, written through; ts only grow, so order is insertion order."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._messages: dict[str, dict[str, Message]] = {}
        self._replies: dict[tuple[str, str], list[str]] = {}
        for channel, message in store.messages():
            self._keep(channel, message)

    def _keep(self, channel: str, message: Message) -> None:
        in_channel = self._messages.setdefault(channel, {})
        if message["ts"] not in in_channel and is_reply(message):
            self._replies.setdefault((channel, message["thread_ts"]), []).append(message["ts"])
        in_channel[message["ts"]] = message

    def find(self, channel: str, ts: str) -> Message | None:
        return self._messages.get(channel, {}).get(ts)

    def get(self, channel: str, ts: str) -> Message:
        found = self.find(channel, ts)
        if found is None:
            raise SlackError("message_not_found")
        return found

    def put(self, channel: str, message: Message) -> None:
        self._keep(channel, message)
        self._store.put_message(channel, message)

    def drop(self, channel: str, ts: str) -> None:
        message = self._messages[channel].pop(ts)
        if is_reply(message):
            self._replies[channel, message["thread_ts"]].remove(ts)
        self._store.drop_message(channel, ts)

    def history(self, channel: str) -> list[Message]:
        """What stands in the channel itself: no replies, except those also sent to the channel."""
        return [m for m in self._messages.get(channel, {}).values() if not is_reply(m) or is_broadcast(m)]

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        """The root, if it still stands, and its replies."""
        in_channel = self._messages.get(channel, {})
        return [in_channel[ts] for ts in (thread_ts, *self._replies.get((channel, thread_ts), ())) if ts in in_channel]

    def thread_facts(self, channel: str, thread_ts: str) -> dict[str, Any]:
        """What the root of a thread carries about its replies."""
        replies = self._replies.get((channel, thread_ts), [])
        if not replies:
            return {"reply_count": 0}
        users = list(dict.fromkeys(self._messages[channel][ts].get("user", "") for ts in replies))
        return {
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "reply_users": users,
            "latest_reply": replies[-1],
        }


def is_reply(message: Message) -> bool:
    thread_ts = message.get("thread_ts")
    return thread_ts is not None and thread_ts != message["ts"]


def is_broadcast(message: Message) -> bool:
    return message.get("subtype") == "thread_broadcast"
