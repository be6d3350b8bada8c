"""Several requests in one: Google's batches, multipart in both directions. Source: Gmail API, batching requests."""

import re
import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from googleapiclient.http import HttpRequest

from integrations.google.answers import Answer

SIZE = 50
"""Requests in one batch: Gmail takes 100 and advises 50, above which it limits the rate."""
_NUMBER = re.compile(rb"content-id:\s*<?response-(\d+)>?", re.IGNORECASE)
_STATUS = re.compile(rb"HTTP/\S+ (\d{3})")
_RETRY = re.compile(rb"^retry-after:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_BLANK = re.compile(rb"\r?\n\r?\n")
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)


def address(request: HttpRequest) -> str:
    """Where batches of a request's API go: at its host, under the first two parts of its path."""
    parts = urlsplit(request.uri)
    api = "/".join(parts.path.lstrip("/").split("/")[:2])
    return f"{parts.scheme}://{parts.netloc}/batch/{api}"


def packed(requests: Sequence[HttpRequest]) -> tuple[bytes, str]:
    """Reads as one body, and its content type; each is known by its place."""
    boundary = f"batch_{secrets.token_hex(12)}"
    parts = []
    for number, request in enumerate(requests):
        target = request.uri.split("/", 3)[3]  # behind the scheme and the host
        parts.append(
            f"--{boundary}\r\nContent-Type: application/http\r\nContent-ID: <{number}>\r\n\r\n"
            f"{request.method} /{target} HTTP/1.1\r\nAccept: application/json\r\n\r\n\r\n"
        )
    return "".join((*parts, f"--{boundary}--\r\n")).encode(), f"multipart/mixed; boundary={boundary}"


def unpacked(content: bytes, content_type: str, count: int) -> list[Answer] | None:
    """The answers in the order of the requests; None when that isn't a whole batch's answer."""
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return None
    found: dict[int, Answer] = {}
    for piece in content.split(b"--" + boundary[1].encode())[1:]:
        number, answer = _part(piece)
        if number is not None and answer is not None:
            found[number] = answer
    return [found[number] for number in range(count)] if found.keys() == set(range(count)) else None


def _part(piece: bytes) -> tuple[int | None, Answer | None]:
    """One part: which request it answers, and what was answered."""
    sections = _BLANK.split(piece.lstrip(b"\r\n"), maxsplit=2)
    number, status = _NUMBER.search(sections[0]), _STATUS.match(sections[1]) if len(sections) > 1 else None
    if number is None or status is None:
        return None, None
    retry = _RETRY.search(sections[1])
    body = sections[2].strip() if len(sections) > 2 else b""
    return int(number[1]), Answer.of(int(status[1]), body, retry[1].decode("ascii", "replace") if retry else "")
