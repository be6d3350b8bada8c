"""People for the measurements: as many as are needed, each with the first person's accounts connected."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aiohttp

from app.domain.grants import Tokens
from app.domain.types import Account, AccountId, Person, person_id
from app.store import PostgresStore
from app.wiring import open_store
from bench.programs import House, Json
from sandbox.playing.connecting import connect_all
from sandbox.playing.page import Page


async def connect_first(session: aiohttp.ClientSession, house: House) -> Json:
    """The first person connects their accounts, as in a browser; their Slack user."""
    page = Page(session, house.sandbox.page, token=house.sandbox.page_token)
    await page.enter()
    async with page.watch(lambda _: None) as board:
        await connect_all(page, board)
    return dict((await page.get("state"))["me"])


async def add(session: aiohttp.ClientSession, house: House, count: int) -> list[Json]:
    """So many more people, known to the product and connected to the first person's accounts."""
    first = await connect_first(session, house)
    new = [await _joins(session, house, first) for _ in range(count)]
    async with _store(house) as store:
        granted = await _granted(store, first)
        for user in new:
            person = _person(user)
            await store.people.meet(person)
            for account, tokens in granted:
                own = account.model_copy(update={"id": AccountId(uuid4()), "person": person.id})
                await store.grants.keep(own, tokens)
    return new


async def grants(house: House, user: Json) -> dict[str, str]:
    """The access tokens of a person's accounts, by the accounts' names."""
    async with _store(house) as store:
        return {account.name: tokens.access for account, tokens in await _granted(store, user)}


@asynccontextmanager
async def _store(house: House) -> AsyncIterator[PostgresStore]:
    settings = house.settings
    store = await open_store(settings)
    try:
        yield store
    finally:
        await store.close()


async def _granted(store: PostgresStore, user: Json) -> list[tuple[Account, Tokens]]:
    accounts = await store.grants.accounts(person_id(user["team_id"], user["id"]))
    return [(account, await store.grants.tokens(account)) for account in accounts]


async def _joins(session: aiohttp.ClientSession, house: House, like: Json) -> Json:
    name = uuid4().hex[:12]
    facts = {"name": name, "real_name": like["real_name"], "email": f"{name}@larkspur.example", "tz": like["tz"]}
    user = await house.sandbox.turn(session, "slack", "people", **facts)
    headers = {"X-Page-Token": house.sandbox.page_token}
    async with session.get(f"{house.sandbox.page}/api/state", params={"user": user["id"]}, headers=headers) as answer:
        channels = (await answer.json())["channels"]
    return user | {"dm": next(c["id"] for c in channels if c.get("is_im"))}


def _person(user: Json) -> Person:
    return Person(
        id=person_id(user["team_id"], user["id"]),
        team=user["team_id"],
        user=user["id"],
        name=user["real_name"],
        email=user["profile"]["email"],
        zone=user["tz"],
        dm=user["dm"],
        member=True,
    )
