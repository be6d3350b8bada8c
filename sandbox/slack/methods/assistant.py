"""assistant.threads.* and agents.sessions.*: live status, prompts, titles, sessions."""

from typing import Any

from sandbox.slack.call import Call, Method
from sandbox.slack.faults import SlackError, invalid_arguments
from sandbox.slack.methods.chat import thread_root
from sandbox.slack.rates import TIER_3

STATUSES_PER_MINUTE = 60  # assistant.threads.setStatus, in each DM
LOADING_MESSAGES = 10
MAX_PROMPTS = 4
MAX_TITLE = 200
SESSION_STATUSES = ("active", "processing", "suspended", "closed")


async def set_status(call: Call) -> dict[str, Any]:
    channel, thread_ts = _thread(call)
    if "status" not in call.arguments:
        raise invalid_arguments("missing required field: status")
    loading = call.json("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > LOADING_MESSAGES:
        raise invalid_arguments(f"no more than {LOADING_MESSAGES} items allowed [json-pointer:/loading_messages]")
    call.backend.surfaces.set_status(channel, thread_ts, status=call.text("status") or "", loading_messages=loading)
    return {}


def _thread(call: Call) -> tuple[str, str]:
    channel = call.channel("channel_id")
    call.required("thread_ts")
    return channel, str(thread_root(call, channel))


async def set_prompts(call: Call) -> dict[str, Any]:
    channel = call.channel("channel_id")
    prompts = call.json("prompts")
    if not isinstance(prompts, list) or not prompts or len(prompts) > MAX_PROMPTS:
        raise invalid_arguments(f"between 1 and {MAX_PROMPTS} items required [json-pointer:/prompts]")
    if not all(isinstance(p, dict) and p.get("title") and p.get("message") for p in prompts):
        raise invalid_arguments("title and message required [json-pointer:/prompts]")
    call.backend.surfaces.set_prompts(channel, thread_root(call, channel), prompts)
    return {}


async def set_title(call: Call) -> dict[str, Any]:
    channel, thread_ts = _thread(call)
    session(call, (channel, thread_ts))["title"] = call.required("title")
    return {}


async def set_session_status(call: Call) -> dict[str, Any]:
    channel, thread_ts = _thread(call)
    status = call.required("status")
    change_session(call, (channel, thread_ts), status=status)
    found = session(call, (channel, thread_ts))
    if call.text("title") and not found["title"]:
        found["title"] = _title(call)
    return {"status": found["status"], "agent_status": found["status"], "title": found["title"]}


def _title(call: Call) -> str:
    title = call.required("title")
    if len(title) > MAX_TITLE:
        raise invalid_arguments(f"must be less than {MAX_TITLE + 1} characters [json-pointer:/title]")
    return title


async def rename_session(call: Call) -> dict[str, Any]:
    channel, thread_ts = _thread(call)
    if (channel, thread_ts) not in call.backend.surfaces.sessions:
        raise SlackError("session_not_found")
    session(call, (channel, thread_ts))["title"] = _title(call)
    return {"title": _title(call)}


def session(call: Call, place: tuple[str, str]) -> dict[str, Any]:
    sessions = call.backend.surfaces.sessions
    return sessions.setdefault(place, {"status": "active", "title": ""})


def change_session(call: Call, place: tuple[str, str], *, status: str) -> None:
    """`place` is the channel and the thread's ts."""
    if status not in SESSION_STATUSES:
        raise invalid_arguments(f"must be one of: {', '.join(SESSION_STATUSES)} [json-pointer:/status]")
    found = session(call, place)
    found["status"] = status
    call.backend.feed.publish("session", channel=place[0], thread_ts=place[1], session=dict(found))


METHODS = (
    Method("assistant.threads.setStatus", set_status, "assistant:write", STATUSES_PER_MINUTE, per_channel=True),
    Method("assistant.threads.setSuggestedPrompts", set_prompts, "assistant:write", TIER_3),
    Method("assistant.threads.setTitle", set_title, "assistant:write", TIER_3),
    Method("agents.sessions.setStatus", set_session_status, "chat:write", TIER_3),
    Method("agents.sessions.rename", rename_session, "chat:write", TIER_3),
)
