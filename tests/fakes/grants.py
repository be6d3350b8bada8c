"""Connected accounts in memory, and a provider's consent page that says yes."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from app.domain.errors import ConsentRefused, GrantDead, ProviderError
from app.domain.grants import Asked, Identity, Renew, Stale, Tokens
from app.domain.permissions import Permission
from app.domain.ports import Clock
from app.domain.types import Account, AccountId, PersonId

AGAIN = timedelta(seconds=10)


class MemoryGrants:
    def __init__(self) -> None:
        self._accounts: dict[AccountId, Account] = {}
        self._tokens: dict[AccountId, Tokens] = {}
        self._asked: dict[str, tuple[Asked, datetime]] = {}
        self._renewing: defaultdict[AccountId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._notices: dict[AccountId, tuple[str, datetime]] = {}

    async def accounts(self, person: PersonId) -> tuple[Account, ...]:
        return tuple(a for a in self._accounts.values() if a.person == person)

    async def keep(self, account: Account, tokens: Tokens) -> Account:
        mine = await self.accounts(account.person)
        same = [a for a in mine if (a.provider, a.subject) == (account.provider, account.subject)]
        living = {"alive": True, "ended_at": None}
        if same:
            fresh = {"email": account.email, "scopes": account.scopes}
            kept = same[0].model_copy(update=fresh | living)
        else:
            taken = {a.name.lower() for a in mine}
            names = (account.name, *(f"{account.name} {n}" for n in range(2, len(taken) + 2)))
            free = next(name for name in names if name.lower() not in taken)
            chosen = not any(a.chosen for a in mine)
            kept = account.model_copy(update={"name": free, "chosen": chosen} | living)
        self._accounts[kept.id] = kept
        self._tokens[kept.id] = tokens
        self._notices.pop(kept.id, None)
        return kept

    async def tokens(self, account: Account) -> Tokens:
        known = self._accounts.get(account.id)
        if known is None or known.person != account.person or account.id not in self._tokens:
            raise GrantDead(provider=account.provider.capitalize(), account=account.email)
        return self._tokens[account.id]

    async def fresh(self, account: Account, *, stale: Stale, renew: Renew) -> Tokens:
        async with self._renewing[account.id]:
            tokens = await self.tokens(account)
            if stale(tokens):
                try:
                    self._tokens[account.id] = await renew(tokens)
                except GrantDead:
                    await self.bury(account.id, account.person)
                    raise
            return self._tokens[account.id]

    async def bury(self, account: AccountId, person: PersonId) -> None:
        known = self._accounts.get(account)
        if known and known.person == person:
            ended = {"alive": False, "ended_at": known.ended_at or datetime.now(UTC)}
            self._accounts[account] = known.model_copy(update=ended)
            self._tokens.pop(account, None)

    async def rename(self, account: AccountId, person: PersonId, name: str) -> bool:
        mine = await self.accounts(person)
        if any(a.name.lower() == name.lower() and a.id != account for a in mine):
            return False
        self._change(account, person, name=name)
        return True

    async def choose(self, account: AccountId, person: PersonId) -> None:
        mine = {a.id for a in await self.accounts(person)}
        for each in mine if account in mine else ():
            self._change(each, person, chosen=each == account)

    async def forget(self, account: AccountId, person: PersonId) -> None:
        known = self._accounts.get(account)
        if known is None or known.person != person:
            return
        del self._accounts[account]
        self._tokens.pop(account, None)
        left = await self.accounts(person)
        if known.chosen and left:
            self._change(left[0].id, person, chosen=True)

    def _change(self, account: AccountId, person: PersonId, **fields: object) -> None:
        known = self._accounts.get(account)
        if known and known.person == person:
            self._accounts[account] = known.model_copy(update=fields)

    async def unnoticed(self, account: AccountId, person: PersonId, now: datetime) -> Account | None:
        known, (ts, until) = self._accounts.get(account), self._notices.get(account, ("", now))
        if known is None or known.person != person or known.alive or ts or until > now:
            return None
        self._notices[account] = ("", now + AGAIN)
        return known

    async def noticed(self, account: Account, ts: str) -> None:
        known = self._accounts.get(account.id)
        if known and known.person == account.person and known.ended_at == account.ended_at and not known.alive:
            self._notices[account.id] = (ts, account.ended_at or datetime.now(UTC))

    async def ask(self, state: str, asked: Asked, *, until: datetime) -> None:
        self._asked[state] = (asked, until)

    async def shown(self, state: str, person: PersonId, card: str) -> None:
        asked, until = self._asked.get(state, (None, None))
        if asked is not None and until is not None and asked.person == person:
            self._asked[state] = (asked.model_copy(update={"card": card}), until)

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
        self._codes: dict[str, tuple[Identity, tuple[Permission, ...]]] = {}
        self.revoked: list[str] = []
        """The refresh tokens that were given back."""
        self.fails: ProviderError | None = None
        """Set to have it fail at ending a grant."""

    def grant(self, identity: Identity, allowed: Collection[Permission] = tuple(Permission)) -> str:
        """A code that may be exchanged once, on a page where this was ticked."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = (identity, tuple(allowed))
        return code

    def url(self, state: str, challenge: str, *, asks: Collection[Permission], hint: str = "") -> str:
        told = {"state": state, "challenge": challenge, "asks": " ".join(asks), "hint": hint}
        return "https://consent.example/auth?" + urlencode(told)

    async def exchange(self, code: str, verifier: str) -> tuple[Identity, Tokens]:
        identity, allowed = self._codes.pop(code, (None, ()))
        if identity is None:
            raise ConsentRefused(why="the code isn't known")
        expires = self._clock.now() + timedelta(hours=1)
        tokens = Tokens(access=f"access-{code}", refresh=f"refresh-{code}", expires_at=expires, scopes=allowed)
        return identity, tokens

    async def revoke(self, tokens: Tokens) -> None:
        if self.fails is not None:
            raise self.fails
        self.revoked.append(tokens.refresh)
