"""How a mail was sorted, kept so that it needn't be judged twice."""

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
    judged: bool = False
    """Whether a model had a say; else the signals alone."""

    @property
    def key(self) -> Key:
        return self.account, self.mail


class Verdicts(Protocol):
    async def known(self, person: PersonId, mails: Collection[Key], *, version: str) -> Mapping[Key, Sorted]:
        """What these mails were judged to be by the instructions of this version."""

    async def keep(self, person: PersonId, found: Sequence[Sorted], *, version: str) -> None:
        """Keep judgements, instead of what there was before for the same mails."""
