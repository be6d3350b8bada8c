"""Deciding on the real page: taking back, cancelling, confirming twice, and cards that were overtaken."""

import pytest
from playwright.async_api import Page, expect

from tests.acceptance.deeds import Archive, Deed, Event, Reply
from tests.acceptance.house import House
from tests.acceptance.people import Person
from tests.browser.hands import press

pytestmark = pytest.mark.browser


async def test_what_was_done_is_taken_back(house: House, alex: Person, screen: Page) -> None:
    deed = Archive(house, alex)
    card = await deed.proposed()
    await press(screen, card, "Approve")
    await alex.until_shows(card, "done")
    await deed.check_once()
    await press(screen, card, "Undo")
    sure = screen.get_by_role("dialog")
    await expect(sure).to_contain_text("back")
    await sure.get_by_role("button", name="Undo", exact=True).click()
    await alex.until_shows(card, "undone")
    await expect(screen.locator(f'[data-ts="{card.ts}"]').get_by_role("button", name="Undo")).to_have_count(0)
    await deed.check_nothing()


async def test_a_send_that_waits_is_cancelled(house: House, alex: Person, screen: Page) -> None:
    deed = Reply(house, alex)
    card = await deed.proposed()
    async with house.set_up(SEND_HOLD_SECONDS="120"):
        await press(screen, card, "Send")
        await press(screen, card, "Cancel")
        await alex.until_shows(card, "cancelled")
    await expect(screen.locator(f'[data-ts="{card.ts}"]').get_by_role("button", name="Cancel")).to_have_count(0)
    await deed.check_nothing()


async def test_a_card_that_was_overtaken_makes_way_for_a_new_one(house: House, alex: Person, screen: Page) -> None:
    deed = Reply(house, alex)
    card = await deed.proposed()
    await deed.answered_meanwhile()
    await press(screen, card, "Send")
    await alex.until_shows(card, "stale")
    await expect(screen.locator(f'[data-ts="{card.ts}"]')).to_contain_text("Never mind.")
    await deed.check_nothing()
    new = await alex.screen.until(
        lambda: next((c for c in alex.cards(card.thread) if c.status == "proposed"), None), what="the new card"
    )
    await press(screen, new, "Send")
    await alex.until_shows(new, "done")
    assert alex.now(card).offers == []


async def test_a_stranger_takes_two_clicks(house: House, alex: Person, screen: Page) -> None:
    deed = Event(house, alex)
    card = await Deed.proposed(deed)  # nobody typed the guest's address
    shown = screen.locator(f'[data-ts="{card.ts}"]')
    await press(screen, card, "Create")
    await expect(shown).to_contain_text("1 of 2 confirmations")
    await expect(shown).to_contain_text("never seen before")
    await deed.check_nothing()
    await press(screen, card, "Confirm once more")
    await alex.until_shows(card, "done")
    await deed.check_once()
