"""The Web API's front door: arguments, tokens, scopes, rates, hostile switches, log, answer."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from sandbox.slack import holds
from sandbox.slack.backend import Backend
from sandbox.slack.call import Call, Method
from sandbox.slack.faults import RateLimited, SlackError
from sandbox.slack.rates import Rates

# What the app asked for when it was installed: the bot scopes of its manifest.
BOT_SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "chat:write",
    "commands",
    "im:history",
    "im:read",
    "im:write",
    "reactions:write",
    "users:read",
    "users:read.email",
)
APP_SCOPES = ("connections:write",)
MAX_BODY = 4 << 20


class Dropped(Exception):
    """The connection ends without an answer."""


class Broken(Exception):
    """An HTTP status instead of Slack's answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Api:
    def __init__(self, backend: Backend, methods: Mapping[str, Method]) -> None:
        self._backend, self._methods = backend, methods
        self._rates = Rates(backend.switches)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        arguments = await _arguments(request)
        token = _token(request, arguments)
        call = Call(name, arguments, self._backend, request)
        entry = self._backend.log.add("api", method=name, args=call.shown(), committed=False)
        try:
            response = await self._respond(call, token, entry)
        except Dropped:
            entry["answer"] = "dropped"
            if request.transport is not None:
                request.transport.abort()
            response = web.Response(status=503)
        return response

    async def _respond(self, call: Call, token: str | None, entry: dict[str, Any]) -> web.Response:
        headers: dict[str, str] = {}
        try:
            method, scopes = self._admit(call, token)
            headers = {"x-oauth-scopes": ",".join(scopes), "x-accepted-oauth-scopes": method.scope or ""}
            await self._hostile_before(call)
            body = await self._perform(method, call, entry)
        except RateLimited as limit:
            entry["answer"] = limit.code
            headers["Retry-After"] = str(limit.retry_after)
            return web.json_response({"ok": False, "error": limit.code}, status=429, headers=headers)
        except Broken as broken:
            entry["answer"] = broken.status
            return web.Response(status=broken.status, text="upstream error")
        except SlackError as error:
            body = {"ok": False, "error": error.code, **error.extra}
        entry["answer"] = "ok" if body["ok"] else body["error"]
        entry["result"] = {key: body[key] for key in ("ts", "channel") if isinstance(body.get(key), str)}
        return web.Response(text=json.dumps(body), content_type="application/json", headers=headers)

    def _admit(self, call: Call, token: str | None) -> tuple[Method, tuple[str, ...]]:
        """The method, if it exists and the token may call it, and the token's scopes."""
        method = self._methods.get(call.method)
        if method is None:
            raise SlackError("unknown_method", req_method=call.method)
        if not token:
            raise SlackError("not_authed")
        tokens = self._backend.tokens
        owned = {tokens.bot: BOT_SCOPES, tokens.app: APP_SCOPES}.get(token)
        if owned is None:
            raise SlackError("invalid_auth")
        if token == tokens.bot and not self._backend.directory.installed:
            raise SlackError("account_inactive")
        if method.token != ("bot" if token == tokens.bot else "app"):
            raise SlackError("not_allowed_token_type")
        if method.scope is not None and method.scope not in owned:
            raise SlackError("missing_scope", needed=method.scope, provided=",".join(owned))
        return method, owned

    async def _hostile_before(self, call: Call) -> None:
        """What the switches want to happen instead of the method."""
        switches = self._backend.switches
        if switches.latency_ms:
            await asyncio.sleep(switches.latency_ms / 1000)
        if switches.take("rate_limit_next", call.method):
            raise RateLimited(1)
        failure = switches.take_failure(call.method)
        if failure is not None and "error" in failure:
            raise SlackError(failure["error"])
        if failure is not None:
            raise Broken(int(failure["status"]))
        await self._pause(holds.BEFORE, call)

    async def _pause(self, when: str, call: Call) -> None:
        if await self._backend.holds.pause(when, call.method, call.shown()):
            raise Dropped

    async def _perform(self, method: Method, call: Call, entry: dict[str, Any]) -> dict[str, Any]:
        self._rates.admit(method, call)
        body = {"ok": True, **await method.run(call)}
        self._backend.store.commit()
        entry["committed"] = True
        await self._pause(holds.AFTER, call)
        if self._backend.switches.take("commit_then_drop", call.method):
            raise Dropped
        return body


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Query, form and JSON body together; the body wins."""
    arguments: dict[str, Any] = dict(request.query)
    if request.method == "POST" and request.can_read_body:
        if request.content_type == "application/json":
            try:
                body = await request.json()
            except ValueError:
                body = {}
            arguments |= body if isinstance(body, dict) else {}
        else:
            arguments |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return arguments


def _token(request: web.Request, arguments: dict[str, Any]) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer" and token:
        return token.strip()
    given = arguments.get("token")
    return given if isinstance(given, str) else None
