"""One person's accounts together, and the durable notes an action keeps between calls to a provider."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from app.domain.calendars import Calendar
from app.domain.errors import ScopeMissing, UnclearAccount
from app.domain.mailboxes import Mailbox
from app.domain.permissions import Permission
from app.domain.types import Account, AccountId, AccountRef, Person, Value

_Service = TypeVar("_Service", Mailbox, Calendar)


class Pages(Protocol):
    """Where a person sees the mail and the calendar of one account for themselves, connected or not."""

    def thread(self, thread: str) -> str: ...
    def label(self, label: str) -> str:
        """The mails with one of the labels that every mailbox has; all of them where it has no page."""

    def day(self, day: datetime) -> str:
        """A day in the calendar; it is the day that it is in its own zone."""


class Note(Value):
    """One line of the ledger."""

    step: str
    refs: Mapping[str, Any] = {}
    at: datetime


DISOWNED = "disowned"
"""The step of a note that the person said that what was begun did not happen: it counts as begun no more."""


class Ledger(Protocol):
    """What a restart needs to know, kept durably between calls to a provider."""

    async def note(self, step: str, **refs: Any) -> None:
        """Keep this for ever; raises LostClaim when another worker has taken the action over."""

    async def recall(self) -> tuple[Note, ...]:
        """Everything noted for this action, oldest first."""


async def last_note(ledger: Ledger, step: str) -> Note | None:
    """The newest note of a step."""
    return next((n for n in reversed(await ledger.recall()) if n.step == step), None)


def since_disowned(notes: Sequence[Note]) -> tuple[Note, ...]:
    """The notes of the present edition of a deed: of what was begun since the person last said that it wasn't done."""
    last = max((at for at, note in enumerate(notes) if note.step == DISOWNED), default=-1)
    return tuple(notes[last + 1 :])


async def begun(ledger: Ledger) -> bool:
    """Whether there is anything of which the outcome may be in question."""
    return bool(since_disowned(await ledger.recall()))


async def edition(ledger: Ledger) -> int:
    """How often the person has said that it wasn't done: what is made then has another identity."""
    return sum(note.step == DISOWNED for note in await ledger.recall())


class Desk:
    """A person's accounts, by name and by id."""

    def __init__(
        self,
        person: Person,
        *,
        mailboxes: Sequence[Mailbox],
        calendars: Sequence[Calendar],
        accounts: Sequence[Account] | None = None,
    ) -> None:
        self.person = person
        self.mailboxes = tuple(mailboxes)
        self.calendars = tuple(calendars)
        self.accounts = tuple(m.account for m in mailboxes) if accounts is None else tuple(accounts)
        """All of them, the default for writing first; where only one of the two was allowed, the other is missing."""

    def mailbox(self, ref: AccountId | AccountRef | str) -> Mailbox:
        """The mailbox of an account, by its id, a reference or its name or address."""
        return self._find(self.mailboxes, ref, Permission.READ_MAIL)

    def calendar(self, ref: AccountId | AccountRef | str) -> Calendar:
        """The calendars of an account, by its id, a reference or its name or address."""
        return self._find(self.calendars, ref, Permission.READ_CALENDAR)

    def _find(self, places: Sequence[_Service], ref: AccountId | AccountRef | str, permission: Permission) -> _Service:
        """Raises ScopeMissing for an account of which only the other one was allowed, and UnclearAccount."""
        wanted = ref.id if isinstance(ref, AccountRef) else ref
        for place in places:
            account = place.account
            if wanted in (account.id, account.name, account.email):
                return place
        for known in self.accounts:
            if wanted in (known.id, known.name, known.email):
                self.require(permission, [reference(known)])
                raise ScopeMissing(account=known.email)
        raise UnclearAccount(name=getattr(ref, "name", ref), names=", ".join(a.name for a in self.accounts) or "none")

    def require(self, permission: Permission, accounts: Iterable[AccountRef]) -> None:
        """Raises ScopeMissing where the person has to be asked first."""
        wanted = {ref.id for ref in accounts}
        known = [a for a in self.accounts if a.id in wanted]
        if needs := {a.id: lacks for a in known if (lacks := a.lacks([permission]))}:
            raise ScopeMissing(account=" and ".join(a.email for a in known if a.id in needs), needs=needs)


def reference(account: Account) -> AccountRef:
    """An account as an action names it."""
    return AccountRef(id=account.id, name=account.name, email=account.email)
