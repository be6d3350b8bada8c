"""conversations.* and reactions.*: what the app may read, with the scopes it has."""

from typing import Any

from sandbox.slack.call import Call, Method
from sandbox.slack.faults import SlackError
from sandbox.slack.rates import TIER_2, TIER_3, TIER_4
from sandbox.slack.timeline import Message

PAGE, LARGEST_PAGE = 100, 999


async def open_conversation(call: Call) -> dict[str, Any]:
    directory = call.backend.directory
    channel, users = call.text("channel"), [user for user in (call.text("users") or "").split(",") if user]
    if channel:
        found = directory.joined(channel, directory.bot_user_id)
    elif len(users) == 1:
        found = directory.dm(users[0])
    else:
        raise SlackError("not_enough_users" if not users else "too_many_users")
    shown = _shown(call, found) if call.flag("return_im") else {"id": found["id"]}
    return {"no_op": True, "already_open": True, "channel": shown}


async def info(call: Call) -> dict[str, Any]:
    return {"channel": _shown(call, _readable(call, "read"))}


async def members(call: Call) -> dict[str, Any]:
    listed, following = _page(call, _readable(call, "read")["members"])
    return {"members": listed, "response_metadata": {"next_cursor": following}}


async def history(call: Call) -> dict[str, Any]:
    """Newest first."""
    channel = _readable(call, "history")["id"]
    found = [m for m in call.backend.timeline.history(channel) if _within(call, m["ts"])]
    listed, following = _page(call, found[::-1])
    return {
        "messages": [_message(call, message) for message in listed],
        "has_more": bool(following),
        "pin_count": 0,
        "response_metadata": {"next_cursor": following},
    }


async def replies(call: Call) -> dict[str, Any]:
    """The root first, then its replies, oldest first; for a reply's ts, that thread."""
    channel, ts = _readable(call, "history")["id"], call.required("ts")
    message = call.backend.timeline.find(channel, ts)
    if message is None:
        raise SlackError("thread_not_found")
    root_ts = message.get("thread_ts", ts)
    thread = call.backend.timeline.replies(channel, root_ts)
    found = [m for m in thread if m["ts"] == root_ts or _within(call, m["ts"])]
    listed, following = _page(call, found)
    return {
        "messages": [_message(call, message) for message in listed],
        "has_more": bool(following),
        "response_metadata": {"next_cursor": following},
    }


def _readable(call: Call, right: str) -> dict[str, Any]:
    """The app's scopes let it read DMs only."""
    directory = call.backend.directory
    channel = directory.joined(call.text("channel") or "", directory.bot_user_id)
    if not channel["is_im"]:
        raise SlackError("missing_scope", needed=f"channels:{right}", provided=f"im:{right}")
    return channel


def _within(call: Call, ts: str) -> bool:
    oldest, latest, inclusive = call.text("oldest"), call.text("latest"), call.flag("inclusive")
    if oldest and oldest != "0" and not (ts > oldest or (inclusive and ts == oldest)):
        return False
    return not latest or ts < latest or (inclusive and ts == latest)


def _page(call: Call, found: list[Any]) -> tuple[list[Any], str]:
    cursor = call.text("cursor") or "0"
    if not cursor.isdigit():
        raise SlackError("invalid_cursor")
    start, limit = int(cursor), call.number("limit", PAGE, LARGEST_PAGE)
    return found[start : start + limit], str(start + limit) if start + limit < len(found) else ""


def _message(call: Call, message: Message) -> Message:
    hidden = () if call.flag("include_all_metadata") else ("metadata",)
    return {key: value for key, value in message.items() if key not in hidden}


def _shown(call: Call, channel: dict[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in channel.items() if key != "members"}
    shown |= {"is_channel": not channel["is_im"], "is_member": True, "is_archived": False, "is_ext_shared": False}
    shown["context_team_id"] = call.backend.directory.team["id"]
    return shown


async def add_reaction(call: Call) -> dict[str, Any]:
    name, channel, message = _reaction_target(call)
    reactions, bot = message.get("reactions", []), call.backend.directory.bot_user_id
    if any(r["name"] == name and bot in r["users"] for r in reactions):
        raise SlackError("already_reacted")
    others = [r for r in reactions if r["name"] != name]
    users = [*next((r["users"] for r in reactions if r["name"] == name), []), bot]
    _put_reactions(call, channel, message, [*others, {"name": name, "users": users, "count": len(users)}])
    return {}


async def remove_reaction(call: Call) -> dict[str, Any]:
    name, channel, message = _reaction_target(call)
    reactions, bot = message.get("reactions", []), call.backend.directory.bot_user_id
    if not any(r["name"] == name and bot in r["users"] for r in reactions):
        raise SlackError("no_reaction")
    left = [{**r, "users": [u for u in r["users"] if u != bot or r["name"] != name]} for r in reactions]
    _put_reactions(call, channel, message, [{**r, "count": len(r["users"])} for r in left if r["users"]])
    return {}


def _reaction_target(call: Call) -> tuple[str, str, Message]:
    name = (call.text("name") or "").strip(":")
    if not name:
        raise SlackError("invalid_name")
    channel = call.channel()
    return name, channel, call.backend.timeline.get(channel, call.required("timestamp"))


def _put_reactions(call: Call, channel: str, message: Message, reactions: list[dict[str, Any]]) -> None:
    """Slack sends no message_changed for a reaction."""
    call.backend.conversations.show_only(channel, {**message, "reactions": reactions})


METHODS = (
    Method("conversations.open", open_conversation, "im:write", per_minute=TIER_3),
    Method("conversations.info", info, "im:read", per_minute=TIER_3),
    Method("conversations.members", members, "im:read", per_minute=TIER_4),
    Method("conversations.history", history, "im:history", per_minute=TIER_3),
    Method("conversations.replies", replies, "im:history", per_minute=TIER_3),
    Method("reactions.add", add_reaction, "reactions:write", per_minute=TIER_3),
    Method("reactions.remove", remove_reaction, "reactions:write", per_minute=TIER_2),
)
