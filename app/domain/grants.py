"""Connected accounts: the links that connect them, their tokens, and the ports that keep and renew both."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime

from app.domain.permissions import Permission
from app.domain.types import Account, AccountId, PersonId, Place
from app.domain.value import Value

Needs = Mapping[AccountId, tuple[Permission, ...]]
"""What more is to be allowed, by account; nothing more of one that is only to be connected again."""


class Tokens(Value):
    """What a provider gave us for an account."""

    access: str
    refresh: str
    expires_at: AwareDatetime
    scopes: tuple[Permission, ...]


class Identity(Value):
    """Whose account it is, as the provider says."""

    subject: str
    email: str
    hosted: bool = False
    """True for an account of a company's domain, false for a private one."""


class Asked(Value):
    """A link that a person was shown in their DM."""

    person: PersonId
    place: Place
    verifier: str
    asks: tuple[Permission, ...] = ()
    account: AccountId | None = None
    """The account that alone it can renew; None for any."""
    card: str = ""
    """The ts of the message that shows it."""


class Invitation(Value):
    """The card that leads to a consent page."""

    url: str
    whole: str = ""
    """A second link that asks for changing too; empty when there is no choice."""
    asks: tuple[Permission, ...]
    account: Account | None = None
    """The account that it is for; None for a new one."""
    accounts: tuple[Account, ...] = ()
    """What is connected already."""
    paste: str = ""
    """The state of the link, when the person brings the address back by hand; empty when the browser does."""

    @property
    def reconnects(self) -> bool:
        return self.account is not None and not self.account.alive


Stale = Callable[[Tokens], bool]
Renew = Callable[[Tokens], Awaitable[Tokens]]


class Grants(Protocol):
    """Every method may raise StoreUnavailable."""

    async def accounts(self, person: PersonId) -> tuple[Account, ...]:
        """Everything a person has connected, living or not, in the order of connecting."""

    async def keep(self, account: Account, tokens: Tokens) -> Account:
        """Keep or renew an account, by provider and subject; its id and name stay once given. The first one becomes
        the default."""

    async def tokens(self, account: Account) -> Tokens:
        """Raises GrantDead when there are none, SealedElsewhere when this process can't open them."""

    async def fresh(self, account: Account, *, stale: Stale, renew: Renew) -> Tokens:
        """The tokens, renewed if they are stale, of which one process at a time makes sure. When `renew` raises
        GrantDead, that very grant is marked as dead, whatever comes meanwhile. Raises what `tokens` and `renew` do."""

    async def bury(self, account: AccountId, person: PersonId) -> None:
        """Mark a grant as dead; the account stays listed."""

    async def rename(self, account: AccountId, person: PersonId, name: str) -> bool:
        """False when another account of the person has that name, in whatever case."""

    async def choose(self, account: AccountId, person: PersonId) -> None:
        """Make it the one that is written with when none is named."""

    async def forget(self, account: AccountId, person: PersonId) -> None:
        """Delete it with its tokens and what waits for it; the oldest one left becomes the default if it was."""

    async def unnoticed(self, account: AccountId, person: PersonId, now: datetime) -> Account | None:
        """A dead account whose owner hasn't been shown the way to renew it, for one who asks at a time."""

    async def noticed(self, account: Account, ts: str) -> None:
        """The card that renews it stands in Slack."""

    async def ask(self, state: str, asked: Asked, *, until: datetime) -> None:
        """Keep a link that is going to be shown, under its secret."""

    async def shown(self, state: str, person: PersonId, card: str) -> None:
        """The card of a link stands in Slack."""

    async def redeem(self, state: str, now: datetime) -> Asked | None:
        """Use a link once; None when it was used, is too old, or never was."""


class Consent(Protocol):
    """A provider's consent page and token endpoint."""

    def url(self, state: str, challenge: str, *, asks: Collection[Permission], hint: str = "") -> str:
        """The consent page that asks for these, besides what was allowed before; `hint` preselects an address."""

    async def exchange(self, code: str, verifier: str) -> tuple[Identity, Tokens]:
        """Raises ConsentRefused, ProviderError."""

    async def revoke(self, tokens: Tokens) -> None:
        """End the grant at the provider; one that has ended is fine. Raises ProviderError."""
