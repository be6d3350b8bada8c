"""What comes to people by itself: on whose clock, and how far their mailboxes were looked through for it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

from app.domain.preferences import Preferences
from app.domain.types import AccountId, PersonId
from app.domain.value import Value

DIGEST = "digest"
"""The errand of a morning's digest, and how the key of one begins; the local day follows."""


class Rhythm(Value):
    """When a person wants to hear something, and nothing of what they wrote."""

    person: PersonId
    zone: str
    """IANA name: what they said, else what Slack says."""
    since: datetime
    """Since when there is an account of theirs to tell about; aware."""
    preferences: Preferences
    """Those of them that tell when; the others as if nothing had been said."""
    last: date | None = None
    """The local day of the last digest."""


class Watches(Protocol):
    """How far the mailboxes of a person were looked through for new mail."""

    async def cursors(self, person: PersonId) -> Mapping[AccountId, str]: ...
    async def advance(self, person: PersonId, account: AccountId, cursor: str) -> None: ...
