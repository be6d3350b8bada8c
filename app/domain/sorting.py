"""How a mail is sorted, and what a model said of it, kept so that it needn't be asked twice."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from app.domain.types import AccountId, PersonId
from app.domain.value import Value

Key = tuple[AccountId, str]
"""A mail: its account and its id there."""


class Sorted(Value):
    """A mail's place among others, with why."""

    account: AccountId
    mail: str
    thread: str
    category: str
    priority: int
    """1 to 10."""
    suggestion: str
    minutes: int
    reason: str

    @property
    def key(self) -> Key:
        return self.account, self.mail


class Opinion(Value):
    """What a model said of a mail. How far it counts, the signals of the day say: those change, the mail doesn't."""

    account: AccountId
    mail: str
    category: str
    priority: int
    """1 to 10."""
    why: str = ""

    @property
    def key(self) -> Key:
        return self.account, self.mail


class Verdicts(Protocol):
    async def known(self, person: PersonId, mails: Collection[Key], *, version: str) -> Mapping[Key, Opinion]:
        """What a model said of these mails by the instructions of this version."""

    async def keep(self, person: PersonId, found: Sequence[Opinion], *, version: str) -> None:
        """Keep judgements, instead of what there was before for the same mails."""
