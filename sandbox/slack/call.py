"""One call of a Web API method, and what describes a method."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.slack.backend import Backend
from sandbox.slack.faults import SlackError, invalid_arguments

_TRUE = frozenset({"1", "true", "True"})


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    arguments: dict[str, Any]
    backend: Backend
    request: web.Request

    def shown(self) -> dict[str, Any]:
        """The arguments as they may be logged."""
        return {key: value for key, value in self.arguments.items() if key != "token"}

    def text(self, name: str) -> str | None:
        value = self.arguments.get(name)
        return None if value is None else str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise invalid_arguments(f"missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        value = self.arguments.get(name)
        return value is True or str(value) in _TRUE

    def number(self, name: str, default: int, most: int) -> int:
        try:
            return max(1, min(most, int(self.arguments.get(name) or default)))
        except ValueError:
            raise invalid_arguments(f"must be an integer [json-pointer:/{name}]") from None

    def json(self, name: str) -> Any:
        """An argument that is a JSON value, or the text of one when the body is a form."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise invalid_arguments(f"must be valid JSON [json-pointer:/{name}]") from None

    def channel(self, name: str = "channel") -> str:
        """A conversation the app is in; a person's id stands for the DM with them, as in chat.postMessage."""
        directory = self.backend.directory
        wanted = self.text(name)
        if not wanted:
            raise SlackError("channel_not_found")
        if wanted in directory.users:
            return str(directory.dm(wanted)["id"])
        return str(directory.joined(wanted, directory.bot_user_id)["id"])


@dataclass(frozen=True, slots=True)
class Method:
    """`per_minute` calls in any minute; `per_channel`: in each conversation, a few at once and then evenly."""

    name: str
    run: Callable[[Call], Awaitable[dict[str, Any]]]
    scope: str | None = None
    per_minute: int = 50
    per_channel: bool = False
    token: str = "bot"  # noqa: S105 - the kind of token, no secret
