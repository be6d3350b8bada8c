"""Gmail's message resources as our values."""

from base64 import urlsafe_b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message as MimeHeaders
from typing import Any

from app.domain.types import AccountRef, Attachment, Email, MailText
from integrations.mime import addresses, author, decoded, header, text_of_html

HEADERS = (
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Message-ID",
    "References",
    "List-Id",
    "List-Unsubscribe",
    "Precedence",
    "Auto-Submitted",
    "X-Steward-Action",
)
"""What is asked for when only metadata is read."""

Resource = dict[str, Any]


def email(resource: Resource, account: AccountRef) -> Email:
    """A mail from a message resource of any format but raw."""
    found = _headers(resource.get("payload", {}))
    return Email(
        id=resource["id"],
        thread=resource["threadId"],
        account=account,
        subject=header(found.get("subject", "")),
        sender=author(found.get("from", "")),
        to=addresses(found.get("to", "")),
        cc=addresses(found.get("cc", "")),
        reply_to=addresses(found.get("reply-to", "")),
        received=datetime.fromtimestamp(int(resource.get("internalDate", 0)) / 1000, UTC),
        snippet=resource.get("snippet", ""),
        labels=frozenset(resource.get("labelIds", ())),
        message_id=found.get("message-id", "").strip(),
        references=tuple(found.get("references", "").split()),
        steward_action=found.get("x-steward-action", "").strip(),
        bulk=_bulk(found),
    )


def _bulk(headers: dict[str, str]) -> bool:
    """Whether a mail went to many or was written by a machine. Sources: RFC 2919, RFC 2369, RFC 3834; Precedence is
    older custom."""
    automatic = headers.get("auto-submitted", "no").split(";")[0].strip().lower()
    precedence = headers.get("precedence", "").strip().lower()
    listed = "list-id" in headers or "list-unsubscribe" in headers
    return listed or automatic != "no" or precedence in ("bulk", "list", "junk", "auto_reply")


def mail_text(resource: Resource, account: AccountRef) -> MailText:
    """A mail with its text, from a full message resource."""
    plain: list[str] = []
    html: list[str] = []
    attached: list[Attachment] = []
    unreadable: list[str] = []
    for part in _leaves(resource.get("payload", {})):
        kind = part.get("mimeType", "")
        if part.get("filename"):
            attached.append(Attachment(name=part["filename"], size=part.get("body", {}).get("size", 0), kind=kind))
        elif kind in ("text/plain", "text/html"):
            text, whole = decoded(_body(part), _charset(part))
            (plain if kind == "text/plain" else html).append(text)
            if not whole:
                unreadable.append(f"part {part.get('partId') or '0'} ({kind}, {_charset(part) or 'no charset'})")
    text = "\n".join(p for p in plain if p.strip()) or "\n".join(text_of_html(h) for h in html)
    return MailText(
        email=email(resource, account),
        text=text.replace("\r\n", "\n").strip(),
        attachments=tuple(attached),
        unreadable=tuple(unreadable),
    )


def _leaves(part: Resource) -> Iterator[Resource]:
    if "parts" not in part:
        yield part
    for inner in part.get("parts", ()):
        yield from _leaves(inner)


def _headers(part: Resource) -> dict[str, str]:
    """Header values by lower-case name; the first of a repeated one."""
    found: dict[str, str] = {}
    for one in part.get("headers", ()):
        found.setdefault(one["name"].lower(), one["value"])
    return found


def _body(part: Resource) -> bytes:
    encoded = part.get("body", {}).get("data", "")
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def _charset(part: Resource) -> str:
    parsed = MimeHeaders()
    parsed["Content-Type"] = " ".join(_headers(part).get("content-type", "").split())
    return str(parsed.get_content_charset("") or "")
