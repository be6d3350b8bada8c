"""Whose an address is: the person's own, or how a recipient's came to be one and what it could be mistaken for."""

from collections.abc import Iterable
from typing import Protocol

from app.domain.actions import Action
from app.domain.cards import Origin, Recipient
from app.domain.desk import Desk
from app.domain.errors import GrantDead, ProviderError, Refusal
from app.domain.mailboxes import Mailbox
from app.domain.memory import CHOSEN, SAID, Relation
from app.domain.ports import Request
from app.domain.reading import Reading
from app.domain.types import Address, Thread
from app.planning.provenance import pretends
from app.planning.sanitising import hidden
from app.planning.sources import Sources

_GIVEN = {SAID: Origin.TYPED, CHOSEN: Origin.CHOSEN}
"""Relations whose addresses the person gave; those only found by a name say nothing of an address."""
NOWHERE = "and nobody named it, so check every letter"


class Knowing(Protocol):
    """Who prepares a change, as far as it tells where people and words come from."""

    @property
    def request(self) -> Request: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def sources(self) -> Sources: ...
    @property
    def relations(self) -> tuple[Relation, ...]: ...


async def own_addresses(desk: Desk, reading: Reading) -> frozenset[str]:
    """Every address the person may write from, in lower case: of an account whose further ones can't be read, its own.
    Raises GrantDead."""

    async def aliases(box: Mailbox) -> tuple[Address, ...]:
        return await box.aliases()

    told = await reading.each(desk.mailboxes, aliases, what="addresses")
    further = (alias.email.lower() for _, found in told for alias in found)
    return frozenset((*further, *(account.email.lower() for account in desk.accounts)))


async def recognised(
    by: Knowing, address: Address, role: str, *, box: Mailbox | None, thread: Thread | None = None
) -> Recipient:
    """An address as a recipient of what goes out of a mailbox, or of an account whose mail isn't to be read. In a
    thread are those who wrote in it: anyone could have been put on its Cc, or into a Reply-To. Raises Refusal for one
    that doesn't look like what it is."""
    if hidden(address.email):
        raise Refusal(why=f"“{address.email}” holds characters that can't be seen, so I send nothing there.")
    called = by.sources.called(address)
    origin, evidence = await _origin(by, called.email, box=box, thread=thread)
    warning = "" if origin in (Origin.TYPED, Origin.CONTACT) else _warning(by, address)
    return Recipient(address=_honest(called), role=role, origin=origin, evidence=evidence, warning=warning)


async def _origin(by: Knowing, email: str, *, box: Mailbox | None, thread: Thread | None) -> tuple[Origin, str]:
    if by.sources.typed(email):
        return Origin.TYPED, ""
    if known := next((r for r in by.relations if r.origin in _GIVEN and r.holds(email)), None):
        return _GIVEN[known.origin], f"as “{known.name}”"
    if thread and email.lower() in {m.email.sender.email.lower() for m in thread.mails if _arrived(m.email.labels)}:
        return Origin.THREAD, ""
    times, unread = await _written(by, email, box)
    if times:
        return Origin.CONTACT, f"{times} mail{'s' if times > 1 else ''} to them"
    if by.sources.chosen(email):
        return Origin.CHOSEN, ""
    where = by.sources.where(email)
    unasked = f"; I couldn't look into the mail of {' and '.join(unread)}" if unread else ""
    return Origin.UNSEEN, (f"came from {where}" if where else NOWHERE) + unasked


async def _written(by: Knowing, email: str, box: Mailbox | None) -> tuple[int, list[str]]:
    """How often the person wrote to an address from the first account they did, and the other accounts that couldn't
    be asked: one that fails doesn't keep another from writing."""
    unread: list[str] = []
    for each in (*filter(None, [box]), *(m for m in by.desk.mailboxes if m is not box)):
        try:
            if times := await each.written_to(email):
                return times, unread
        except GrantDead:
            raise
        except ProviderError:
            if each is box:
                raise
            unread.append(each.account.name)
    return 0, unread


def _arrived(labels: frozenset[str]) -> bool:
    return not labels & {"DRAFT", "SPAM", "TRASH"}


def remembered(people: Iterable[Recipient], old: Action | None) -> tuple[Recipient, ...]:
    """The recipients of a change, where one that is looked at again now keeps what was known of it on the card that
    this change is instead of: what the person typed then, they needn't type again."""
    before = {r.address.email.lower(): r for r in (old.card().recipients if old else ()) if not r.marked}
    return tuple(
        before[known].model_copy(update={"role": p.role}) if p.marked and (known := _key(p)) in before else p
        for p in people
    )


def _key(recipient: Recipient) -> str:
    return recipient.address.email.lower()


def _warning(by: Knowing, address: Address) -> str:
    found = []
    if other := by.sources.taken_for(address.email):
        found.append(f"easily taken for {other}")
    if pretends(address):
        found.append(f"calls itself “{by.sources.called(address).name}”")
    return ", ".join(found)


def _honest(address: Address) -> Address:
    """Without a name that is somebody else's address: neither the card nor the mail repeats it."""
    return Address(email=address.email) if pretends(address) else address
