"""What Slack shows besides messages: modals, Home tabs, live statuses, suggested prompts, ephemeral notes."""

import asyncio
from hashlib import sha256
from typing import Any

from sandbox.slack.faults import SlackError
from sandbox.slack.feed import Feed
from sandbox.slack.ids import Ids
from sandbox.slack.store import Store
from sandbox.slack.switches import Switches

STATUS_LASTS_S = 120  # assistant.threads.setStatus: cleared after two minutes
STACK_DEPTH = 3  # views.push: at most three views in a stack

View = dict[str, Any]


class Surfaces:
    def __init__(self, store: Store, ids: Ids, *, feed: Feed, switches: Switches) -> None:
        self._store, self._ids, self._feed, self._switches = store, ids, feed, switches
        self._homes: dict[str, View] = dict(store.facts("home."))
        self._stacks: dict[str, list[View]] = {}
        self._statuses: dict[tuple[str, str], dict[str, Any]] = {}
        self._expiries: dict[tuple[str, str], asyncio.TimerHandle] = {}
        self._prompts: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
        for key, prompts in store.facts("prompts."):
            channel, _, thread_ts = key.partition(".")
            self._prompts[channel, thread_ts or None] = prompts
        self.sessions: dict[tuple[str, str], dict[str, Any]] = {}
        self._whispers: dict[tuple[str, str], dict[str, Any]] = {}

    def close(self) -> None:
        for timer in self._expiries.values():
            timer.cancel()

    # Live statuses.

    def status(self, channel: str, thread_ts: str) -> dict[str, Any] | None:
        return self._statuses.get((channel, thread_ts))

    def set_status(self, channel: str, thread_ts: str, *, status: str, loading_messages: list[str]) -> None:
        key = (channel, thread_ts)
        self.clear_status(channel, thread_ts, quietly=bool(status))
        if not status:
            return
        self._statuses[key] = {"status": status, "loading_messages": loading_messages}
        lasts = self._switches.patience(STATUS_LASTS_S)
        self._expiries[key] = asyncio.get_running_loop().call_later(lasts, self.clear_status, channel, thread_ts)
        self._feed.publish("status", channel=channel, thread_ts=thread_ts, status=self._statuses[key])

    def clear_status(self, channel: str, thread_ts: str, *, quietly: bool = False) -> None:
        """Also what happens when the app posts in the thread."""
        timer = self._expiries.pop((channel, thread_ts), None)
        if timer is not None:
            timer.cancel()
        if self._statuses.pop((channel, thread_ts), None) is not None and not quietly:
            self._feed.publish("status", channel=channel, thread_ts=thread_ts, status=None)

    # Suggested prompts.

    def prompts(self, channel: str, thread_ts: str | None) -> list[dict[str, Any]]:
        return self._prompts.get((channel, thread_ts), self._prompts.get((channel, None), []))

    def set_prompts(self, channel: str, thread_ts: str | None, prompts: list[dict[str, Any]]) -> None:
        self._prompts[channel, thread_ts] = prompts
        self._store.put_fact(f"prompts.{channel}.{thread_ts or ''}", prompts)
        self._feed.publish("prompts", channel=channel, thread_ts=thread_ts, prompts=prompts)

    # Views.

    def home(self, user: str) -> View | None:
        return self._homes.get(user)

    def open_views(self, user: str) -> list[View]:
        return list(self._stacks.get(user, ()))

    def find(self, view_id: str) -> tuple[str, View] | None:
        """The user who sees the view, and the view."""
        for user, stack in self._stacks.items():
            for view in stack:
                if view["id"] == view_id:
                    return user, view
        return next(((user, home) for user, home in self._homes.items() if home["id"] == view_id), None)

    def find_external(self, external_id: str) -> str | None:
        views = [*self._homes.values(), *(view for stack in self._stacks.values() for view in stack)]
        return next((view["id"] for view in views if view.get("external_id") == external_id), None)

    def seen(self, user: str, view_id: str) -> View:
        """The view, if it is open in front of this user."""
        found = self.find(view_id)
        if found is None or found[0] != user:
            raise SlackError("not_found")
        return found[1]

    def publish_home(self, user: str, view: View, *, expected_hash: str | None = None) -> View:
        before = self._homes.get(user)
        if expected_hash and before is not None and before["hash"] != expected_hash:
            raise SlackError("hash_conflict")
        identity = before["id"] if before is not None else self._ids.new("V")
        shown = self._stamp({**view, "id": identity, "root_view_id": identity, "previous_view_id": None})
        self._homes[user] = shown
        self._store.put_fact(f"home.{user}", shown)
        self._feed.publish("home", user=user, view=shown)
        return shown

    def push(self, user: str, view: View, *, fresh: bool) -> View:
        """Opens a modal (fresh: in place of whatever modal is open) or puts it on top of the stack."""
        stack = [] if fresh else self._stacks.get(user, [])
        if not fresh and not stack:
            raise SlackError("not_found")
        if len(stack) >= STACK_DEPTH:
            raise SlackError("push_limit_reached")
        identity = self._ids.new("V")
        below = stack[-1] if stack else None
        root = stack[0]["id"] if stack else identity
        previous = below["id"] if below is not None else None
        shown = self._stamp({**view, "id": identity, "root_view_id": root, "previous_view_id": previous})
        self._stacks[user] = [*stack, shown]
        self._feed.publish("view_opened", user=user, view=shown)
        return shown

    def update(self, view_id: str, view: View, *, expected_hash: str | None = None) -> View:
        found = self.find(view_id)
        if found is None:
            raise SlackError("not_found")
        user, before = found
        if expected_hash and before["hash"] != expected_hash:
            raise SlackError("hash_conflict")
        if before["type"] == "home":
            return self.publish_home(user, view)
        kept = {key: before[key] for key in ("id", "root_view_id", "previous_view_id")}
        shown = self._stamp({**view, **kept, "state": before["state"]})
        self._stacks[user] = [shown if old["id"] == view_id else old for old in self._stacks[user]]
        self._feed.publish("view_updated", user=user, view=shown)
        return shown

    def keep_state(self, user: str, view_id: str, values: dict[str, Any]) -> View:
        """What the person has entered so far; not a new version of the view."""
        view = {**self.seen(user, view_id), "state": {"values": values}}
        if view["type"] == "home":
            self._homes[user] = view
        else:
            self._stacks[user] = [view if old["id"] == view_id else old for old in self._stacks[user]]
        return view

    def close_view(self, user: str, view_id: str) -> None:
        """Takes the top view away; the one below shows again."""
        self._stacks[user] = [view for view in self._stacks.get(user, []) if view["id"] != view_id]
        self._feed.publish("view_closed", user=user, view_id=view_id)

    def clear(self, user: str) -> None:
        for view in reversed(self.open_views(user)):
            self.close_view(user, view["id"])

    def _stamp(self, view: View) -> View:
        stamp = self._ids.ts()
        digest = sha256(stamp.encode()).hexdigest()[:8]
        return {"state": {"values": {}}, **view, "hash": f"{stamp.partition('.')[0]}.{digest}"}

    # Ephemeral notes.

    def whisper(self, user: str, channel: str, message: dict[str, Any]) -> None:
        """Shown to one person only, and gone when they reload: kept in memory so that its buttons work."""
        self._whispers[user, message["ts"]] = message
        self._feed.publish("ephemeral", user=user, channel=channel, ts=message["ts"], message=message)

    def whispered(self, user: str, ts: str) -> dict[str, Any] | None:
        return self._whispers.get((user, ts))

    def unwhisper(self, user: str, channel: str, ts: str) -> None:
        if self._whispers.pop((user, ts), None) is not None:
            self._feed.publish("ephemeral_deleted", user=user, channel=channel, ts=ts)
