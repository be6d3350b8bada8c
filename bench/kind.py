"""A kind of action as it is measured: how the model proposes it, and what a bare script sends instead."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from bench.programs import Json

ME = "/gmail/v1/users/me"
EVENTS = "/calendar/v3/calendars/primary/events"


@dataclass(frozen=True)
class Kind:
    """A kind of action."""

    name: str
    """Also what the person writes; the model is scripted."""
    tool: str
    arguments: Json
    deed: list[Json]
    undo: list[Json] = field(default_factory=list)
    """Method, path and body of each call; {made} stands for the id that the last one answered."""

    @property
    def turns(self) -> list[Json]:
        """What the model says, turn by turn."""
        call = {"function": {"name": self.tool, "arguments": self.arguments}}
        return [{"tool_calls": [call]}, {"content": "It's on the card."}]


class Account:
    """One Google account, called directly."""

    def __init__(self, session: aiohttp.ClientSession, google: str, *, name: str, token: str) -> None:
        self.name, self.token = name, token
        self._session, self._google = session, google
        self._headers = {"Authorization": f"Bearer {token}"}

    async def post(self, path: str, body: Json) -> Json:
        url = self._google + path
        async with self._session.post(url, json=body, headers=self._headers, raise_for_status=True) as answer:
            return dict(await answer.json()) if answer.status != 204 else {}

    async def get(self, path: str, **query: str) -> Json:
        url = self._google + path
        async with self._session.get(url, params=query, headers=self._headers, raise_for_status=True) as answer:
            return dict(await answer.json()) if answer.status != 204 else {}


def call(method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
    return {"method": method, "path": path, "body": body}


def times(*, days: int) -> Json:
    """Half an hour in the afternoon, so many days from now."""
    start = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0) + timedelta(days=days)
    end = start + timedelta(minutes=30)
    return {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": end.isoformat()}}
