"""The product's own way to Google, opened against the stand-in: consent, grants, desks."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import aiohttp

from app.accounts import challenge
from app.domain.desk import Desk
from app.domain.permissions import Permission
from app.domain.types import Account, AccountId
from integrations.google.consent import Client, Endpoints, GoogleConsent
from integrations.google.desks import Gates, Google, GoogleDesks
from tests.contract.google_world import ADA, REDIRECT, World
from tests.fakes import MemoryGrants
from tests.samples import ANN

ZONE = "Europe/Vienna"
PERSON = ANN.model_copy(update={"zone": ZONE})
VERIFIER = "v" * 43


@dataclass
class WorldClock:
    """The stand-in's clock, as the product's port."""

    world: World

    def now(self) -> datetime:
        return self.world.clock()


class GoogleHome:
    """Ann's Google accounts, as her desk sees them."""

    def __init__(self, world: World, session: aiohttp.ClientSession) -> None:
        assert world.server
        self.world = world
        self.clock = WorldClock(world)
        client = Client(world.server.client.client_id, world.server.client.client_secret, REDIRECT)
        self.consent = GoogleConsent(session, client, Endpoints.under(world.url), self.clock)
        self.grants = MemoryGrants()
        self.desks = GoogleDesks(Google(session, world.url, Gates.local()), self.grants, self.consent, self.clock)

    async def connect(
        self, email: str = ADA, name: str = "work", asks: Collection[Permission] = tuple(Permission)
    ) -> Account:
        """Through the consent page, as a person would."""
        back = self.world.consent(self.consent.url("state", challenge(VERIFIER), asks=asks), email)
        code = parse_qs(urlsplit(back).query)["code"][0]
        identity, tokens = await self.consent.exchange(code, VERIFIER)
        account = Account(
            id=AccountId(uuid4()),
            person=PERSON.id,
            subject=identity.subject,
            email=identity.email,
            name=name,
            scopes=tokens.scopes,
        )
        return await self.grants.keep(account, tokens)

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[Desk]:
        async with self.desks.open(PERSON) as desk:
            yield desk


@asynccontextmanager
async def google_home(world: World) -> AsyncIterator[GoogleHome]:
    async with aiohttp.ClientSession() as session:
        yield GoogleHome(world, session)
