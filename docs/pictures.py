"""Takes the pictures of the README from a running sandbox: python docs/pictures.py PAGE-ADDRESS, on a fresh world."""

import asyncio
import re
import sys
from pathlib import Path

from playwright.async_api import BrowserContext, Page, async_playwright

from tests.browser.conftest import ARGUMENTS, chromium

HERE = Path(__file__).parent
SIZE = {"width": 1180, "height": 760}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
ASK = "Archive all promotional emails older than 30 days"
REPORTS = {
    "triage": ("Triage my inbox", "Your inbox: "),
    "week": ("Optimise my week: no meetings before 10am", "Your week: "),
    "brief": ("Brief me for my next meeting", "Briefing: "),
    "digest": ("Show me my digest", "Good morning, |Your day, "),
}
"""What is asked for, and how the report of it begins."""
REPORT_MS = 120_000


async def main(address: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        context = await browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(address)
        await connect(context, page)
        await say(page, ASK)
        await page.get_by_role("button", name="Approve").last.wait_for()
        await page.screenshot(path=HERE / "card.png")
        await page.get_by_role("button", name="Approve").last.click()
        await page.get_by_role("button", name="Undo").last.wait_for()
        await page.screenshot(path=HERE / "receipt.png")
        await say(page, "Put a 45 minute call with Tomás about the pilot on Tuesday at 11")
        await page.get_by_role("button", name="Create").last.wait_for()
        await page.screenshot(path=HERE / "event.png")
        await page.get_by_text("Home", exact=True).first.click()
        await page.get_by_text("Waiting for you").wait_for()
        await page.screenshot(path=HERE / "home.png")
        await page.get_by_text("Messages", exact=True).first.click()
        for name, (ask, title) in REPORTS.items():
            await report(page, name, ask, title)
        await browser.close()


async def report(page: Page, name: str, ask: str, title: str) -> None:
    """A report from its beginning, on a desk and on a phone."""
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    await say(page, ask)
    head = page.get_by_role("complementary", name="Thread").get_by_text(re.compile(f"^(?:{title})"))
    await head.wait_for(timeout=REPORT_MS)
    for size, suffix in ((WIDE, "wide"), (NARROW, "narrow")):
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        await head.evaluate("title => title.closest('.message').scrollIntoView({block: 'start'})")
        await page.screenshot(path=HERE / f"{name}-{suffix}.png")
    await page.set_viewport_size(WIDE)  # type: ignore[arg-type]


async def say(page: Page, words: str) -> None:
    await page.get_by_role("textbox", name="Message Steward").click()
    await page.keyboard.type(words)
    await page.keyboard.press("Enter")


async def connect(context: BrowserContext, page: Page) -> None:
    for address in ("alex.rivera@larkspur.example", "alex@rivera-family.example"):
        await say(page, "connect")
        async with context.expect_page() as opened:
            await (
                page.get_by_role("link", name="Connect, and allow changes too")
                .or_(page.get_by_role("button", name="Connect, and allow changes too"))
                .last.click()
            )
        consent = await opened.value
        await consent.get_by_text(address).click()
        await consent.get_by_role("button", name="Continue").click()
        await consent.get_by_text("Connected").first.wait_for()
        await consent.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
