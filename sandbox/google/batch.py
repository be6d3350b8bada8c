"""Batches: many requests in one multipart body, each answered for itself."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from aiohttp import web

from sandbox.google.errors import GoogleError, invalid
from sandbox.google.front import Answer, Asked, Front, head_and_body, multipart

MOST_CALLS = 100  # "You're limited to 100 calls in a single batch request": the batching guides


class Batch:
    def __init__(self, front: Front) -> None:
        self._front = front

    async def serve(self, request: web.Request) -> web.Response:
        try:
            calls = self._read(request, await request.read())
        except GoogleError as error:
            return web.json_response(error.body(), status=error.code)
        boundary = f"batch_{secrets.token_urlsafe(18)}"
        pieces = []
        for content_id, asked in calls:
            answer = await self._front.answer(asked)
            pieces.append(f"--{boundary}\r\n".encode() + _part(content_id, answer))
        body = b"".join(pieces) + f"--{boundary}--\r\n".encode()
        return web.Response(body=body, headers={"Content-Type": f"multipart/mixed; boundary={boundary}"})

    def _read(self, request: web.Request, content: bytes) -> list[tuple[str, Asked]]:
        parts = multipart(request.headers.get("Content-Type", ""), content)
        if not parts:
            raise invalid("Failed to parse batch request, error: 0 items.", "badRequest")
        if len(parts) > MOST_CALLS:
            raise invalid(f"The batch request exceeds the limit of {MOST_CALLS} calls.", "badRequest")
        outer = request.headers.get("Authorization")
        found = []
        for headers, inner in parts:
            head, body = head_and_body(inner.lstrip())
            line, *lines = head.decode("latin-1").splitlines() or [""]
            words = line.split()
            if len(words) < 2:
                raise invalid("Failed to parse batch request, error: malformed request line.", "badRequest")
            own = dict(_header(text) for text in lines if ":" in text)
            if outer and "Authorization" not in own:
                own["Authorization"] = outer
            target = words[1] if words[1].startswith("/") else "/" + words[1].split("/", 3)[-1]
            found.append((headers.get("Content-Id", ""), Asked(words[0], target, own, body.rstrip(b"\r\n"))))
        return found


def _header(text: str) -> tuple[str, str]:
    name, _, value = text.partition(":")
    return name.strip().title(), value.strip()


def _part(content_id: str, answer: Answer) -> bytes:
    phrase = HTTPStatus(answer.status).phrase
    inner = [f"HTTP/1.1 {answer.status} {phrase}", *(f"{name}: {value}" for name, value in answer.headers.items())]
    inner.append(f"Content-Length: {len(answer.content)}")
    outer = ["Content-Type: application/http"]
    if content_id:
        # "<response-" before the id of the request: the batching guides
        outer.append(f"Content-ID: <response-{content_id.strip().removeprefix('<')}")
    text = "\r\n".join(outer) + "\r\n\r\n" + "\r\n".join(inner) + "\r\n\r\n"
    return text.encode() + answer.content + b"\r\n"
