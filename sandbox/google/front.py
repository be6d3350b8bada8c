"""The API's front: finds the method, checks token, scope, limits and shape, and answers, singly or in a batch."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from sandbox.google import fields
from sandbox.google.api import Call, Reply
from sandbox.google.discovery import Api, Method, check_body, check_query
from sandbox.google.errors import GoogleError, insufficient_scope, invalid, unauthenticated
from sandbox.google.hostile import Dropped
from sandbox.google.methods import HANDLERS
from sandbox.google.oauth import bearer
from sandbox.google.quota import Meter
from sandbox.google.state import Account, State

UPLOADS = ("/upload", "/resumable/upload")
MOST_JSON = 5 * 1024 * 1024  # seen: mails of up to five megabytes go through, from 6.5 on none does
SCOPE_METHODS = {"gmail": "caribou.api.proto.MailboxService", "calendar": "calendar.v3"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request off the wire, or one part of a batch."""

    verb: str
    target: str  # path and query
    headers: Mapping[str, str]
    content: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes


class Front:
    def __init__(self, state: State) -> None:
        self._state = state
        self._apis = {"gmail": Api("gmail.v1"), "calendar": Api("calendar.v3")}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(request.method, request.raw_path, request.headers, await request.read())
        answer = await self.answer(asked)
        return web.Response(status=answer.status, headers=answer.headers, body=answer.content)

    async def answer(self, asked: Asked) -> Answer:
        """Answers one request; raises Dropped when the connection is to be cut."""
        entry = self._state.journal.request(asked.verb, asked.path, query=dict(asked.query))
        try:
            reply = await self._respond(asked, entry)
        except GoogleError as error:
            body = json.dumps(error.body(), indent=2).encode()
            entry |= {"status": error.code, "reason": error.reason}
            return Answer(error.code, {**_headers(), **error.headers}, body)
        except Dropped:
            entry["status"] = "dropped"
            raise
        entry["status"] = reply.status
        if reply.body is None:
            return Answer(reply.status, reply.headers, b"")
        content = json.dumps(reply.body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        return Answer(reply.status, {**_headers(), **reply.headers}, content)

    async def _respond(self, asked: Asked, entry: dict[str, Any]) -> Reply:
        method, path_params, upload = self._find(asked)
        account, scopes = self._authorise(asked, method)
        entry |= {"account": account.email, "method_id": method.id}
        meter = self._state.meters.setdefault(f"{method.id.partition('.')[0]} {account.email}", Meter())
        gate = self._state.gate
        label = f"{asked.verb} {asked.path}"
        meter.enter(float(gate.switches["concurrency"]))
        try:
            allowance = gate.switches["quota" if method.id.startswith("gmail") else "calendar_quota"]
            meter.spend(method.id, now=self._state.clock().timestamp(), allowance=float(allowance))
            await gate.before(label, method.id)
            call = self._call(asked, method, who=(account, scopes), path_params=path_params, upload=upload)
            try:
                return self._perform(call)
            finally:
                await gate.after(label, method.id)  # a refusal can be held or lost on its way, too
        finally:
            meter.leave()

    def _find(self, asked: Asked) -> tuple[Method, dict[str, str], bool]:
        path, upload = asked.path, False
        for prefix in UPLOADS:
            if path.startswith(prefix + "/"):
                path, upload = path.removeprefix(prefix), True
        api = self._apis["calendar" if path.startswith("/calendar/") else "gmail"]
        method, params = api.find(asked.verb, path)
        if upload and not method.upload:
            raise GoogleError(404, "notFound", message="Not Found")
        return method, params, upload

    def _authorise(self, asked: Asked, method: Method) -> tuple[Account, frozenset[str]]:
        text = bearer(asked.headers.get("Authorization", "")) or dict(asked.query).get("access_token", "")
        token = self._state.grants.find(text, "access") if text else None
        if token is None:
            raise unauthenticated(missing=not text)
        if not token.scopes & method.scopes:
            kind = method.id.partition(".")[0]
            raise insufficient_scope(
                f"{SCOPE_METHODS[kind]}.{method.id}", method.api.service, scopes=sorted(method.scopes)
            )
        return self._state.accounts[token.account], token.scopes

    def _call(
        self,
        asked: Asked,
        method: Method,
        *,
        who: tuple[Account, frozenset[str]],
        path_params: dict[str, str],
        upload: bool,
    ) -> Call:
        account, scopes = who
        user = path_params.get("userId", "me")
        if user != "me" and user.lower() != account.email:
            raise GoogleError(403, "forbidden", message=f"Delegation denied for {account.email}")
        params = {**check_query(method, asked.query), **path_params}
        if len(asked.content) > (method.most_uploaded if upload else MOST_JSON):
            raise GoogleError(413, "uploadTooLarge", message="Request Entity Too Large")
        body, media = _uploaded(asked, params) if upload else (_json(asked.content), None)
        if method.verb in ("GET", "DELETE") and body is None:
            body = {}
        headers = {name.title(): value for name, value in asked.headers.items()}
        return Call(method.id, params, check_body(method, body), account, self._state, scopes, headers, media)

    def _perform(self, call: Call) -> Reply:
        handler = HANDLERS.get(call.method)
        if handler is None:
            raise GoogleError(501, "notImplemented", message=f"The sandbox doesn't have {call.method}.")
        mask = fields.parse(call.params["fields"]) if call.params.get("fields") else {}
        try:
            reply = handler(call)
        finally:
            self._state.store.commit()
        etag = (reply.body or {}).get("etag")
        headers = {**reply.headers, "ETag": etag} if etag else reply.headers
        if etag and call.headers.get("If-None-Match") == etag and call.method.endswith((".get", ".list")):
            return Reply(None, 304, headers)
        return Reply(fields.apply(mask, reply.body), reply.status, headers)


def _headers() -> dict[str, str]:
    return {"Content-Type": "application/json; charset=UTF-8", "Vary": "Origin, X-Origin, Referer", "Server": "ESF"}


def _json(content: bytes) -> Any:
    if not content.strip():
        return None
    try:
        body = json.loads(content)
    except ValueError as error:
        raise invalid(f"Invalid JSON payload received. {error}", "parseError") from None
    if not isinstance(body, dict):
        raise invalid("Invalid JSON payload received. Root element must be a message.", "parseError")
    return body


def _uploaded(asked: Asked, params: dict[str, Any]) -> tuple[Any, bytes]:
    """The metadata and the mail of a media or multipart upload."""
    kind = params.get("uploadType", "media")
    if kind == "media":
        return {}, asked.content
    if kind != "multipart":
        raise GoogleError(501, "notImplemented", message=f"The sandbox doesn't have uploads of type {kind}.")
    parts = multipart(asked.headers.get("Content-Type", ""), asked.content)
    if len(parts) != 2:
        raise invalid("Failed to parse multipart request: two parts expected.", "badRequest")
    return _json(parts[0][1]), parts[1][1]


def multipart(content_type: str, content: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The parts of a multipart body with their headers, byte for byte."""
    head = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace"))
    boundary = head.get_boundary()
    if not boundary:
        raise invalid("Failed to parse multipart request: no boundary.", "badRequest")
    found = []
    for piece in re.split(rb"(?:^|\r?\n)--" + re.escape(boundary.encode()), content)[1:]:
        if piece.startswith(b"--"):
            break
        block, body = head_and_body(re.sub(rb"^[ \t]*\r?\n", b"", piece, count=1))
        part = message_from_bytes(block + b"\r\n\r\n")
        found.append(({name.title(): str(value) for name, value in part.items()}, body))
    return found


def head_and_body(content: bytes) -> tuple[bytes, bytes]:
    """What stands before and after the first blank line; a part may begin with one."""
    if re.match(rb"\r?\n", content):
        return b"", re.sub(rb"^\r?\n", b"", content, count=1)
    head, *rest = re.split(rb"\r?\n\r?\n", content, maxsplit=1)
    return head, rest[0] if rest else b""
