"""One person's accounts together, and the durable notes an action keeps between calls to a provider."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from app.domain.calendars import Calendar
from app.domain.errors import UnclearAccount
from app.domain.types import (
    Account,
    AccountId,
    AccountRef,
    Address,
    Contact,
    Email,
    MailPage,
    MailQuery,
    Person,
    Thread,
    Value,
)

BULK_LIMIT = 10_000
"""Mails one action may cover (design, features B and C3)."""
CHUNK = 500
"""Mails changed between two notes in the ledger; Gmail's batchModify takes up to 1,000 ids."""


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
    subject: str = ""
    sent_at: datetime | None = None
    link: str = ""


class SentMarks(Value):
    """What a sent mail of ours is known by, whichever of it the provider kept."""

    action: str
    message_id: str
    recipients: frozenset[str]
    """All addresses, lower case."""
    body_hash: str
    """See `app.domain.actions.mail.body_hash`."""
    known: frozenset[str]
    """Messages that were in the thread before: whatever they look like, they are not it."""


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

    async def having(self, label: str, ids: Sequence[str]) -> frozenset[str]:
        """Which of these mails bear the label now."""

    async def label(self, ids: Sequence[str], *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Set and remove labels on at most CHUNK mails; safe to repeat."""

    async def create_draft(self, raw: bytes, *, thread: str | None) -> Draft: ...
    async def draft(self, draft: str) -> Draft | None:
        """The draft, or None when it is gone."""

    async def find_draft(self, message_id: str, *, since: datetime) -> Draft | None:
        """The draft with this Message-ID among those made since."""

    async def delete_draft(self, draft: str) -> None:
        """Deletes it; one that is gone is fine."""

    async def send_draft(self, draft: Draft, raw: bytes) -> str:
        """Send exactly these bytes by consuming this draft; returns the new message's id; Missing when it is gone."""

    async def find_sent(self, thread: str, marks: SentMarks) -> Sent | None:
        """The sent mail in this thread that bears one of our marks, from a fresh read."""

    async def sent(self, message: str) -> Sent:
        """A sent mail, read back."""

    async def contacts(self, name: str, *, limit: int = 5) -> tuple[Contact, ...]:
        """People whose name or address holds this, by how often they appear in recent mail."""

    async def written_to(self, address: str) -> int:
        """How many mails this account has sent to the address."""

    def link(self, thread: str) -> str:
        """Where a person sees the thread for themselves."""


_Service = TypeVar("_Service", Mailbox, Calendar)


class Note(Value):
    """One line of the ledger."""

    step: str
    refs: Mapping[str, Any] = {}
    at: datetime


class Ledger(Protocol):
    """What a restart needs to know, kept durably between calls to a provider."""

    async def note(self, step: str, **refs: Any) -> None:
        """Keep this for ever; raises LostClaim when another worker has taken the action over."""

    async def recall(self) -> tuple[Note, ...]:
        """Everything noted for this action, oldest first."""


async def last_note(ledger: Ledger, step: str) -> Note | None:
    """The newest note of a step."""
    return next((n for n in reversed(await ledger.recall()) if n.step == step), None)


class Desk:
    """A person's accounts, by name and by id."""

    def __init__(self, person: Person, *, mailboxes: Sequence[Mailbox], calendars: Sequence[Calendar]) -> None:
        self.person = person
        self.mailboxes = tuple(mailboxes)
        self.calendars = tuple(calendars)

    @property
    def accounts(self) -> tuple[Account, ...]:
        return tuple(m.account for m in self.mailboxes)

    def mailbox(self, ref: AccountId | AccountRef | str) -> Mailbox:
        """The mailbox of an account, by its id, a reference or its name or address."""
        return self._find(self.mailboxes, ref)

    def calendar(self, ref: AccountId | AccountRef | str) -> Calendar:
        """The calendars of an account, by its id, a reference or its name or address."""
        return self._find(self.calendars, ref)

    def _find(self, places: Sequence[_Service], ref: AccountId | AccountRef | str) -> _Service:
        wanted = ref.id if isinstance(ref, AccountRef) else ref
        for place in places:
            account = place.account
            if wanted in (account.id, account.name, account.email):
                return place
        raise UnclearAccount(name=getattr(ref, "name", ref), names=", ".join(a.name for a in self.accounts) or "none")


def reference(account: Account) -> AccountRef:
    """An account as an action names it."""
    return AccountRef(id=account.id, name=account.name, email=account.email)
