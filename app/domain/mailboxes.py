"""The port to the mail of one account, and what travels through it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from app.domain.types import Account, Address, Email, MailPage, MailQuery, Thread, Value

BULK_LIMIT = 10_000
"""Mails one action may cover (design, features B and C3)."""
CHUNK = 1_000
"""Mails changed between two notes in the ledger: as many as Gmail's batchModify takes."""
INBOX, TRASH, UNREAD, SENT, DRAFT, SPAM = "INBOX", "TRASH", "UNREAD", "SENT", "DRAFT", "SPAM"
"""The labels that every mailbox has."""


class Contact(Value):
    """Someone found in a person's own mail and calendar, with what speaks for it."""

    address: Address
    mails: int
    """Mails to and from them among those looked at."""
    last: datetime | None = None


class Draft(Value):
    """A draft as the provider has it."""

    id: str
    message: str
    thread: str


class Sent(Value):
    """A sent mail, read back."""

    id: str
    thread: str
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    sender: str = ""
    subject: str = ""
    sent_at: datetime | None = None
    body: str = ""
    """A hash of its text, see `app.domain.actions.letters.body_hash`."""
    link: str = ""


class SentMarks(Value):
    """What a sent mail of ours is known by, whichever of it the provider kept."""

    action: str
    message_id: str
    recipients: frozenset[str]
    """All addresses, lower case."""
    body_hash: str
    """See `app.domain.actions.letters.body_hash`."""
    known: frozenset[str]
    """Messages that were in the thread before: whatever they look like, they are not it."""


class Enclosed(Value):
    """A part of a mail that is not its text."""

    name: str
    kind: str
    """Its media type; message/rfc822 for a mail within the mail."""
    content: bytes
    charset: str = ""
    cid: str = ""
    """The Content-ID by which the HTML text shows it in its place; empty for what is merely attached."""


class Original(Value):
    """A mail with everything in it, to be passed on."""

    email: Email
    text: str
    html: str = ""
    """Empty for a mail that is plain text."""
    enclosed: tuple[Enclosed, ...] = ()


class Arrivals(Value):
    """What came into an inbox since a cursor."""

    mails: tuple[str, ...]
    """Ids, in the order of arrival."""
    cursor: str
    """Where to go on from."""


class Mailbox(Protocol):
    """The mail of one account. Every method may raise a ProviderError; times are aware."""

    @property
    def account(self) -> Account: ...
    async def search(self, query: MailQuery, *, limit: int) -> MailPage:
        """The newest `limit` mails that fit, and how many fit in all (counted up to BULK_LIMIT)."""

    async def ids(self, query: MailQuery, *, limit: int = BULK_LIMIT) -> tuple[str, ...]:
        """The ids of all mails that fit, newest first, at most `limit`."""

    async def read(self, ids: Sequence[str]) -> tuple[Email, ...]:
        """These mails without their text, in this order; ones that are gone are left out."""

    async def senders(self, ids: Sequence[str]) -> Mapping[str, Address]:
        """Who wrote each of these mails; ones that are gone are left out. Takes minutes for thousands of them."""

    async def thread(self, thread: str) -> Thread:
        """A whole thread, oldest first; raises Missing."""

    async def threads(self, threads: Sequence[str]) -> tuple[Thread, ...]:
        """Several whole threads, in this order; ones that are gone are left out."""

    async def original(self, mail: str) -> Original:
        """A mail with everything in it; raises Missing."""

    async def arrivals(self, cursor: str) -> Arrivals:
        """The mails that came into the inbox since a cursor that was given here before. Without one, or with one that
        the provider has forgotten, none: from then on what comes is told."""

    async def aliases(self) -> tuple[Address, ...]:
        """Every address the account may write from, its usual one first."""

    async def having(self, label: str, ids: Sequence[str]) -> frozenset[str]:
        """Which of these mails bear the label now."""

    async def label(self, ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Set and remove labels, by their ids, on at most CHUNK mails; safe to repeat."""

    async def find_label(self, name: str) -> str:
        """The id of the label with this name, in whatever case; empty when there is none."""

    async def make_label(self, name: str) -> str:
        """The id of the label with this name, made if there is none; safe to repeat and to do side by side."""

    async def create_draft(self, raw: bytes, *, thread: str | None) -> Draft: ...
    async def draft(self, draft: str) -> Draft | None:
        """The draft, or None when it is gone."""

    async def find_drafts(self, message_id: str, *, since: datetime) -> tuple[Draft, ...]:
        """The drafts with this Message-ID among those made since."""

    async def delete_draft(self, draft: str) -> None:
        """Deletes it; one that is gone is fine."""

    async def send_draft(self, draft: Draft, raw: bytes) -> str:
        """Send exactly these bytes by consuming this draft; returns the new message's id; Missing when it is gone."""

    async def find_sent(self, thread: str, marks: SentMarks) -> Sent | None:
        """The sent mail in this thread that bears one of our marks, from a fresh read."""

    async def find_sent_since(self, cursor: str, marks: SentMarks) -> Sent | None:
        """The same among the mails sent since a cursor of `arrivals`, in whatever thread."""

    async def sent(self, message: str) -> Sent:
        """A sent mail, or the message of a draft, read back; raises Missing."""

    async def contacts(self, name: str, *, limit: int = 5) -> tuple[Contact, ...]:
        """People whose name or address holds this, by how often they appear in recent mail."""

    async def written_to(self, address: str) -> int:
        """How many mails this account has sent to the address."""

    def link(self, thread: str) -> str:
        """Where a person sees the thread for themselves."""
