"""Messages and threads in the formats Gmail offers."""

from __future__ import annotations

from typing import Any

from sandbox.google.api import Call
from sandbox.google.errors import GoogleError, invalid
from sandbox.google.gmail.mailbox import Mailbox, Message
from sandbox.google.gmail.mime import Parsed, base64url

METADATA_SCOPE = "https://www.googleapis.com/auth/gmail.metadata"
Resource = dict[str, Any]


def reference(message: Message) -> Resource:
    return {"id": message.id, "threadId": message.thread_id}


def labelled(message: Message) -> Resource:
    return {**reference(message), "labelIds": sorted(message.labels)} if message.labels else reference(message)


def message_in(mailbox: Mailbox, message: Message, *, shape: str, wanted: list[str] | None = None) -> Resource:
    """A message as `full`, `metadata`, `minimal` or `raw`; `wanted` picks headers of `metadata`."""
    parsed = mailbox.parsed(message.id)
    found: Resource = {
        **labelled(message),
        "snippet": parsed.snippet,
        "sizeEstimate": message.size,
        "historyId": str(message.history_id),
        "internalDate": str(message.internal_date),
    }
    if shape == "raw":
        found["raw"] = base64url(mailbox.raw(message.id))
    elif shape == "full":
        found["payload"] = parsed.payload
    elif shape == "metadata":
        found["payload"] = _metadata(parsed, wanted)
    return found


def _metadata(parsed: Parsed, wanted: list[str] | None) -> Resource:
    pairs = parsed.payload["headers"]
    if wanted:
        names = {name.lower() for name in wanted}
        pairs = [pair for pair in pairs if pair["name"].lower() in names]
    shown = {"mimeType": parsed.payload["mimeType"]}
    return {**shown, "headers": pairs} if pairs else dict(shown)


def shape_of(call: Call) -> str:
    """The asked-for format, which the metadata scope narrows."""
    shape = str(call.params.get("format", "full"))
    if only_metadata(call) and shape in ("full", "raw"):
        if "format" in call.params:
            raise GoogleError(403, "forbidden", message=f"Metadata scope doesn't allow format {shape.upper()}")
        return "metadata"
    return shape


def only_metadata(call: Call) -> bool:
    mail_scopes = {scope for scope in call.scopes if "gmail" in scope or scope == "https://mail.google.com/"}
    return METADATA_SCOPE in mail_scopes and not mail_scopes & {
        "https://mail.google.com/",
        "https://www.googleapis.com/auth/gmail.modify",
        "https://www.googleapis.com/auth/gmail.readonly",
    }


def page_of(call: Call, found: list[Any], *, key: Any, default: int, most: int) -> tuple[list[Any], str | None]:
    """One page of a newest-first list, and the token of the next.

    The token holds the last item's place in the order, so what arrives or goes meanwhile neither repeats nor hides
    anything behind it.
    """
    size = min(int(call.params.get("maxResults") or default), most)
    token = call.params.get("pageToken")
    if token:
        try:
            moment, _, name = bytes.fromhex(token).decode().partition(" ")
            after = (int(moment), name)
        except ValueError:
            raise invalid("Invalid pageToken") from None
        found = [item for item in found if key(item) < after]
    page = found[:size]
    if len(found) <= size:
        return page, None
    moment, name = key(page[-1])
    return page, f"{moment} {name}".encode().hex()
