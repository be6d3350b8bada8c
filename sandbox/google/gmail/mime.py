"""A mail's bytes as the payload tree Gmail serves and as the text its search sees; no mail is too odd to be served."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message as Part
from email.policy import compat32
from typing import Any

from bs4 import BeautifulSoup

from sandbox.google.gmail import headers

SNIPPET_LENGTH = 200  # characters; as observed, Google gives no number
DEPTH = 30  # nesting beyond this is served as one opaque part
INDEXED_TEXT = 200_000  # characters of a mail's text that search sees
Payload = dict[str, Any]


@dataclass(slots=True)
class Parsed:
    """What a mail holds."""

    payload: Payload
    header_pairs: list[tuple[str, str]]
    text: str
    snippet: str
    attachments: dict[str, bytes] = field(default_factory=dict)
    filenames: list[str] = field(default_factory=list)

    def header(self, name: str) -> str:
        return next((value for key, value in self.header_pairs if key.lower() == name.lower()), "")

    def all_headers(self, *names: str) -> list[str]:
        wanted = {name.lower() for name in names}
        return [value for key, value in self.header_pairs if key.lower() in wanted]


@dataclass(slots=True)
class _Walk:
    message_id: str
    plain: list[str] = field(default_factory=list)
    rich: list[str] = field(default_factory=list)
    attachments: dict[str, bytes] = field(default_factory=dict)
    filenames: list[str] = field(default_factory=list)


def parse(raw: bytes, message_id: str) -> Parsed:
    root = message_from_bytes(raw, policy=compat32)
    walk = _Walk(message_id)
    payload = _part(root, "", walk=walk, depth=0)
    text = "\n".join(walk.plain) if any(t.strip() for t in walk.plain) else "\n".join(map(_from_html, walk.rich))
    text = text[:INDEXED_TEXT]
    return Parsed(
        payload=payload,
        header_pairs=[(item["name"], item["value"]) for item in payload["headers"]],
        text=text,
        snippet=_snippet(text),
        attachments=walk.attachments,
        filenames=walk.filenames,
    )


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii")


def from_base64url(text: str) -> bytes:
    """Gmail takes both alphabets, with or without padding."""
    clean = text.replace("+", "-").replace("/", "_").rstrip("=")
    return base64.urlsafe_b64decode(clean + "=" * (-len(clean) % 4))


def _part(part: Part, part_id: str, *, walk: _Walk, depth: int) -> Payload:
    mime_type = part.get_content_type()
    filename = _filename(part)
    found: Payload = {
        "partId": part_id,
        "mimeType": mime_type,
        "filename": filename,
        "headers": [{"name": name, "value": headers.decode(str(value))} for name, value in part.raw_items()],
        "body": {"size": 0},
    }
    children = part.get_payload()
    if isinstance(children, list) and depth < DEPTH:
        if mime_type == "message/rfc822" and children and isinstance(children[0], Part):
            content = _bytes_of(children[0])
            found["body"] = _attach(content, part_id, filename=filename, walk=walk)
        inner = walk if mime_type != "message/rfc822" else _Walk(walk.message_id, attachments=walk.attachments)
        prefix = f"{part_id}." if part_id else ""
        found["parts"] = [
            _part(child, f"{prefix}{position}", walk=inner, depth=depth + 1)
            for position, child in enumerate(children)
            if isinstance(child, Part)
        ]
    else:
        found["body"] = _leaf(part, part_id, filename=filename, walk=walk)
    return found


def _leaf(part: Part, part_id: str, *, filename: str, walk: _Walk) -> Payload:
    content = _content(part)
    is_text = part.get_content_maintype() in ("text", "multipart")
    if filename or not is_text or _disposition(part) == "attachment":
        return _attach(content, part_id, filename=filename, walk=walk)
    text = headers.to_text(content, _charset(part))
    (walk.rich if part.get_content_subtype() == "html" else walk.plain).append(text)
    # Gmail serves the text of a part in UTF-8 whatever its charset was.
    encoded = text.encode("utf-8", "replace")
    return {"size": len(encoded), "data": base64url(encoded)} if encoded else {"size": 0}


def _attach(content: bytes, part_id: str, *, filename: str, walk: _Walk) -> Payload:
    mark = hashlib.sha256(f"{walk.message_id}/{part_id}".encode()).digest()
    attachment_id = "ANGjdJ" + base64url(mark + mark[:16]).rstrip("=")
    walk.attachments[attachment_id] = content
    if filename:
        walk.filenames.append(filename)
    return {"attachmentId": attachment_id, "size": len(content)}


def _content(part: Part) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (MessageError, ValueError, LookupError, AssertionError):
        content = None
    if isinstance(content, bytes):
        return content
    inner = part.get_payload()
    if isinstance(inner, list):
        return b"\r\n".join(_bytes_of(child) for child in inner if isinstance(child, Part))
    return str(inner or "").encode("utf-8", "surrogateescape")


def _bytes_of(part: Part) -> bytes:
    try:
        return part.as_bytes()
    except (MessageError, ValueError, LookupError, KeyError):
        return str(part.get_payload()).encode("utf-8", "replace")


def _filename(part: Part) -> str:
    try:
        name = part.get_filename("")
    except (MessageError, ValueError, LookupError, TypeError):
        return ""
    return headers.decode(str(name or ""))


def _charset(part: Part) -> str | None:
    try:
        return part.get_content_charset()
    except (MessageError, ValueError, LookupError, TypeError):
        return None


def _disposition(part: Part) -> str | None:
    try:
        return part.get_content_disposition()
    except (MessageError, ValueError, LookupError, TypeError):
        return None


def _from_html(markup: str) -> str:
    soup = BeautifulSoup(markup[:INDEXED_TEXT], "html.parser")
    for unseen in soup(["script", "style", "head", "title"]):
        unseen.decompose()
    return soup.get_text(" ")


def _snippet(text: str) -> str:
    shown = re.sub(r"\s+", " ", text).strip()
    if len(shown) > SNIPPET_LENGTH:
        cut = shown[:SNIPPET_LENGTH]
        shown = cut.rsplit(" ", 1)[0] if " " in cut else cut
    return html.escape(shown).replace("&#x27;", "&#39;")
