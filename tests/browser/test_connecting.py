"""Connecting an account on the real page where no browser reaches Steward: the address is pasted into a form."""

import pytest
from playwright.async_api import Page, Route, expect

from tests.acceptance.house import House
from tests.acceptance.people import ALEX, PRIYA

pytestmark = pytest.mark.browser

CONSENT = "**/signin/oauth/consent"
"""Where the answer to Google's question goes."""


async def consented(screen: Page, email: str) -> str:
    """Follow the newest link and say yes; the address to which that leads, and which doesn't open."""
    asked: list[str] = []

    async def unreachable(route: Route) -> None:
        answer = await route.fetch(max_redirects=0)
        asked.append(answer.headers["location"])
        await route.abort("connectionrefused")

    await screen.context.route(CONSENT, unreachable)
    async with screen.context.expect_page() as opening:
        await screen.get_by_role("link", name="Connect Google").last.click()
    consent = await opening.value
    await consent.locator(f'input[value="{email}"]').check()
    async with consent.expect_event("requestfailed"):
        await consent.get_by_role("button", name="Continue").click()
    await consent.close()
    (address,) = asked
    return address


async def test_the_address_that_did_not_open_is_pasted(house: House, screen: Page) -> None:
    async with house.set_up(OAUTH_REDIRECT_URL="paste"):
        await paste(screen)


async def paste(screen: Page) -> None:
    await screen.get_by_role("button", name="You are Alex Rivera").click()
    await screen.get_by_role("menuitemradio", name="Priya Raman").click()
    await expect(screen.get_by_role("button", name="You are Priya Raman")).to_be_visible()
    await expect(screen.locator(".main .welcome")).to_be_visible()  # the composer is hers from now on
    await screen.fill(".main .composer-text", "connect")
    await screen.press(".main .composer-text", "Enter")
    await expect(screen.get_by_text("copy its whole address").last).to_be_visible()
    address = await consented(screen, PRIYA[0])
    await screen.get_by_role("button", name="Paste the address").last.click()
    dialog = screen.get_by_role("dialog")
    entry = dialog.get_by_label("Address or code")
    await entry.fill("https://mail.example/inbox")
    await dialog.get_by_role("button", name="Connect").click()
    await expect(dialog).to_contain_text("There is no code in that.")
    await expect(entry).to_have_value("https://mail.example/inbox")
    await entry.fill(address)
    await dialog.get_by_role("button", name="Connect").click()
    await expect(dialog).to_be_hidden()
    await expect(screen.get_by_text(PRIYA[0]).last).to_be_visible()
    assert ALEX[0] not in await screen.locator(".main").inner_text()
