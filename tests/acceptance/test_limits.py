"""Who may ask, how much, and what is said to those who can't: one clear sentence each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.acceptance.deeds import Reply
from tests.acceptance.house import House, free_port
from tests.acceptance.people import Card, Person

LIMIT = 20
"""Requests of one person in a minute, when nothing else is set."""
LONGEST = "120"
"""Seconds of the longest hold."""


async def test_as_long_as_a_message_may_be(house: House, alex: Person) -> None:
    answer = await alex.ask("x" * 12_000)
    assert answer.state == "ended"


async def test_a_character_more(house: House, alex: Person) -> None:
    before = len(await house.models.requests())
    said = await alex.told("x" * 12_001)
    assert said == (
        "That message has 12,001 characters and I read up to 12,000 at once. "
        "Nothing was lost on your side: please send it in parts."
    )
    assert len(await house.models.requests()) == before


async def test_long_messages_do_not_take_the_room_of_the_next(house: House, alex: Person) -> None:
    for n in range(4):
        assert (await alex.ask(f"{n} " + "lorem ipsum " * 900)).state == "ended"
    assert (await alex.ask("What did Dana Whitfield write?")).state == "ended"


@pytest.mark.parametrize("text", ["<@{bot}>", "<@{bot}> \u200b\u2060"])
async def test_no_words(house: House, alex: Person, text: str) -> None:
    said = await alex.told(text.format(bot=alex.screen.bot))
    assert said == "I didn't find any words in that. Tell me what you need, or type `help`."


@pytest.mark.parametrize("text", ["", "What does this say?"])
async def test_a_file(house: House, alex: Person, text: str) -> None:
    said = await alex.told(text, files=[{"name": "offer.pdf", "size": 1000, "mimetype": "application/pdf"}])
    assert said == (
        "I can't read files yet, so I didn't act on that message. "
        "Paste the text that matters and I'll take it from there."
    )


async def test_guests_and_strangers(house: House, alex: Person) -> None:
    guest = next(p for p in await house.people() if p["is_restricted"])
    stranger = await house.slack.post(
        "people", name="sly", real_name="Sly Stranger", email="sly@elsewhere.example", tz="UTC", kind="stranger"
    )
    before = len(await house.models.requests())
    for about in (guest, stranger):
        async with house.visit(about) as person:
            for text in ("What is in my inbox?", "help", "connect"):
                said = await person.told(text)
                assert said.startswith("I only work for members of this workspace who were given access.")
    assert len(await house.models.requests()) == before


@asynccontextmanager
async def plain(house: House) -> AsyncIterator[None]:
    """An app with nothing set that needn't be, whose model host is away; the usual one comes back with the house. A
    mail is held for as long as can be set: whoever clicks here shares the machine."""
    await house.stop_app(house.app)
    host = f"http://127.0.0.1:{free_port()}"
    await house.start_app(house.app, REQUESTS_PER_MINUTE="", SEND_HOLD_SECONDS=LONGEST, OLLAMA_HOST=host)
    try:
        yield
    finally:
        await house.stop_app(house.app)


async def test_what_holds_when_nothing_is_set(house: House, alex: Person, priya: Person) -> None:
    """One app for all of it, because a start takes seconds."""
    deed = Reply(house, alex)
    card = await deed.proposed()
    nobody = await house.slack.post("people", name="eva", real_name="Eva Eager", email="eva@larkspur.example", tz="UTC")
    async with plain(house), house.visit(nobody) as eva:
        await a_send_can_be_cancelled(alex, deed, card)
        await the_model_is_away(priya)
        await too_many_requests(eva)


async def a_send_can_be_cancelled(alex: Person, deed: Reply, card: Card) -> None:
    await alex.click(card, "approve")
    held = await alex.until_shows(card, "approved")
    assert held.offers == ["Cancel"]
    await deed.check_nothing()
    await alex.click(held, "cancel")
    cancelled = await alex.until_shows(card, "cancelled")
    assert cancelled.offers == []
    await deed.check_nothing()


async def the_model_is_away(person: Person) -> None:
    answer = await person.ask("What did Dana Whitfield write?")
    assert answer.state == "failed"
    assert answer.words == (
        "I can't reach the language model at the moment. Nothing was changed; please ask again in a minute."
    )


async def too_many_requests(eva: Person) -> None:
    asked = [await eva.say(f"Request {n} of many") for n in range(LIMIT)]
    for ts in asked:
        answer = await eva.answered(ts)
        assert answer.words.startswith("No mail or calendar account is connected yet.")
        await eva.until_invited(ts)
    refused = await eva.told("One more")
    assert refused.startswith("That's more than 20 requests in a minute. I haven't taken this one on;")
    assert (await eva.told("help")).startswith("I'm Steward")  # words of command aren't requests
