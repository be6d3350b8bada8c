"""A mail taken apart: its text, its HTML, and everything else in it."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.generator import BytesGenerator
from email.message import Message
from email.policy import compat32
from html import escape
from io import BytesIO

from app.domain.mailboxes import Enclosed, Original
from app.domain.types import Attachment, Email
from integrations.mime import decoded, header, text_of_html, unflowed

TEXTS = ("text/plain", "text/html")
NESTED = "message/rfc822"
_AS_IT_WAS = compat32.clone(linesep="\r\n", max_line_length=None, mangle_from_=False)


@dataclass(frozen=True)
class Part:
    """A part of a mail, with those within it."""

    kind: str
    """Its media type."""
    content: bytes = b""
    size: int = 0
    """Bytes, also where the content itself isn't at hand."""
    charset: str = ""
    name: str = ""
    cid: str = ""
    attached: bool = False
    flowed: bool = False
    delsp: bool = False
    """The two parameters of format=flowed (RFC 3676)."""
    number: str = "0"
    subject: str = ""
    """Of a mail within the mail."""
    parts: tuple["Part", ...] = ()

    @property
    def _read(self) -> bool:
        """Whether it belongs to the text and isn't a file."""
        return self.kind in TEXTS and not self.name and not self.attached

    @property
    def text(self) -> str:
        """What a person would read of it, the plainest version of each passage; files are left out."""
        if self.kind == NESTED:
            inner = "\n".join(filter(None, (part.text.strip() for part in self.parts)))
            return f"\nAttached mail “{self.subject}”:\n{inner}" if inner else ""
        if self.parts:
            return self._joined()
        if not self._read:
            return ""
        text = decoded(self.content, self.charset)[0]
        if self.kind == "text/html":
            return text_of_html(text)
        return unflowed(text, delsp=self.delsp) if self.flowed else text

    def _joined(self) -> str:
        if self.kind != "multipart/alternative":
            return "\n".join(filter(str.strip, (part.text for part in self.parts)))
        versions = sorted(self.parts, key=lambda part: part.kind != "text/plain")
        return next((text for part in versions if (text := part.text).strip()), "")

    @property
    def own(self) -> "Part":
        """The same without the mails within the mail."""
        return replace(self, parts=tuple(part.own for part in self.parts if part.kind != NESTED))

    @property
    def html(self) -> str:
        """Its formatted version; empty when there is none."""
        return "\n".join(self._formatted()) if any(p.kind == "text/html" and p._read for p in self.leaves()) else ""

    def _formatted(self) -> Iterator[str]:
        """All passages as HTML, of several versions of one the last, which is the richest (RFC 2046, 5.1.4)."""
        if self.kind == NESTED:
            return
        if self.kind == "multipart/alternative":
            found = [list(part._formatted()) for part in self.parts]
            yield from next((pieces for pieces in reversed(found) if pieces), [])
            return
        for part in self.parts:
            yield from part._formatted()
        if self._read and not self.parts:
            text = decoded(self.content, self.charset)[0]
            yield text if self.kind == "text/html" else f"<pre>{escape(text)}</pre>"

    def leaves(self) -> Iterator["Part"]:
        """The parts that hold no others; a mail within the mail counts as one."""
        if self.kind == NESTED or not self.parts:
            yield self
            return
        for part in self.parts:
            yield from part.leaves()

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Everything that isn't the text."""
        return tuple(Attachment(name=p.named, size=p.size, kind=p.kind) for p in self.leaves() if not p._read)

    @property
    def named(self) -> str:
        """A name for it in any case."""
        if self.name:
            return self.name
        if self.kind == NESTED:
            return f"{self.subject or 'mail'}.eml"
        return f"unnamed{mimetypes.guess_extension(self.kind) or ''}"

    @property
    def unreadable(self) -> tuple[str, ...]:
        """The passages that couldn't be decoded whole, each named."""
        texts = [part for part in self.leaves() if part._read]
        return tuple(
            f"part {part.number} ({part.kind}, {part.charset or 'no charset'})"
            for part in texts
            if not decoded(part.content, part.charset)[1]
        )


def opened(raw: bytes, email: Email) -> Original:
    """A mail with everything in it, from its bytes."""
    whole = parsed(raw)
    return Original(
        email=email,
        text=tidy(whole.text),
        html=whole.html,
        enclosed=tuple(
            Enclosed(name=p.named, kind=p.kind, content=p.content, charset=p.charset, cid="" if p.attached else p.cid)
            for p in whole.leaves()
            if not p._read
        ),
    )


def tidy(text: str) -> str:
    """A text with plain line ends and nothing around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def whole_kind(said: str, *, several: bool) -> str:
    """A part's media type, where it says one it can have: of several parts in which there are none it is plain text."""
    return "text/plain" if not said or (said.startswith("multipart/") and not several) else said


def parsed(raw: bytes) -> Part:
    """A mail's bytes as parts. The older policy reads whatever it is given; ours are the decisions."""
    return _part(message_from_bytes(raw, policy=compat32), "0")


def _part(mail: Message, number: str) -> Part:
    inner = _within(mail)
    kind = whole_kind(mail.get_content_type(), several=bool(inner))
    prefix = "" if number == "0" else f"{number}."
    parts = tuple(_part(part, f"{prefix}{place}") for place, part in enumerate(inner))
    content = _whole(mail) if mail.is_multipart() else mail.get_payload(decode=True)
    content = content if isinstance(content, bytes) else b""
    return Part(
        kind=kind,
        content=content,
        size=len(content),
        charset=_parameter(mail, "charset"),
        name=_filename(mail),
        cid=str(mail.get("Content-ID", "")).strip(),
        attached=mail.get_content_disposition() == "attachment",
        flowed=_parameter(mail, "format").lower() == "flowed",
        delsp=_parameter(mail, "delsp").lower() == "yes",
        number=number,
        subject=header(str(inner[0].get("Subject", ""))) if kind == NESTED and inner else "",
        parts=parts,
    )


def _within(mail: Message) -> list[Message]:
    inner = mail.get_payload()
    return [part for part in inner if isinstance(part, Message)] if isinstance(inner, list) else []


def _filename(mail: Message) -> str:
    """The name of a file, in any of the ways it is written: RFC 2231, RFC 2047, and plain bytes that no RFC allows."""
    plain = Message()
    for field, value in mail.raw_items():
        if field.lower() in ("content-type", "content-disposition"):
            plain[field] = decoded(str(value).encode("ascii", "surrogateescape"), "")[0]
    return header(plain.get_filename("") or "")


def _parameter(mail: Message, name: str) -> str:
    """A parameter of the Content-Type, whichever way it is written (RFC 2231 gives three strings)."""
    value = mail.get_param(name, "")
    return str(value[2] if isinstance(value, tuple) else value or "").strip().strip("\"'").lower()


def _whole(mail: Message) -> bytes:
    """What a mail within the mail, or its like, consists of, byte by byte."""
    if mail.get_content_maintype() != "message":
        return b""
    written = BytesIO()
    for part in _within(mail):
        BytesGenerator(written, policy=_AS_IT_WAS).flatten(part)
    return written.getvalue()
