"""Gmail's message resources as our values."""

from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message as MimeHeaders
from functools import lru_cache
from typing import Any

from app.domain.types import AccountRef, Email, MailText
from integrations.mime import addresses, author, header
from integrations.parts import NESTED, Part, tidy, whole_kind

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
    "Sender",
    "Content-Class",
    "Content-Type",
    "X-Steward-Action",
)
"""What is asked for when only metadata is read."""

CALENDAR = "calendar-notification@google.com"
"""Google Calendar, where it sends a mail in the name of who invites or answers: their address is in From, its own in
Sender."""
INVITATION = "calendarmessage"
"""In the Content-Class of what Exchange's calendars send (MS-OXCMAIL)."""

Resource = dict[str, Any]
Headers = dict[str, str]
"""Values by lower-case name."""


def email(resource: Resource, account: AccountRef) -> Email:
    """A mail from a message resource of any format but raw."""
    return _email(resource, account, _headers(resource.get("payload", {})))


def _email(resource: Resource, account: AccountRef, found: Headers) -> Email:
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
        invitation=_invitation(resource.get("payload", {}), found),
    )


def _bulk(headers: Headers) -> bool:
    """Whether a mail went to many or was written by a machine. Sources: RFC 2919, RFC 2369, RFC 3834; Precedence is
    older custom."""
    automatic = headers.get("auto-submitted", "no").split(";")[0].strip().lower()
    precedence = headers.get("precedence", "").strip().lower()
    listed = "list-id" in headers or "list-unsubscribe" in headers
    return listed or automatic != "no" or precedence in ("bulk", "list", "junk", "auto_reply")


def _invitation(payload: Resource, headers: Headers) -> bool:
    """Whether a calendar wrote a mail; never told by its subject, which is in any language. The part that says what to
    do with the event (RFC 6047) is seen only where a mail is read whole."""
    if author(headers.get("sender", "")).email.lower() == CALENDAR:
        return True
    return INVITATION in headers.get("content-class", "").lower() or _scheduling(payload)


def _scheduling(part: Resource) -> bool:
    """Whether a part, or one within it, is text/calendar with a method."""
    if part.get("mimeType") == "text/calendar" and "method=" in _headers(part).get("content-type", "").lower():
        return True
    return any(map(_scheduling, part.get("parts", ())))


def mail_text(resource: Resource, account: AccountRef) -> MailText:
    """A mail with its text, from a full message resource."""
    payload = resource.get("payload", {})
    found = _headers(payload)
    whole = _part(payload, found)
    return MailText(
        email=_email(resource, account, found),
        text=tidy(whole.text),
        attachments=whole.attachments,
        unreadable=whole.unreadable,
    )


def own_text(resource: Resource) -> str:
    """The text of a mail as its author wrote it: without the mails that are attached to it."""
    payload = resource.get("payload", {})
    return tidy(_part(payload, _headers(payload)).own.text)


def _part(part: Resource, found: Headers) -> Part:
    """A part as Gmail gives it: names decoded, transfer encodings undone, large files left out."""
    inner = [(each, _headers(each)) for each in part.get("parts", ())]
    parts = tuple(_part(*each) for each in inner)
    kind = whole_kind(part.get("mimeType", ""), several=bool(parts))
    typed = _typed("" if parts else found.get("content-type", ""))
    return Part(
        kind=kind,
        content=_body(part),
        size=part.get("body", {}).get("size", 0) or sum(p.size for p in parts),
        charset=typed.charset,
        name=part.get("filename", ""),
        cid=found.get("content-id", "").strip(),
        attached=found.get("content-disposition", "").strip().lower().startswith("attachment"),
        flowed=typed.flowed,
        delsp=typed.delsp,
        number=part.get("partId") or "0",
        subject=header(inner[0][1].get("subject", "")) if inner and kind == NESTED else "",
        parts=parts,
    )


@dataclass(frozen=True)
class _Typed:
    """The parameters of a Content-Type."""

    charset: str
    flowed: bool
    delsp: bool


@lru_cache(maxsize=256)
def _typed(content_type: str) -> _Typed:
    """Most mails say the same few things of their texts, and the standard library takes them apart anew for each
    parameter."""
    typed = MimeHeaders()
    typed["Content-Type"] = " ".join(content_type.split())
    return _Typed(
        charset=str(typed.get_content_charset("") or ""),
        flowed=str(typed.get_param("format", "")).lower() == "flowed",
        delsp=str(typed.get_param("delsp", "")).lower() == "yes",
    )


def _headers(part: Resource) -> Headers:
    """The first of a repeated one."""
    found: Headers = {}
    for one in part.get("headers", ()):
        found.setdefault(one["name"].lower(), one["value"])
    return found


def _body(part: Resource) -> bytes:
    encoded = part.get("body", {}).get("data", "")
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
