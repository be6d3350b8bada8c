"""Mail as it goes out: its headers, its text, and what it is known by afterwards."""

import hashlib
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage
from email.policy import SMTP
from unicodedata import category
from zoneinfo import ZoneInfo

from app.domain.cards import Difference, Recipient, counted, differences
from app.domain.errors import Refusal
from app.domain.mailboxes import Sent
from app.domain.types import Address, Email, Value

NAMED = 5
"""Recipients that a receipt names; the card above it names all."""


SHOWN, ANOTHER = "as it stood on the card", "another one"
"""The texts of a mail that differ, where a receipt has no room for either."""


class Glimpse(Value):
    """As much of a mail as a card lists."""

    sender: str
    subject: str
    received: datetime
    """In the person's zone: the card shows the day it was there."""


def glimpse(email: Email, zone: str) -> Glimpse:
    received = email.received.astimezone(ZoneInfo(zone))
    return Glimpse(sender=email.sender.called, subject=email.subject, received=received)


def body_hash(text: str) -> str:
    """A hash of a body that survives re-wrapping and line ends, to know a sent mail by."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


class Heading(Value):
    """What stands above the text of a mail of ours. The provider adds the date."""

    sender: Address
    recipients: tuple[Recipient, ...]
    subject: str
    message_id: str
    action: str
    """What X-Steward-Action says, by which the mail is known again."""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()

    def mail(self) -> EmailMessage:
        """A mail without text yet; raises Refusal where mail can't be sent to a recipient."""
        mail = EmailMessage(policy=SMTP)
        mail["From"] = _header(self.sender)
        for role in ("to", "cc"):
            if people := [_header(r.address) for r in self.recipients if r.role == role]:
                mail[role.capitalize()] = people
        mail["Subject"] = one_line(self.subject)
        mail["Message-ID"] = self.message_id
        if answered := one_line(self.in_reply_to):
            mail["In-Reply-To"] = answered
            mail["References"] = one_line(" ".join((*self.references, answered)))
        mail["X-Steward-Action"] = self.action
        return mail


def worded(heading: Heading, body: str) -> bytes:
    """A mail of plain text; the same bytes at every call."""
    mail = heading.mail()
    mail.set_content(body, charset="utf-8", cte="quoted-printable")
    return mail.as_bytes()


def identity(ident: object, edition: int) -> str:
    """What a mail is known by, in each edition of its deed."""
    return f"{ident}-{edition}" if edition else str(ident)


def message_id(ident: object, sender: str) -> str:
    """A Message-ID of ours, in the sender's domain."""
    return f"<steward.{ident}@{wired(sender).partition('@')[2]}>"


def reached(recipients: tuple[Recipient, ...]) -> frozenset[str]:
    """The addresses as a sent mail has them, in lower case."""
    return frozenset(wired(r.address.email).lower() for r in recipients)


def gone_otherwise(heading: "Heading", stored: Sent, body: str) -> tuple[Difference, ...]:
    """Where a mail that stands at the provider differs from what was asked for: in its heading, or in its text, of
    which `body` is the hash; empty where it isn't known any more."""
    asked = {
        "From": wired(heading.sender.email).lower(),
        "Recipients": ", ".join(sorted(reached(heading.recipients))),
        "Subject": one_line(heading.subject),
    }
    is_ = {
        "From": stored.sender.lower(),
        "Recipients": ", ".join(sorted(a.lower() for a in (*stored.to, *stored.cc))),
        "Subject": one_line(stored.subject),
    }
    if body and stored.body != body:
        asked["Text"], is_["Text"] = SHOWN, ANOTHER
    return differences(asked, is_)


def called(recipients: tuple[Recipient, ...]) -> str:
    """The recipients in a sentence; many in number only."""
    shown = [r.address.shown for r in recipients]
    named, others = shown[:NAMED], len(shown) - NAMED
    return ", ".join(named) + (f" and {counted(others, 'other')}" if others > 0 else "")


def _header(address: Address) -> HeaderAddress:
    """An address as a header value; raises Refusal for one that no mail can be sent to."""
    try:
        return HeaderAddress(display_name=one_line(address.name), addr_spec=wired(address.email))
    except (ValueError, IndexError, HeaderParseError) as broken:
        raise Refusal(why=f"“{address.email}” isn't an address that mail can be sent to.") from broken


def wired(email: str) -> str:
    """An address as it travels: a domain in another alphabet is written in punycode (RFC 3490)."""
    local, at, domain = email.rpartition("@")
    return f"{local}{at}{domain.encode('idna').decode()}"


def one_line(value: str) -> str:
    """A header's value on one line: what strangers wrote can't begin another header."""
    return " ".join("".join(" " if category(c) in ("Cc", "Cs") else c for c in value).split())
