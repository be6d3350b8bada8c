"""What people write: direct messages, mentions, edits and deletions."""

import html
import re
from typing import Any

from app.assistant import Assistant
from app.domain.types import Message, Place, person_id
from handlers.commands import Commands
from handlers.envelopes import Body

SPOKEN = {None, "file_share", "thread_broadcast"}
"""Subtypes of message events that are somebody saying something."""
_LINK = re.compile(r"<(mailto:|https?://|tel:)([^|>]+)(?:\|([^>]*))?>")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|([^>]*))?>")
_SPECIAL = re.compile(r"<([#!])([^|>]*)(?:\|([^>]*))?>")


class Messages:
    """Turns message events into requests."""

    def __init__(self, assistant: Assistant, commands: Commands) -> None:
        self._assistant = assistant
        self._commands = commands

    async def direct(self, body: Body) -> None:
        """message.im: a request, a word of command, an edit, or something that isn't meant for us."""
        event = body["event"]
        subtype = event.get("subtype")
        if subtype == "message_changed":
            await self._changed(body, event)
        elif subtype == "message_deleted":
            await self._deleted(body, event)
        elif subtype in SPOKEN and "bot_id" not in event and "user" in event:
            message = unpack(team(body), event, private=True, us=bot(body))
            if not await self._commands.spoken(message):
                await self._assistant.hear(message)

    async def mention(self, body: Body) -> None:
        """app_mention: a request said where others read along."""
        event = body["event"]
        if "bot_id" not in event:
            await self._assistant.hear(unpack(team(body), event, private=False, us=bot(body)))

    async def _changed(self, body: Body, event: dict[str, Any]) -> None:
        now, before = event["message"], event.get("previous_message", {})
        if "bot_id" in now or "user" not in now or now.get("text") == before.get("text"):
            return
        message = unpack(team(body), {**now, "channel": event["channel"]}, private=True, us=bot(body))
        text = (await self._assistant.named(message)).text
        await self._assistant.reword(message.person, message.place, message.ts, text)

    async def _deleted(self, body: Body, event: dict[str, Any]) -> None:
        before = event.get("previous_message", {})
        if "user" in before and "bot_id" not in before:
            message = unpack(team(body), {**before, "channel": event["channel"]}, private=True, us=bot(body))
            await self._assistant.reword(message.person, message.place, message.ts, None)


def team(body: Body) -> str:
    """The workspace an envelope comes from."""
    return str(body.get("team_id") or body["team"]["id"])


def bot(body: Body) -> str:
    """Who we are to this workspace, as every event says."""
    return str(next((a["user_id"] for a in body.get("authorizations", ()) if a.get("is_bot")), ""))


def unpack(team_id: str, event: dict[str, Any], *, private: bool, us: str = "") -> Message:
    """A Slack message event as a Message."""
    return Message(
        person=person_id(team_id, event["user"]),
        team=team_id,
        user=event["user"],
        place=Place(channel=event["channel"], thread=event.get("thread_ts") or event["ts"]),
        ts=event["ts"],
        text=plain(event.get("text") or "", us=us),
        mentions=tuple(dict.fromkeys(m[1] for m in _MENTION.finditer(event.get("text") or "") if m[1] != us)),
        files=len(event.get("files", ())),
        private=private,
    )


def plain(text: str, *, us: str = "") -> str:
    """Slack's markup as the person typed it: links and addresses bare, our own mention gone, entities decoded."""
    text = _MENTION.sub(lambda m: "" if m[1] == us else f"@{m[1]}", text)
    text = _LINK.sub(lambda m: m[2] if m[1] in ("mailto:", "tel:") else m[1] + m[2], text)
    return html.unescape(_SPECIAL.sub(_special, text)).strip()


def _special(found: re.Match[str]) -> str:
    """A channel (#), or what begins with an exclamation mark: everyone here, a group, a date."""
    sign, name, label = found[1], found[2], found[3]
    return f"#{label or name}" if sign == "#" else label or f"@{name.partition('^')[0]}"
