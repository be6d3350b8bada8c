"""chat.startStream, appendStream and stopStream: a message that grows while it is read."""

from time import time
from typing import Any

from sandbox.slack import blocks, limits
from sandbox.slack.call import Call, Method
from sandbox.slack.conversations import bot_identity
from sandbox.slack.faults import SlackError
from sandbox.slack.methods.assistant import change_session
from sandbox.slack.methods.chat import own_message, thread_root
from sandbox.slack.rates import TIER_2, TIER_4
from sandbox.slack.timeline import Message

STREAM_LASTS_S = 300  # Slack ends a stream after about five minutes
DISPLAY_MODES = ("timeline", "plan")
_PLAN_ID, _TEXT_ID = "stream-plan", "stream-text"


async def start(call: Call) -> dict[str, Any]:
    backend, channel = call.backend, call.channel()
    call.required("thread_ts")
    thread_ts = str(thread_root(call, channel))
    if not backend.directory.channel(channel)["is_im"] and not call.text("recipient_user_id"):
        raise SlackError("missing_recipient_user_id")
    if (call.text("task_display_mode") or "timeline") not in DISPLAY_MODES:
        raise SlackError("invalid_arguments")
    message = {"type": "message", "text": "", **bot_identity(backend.directory), "thread_ts": thread_ts}
    message |= {"streaming_state": "in_progress", "task_display_mode": call.text("task_display_mode") or "timeline"}
    message |= {"ts": backend.ids.ts(), "blocks": []}
    message = _grown(call, message)
    backend.surfaces.clear_status(channel, thread_ts)
    backend.conversations.post(channel, message)
    return {"channel": channel, "ts": message["ts"]}


async def append(call: Call) -> dict[str, Any]:
    channel, message = _streaming(call)
    if not call.text("markdown_text") and not call.json("chunks"):
        raise SlackError("no_text")
    call.backend.conversations.show_only(channel, _grown(call, message))
    return {"channel": channel, "ts": message["ts"]}


async def stop(call: Call) -> dict[str, Any]:
    channel, message = _streaming(call)
    message = _grown(call, message)
    last = call.json("blocks")
    kept = [*message["blocks"], *(blocks.accepted(last) if last else [])]
    fields = {
        "blocks": kept,
        "text": message["text"],
        "streaming_state": "completed",
        "metadata": call.json("metadata"),
    }
    done = call.backend.conversations.change(channel, message["ts"], fields=fields, at=call.backend.ids.ts())
    if call.text("session_status"):
        change_session(call, (channel, message["thread_ts"]), status=call.required("session_status"))
    return {"channel": channel, "ts": message["ts"], "message": done}


def _streaming(call: Call) -> tuple[str, Message]:
    channel = call.channel()
    message = own_message(call, channel, refusal="message_not_owned_by_app")
    if message.get("streaming_state") == "in_progress" and _too_old(call, message):
        message = {**message, "streaming_state": "completed"}
        call.backend.conversations.show_only(channel, message)
    if message.get("streaming_state") != "in_progress":
        raise SlackError("message_not_in_streaming_state")
    return channel, message


def _too_old(call: Call, message: Message) -> bool:
    return time() - float(message["ts"]) > call.backend.switches.patience(STREAM_LASTS_S)


def _grown(call: Call, message: Message) -> Message:
    """The message with the call's markdown_text or chunks added."""
    markdown, chunks = call.text("markdown_text"), call.json("chunks") or []
    if markdown is not None and len(markdown) > limits.MARKDOWN_CHARACTERS:
        raise SlackError("msg_too_long")
    if not isinstance(chunks, list):
        raise SlackError("invalid_chunks")
    for chunk in [{"type": "markdown_text", "text": markdown}] if markdown else chunks:
        message = _with_chunk(message, chunk)
    return message


def _with_chunk(message: Message, chunk: Any) -> Message:
    listed = list(message["blocks"])
    match chunk:
        case {"type": "markdown_text", "text": str(text)}:
            if listed and listed[-1]["type"] == "markdown":
                listed[-1] = {**listed[-1], "text": listed[-1]["text"] + text}
            else:
                listed.append({"type": "markdown", "block_id": f"{_TEXT_ID}-{len(listed)}", "text": text})
            return {**message, "text": message["text"] + text, "blocks": listed}
        case {"type": "task_update", "id": str(task_id), "title": str(title), "status": str(status)}:
            if status not in limits.TASK_STATUSES:
                raise SlackError("invalid_chunks")
            _put_task(message, listed, {"task_id": task_id, "title": title, "status": status} | _task_text(chunk))
        case {"type": "plan_update", "title": str(title)}:
            _plan(listed)["title"] = title
        case {"type": "blocks", "blocks": list(more)}:
            listed += blocks.accepted(more)
        case _:
            raise SlackError("invalid_chunks")
    return {**message, "blocks": listed}


def _task_text(chunk: dict[str, Any]) -> dict[str, Any]:
    """details and output come as text in a chunk and stand as rich text in the message."""
    found: dict[str, Any] = {}
    for key in ("details", "output"):
        if chunk.get(key):
            section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(chunk[key])}]}
            found[key] = {"type": "rich_text", "elements": [section]}
    return found | ({"sources": chunk["sources"]} if chunk.get("sources") else {})


def _put_task(message: Message, listed: list[dict[str, Any]], task: dict[str, Any]) -> None:
    card = {"type": "task_card", "block_id": f"task-{task['task_id']}", **task}
    in_plan = message["task_display_mode"] == "plan"
    place = _plan(listed)["tasks"] if in_plan else listed
    for index, block in enumerate(place):
        if block.get("task_id") == task["task_id"]:
            place[index] = {**block, **card}
            return
    place.append(card)


def _plan(listed: list[dict[str, Any]]) -> dict[str, Any]:
    """The stream's plan block, as a copy in the list that may be changed."""
    for index, block in enumerate(listed):
        if block["type"] == "plan":
            listed[index] = {**block, "tasks": list(block["tasks"])}
            return listed[index]
    listed.insert(0, {"type": "plan", "block_id": _PLAN_ID, "title": "", "tasks": []})
    return listed[0]


METHODS = (
    Method("chat.startStream", start, "chat:write", TIER_2),
    Method("chat.appendStream", append, "chat:write", TIER_4),
    Method("chat.stopStream", stop, "chat:write", TIER_2),
)
