"""A person's desk: a mailbox and the calendars of each of their living Google accounts."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import aiohttp

from app.domain.desk import Desk
from app.domain.errors import GrantDead, NotConnected
from app.domain.ports import Clock, Grants, Tokens
from app.domain.types import Account, AccountId, Person
from integrations.google import services
from integrations.google.calendar import GoogleCalendar
from integrations.google.consent import GoogleConsent
from integrations.google.gmail import GmailMailbox
from integrations.google.wire import Token, Wire

EARLY = timedelta(minutes=2)
"""How long before its end an access token is renewed."""


class GoogleDesks:
    """The port Desks over one HTTP session."""

    def __init__(
        self, session: aiohttp.ClientSession, grants: Grants, consent: GoogleConsent, clock: Clock, *, root: str
    ) -> None:
        self._session = session
        self._grants = grants
        self._consent = consent
        self._clock = clock
        self._root = root
        self._locks: defaultdict[AccountId, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def open(self, person: Person) -> AsyncIterator[Desk]:
        """A person's desk with all their living accounts; raises NotConnected."""
        accounts = [a for a in await self._grants.accounts(person.id) if a.alive]
        if not accounts:
            raise NotConnected
        tokens = {a.id: self._token(a) for a in accounts}
        mail, calendar = services.gmail(self._root), services.calendar(self._root)
        yield Desk(
            person,
            mailboxes=[
                GmailMailbox(Wire(self._session, a, tokens[a.id], provider="Gmail"), a, mail, zone=person.zone)
                for a in accounts
            ],
            calendars=[
                GoogleCalendar(Wire(self._session, a, tokens[a.id], provider="Google Calendar"), a, calendar)
                for a in accounts
            ],
        )

    def _token(self, account: Account) -> Token:
        known: list[Tokens] = []

        async def token(refused: str) -> str:
            async with self._locks[account.id]:
                if not known:
                    known.append(await self._grants.tokens(account))
                if known[0].access == refused or known[0].expires_at - EARLY <= self._clock.now():
                    known[0] = await self._renewed(account, known[0])
                return known[0].access

        return token

    async def _renewed(self, account: Account, used: Tokens) -> Tokens:
        """New tokens: from the store when somebody else renewed them meanwhile, else from Google."""
        stored = await self._grants.tokens(account)
        if stored.access != used.access and stored.expires_at - EARLY > self._clock.now():
            return stored
        try:
            renewed = await self._consent.renew(account, stored)
        except GrantDead:
            await self._grants.bury(account.id, account.person)
            raise
        await self._grants.renew(account, renewed)
        return renewed
