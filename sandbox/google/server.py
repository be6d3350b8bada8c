"""The stand-in as one aiohttp application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from sandbox.google.batch import Batch
from sandbox.google.control import Control
from sandbox.google.errors import GoogleError
from sandbox.google.front import Front
from sandbox.google.grants import Client
from sandbox.google.hostile import Dropped
from sandbox.google.oauth import OAuth
from sandbox.google.seed import SeedAccount
from sandbox.google.state import State

LARGEST_BODY = 50 * 1024 * 1024  # above Gmail's own 36,700,160 bytes once that is base64
# The OAuth endpoints a program calls; they pass the hostile gate like the API, which passes it for itself.
GATED = frozenset({"/token", "/oauth2/v4/token", "/revoke", "/o/oauth2/revoke", "/v1/userinfo", "/tokeninfo"})
Clock = Callable[[], datetime]
Step = Callable[[web.Request], Awaitable[web.StreamResponse]]


def now() -> datetime:
    return datetime.now(UTC)


class GoogleServer:
    """OAuth, Gmail v1, Calendar v3 and the control endpoints over one state; serve `app`."""

    def __init__(self, state: State, control_token: str) -> None:
        self._state = state
        control = Control(state, control_token)
        front = Front(state)
        batch = Batch(front)
        self.app = web.Application(client_max_size=LARGEST_BODY, middlewares=[self._cut, control.guard, self._gate])
        self.app.add_routes(control.routes())
        self.app.add_routes(OAuth(state).routes())
        for path in ("/batch", "/batch/gmail/v1", "/batch/calendar/v3"):
            self.app.router.add_post(path, batch.serve)
        for prefix in ("/gmail/v1/", "/calendar/v3/", "/upload/gmail/v1/", "/resumable/upload/gmail/v1/"):
            self.app.router.add_route("*", prefix + "{tail:.*}", front.serve)
        self.app.on_cleanup.append(self._close)

    @property
    def client(self) -> Client:
        """The OAuth client the product is to be configured with."""
        return self._state.grants.client

    def accounts(self) -> list[dict[str, str]]:
        """email, sub, name and timezone of each account."""
        return [account.described() for account in self._state.accounts.values()]

    def seed(self, accounts: list[SeedAccount]) -> bool:
        """Fills an empty stand-in; says whether it did."""
        return self._state.seed(accounts)

    @web.middleware
    async def _cut(self, request: web.Request, handler: Step) -> web.StreamResponse:
        """Where a connection is to be dropped, the caller sees it closed without a byte of an answer."""
        try:
            return await handler(request)
        except Dropped:
            if request.transport is not None:
                request.transport.abort()
            raise asyncio.CancelledError from None

    @web.middleware
    async def _gate(self, request: web.Request, handler: Step) -> web.StreamResponse:
        if request.path not in GATED:
            return await handler(request)
        label = f"{request.method} {request.path}"
        try:
            await self._state.gate.before(label, "")
        except GoogleError as error:
            body = {"error": error.reason, "error_description": error.message}
            return web.json_response(body, status=error.code, headers=error.headers)
        answer = await handler(request)
        await self._state.gate.after(label, "")
        return answer

    async def _close(self, app: web.Application) -> None:
        self._state.gate.close()
        self._state.store.close()


async def build(home: Path, *, control_token: str, clock: Clock = now) -> GoogleServer:
    """Opens the state under `home`, or begins it; empty until it is seeded."""
    return GoogleServer(State(home, clock), control_token)
