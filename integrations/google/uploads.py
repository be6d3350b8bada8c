"""Mails that are too large for the JSON of a request go beside it, as an upload. Source: Gmail API, Uploading
attachments (uploadType=multipart)."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from copy import copy
from typing import Any

from googleapiclient.http import HttpRequest

MOST_IN_JSON = 700_000
"""Bytes of a mail that is sent within the JSON, where it takes a third more. Google names no limit for such requests,
and has been seen to refuse them from one MiB on (googleapis/google-api-dotnet-client#856), mostly from five."""
PATH = "/gmail/v1/"


def carrying(method: Callable[..., HttpRequest], raw: bytes, *, thread: str | None = None, **draft: str) -> HttpRequest:
    """The request that takes a mail along for a draft, which has an id already or is to be made."""
    message: dict[str, Any] = {"threadId": thread} if thread else {}
    if len(raw) <= MOST_IN_JSON:
        return method(userId="me", body={**draft, "message": message | {"raw": urlsafe_b64encode(raw).decode()}})
    return _uploading(method(userId="me", body={**draft, "message": message}), raw)


def _uploading(request: HttpRequest, raw: bytes) -> HttpRequest:
    """The same request with a mail beside its body, byte for byte. The library would do so through Python's own
    generator of mails, which changes them."""
    boundary = f"upload_{secrets.token_hex(12)}"
    start = f"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{request.body}\r\n"
    head = f"--{boundary}\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    found = copy(request)
    found.uri = f"{request.uri.replace(PATH, f'/upload{PATH}', 1)}&uploadType=multipart"
    found.headers = {**request.headers, "content-type": f"multipart/related; boundary={boundary}"}
    found.body = b"".join((start.encode(), head.encode(), raw, f"\r\n--{boundary}--\r\n".encode()))
    return found
