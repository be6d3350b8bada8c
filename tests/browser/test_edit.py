"""Changing a card and saying why one was rejected, on the real page over real processes."""

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Locator, Page, expect

from tests.acceptance.deeds import Archive, Event, Reply, calls
from tests.acceptance.house import House
from tests.acceptance.mailing import mail
from tests.acceptance.people import Card, Person
from tests.browser.hands import press

pytestmark = pytest.mark.browser


async def form_of(screen: Page, card: Card, button: str = "Edit") -> Locator:
    """The form behind a button of a card."""
    await press(screen, card, button)
    dialog = screen.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    return dialog


def entry(dialog: Locator, label: str) -> Locator:
    """An input by its label, which says so when it may stay empty."""
    return dialog.get_by_label(re.compile(rf"^{re.escape(label)}(\s*\(?optional\)?)?$", re.IGNORECASE))


async def submit(dialog: Locator, button: str = "Save") -> None:
    await dialog.get_by_role("button", name=button, exact=True).click()


async def successor(alex: Person, card: Card) -> Card:
    """The card that took the place of this one."""
    await alex.until_shows(card, "replaced")
    return await alex.screen.until(
        lambda: next((c for c in alex.cards(card.thread) if c.status == "proposed"), None), what="the new card"
    )


async def test_exactly_the_words_that_were_entered_go_out(house: House, alex: Person, screen: Page) -> None:
    deed = Reply(house, alex)
    card = await deed.proposed()
    dialog = await form_of(screen, card)
    await expect(entry(dialog, "To")).to_have_value(deed.sender)
    await expect(entry(dialog, "Text")).to_have_value(f"Seen: {deed.mark}")
    await entry(dialog, "Cc").fill("Eve <eve@elsewhere.example>")
    await entry(dialog, "Text").fill("Dear all,\n\nnot <b>this</b> time & never.")
    await entry(dialog, "Text, continued").fill("Best")
    await submit(dialog)
    await expect(dialog).to_be_hidden()
    new = await successor(alex, card)
    assert "Cc Eve <eve@elsewhere.example> · typed by you" in new.lines
    assert new.offers == ["Send", "Edit", "Reject"]
    assert alex.now(card).offers == []
    await expect(screen.get_by_text("not <b>this</b> time & never.").last).to_be_visible()
    await press(screen, new, "Send")
    await alex.until_shows(new, "done")
    mails = (await house.google.mails(alex.accounts[0])).values()
    (sent,) = [m for m in mails if "SENT" in m.labels and m.thread == deed.thread]
    assert sent.text.replace("\r\n", "\n").strip() == "Dear all,\n\nnot <b>this</b> time & never.\nBest"
    assert sent.header("Cc") == "Eve <eve@elsewhere.example>"
    left = [m["to"] for m in await house.google.outbox() if m["subject"] == f"Re: {deed.mark}"]
    assert sorted(left) == sorted([deed.sender, "eve@elsewhere.example"])


