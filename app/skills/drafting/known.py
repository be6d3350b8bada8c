"""What is known when a mail is drafted: the person, their own addresses, and where people and words come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.domain.actions import Action, SendMail, SendReply
from app.domain.desk import Desk
from app.domain.memory import Relation
from app.domain.ports import Request
from app.domain.types import PERSON, AccountRef, ActionId, Address
from app.planning.sanitising import visible
from app.planning.sources import Sources

TITLE = 80
"""Characters of a subject or a title that a sentence quotes."""
WAITS = "A card about {title} waits for you already: `pending` shows it."


@dataclass(frozen=True)
class Drafted:
    """A card's change, or why there is none; with a change, what has to be said of it."""

    action: Action | None = None
    note: str = ""
    instead_of: ActionId | None = None
    """The waiting card that it takes the place of."""


@dataclass(frozen=True)
class Known:
    """What one draft knows: of what others wrote, only what was read for it."""

    request: Request
    desk: Desk
    own: frozenset[str]
    """Every address the person writes from, in lower case."""
    waiting: tuple[Action, ...] = ()
    """What the cards that wait would do, the newest last."""

    @cached_property
    def sources(self) -> Sources:
        return Sources(self.request, self.own)

    @property
    def relations(self) -> tuple[Relation, ...]:
        return self.request.relations

    def answering(self, account: AccountRef, thread: str) -> SendReply | None:
        """The mail in a thread that waits for the person already."""
        found = (a for a in reversed(self.waiting) if isinstance(a, SendReply) and a.thread == thread)
        return next((a for a in found if a.account.id == account.id), None)

    def asking(self, to: Address, subject: str) -> bool:
        """Whether a mail of this subject to somebody waits for the person already."""
        mails = (a for a in self.waiting if isinstance(a, SendMail) and a.subject == subject)
        return any(r.address.email.lower() == to.email.lower() for a in mails for r in a.recipients)

    @property
    def writer(self) -> str:
        return " ".join(visible(self.request.person.name).split())


def clicked(request: Request) -> Request:
    """A request of which nothing was typed but what the person wrote earlier: the words on a button are code's, and
    may name whoever wrote and repeat what they wrote."""
    said = tuple(line for line in request.history if line.role == PERSON)
    nothing: Mapping[str, Any] = {"waiting": (), "rejected": None, "results": (), "ended": ()}
    return request.model_copy(update={"text": "", "typed": "", "history": said, **nothing})


def quoted(title: str) -> str:
    """A subject or a title in a sentence."""
    words = " ".join(visible(title).replace("“", '"').replace("”", '"').split()) or "(no subject)"
    return f"“{words if len(words) <= TITLE else words[: TITLE - 1] + '…'}”"
