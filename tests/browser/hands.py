"""What a person does with the mouse."""

from playwright.async_api import Page, expect

from tests.acceptance.people import Card


async def press(screen: Page, card: Card, button: str) -> None:
    """Click a button of a card, in its thread."""
    message = screen.locator(f'[data-ts="{card.ts}"]')
    bar = screen.locator(f'[data-ts="{card.thread}"] .reply-bar')
    await expect(message.or_(bar).first).to_be_visible()
    if not await message.count():
        await bar.click()
    await message.get_by_role("button", name=button, exact=True).click()
