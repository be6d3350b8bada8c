"""Several cards of one request on the real page: all by one click, or one by one."""

import pytest
from playwright.async_api import Page, expect

from tests.acceptance.house import House
from tests.acceptance.people import Person
from tests.acceptance.planning import Shown, a_day, an_event, proposed, titled
from tests.browser.hands import press

pytestmark = pytest.mark.browser


async def press_on_plan(screen: Page, shown: Shown, button: str) -> None:
    """Click a button of a plan, in its thread."""
    message = screen.locator(f'[data-ts="{shown.message["ts"]}"]')
    bar = screen.locator(f'[data-ts="{shown.thread}"] .reply-bar')
    await expect(message.or_(bar).first).to_be_visible()
    if not await message.count():
        await bar.click()
    await message.get_by_role("button", name=button, exact=True).click()


async def top(screen: Page, ts: str) -> float:
    """Where a message begins on the page."""
    box = await screen.locator(f'[data-ts="{ts}"]').bounding_box()
    assert box
    return float(box["y"])


async def test_all_by_one_click(house: House, alex: Person, screen: Page) -> None:
    day = a_day()
    steps = tuple(an_event(f"Page all {n}", day, 8 + 2 * n) for n in range(3))
    answer, shown = await proposed(house, alex, *steps, ask="Please see to the plan on the page")
    await shown.until_offers("Approve all (3)", "Reject all")
    await press_on_plan(screen, shown, "Approve all (3)")
    plan = screen.locator(f'[data-ts="{shown.message["ts"]}"]')
    for n, card in enumerate(answer.cards):
        await alex.until_shows(card, "done")
        assert len(await titled(house, alex, f"Page all {n}")) == 1
    await expect(plan.get_by_text("· done")).to_have_count(3)
    await expect(plan.get_by_role("button", name="Approve all (3)")).to_have_count(0)
    tops = [await top(screen, ts) for ts in (str(shown.message["ts"]), *(card.ts for card in answer.cards))]
    assert tops == sorted(tops)


async def test_one_by_one(house: House, alex: Person, screen: Page) -> None:
    day = a_day()
    steps = tuple(an_event(f"Page single {n}", day, 8 + 2 * n) for n in range(3))
    answer, shown = await proposed(house, alex, *steps, ask="Please see to the plan step by step")
    first, second, third = answer.cards
    await shown.until_offers("Approve all (3)", "Reject all")
    await press(screen, third, "Create")
    await alex.until_shows(third, "done")
    await press(screen, first, "Reject")
    await alex.until_shows(first, "rejected")
    plan = screen.locator(f'[data-ts="{shown.message["ts"]}"]')
    await expect(plan.get_by_role("button")).to_have_count(0)
    await press(screen, second, "Create")
    await alex.until_shows(second, "done")
    await expect(plan.get_by_text("· done")).to_have_count(2)
    await expect(plan.get_by_text("· rejected")).to_have_count(1)
    assert await titled(house, alex, "Page single 0") == []
