"""chat.postMessage and its kin."""

import json
import re
from typing import Any

from sandbox.slack import blocks, limits
from sandbox.slack.call import Call, Method
from sandbox.slack.conversations import bot_identity
from sandbox.slack.faults import SlackError
from sandbox.slack.rates import TIER_3, TIER_4
from sandbox.slack.timeline import Message, is_reply

_EVENT_TYPE = re.compile(r"[A-Za-z0-9_-]+")  # a metadata event_type; with a dot in it the metadata is dropped
POSTS_PER_MINUTE = 60  # about one a second in each conversation


async def post_message(call: Call) -> dict[str, Any]:
    backend, channel = call.backend, call.channel()
    message = {"type": "message", **content(call), **bot_identity(backend.directory)}
    metadata, warning = _accepted_metadata(call)
    if metadata is not None:
        message["metadata"] = metadata
    thread_ts = thread_root(call, channel)
    if thread_ts is not None:
        message["thread_ts"] = thread_ts
        if call.flag("reply_broadcast"):
            message["subtype"] = "thread_broadcast"
        backend.surfaces.clear_status(channel, thread_ts)
    message["ts"] = backend.ids.ts()
    backend.conversations.post(channel, message)
    return {"channel": channel, "ts": message["ts"], "message": message, **warning}


def thread_root(call: Call, channel: str) -> str | None:
    """The ts of the root to answer under: a reply's ts stands for its thread."""
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return None
    root = call.backend.timeline.find(channel, thread_ts)
    if root is None:
        raise SlackError("message_not_found")
    return str(root.get("thread_ts", thread_ts))


def content(call: Call) -> dict[str, Any]:
    """text and blocks, checked; Slack refuses a message with neither."""
    text, markdown, listed = call.text("text") or "", call.text("markdown_text"), call.json("blocks")
    if markdown is not None:
        if text or listed:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > limits.MARKDOWN_CHARACTERS:
            raise SlackError("msg_too_long")
        text, listed = markdown, [{"type": "markdown", "text": markdown}]
    attachments = call.json("attachments")
    if not text.strip() and not listed and not attachments:
        raise SlackError("no_text")
    if len(text) > limits.TEXT_CHARACTERS:
        raise SlackError("msg_too_long")
    found: dict[str, Any] = {"text": text}
    if listed:
        found["blocks"] = blocks.accepted(listed)
    if attachments:
        found["attachments"] = attachments
    return found


def _accepted_metadata(call: Call) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The metadata to keep, and the warning in the answer: Slack drops what is malformed and posts all the same."""
    given = call.json("metadata")
    if given is None or given == {}:
        return None, {}
    if not isinstance(given, dict):
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(given)) > limits.METADATA_BYTES:
        raise SlackError("metadata_too_large")
    named = isinstance(given.get("event_type"), str) and _EVENT_TYPE.fullmatch(given["event_type"])
    if named and isinstance(given.get("event_payload"), dict):
        return given, {}
    warning = "invalid_metadata_schema"
    return None, {"warning": warning, "response_metadata": {"warnings": [warning]}}


async def update(call: Call) -> dict[str, Any]:
    """Blocks that are not in the call stay (an empty list takes them away), and so does the text."""
    backend, channel = call.backend, call.channel()
    message = own_message(call, channel, refusal="cant_update_message")
    if message.get("streaming_state") == "in_progress":
        raise SlackError("streaming_state_conflict")
    fields = content(call)
    if not fields["text"]:
        fields["text"] = message["text"]
    if call.json("blocks") == []:
        fields["blocks"] = None
    metadata, warning = _accepted_metadata(call)
    if "metadata" in call.arguments:
        fields["metadata"] = metadata
    at = backend.ids.ts()
    edited = {"user": backend.directory.bot_user_id, "ts": at}
    changed = backend.conversations.change(channel, message["ts"], fields={**fields, "edited": edited}, at=at)
    return {"channel": channel, "ts": message["ts"], "text": changed["text"], "message": changed, **warning}


def own_message(call: Call, channel: str, *, refusal: str) -> Message:
    message = call.backend.timeline.get(channel, call.text("ts") or "")
    if message.get("bot_id") != call.backend.directory.bot_id:
        raise SlackError(refusal)
    return message


async def delete(call: Call) -> dict[str, Any]:
    channel = call.channel()
    message = own_message(call, channel, refusal="cant_delete_message")
    call.backend.conversations.remove(channel, message["ts"], at=call.backend.ids.ts())
    return {"channel": channel, "ts": message["ts"]}


async def post_ephemeral(call: Call) -> dict[str, Any]:
    backend, channel, user = call.backend, call.channel(), call.required("user")
    if user not in backend.directory.channel(channel)["members"]:
        raise SlackError("user_not_in_channel")
    message = {"type": "message", **content(call), **bot_identity(backend.directory), "is_ephemeral": True}
    thread_ts = thread_root(call, channel)
    if thread_ts is not None:
        message["thread_ts"] = thread_ts
    message["ts"] = backend.ids.ts()
    backend.surfaces.whisper(user, channel, message)
    return {"message_ts": message["ts"]}


async def get_permalink(call: Call) -> dict[str, Any]:
    channel, backend = call.channel(), call.backend
    message = backend.timeline.get(channel, call.required("message_ts"))
    link = f"https://{backend.directory.team['domain']}.slack.com/archives/{channel}/p{message['ts'].replace('.', '')}"
    if is_reply(message):
        link += f"?thread_ts={message['thread_ts']}&cid={channel}"
    return {"channel": channel, "permalink": link}


METHODS = (
    Method("chat.postMessage", post_message, "chat:write", per_minute=POSTS_PER_MINUTE, per_channel=True),
    Method("chat.update", update, "chat:write", per_minute=TIER_3),
    Method("chat.delete", delete, "chat:write", per_minute=TIER_3),
    Method("chat.postEphemeral", post_ephemeral, "chat:write", per_minute=TIER_4),
    Method("chat.getPermalink", get_permalink, per_minute=600),
)
