"""The team, its people, the app and the conversations they share."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.slack.faults import SlackError
from sandbox.slack.ids import Ids
from sandbox.slack.store import Store

GUEST = {
    "name": "guest",
    "real_name": "Gale Guest",
    "email": "gale.guest@example.net",
    "tz": "Etc/UTC",
    "kind": "guest",
}
BOT_NAME = "steward"


def _zone_facts(zone: str) -> dict[str, Any]:
    now = datetime.now(UTC).astimezone(ZoneInfo(zone))
    offset = now.utcoffset()
    return {
        "tz": zone,
        "tz_label": now.tzname() or zone,
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
    }


class Directory:
    """Every person and conversation, with ids that stay the same as long as the file lives."""

    def __init__(self, store: Store, ids: Ids, people: list[dict[str, Any]]) -> None:
        self._store, self._ids = store, ids
        self.team = self._kept("team", lambda: {"id": ids.new("T"), "name": "Sandbox", "domain": "sandbox"})
        app = self._kept("app", self._new_app)
        self.installed: bool = app["installed"]
        self.app_id: str = app["app_id"]
        self.bot_id: str = app["bot_id"]
        self.bot_user_id: str = app["bot_user_id"]
        self.users: dict[str, dict[str, Any]] = dict(store.facts("user."))
        self.channels: dict[str, dict[str, Any]] = dict(store.facts("channel."))
        if self.bot_user_id not in self.users:
            self._put_user(self._bot_user())
        self.general = next((c["id"] for c in self.channels.values() if c.get("name") == "general"), None) or (
            self._put_channel({"id": ids.new("C"), "name": "general", "is_im": False, "members": [self.bot_user_id]})
        )
        guests = [] if any(person.get("kind") == "guest" for person in people) else [GUEST]
        for person in [*people, *guests]:
            self.add_person(person)

    def _kept(self, key: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] | None = self._store.fact(key)
        if found is None:
            found = make()
            self._store.put_fact(key, found)
        return found

    def _new_app(self) -> dict[str, Any]:
        new = self._ids.new
        return {"app_id": new("A"), "bot_id": new("B"), "bot_user_id": new("U"), "installed": True}

    def _put_user(self, user: dict[str, Any]) -> None:
        self.users[user["id"]] = user
        self._store.put_fact(f"user.{user['id']}", user)

    def _put_channel(self, channel: dict[str, Any]) -> str:
        self.channels[channel["id"]] = channel
        self._store.put_fact(f"channel.{channel['id']}", channel)
        return str(channel["id"])

    def _bot_user(self) -> dict[str, Any]:
        profile = {"real_name": "Steward", "display_name": "", "bot_id": self.bot_id, "api_app_id": self.app_id}
        return self._user_facts(self.bot_user_id, BOT_NAME, real_name="Steward", zone="Etc/UTC") | {
            "profile": profile,
            "is_bot": True,
        }

    def _user_facts(self, user_id: str, name: str, *, real_name: str, zone: str) -> dict[str, Any]:
        return {
            "id": user_id,
            "team_id": self.team["id"],
            "name": name,
            "real_name": real_name,
            "deleted": False,
            **_zone_facts(zone),
            "is_admin": False,
            "is_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_stranger": False,
            "is_bot": False,
            "is_app_user": False,
            "updated": int(datetime.now(UTC).timestamp()),
        }

    def add_person(self, person: dict[str, Any]) -> dict[str, Any]:
        """A person already known by their address keeps id, zone and messages; kind is member, guest or stranger."""
        known = next((u for u in self.users.values() if u["profile"].get("email") == person["email"]), None)
        if known is not None:
            return known
        user = self._user_facts(self._ids.new("U"), person["name"], real_name=person["real_name"], zone=person["tz"])
        user["profile"] = {
            "real_name": person["real_name"],
            "display_name": person["name"],
            "email": person["email"],
            "team": self.team["id"],
        }
        kind = person.get("kind", "member")
        user["is_restricted"] = kind == "guest"
        if kind == "stranger":
            user["is_stranger"], user["team_id"] = True, self._ids.new("T")
        self._put_user(user)
        members = [user["id"], self.bot_user_id]
        self._put_channel({"id": self._ids.new("D"), "is_im": True, "user": user["id"], "members": members})
        self.join(self.general, user["id"])
        return user

    def join(self, channel: str, user: str) -> None:
        found = self.channels[channel]
        if user not in found["members"]:
            self._put_channel({**found, "members": [*found["members"], user]})

    def change_user(self, user_id: str, changes: dict[str, Any]) -> dict[str, Any]:
        user = {**self.user(user_id), **changes, "updated": int(datetime.now(UTC).timestamp())}
        if "tz" in changes:
            user |= _zone_facts(changes["tz"])
        self._put_user(user)
        return user

    def set_installed(self, installed: bool) -> None:
        self.installed = installed
        self._store.put_fact("app", {**self._store.fact("app"), "installed": installed})

    def people(self) -> list[dict[str, Any]]:
        return [user for user in self.users.values() if not user["is_bot"]]

    def user(self, user_id: str) -> dict[str, Any]:
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def channel(self, channel: str) -> dict[str, Any]:
        if channel not in self.channels:
            raise SlackError("channel_not_found")
        return self.channels[channel]

    def joined(self, channel: str, user: str) -> dict[str, Any]:
        """The channel, if the user is in it; a conversation one is not in does not exist for one."""
        found = self.channel(channel)
        if user not in found["members"]:
            raise SlackError("channel_not_found" if found["is_im"] else "not_in_channel")
        return found

    def dm(self, user_id: str) -> dict[str, Any]:
        self.user(user_id)
        found = next((c for c in self.channels.values() if c["is_im"] and c["user"] == user_id), None)
        if found is None:
            raise SlackError("channel_not_found")
        return found
