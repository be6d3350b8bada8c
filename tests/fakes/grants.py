"""Connected accounts in memory, and a provider's consent page that says yes."""

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from app.domain.errors import ConsentRefused, GrantDead
from app.domain.ports import Asked, Clock, Identity, Tokens
from app.domain.types import Account, AccountId, PersonId, Place


class MemoryGrants:
    def __init__(self) -> None:
        self._accounts: dict[AccountId, Account] = {}
        self._tokens: dict[AccountId, Tokens] = {}
        self._asked: dict[str, tuple[Asked, datetime]] = {}

    async def accounts(self, person: PersonId) -> tuple[Account, ...]:
        return tuple(a for a in self._accounts.values() if a.person == person)

    async def keep(self, account: Account, tokens: Tokens) -> Account:
        mine = await self.accounts(account.person)
        same = [a for a in mine if (a.provider, a.subject) == (account.provider, account.subject)]
        if same:
            fresh = {"email": account.email, "scopes": account.scopes, "alive": True}
            kept = same[0].model_copy(update=fresh)
        else:
            taken = {a.name for a in mine}
            names = (account.name, *(f"{account.name} {n}" for n in range(2, len(taken) + 2)))
            free = next(name for name in names if name not in taken)
            kept = account.model_copy(update={"name": free, "alive": True})
        self._accounts[kept.id] = kept
        self._tokens[kept.id] = tokens
        return kept

    async def tokens(self, account: Account) -> Tokens:
        known = self._accounts.get(account.id)
        if known is None or known.person != account.person or account.id not in self._tokens:
            raise GrantDead(provider=account.provider.capitalize(), account=account.email)
        return self._tokens[account.id]

    async def renew(self, account: Account, tokens: Tokens) -> None:
        if account.id in self._tokens:
            self._tokens[account.id] = tokens

    async def bury(self, account: AccountId, person: PersonId) -> None:
        known = self._accounts.get(account)
        if known and known.person == person:
            self._accounts[account] = known.model_copy(update={"alive": False})
            self._tokens.pop(account, None)

    async def ask(self, person: PersonId, place: Place, verifier: str, *, until: datetime) -> str:
        state = secrets.token_urlsafe(32)
        self._asked[state] = (Asked(person=person, place=place, verifier=verifier), until)
        return state

    async def redeem(self, state: str, now: datetime) -> Asked | None:
        asked, until = self._asked.get(state, (None, now))
        if asked is None or until <= now:
            return None
        del self._asked[state]
        return asked


class MemoryConsent:
    """Knows the codes it was told to accept."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, Identity] = {}

    def grant(self, identity: Identity) -> str:
        """A code that may be exchanged once."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = identity
        return code

    def url(self, state: str, challenge: str, *, hint: str = "") -> str:
        return "https://consent.example/auth?" + urlencode({"state": state, "challenge": challenge, "hint": hint})

    async def exchange(self, code: str, verifier: str) -> tuple[Identity, Tokens]:
        identity = self._codes.pop(code, None)
        if identity is None:
            raise ConsentRefused(why="the code isn't known")
        expires = self._clock.now() + timedelta(hours=1)
        tokens = Tokens(access=f"access-{code}", refresh=f"refresh-{code}", expires_at=expires, scopes=("mail",))
        return identity, tokens
