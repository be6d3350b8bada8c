"""Writes mails as they lie on the wire: headers, text and HTML parts, attachments, quoted text."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from zoneinfo import ZoneInfo

from sandbox.world.people import Contact

_LINK = re.compile(r"https?://[^\s<>]+")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that hangs on a mail."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail before it is bytes."""

    sender: Contact
    to: Sequence[Contact]
    subject: str
    text: str
    sent: datetime
    message_id: str
    cc: Sequence[Contact] = ()
    references: Sequence[str] = ()
    headers: dict[str, str] = field(default_factory=dict)
    attachments: Sequence[Attachment] = ()
    html: str | None = None
    html_only: bool = False
    charset: str = "utf-8"
    invitation: bytes | None = None  # an iCalendar REQUEST, as calendars mail it


def make_message_id(*parts: str, domain: str) -> str:
    """The same parts always give the same Message-ID."""
    return f"<{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:24]}@{domain}>"


def address(contact: Contact) -> Address:
    return Address(contact.name, addr_spec=contact.email)


def write(draft: Draft) -> bytes:
    """The bytes of a mail; the same draft always gives the same bytes."""
    message = EmailMessage(policy=SMTP)
    message["From"] = address(draft.sender)
    message["To"] = [address(contact) for contact in draft.to]
    if draft.cc:
        message["Cc"] = [address(contact) for contact in draft.cc]
    message["Subject"] = draft.subject
    message["Date"] = draft.sent.astimezone(ZoneInfo(draft.sender.zone))
    message["Message-ID"] = draft.message_id
    if draft.references:
        message["In-Reply-To"] = draft.references[-1]
        message["References"] = " ".join(draft.references)
    for name, value in draft.headers.items():
        message[name] = value
    _write_body(message, draft)
    _fix_boundaries(message, draft.message_id)
    return message.as_bytes()


def _write_body(message: EmailMessage, draft: Draft) -> None:
    if draft.html_only and draft.html is not None:
        message.set_content(draft.html, subtype="html", charset=draft.charset)
    else:
        message.set_content(draft.text, charset=draft.charset)
        if draft.html is not None:
            message.add_alternative(draft.html, subtype="html", charset=draft.charset)
    if draft.invitation is not None:
        message.add_alternative(draft.invitation.decode(), subtype="calendar", params={"method": "REQUEST"})
    for attachment in draft.attachments:
        maintype, subtype = attachment.content_type.split("/")
        message.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=attachment.filename)


def _fix_boundaries(message: EmailMessage, message_id: str) -> None:
    """The library draws boundaries at random; drawn from the Message-ID they are the same on every run."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary("=_" + hashlib.sha256(f"{message_id}{number}".encode()).hexdigest()[:24])


def quote(text: str, sender: Contact, *, sent: datetime) -> str:
    """What a mail program puts under a reply."""
    local = sent.astimezone(ZoneInfo(sender.zone))
    quoted = "\n".join(f"> {line}" if line and not line.startswith(">") else f">{line}" for line in text.splitlines())
    return f"On {local:%a}, {local.day} {local:%b %Y} at {local:%H:%M}, {sender.name} <{sender.email}> wrote:\n{quoted}"


def to_html(text: str, *, heading: str = "", accent: str = "#24527a") -> str:
    """A plain text as the modest HTML that newsletters and shops send."""
    paragraphs = "".join(f"<p>{_linked(block)}</p>\n" for block in text.strip().split("\n\n"))
    title = f'<h1 style="font-size:20px;color:{accent}">{html.escape(heading)}</h1>\n' if heading else ""
    return (
        '<!DOCTYPE html>\n<html><body style="font-family:Georgia,serif;max-width:560px;margin:auto">\n'
        f"{title}{paragraphs}</body></html>\n"
    )


def _linked(block: str) -> str:
    escaped = html.escape(block, quote=False).replace("\n", "<br>\n")
    return _LINK.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', escaped)


def pdf(lines: Sequence[str]) -> bytes:
    """A one-page PDF (1.4) that says these lines, Latin-1 only."""
    shown = " T* ".join("(" + re.sub(r"([\\()])", r"\\\1", line) + ") Tj" for line in lines)
    stream = f"BT /F1 12 Tf 16 TL 72 760 Td {shown} ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(out),
    )
