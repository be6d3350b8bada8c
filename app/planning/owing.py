"""Who owes whom an answer, from the mails of a thread alone: whose word was the last."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.domain.mailboxes import DRAFT, SENT, SPAM, TRASH
from app.domain.types import Address, Email

MACHINES = frozenset(
    {"noreply", "no-reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce", "notifications"}
)
"""Names before the @ that nobody reads behind."""


Owed = Literal["by_me", "to_me"]


@dataclass(frozen=True)
class Debt:
    """A thread whose last word waits for an answer."""

    owed: Owed
    last: Email
    """The mail that waits."""
    since: datetime
    by: tuple[Address, ...]
    """Who is to answer."""


def debt(mails: Sequence[Email], own: Collection[str]) -> Debt | None:
    """What a thread's last word leaves open: it waits for me when it came from somebody else and was addressed to me
    (in To, not only in Cc), and for others when it is mine. Mail of lists and machines waits for nobody, and neither
    does what I sent to myself; what a calendar wrote is nobody's word. `own` are all addresses of all accounts, in
    lower case."""
    real = sorted((m for m in mails if not (m.invitation or m.labels & {DRAFT, SPAM, TRASH})), key=lambda m: m.received)
    if not real or real[-1].bulk:
        return None
    last = real[-1]
    if SENT in last.labels or _mine(last.sender, own):
        others = tuple(a for a in last.to if a.email and not _mine(a, own) and not machine(a))
        return Debt("to_me", last, last.received, others) if others else None
    if machine(last.sender) or not any(_mine(a, own) for a in last.to):
        return None
    me = tuple(a for a in last.to if _mine(a, own))
    return Debt("by_me", last, last.received, me)


def _mine(address: Address, own: Collection[str]) -> bool:
    return address.email.lower() in own


def machine(address: Address) -> bool:
    """Whether nobody reads what is written there."""
    name = address.email.lower().partition("@")[0].partition("+")[0]
    return not name or name in MACHINES
