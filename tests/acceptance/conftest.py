"""One house for all tests of this folder, in one event loop; each test finds it as on a good day.

An async fixture here says `@pytest_asyncio.fixture(loop_scope="session")`.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.house import House, living, opened
from tests.acceptance.people import ALEX, PRIYA, Person


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def running_house() -> AsyncIterator[House]:
    async with opened() as house:
        yield house


@pytest_asyncio.fixture(loop_scope="session")
async def house(running_house: House) -> AsyncIterator[House]:
    """The house. After the test nothing may have gone wrong in it that nobody foresaw; whatever was moved and sent, the
    next test finds mailboxes and calendars as this one did."""
    await running_house.google.post("remember")
    yield running_house
    await running_house.rest()
    await running_house.google.post("rewind")
    complaints = running_house.complaints()
    assert complaints == [], "\n".join(complaints).replace("\\n", "\n")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def living_there(running_house: House) -> AsyncIterator[tuple[Person, Person]]:
    async with living(running_house, ALEX, PRIYA) as (alex, priya):
        yield alex, priya


@pytest.fixture
def alex(living_there: tuple[Person, Person], house: House) -> Person:
    return living_there[0]


@pytest.fixture
def priya(living_there: tuple[Person, Person], house: House) -> Person:
    return living_there[1]
