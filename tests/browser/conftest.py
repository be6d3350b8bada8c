"""A real Chromium, and a stage for it: the Slack stand-in, the page and a small app on loopback.

Everything in this folder runs in one event loop, so that one Chromium serves all tests: an async fixture here
says `@pytest_asyncio.fixture(loop_scope="session")`.
"""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.acceptance.conftest import ALEX
from tests.acceptance.house import House, living, opened
from tests.acceptance.people import Person
from tests.browser.stage import Stage

PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium() -> str | None:
    """CHROMIUM names one, else the usual places are looked through."""
    wanted = [os.environ.get("CHROMIUM", ""), *PLACES]
    return next((found for found in wanted if found and shutil.which(found)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    if path is None:
        reason = "no Chromium found: browser tests did not run"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with Stage(tmp_path) as built:
        yield built


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, stage: Stage) -> AsyncIterator[Page]:
    """The page as Ada sees it; a script error or a refused resource fails the test."""
    context = await browser.new_context()
    shown = await context.new_page()
    problems: list[str] = []
    shown.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    shown.on("console", lambda line: problems.append(line.text) if "Content Security Policy" in line.text else None)
    await shown.goto(stage.address)
    yield shown
    await context.close()
    assert problems == []


# A whole house, for what the page shows of it.

PATIENCE_MS = 30_000
"""For what real processes have to do meanwhile."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house() -> AsyncIterator[House]:
    async with opened() as running:
        yield running
        assert running.complaints() == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def alex(house: House) -> AsyncIterator[Person]:
    async with living(house, ALEX) as (person,):
        yield person


@pytest_asyncio.fixture(loop_scope="session")
async def screen(browser: Browser, house: House, alex: Person) -> AsyncIterator[Page]:
    """The page as Alex sees it; a script error or a refused resource fails the test."""
    context = await browser.new_context(timezone_id=alex.zone)
    page = await context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
    page.on("console", lambda line: problems.append(line.text) if "Content Security Policy" in line.text else None)
    await page.goto(f"{house.page_url}/?token={house.page_token}")
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield page
    await context.close()
    assert problems == []
