"""A mail taken apart: its text, its HTML, and everything else in it."""

from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP

from app.domain.mailboxes import Enclosed, Original
from app.domain.types import Email
from integrations.mime import decoded, header, text_of_html


def opened(raw: bytes, email: Email) -> Original:
    """A mail with everything in it, from its bytes."""
    mail = message_from_bytes(raw, policy=SMTP)
    plain: list[str] = []
    html: list[str] = []
    enclosed: list[Enclosed] = []
    for part in _leaves(mail):
        kind = part.get_content_type()
        if kind in ("text/plain", "text/html") and not part.get_filename() and not part.is_attachment():
            text, _ = decoded(part.get_payload(decode=True) or b"", part.get_content_charset("") or "")
            (plain if kind == "text/plain" else html).append(text)
        else:
            enclosed.append(_enclosed(part))
    text = "\n".join(p for p in plain if p.strip()) or "\n".join(text_of_html(h) for h in html)
    return Original(
        email=email,
        text=text.replace("\r\n", "\n").strip(),
        html="\n".join(html),
        enclosed=tuple(enclosed),
    )


def _leaves(mail: Message) -> list[EmailMessage]:
    if mail.get_content_maintype() == "message" or not mail.is_multipart():
        return [mail]
    return [leaf for part in mail.get_payload() for leaf in _leaves(part)]


def _enclosed(part: EmailMessage) -> Enclosed:
    kind = part.get_content_type()
    if part.get_content_maintype() == "message" and part.is_multipart():
        content = b"".join(inner.as_bytes() for inner in part.get_payload())
    else:
        content = part.get_payload(decode=True) or b""
    cid = "" if part.is_attachment() else str(part.get("Content-ID", "")).strip()
    return Enclosed(name=header(part.get_filename() or ""), kind=kind, content=content, cid=cid)
