"""Who can read a calendar: as the stand-in's access control list says it, and as the desk tells it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.google_desk import google_home
from tests.contract.google_world import ADA, BOB, World, running

HOME = "home@group.calendar.example"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path) as found:
        yield found


async def readers(world: World, calendar: str = "primary") -> tuple[str, ...]:
    async with google_home(world) as home:
        await home.connect()
        async with home.desk() as desk:
            return await desk.calendars[0].readers(calendar)


def share(world: World, **rule: str) -> None:
    world.switch(share={"account": ADA, **rule})


async def test_a_calendar_of_ones_own_is_read_by_nobody_else(world: World) -> None:
    assert await readers(world) == ()
    assert await readers(world, HOME) == ()


async def test_everyone_who_sees_more_than_busy_is_named(world: World) -> None:
    share(world, scope="domain", value="work.example", role="reader")
    share(world, scope="user", value=BOB, role="writer")
    share(world, scope="group", value="Team@work.example", role="owner")
    share(world, scope="user", value="assistant@work.example", role="writerWithoutPrivateAccess")
    share(world, scope="user", value="colleague@work.example", role="freeBusyReader")
    found = await readers(world)
    assert found == ("everyone at work.example", BOB, "team@work.example", "assistant@work.example")
    assert await readers(world, HOME) == ()


async def test_a_public_calendar_is_read_by_everyone_until_it_is_private_again(world: World, tmp_path: Path) -> None:
    share(world, calendar=HOME)
    assert await readers(world, HOME) == ("everyone",)
    share(world, calendar=HOME, role="none")
    assert await readers(world, HOME) == ()


async def test_a_long_list_is_read_to_its_end(world: World) -> None:
    people = [f"p{n:03}@work.example" for n in range(260)]
    for person in people:
        share(world, scope="user", value=person, role="reader")
    assert list(await readers(world)) == people


def test_what_is_shared_outlives_the_server(tmp_path: Path) -> None:
    with running(tmp_path) as world:
        share(world, scope="user", value=BOB, role="reader")
    with running(tmp_path) as world:
        rules = world.api("GET", "/calendar/v3/calendars/primary/acl").json["items"]
    assert [(rule["id"], rule["role"]) for rule in rules] == [(f"user:{ADA}", "owner"), (f"user:{BOB}", "reader")]


@pytest.mark.parametrize("rule", [{"scope": "planet"}, {"role": "king"}, {"scope": "user"}])
def test_a_rule_that_google_doesnt_know_is_refused(world: World, rule: dict[str, str]) -> None:
    with pytest.raises(AssertionError, match="a scope is one of"):
        share(world, **rule)
