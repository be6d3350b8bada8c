"""auth, apps, bots, team and users: who the app is and who the people are."""

from typing import Any

from sandbox.slack.call import Call, Method
from sandbox.slack.faults import SlackError
from sandbox.slack.rates import TIER_1, TIER_2, TIER_3, TIER_4

SPECIAL = 600  # auth.test: "hundreds of requests per minute"


async def auth_test(call: Call) -> dict[str, Any]:
    directory = call.backend.directory
    return {
        "url": f"https://{directory.team['domain']}.slack.com/",
        "team": directory.team["name"],
        "user": directory.user(directory.bot_user_id)["name"],
        "team_id": directory.team["id"],
        "user_id": directory.bot_user_id,
        "bot_id": directory.bot_id,
        "is_enterprise_install": False,
    }


async def connections_open(call: Call) -> dict[str, Any]:
    scheme = "wss" if call.request.secure else "ws"
    ticket = call.backend.tickets.sockets.issue()
    return {"url": f"{scheme}://{call.request.host}/socket?ticket={ticket}&app_id={call.backend.directory.app_id}"}


async def bots_info(call: Call) -> dict[str, Any]:
    directory = call.backend.directory
    if call.text("bot") not in (None, directory.bot_id):
        raise SlackError("bot_not_found")
    bot = {"id": directory.bot_id, "app_id": directory.app_id, "user_id": directory.bot_user_id}
    return {"bot": {**bot, "name": "Steward", "deleted": False, "updated": 0, "icons": {}}}


async def team_info(call: Call) -> dict[str, Any]:
    return {"team": call.backend.directory.team}


async def users_info(call: Call) -> dict[str, Any]:
    user = call.text("user")
    if not user:
        raise SlackError("user_not_found")
    return {"user": call.backend.directory.user(user)}


async def users_list(call: Call) -> dict[str, Any]:
    users = list(call.backend.directory.users.values())
    start = int(call.text("cursor") or 0) if (call.text("cursor") or "0").isdigit() else None
    if start is None:
        raise SlackError("invalid_cursor")
    limit = call.number("limit", 1000, 1000)
    following = str(start + limit) if start + limit < len(users) else ""
    return {
        "members": users[start : start + limit],
        "cache_ts": max(user["updated"] for user in users),
        "response_metadata": {"next_cursor": following},
    }


METHODS = (
    Method("auth.test", auth_test, per_minute=SPECIAL),
    Method("apps.connections.open", connections_open, "connections:write", per_minute=TIER_1 * 60, token="app"),  # noqa: S106
    Method("bots.info", bots_info, "users:read", per_minute=TIER_3),
    Method("team.info", team_info, "team:read", per_minute=TIER_3),
    Method("users.info", users_info, "users:read", per_minute=TIER_4),
    Method("users.list", users_list, "users:read", per_minute=TIER_2),
)