async def test_what_is_wrong_stands_at_its_field_and_the_rest_is_kept(house: House, alex: Person, screen: Page) -> None:
    deed = Event(house, alex)
    card = await deed.proposed()
    zone = ZoneInfo(alex.zone)
    start = deed.start.astimezone(zone)
    dialog = await form_of(screen, card)
    await expect(entry(dialog, "Starts: day")).to_have_value(f"{start:%Y-%m-%d}")
    await expect(entry(dialog, "Starts: time")).to_have_value(f"{start:%H:%M}")
    await entry(dialog, "Title").fill("Pilot review")
    await entry(dialog, "Ends: day").fill(f"{start - timedelta(days=1):%Y-%m-%d}")
    await entry(dialog, "Guests").fill("tomas")
    await submit(dialog)
    await expect(dialog.get_by_text("“tomas” is no address.")).to_be_visible()
    await entry(dialog, "Guests").fill("tomas@elsewhere.example")
    await submit(dialog)
    await expect(dialog.get_by_text("before it starts")).to_be_visible()
    assert alex.now(card).status == "proposed"
    later = datetime.now(UTC).astimezone(zone) + timedelta(days=90)
    for field, at in (("Starts", "16:00"), ("Ends", "17:15")):
        await entry(dialog, f"{field}: day").fill(f"{later:%Y-%m-%d}")
        await entry(dialog, f"{field}: time").fill(at)
    await dialog.get_by_label("To nobody").check()
    await submit(dialog)
    await expect(dialog).to_be_hidden()
    new = await successor(alex, card)
    await press(screen, new, "Create")
    await alex.until_shows(new, "done")
    found = await house.google.events(alex.accounts[0])
    (event,) = [e for e in found.values() if e.get("summary") == "Pilot review"]
    begun = datetime.fromisoformat(event["start"]["dateTime"]).astimezone(zone)
    assert f"{begun:%Y-%m-%d %H:%M}" == f"{later:%Y-%m-%d} 16:00"
    assert [guest["email"] for guest in event["attendees"]] == ["tomas@elsewhere.example"]
    assert [m for m in await house.google.outbox() if m["to"] == "tomas@elsewhere.example"] == []


async def test_senders_are_left_out_of_a_bulk(house: House, alex: Person, screen: Page) -> None:
    deed = Archive(house, alex)
    card = await deed.proposed()
    work, kept = alex.accounts[0], "Someone else at the desk <else@archive.example>"
    dialog = await form_of(screen, card)
    await expect(dialog.get_by_text(f"{deed.mark} <desk@archive.example> (3)")).to_be_visible()
    await entry(dialog, "Not from").fill("desk@archive.example")
    await submit(dialog)
    await expect(screen.get_by_text("None of these mails would be left").last).to_be_visible()
    assert alex.now(card).status == "proposed"

    words = "Both of the desk"
    letters = [mail(sender=s, to=work, subject=f"{words} {n}") for n, s in enumerate((kept, "b@archive.example"))]
    ids = [str((await house.google.deliver(work, m.as_string()))["id"]) for m in letters]
    await house.models.script(
        calls("change_mail", do="archive", subject=words, account="work"), {"content": "A card is ready."}, match=words
    )
    both = (await alex.ask(f"Please archive {words}")).card
    assert both.lines[0] == "Archive 2 mails"
    dialog = await form_of(screen, both)
    await dialog.get_by_text("else@archive.example").click()
    await submit(dialog)
    new = await successor(alex, both)
    assert new.lines[0] == "Archive 1 mail"
    assert "Left out mails from else@archive.example" in new.lines
    await press(screen, new, "Approve")
    await alex.until_shows(new, "done")
    mails = await house.google.mails(work)
    assert ["INBOX" in mails[i].labels for i in ids] == [True, False]


async def test_a_reason_brings_a_new_proposal(house: House, alex: Person, screen: Page) -> None:
    answer = await alex.ask("Put a 45 minute call with tomas@elsewhere.example on my calendar tomorrow at 11")
    card = answer.card
    assert "11:00" in card.text
    await alex.click(card, "reject")
    await alex.until_shows(card, "rejected")
    dialog = await form_of(screen, card, "Say why")
    await entry(dialog, "What should be different?").fill("make it 4pm instead")
    await submit(dialog, "Send")
    await expect(dialog).to_be_hidden()
    await expect(screen.get_by_text("Rejected, because: make it 4pm instead").last).to_be_visible()
    again = await alex.screen.until(
        lambda: next((c for c in alex.cards(card.thread) if c.status == "proposed"), None), what="a new proposal"
    )
    assert again.kind == "CreateEvent"
    assert "16:00" in again.text
    assert "tomas@elsewhere.example" in again.text
    rejected = alex.now(card)
    assert "You said: make it 4pm instead" in rejected.lines
    assert rejected.offers == []
    assert json.dumps(rejected.message).count("make it 4pm") == 1
