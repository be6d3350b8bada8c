"""The workspace as its people see and use it: what the page is built on."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sandbox.slack import events, texts
from sandbox.slack.conversations import Conversations
from sandbox.slack.faults import SlackError
from sandbox.slack.ids import Ids
from sandbox.slack.interactions import Interactions
from sandbox.slack.surfaces import Surfaces

COMMANDS = [{"command": "/steward", "description": "Ask Steward", "usage_hint": "[your request | help | connect]"}]
MAX_TYPED = 40_000  # characters of a message; longer text is cut by Slack


class Workspace:
    def __init__(
        self, conversations: Conversations, surfaces: Surfaces, *, interactions: Interactions, ids: Ids
    ) -> None:
        self._conversations, self._surfaces, self._interactions = conversations, surfaces, interactions
        self._feed, self._ids = conversations.feed, ids
        self._directory, self._timeline = conversations.directory, conversations.timeline
        self.team: dict[str, Any] = self._directory.team
        self.bot_user_id: str = self._directory.bot_user_id

    # What people see.

    def people(self) -> list[dict[str, Any]]:
        return self._directory.people()

    def channels(self, user: str) -> list[dict[str, Any]]:
        """The DM with the app first (its `user` is the app's), then channels."""
        shown = []
        for channel in self._directory.channels.values():
            if user in channel["members"]:
                other = {"user": self.bot_user_id, "name": "Steward"} if channel["is_im"] else {}
                shown.append({**channel, "is_channel": not channel["is_im"], **other})
        return sorted(shown, key=lambda channel: not channel["is_im"])

    def history(self, channel: str, thread_ts: str | None = None) -> list[dict[str, Any]]:
        if thread_ts is None:
            return self._timeline.history(channel)
        return self._timeline.replies(channel, thread_ts)

    def status(self, channel: str, thread_ts: str) -> dict[str, Any] | None:
        return self._surfaces.status(channel, thread_ts)

    def session(self, channel: str, thread_ts: str) -> dict[str, Any] | None:
        """The agent session of a thread, {status, title}; a stop button belongs beside status processing."""
        return self._surfaces.sessions.get((channel, thread_ts))

    def home(self, user: str) -> dict[str, Any] | None:
        return self._surfaces.home(user)

    def open_views(self, user: str) -> list[dict[str, Any]]:
        return self._surfaces.open_views(user)

    def commands(self) -> list[dict[str, Any]]:
        return [dict(command) for command in COMMANDS]

    def suggested_prompts(self, channel: str, thread_ts: str | None) -> list[dict[str, Any]]:
        return self._surfaces.prompts(channel, thread_ts)

    def subscribe(self, listener: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        return self._feed.subscribe(listener)

    # What people do.

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        *,
        thread_ts: str | None = None,
        files: list[dict[str, Any]] | None = None,
    ) -> str:
        """A person posts; the new message's ts. SlackError: not in the channel, no such thread, no text."""
        found = self._directory.joined(channel, user)
        if not text.strip() and not files:
            raise SlackError("no_text")
        ts = self._ids.ts()
        message = {"type": "message", "user": user, "ts": ts, "client_msg_id": str(uuid4()), **self._composed(text)}
        message["team"] = self._directory.user(user)["team_id"]
        if files:
            message |= {"subtype": "file_share", "files": files}
        if thread_ts is not None:
            self._timeline.get(channel, thread_ts)
            message["thread_ts"] = thread_ts
        elif found["is_im"]:
            message["thread_ts"] = ts  # with agent_view every top-level DM is a thread of its own
        self._conversations.post(channel, message)
        return ts

    def _composed(self, typed: str) -> dict[str, Any]:
        text, elements = texts.compose(typed[:MAX_TYPED])
        return {"text": text, "blocks": texts.rich_text(elements, uuid4().hex[:5])}

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        self._own(user, channel, ts)
        at = self._ids.ts()
        self._conversations.change(
            channel, ts, fields={**self._composed(text), "edited": {"user": user, "ts": at}}, at=at
        )

    async def delete(self, user: str, channel: str, ts: str) -> None:
        self._own(user, channel, ts)
        self._conversations.remove(channel, ts, at=self._ids.ts())

    def _own(self, user: str, channel: str, ts: str) -> None:
        self._directory.joined(channel, user)
        message = self._timeline.get(channel, ts)
        if message.get("user") != user:
            raise SlackError("cant_update_message")

    async def click(
        self,
        user: str,
        *,
        container: dict[str, Any],
        block_id: str,
        action_id: str,
        selection: dict[str, Any] | None = None,
        state: dict[str, Any] | None = None,
    ) -> None:
        """The element is looked up in what the app sent, so that its value can't be forged."""
        await self._interactions.click(user, container, (block_id, action_id), selection=selection or {}, state=state)

    async def submit(self, user: str, view_id: str, state: dict[str, Any]) -> dict[str, Any]:
        """{} when it went through, {"errors": {block_id: text}}, or {"failed": text} when the app did not answer."""
        return await self._interactions.submit(user, view_id, state)

    async def close(self, user: str, view_id: str) -> None:
        await self._interactions.close(user, view_id)

    async def open_home(self, user: str) -> None:
        self._opened(user, self._directory.dm(user)["id"], tab="home")

    async def open_messages(self, user: str, channel: str) -> None:
        self._directory.joined(channel, user)
        self._opened(user, channel, tab="messages")

    def _opened(self, user: str, channel: str, *, tab: str) -> None:
        view = self._surfaces.home(user) if tab == "home" else None
        self._conversations.emit(events.home_opened(user, channel, ts=self._ids.ts(), tab=tab, view=view), user)

    async def stop(self, user: str, channel: str, thread_ts: str) -> None:
        """The native stop button of an agent session: the app is told, the status stays the app's to change."""
        self._directory.joined(channel, user)
        event = {"type": "agent_session_stopped", "user": user, "channel": channel, "thread_ts": thread_ts}
        thread = self._timeline.replies(channel, thread_ts)
        open_streams = [message for message in thread if message.get("streaming_state") == "in_progress"]
        for message in open_streams:
            self._conversations.show_only(channel, {**message, "streaming_state": "completed"})
        streams = [message["ts"] for message in open_streams]
        self._conversations.emit({**event, "streaming_message_ts": streams, "event_ts": self._ids.ts()}, user)

    async def command(self, user: str, channel: str, command: str, text: str) -> str | None:
        """An error sentence for the person, or None."""
        self._directory.joined(channel, user)
        if command not in {known["command"] for known in COMMANDS}:
            return f"{command} is not a valid command."
        return await self._interactions.command(user, channel, command, text)
