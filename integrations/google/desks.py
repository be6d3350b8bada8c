"""A person's desk: a mailbox and the calendars of each of their living Google accounts, as far as they allowed."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from app.domain.desk import Desk, Pages
from app.domain.errors import ConnectionsEnded, NotConnected
from app.domain.grants import Grants, Tokens
from app.domain.permissions import Permission
from app.domain.ports import Clock
from app.domain.types import Account, AccountId, AccountRef, Person
from integrations.google import services
from integrations.google.calendar import GoogleCalendar
from integrations.google.consent import GoogleConsent
from integrations.google.gate import Gate, LocalGate
from integrations.google.gmail import GmailMailbox
from integrations.google.pages import GooglePages
from integrations.google.quota import CALENDAR, GMAIL
from integrations.google.wire import Token, Wire

EARLY = timedelta(minutes=5)
"""How long before its end an access token is renewed: a piece of work that has begun doesn't run into it."""


@dataclass(frozen=True)
class Gates:
    """Where every request to Google passes, of whatever person and process."""

    mail: Gate
    calendar: Gate

    @classmethod
    def local(cls) -> "Gates":
        """Those of a process that is alone."""
        return cls(LocalGate(GMAIL), LocalGate(CALENDAR))


@dataclass(frozen=True)
class Google:
    """How Google is reached."""

    session: aiohttp.ClientSession
    root: str
    """One root for all of its hosts; empty for Google's own."""
    gates: Gates


class GoogleDesks:
    """The port Desks over one HTTP session."""

    def __init__(self, google: Google, grants: Grants, consent: GoogleConsent, clock: Clock) -> None:
        self._google = google
        self._grants = grants
        self._consent = consent
        self._clock = clock
        self._locks: defaultdict[AccountId, asyncio.Lock] = defaultdict(asyncio.Lock)

    def pages(self, account: AccountRef) -> Pages:
        """See the port."""
        return GooglePages(account.email)

    @asynccontextmanager
    async def open(self, person: Person) -> AsyncIterator[Desk]:
        """A person's desk with all their living accounts, the default first; raises NotConnected."""
        known = sorted(await self._grants.accounts(person.id), key=lambda a: not a.chosen)
        living = [a for a in known if a.alive]
        if not known:
            raise NotConnected
        if not living:
            raise ConnectionsEnded(accounts=" and ".join(a.described for a in known))
        tokens = {a.id: self._token(a) for a in living}
        google = self._google
        mail, calendar = services.gmail(google.root), services.calendar(google.root)
        yield Desk(
            person,
            mailboxes=[
                GmailMailbox(self._wire(a, tokens[a.id], "Gmail", google.gates.mail), a, mail, zone=person.zone)
                for a in living
                if not a.lacks([Permission.READ_MAIL])
            ],
            calendars=[
                GoogleCalendar(self._wire(a, tokens[a.id], "Google Calendar", google.gates.calendar), a, calendar)
                for a in living
                if not a.lacks([Permission.READ_CALENDAR])
            ],
            accounts=living,
        )

    def _wire(self, account: Account, token: Token, provider: str, gate: Gate) -> Wire:
        return Wire(self._google.session, account, token, provider=provider, gate=gate)

    def _token(self, account: Account) -> Token:
        known: list[Tokens] = []

        async def token(refused: str) -> str:
            def stale(tokens: Tokens) -> bool:
                return tokens.access == refused or tokens.expires_at - EARLY <= self._clock.now()

            async def renew(tokens: Tokens) -> Tokens:
                return await self._consent.renew(account, tokens)

            # One request of this process asks; the store sees to it that one process renews.
            async with self._locks[account.id]:
                if not known or stale(known[0]):
                    known[:] = [await self._grants.fresh(account, stale=stale, renew=renew)]
                return known[0].access

        return token
