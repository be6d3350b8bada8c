"""Accounts over fakes, with Ann known to the house."""

from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.accounts import Accounts
from app.domain.grants import Identity, Invitation
from app.domain.permissions import Permission
from app.domain.types import Account, Place
from app.reception import Reception
from tests.fakes import FakeHouse, MemoryStore
from tests.samples import ANN

COMPANY = Identity(subject="1001", email="ann@example.com", hosted=True)
PRIVATE = Identity(subject="2002", email="ann@mail.example", hosted=False)
DM = Place(channel=ANN.dm, thread="1.0")


class Desk:
    """The use case over fakes, with Ann known to the house."""

    def __init__(self, *, paste: bool = False) -> None:
        self.house = FakeHouse()
        self.store = MemoryStore(self.house.clock)
        services = self.house.services(self.store)
        self.accounts, self.reception = Accounts(services, paste=paste), Reception(services)

    async def begin(self, place: Place = DM) -> dict[str, str]:
        """What the link that Ann is shown carries."""
        await self.store.people.meet(ANN)
        await self.accounts.invite(ANN.id, place)
        return self.link()

    def link(self) -> dict[str, str]:
        """What the newest link carries."""
        return carried(self.newest.url)

    @property
    def newest(self) -> Invitation:
        return self.house.chat.invitations[-1][1]

    async def follow(self, identity: Identity, allowed: Collection[Permission] = tuple(Permission)) -> Any:
        """Say yes on the page of the newest link."""
        code = self.house.consent.grant(identity, allowed)
        return await self.accounts.finish(state=self.link()["state"], code=code, error="")

    async def connect(self, identity: Identity, allowed: Collection[Permission] = tuple(Permission)) -> Account:
        await self.begin()
        kept: Account = (await self.follow(identity, allowed))[0]
        return kept

    @property
    def said(self) -> list[str]:
        return [line.text for line in self.house.chat.lines]

    async def listed(self) -> tuple[Account, ...]:
        return await self.house.grants.accounts(ANN.id)


def carried(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
