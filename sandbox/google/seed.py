"""What an account of the stand-in holds at the start: the shapes a world builder hands over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PRIMARY = "primary"


@dataclass(frozen=True, slots=True)
class SeedMail:
    """One mail as it lay on the wire; its thread is worked out by the server from the headers."""

    raw: bytes
    received: datetime  # aware; becomes internalDate
    labels: tuple[str, ...] = ("INBOX", "UNREAD")  # Gmail's system label ids, or names of the user's own labels

    def __post_init__(self) -> None:
        if self.received.tzinfo is None:
            raise ValueError("SeedMail.received must be an aware datetime")


@dataclass(frozen=True, slots=True)
class SeedCalendar:
    """One calendar; the id "primary" stands for the account's own address."""

    id: str
    summary: str
    timezone: str  # an IANA name
    events: list[dict[str, Any]] = field(default_factory=list)  # Calendar API event resources


@dataclass(frozen=True, slots=True)
class SeedAccount:
    """One Google account; without a calendar called "primary" it gets an empty one.

    Nobody signs in as a colleague: only their calendar is kept here, and mail for them leaves.
    """

    email: str
    name: str
    timezone: str  # an IANA name
    mails: list[SeedMail] = field(default_factory=list)
    calendars: list[SeedCalendar] = field(default_factory=list)
    sub: str | None = None  # Google's account number; made up from the address when missing
    signs_in: bool = True
    send_as: dict[str, str] = field(default_factory=dict)  # further addresses it writes from, and the names on them
