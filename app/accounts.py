"""Connecting accounts: a link in the person's DM, the provider's consent page, and the way back."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from app.domain.errors import ConsentRefused, ConsentUnknown
from app.domain.ports import Identity, Services
from app.domain.types import Account, AccountId, PersonId, Place, person_id

LINK_LIFETIME = timedelta(minutes=15)
"""How long a connect link may be used; Google's own codes live ten minutes."""
VERIFIER_BYTES = 48
"""64 characters of base64url: within RFC 7636's 43 to 128."""
NAMES = {True: "work", False: "personal"}
"""What an account is called at first, by whether it belongs to a company's domain."""


class Accounts:
    """The OAuth use case; the provider's side of it is the port Consent."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def invite(self, person: PersonId, place: Place) -> None:
        """Show the way to the consent page, in the person's DM only."""
        known = await self._services.store.people.person(person)
        if known is None:
            raise ConsentUnknown
        if not place.channel.startswith("D"):
            place = Place(channel=await self._services.chat.dm(known.user), thread="")
        verifier = secrets.token_urlsafe(VERIFIER_BYTES)
        until = self._services.clock.now() + LINK_LIFETIME
        state = await self._services.grants.ask(person, place, verifier, until=until)
        url = self._services.consent.url(state, challenge(verifier))
        await self._services.chat.invite(place, url, accounts=await self._services.grants.accounts(person))

    async def finish(self, *, state: str, code: str, error: str) -> tuple[Account, str]:
        """The way back from the consent page: the account, and the name of the person it now belongs to.

        Raises ConsentUnknown for a state that was used or is too old, ConsentRefused when the person said no.
        """
        asked = await self._services.grants.redeem(state, self._services.clock.now())
        if asked is None:
            raise ConsentUnknown
        if error or not code:
            raise ConsentRefused(why="access was not granted" if error == "access_denied" else error or "no code came")
        identity, tokens = await self._services.consent.exchange(code, asked.verifier)
        existing = await self._services.grants.accounts(asked.person)
        account = Account(
            id=AccountId(uuid4()),
            person=asked.person,
            subject=identity.subject,
            email=identity.email,
            name=named(identity, existing),
            scopes=tokens.scopes,
        )
        kept = await self._services.grants.keep(account, tokens)
        await self._services.chat.say(asked.place, f"Connected: *{kept.name}* ({kept.email}).")
        person = await self._services.store.people.person(asked.person)
        return kept, person.name if person else ""

    async def changed(self, team: str, user: str) -> None:
        """Renew what is known of a person; whoever left the workspace loses every connection."""
        ident = person_id(team, user)
        if await self._services.store.people.person(ident) is None:
            return
        person = await self._services.chat.person(team, user)
        await self._services.store.people.meet(person)
        if not person.member:
            for account in await self._services.grants.accounts(ident):
                await self._services.grants.bury(account.id, ident)


def challenge(verifier: str) -> str:
    """The S256 code challenge of RFC 7636."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def named(identity: Identity, existing: Sequence[Account]) -> str:
    """What to call an account: the name it has, else work or personal, else after its domain."""
    for account in existing:
        if account.subject == identity.subject:
            return account.name
    taken = {a.name for a in existing}
    domain = identity.email.partition("@")[2].partition(".")[0]
    numbered = (f"{domain} {n}" for n in range(2, len(taken) + 3))
    return next(name for name in (NAMES[identity.hosted], domain, *numbered) if name not in taken)
