"""Gmail's message resources as our values."""

from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from email.message import Message as MimeHeaders
from typing import Any

from app.domain.types import AccountRef, Email, MailText
from integrations.mime import addresses, author, header
from integrations.parts import Part, tidy, whole_kind

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
    whole = _part(resource.get("payload", {}))
    return MailText(
        email=email(resource, account),
        text=tidy(whole.text),
        attachments=whole.attachments,
        unreadable=whole.unreadable,
    )


def _part(part: Resource) -> Part:
    """A part as Gmail gives it: names decoded, transfer encodings undone, large files left out."""
    found, inner = _headers(part), part.get("parts", ())
    typed = MimeHeaders()
    typed["Content-Type"] = " ".join(found.get("content-type", "").split())
    parts = tuple(_part(each) for each in inner)
    return Part(
        kind=whole_kind(part.get("mimeType", ""), several=bool(parts)),
        content=_body(part),
        size=part.get("body", {}).get("size", 0) or sum(p.size for p in parts),
        charset=str(typed.get_content_charset("") or ""),
        name=part.get("filename", ""),
        cid=found.get("content-id", "").strip(),
        attached=found.get("content-disposition", "").strip().lower().startswith("attachment"),
        flowed=str(typed.get_param("format", "")).lower() == "flowed",
        delsp=str(typed.get_param("delsp", "")).lower() == "yes",
        number=part.get("partId") or "0",
        subject=header(_headers(inner[0]).get("subject", "")) if inner else "",
        parts=parts,
    )


def _headers(part: Resource) -> dict[str, str]:
    """Header values by lower-case name; the first of a repeated one."""
    found: dict[str, str] = {}
    for one in part.get("headers", ()):
        found.setdefault(one["name"].lower(), one["value"])
    return found


def _body(part: Resource) -> bytes:
    encoded = part.get("body", {}).get("data", "")
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
