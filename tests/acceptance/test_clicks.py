"""A click decides once, and only its owner's click decides."""

import asyncio

import pytest

from sandbox.playing.errors import PlayError
from tests.acceptance.deeds import DEEDS, Deed, Reply
from tests.acceptance.house import House
from tests.acceptance.people import Card, Json, Person

CLICKS = 20


@pytest.mark.parametrize("kind", DEEDS)
async def test_twenty_clicks_at_once_do_it_once(house: House, alex: Person, kind: type[Deed]) -> None:
    deed = kind(house, alex)
    card = await deed.proposed()
    whispers = len(alex.screen.whispers)
    await asyncio.gather(*(alex.click(card, "approve") for _ in range(CLICKS)))
    done = await alex.until_shows(card, "done")
    await alex.screen.until(lambda: len(alex.screen.whispers) >= whispers + CLICKS - 1, what="what the others came to")
    assert all("so the click changed nothing" in whisper for whisper in alex.screen.whispers[whispers:])
    await deed.check_once()
    assert len(alex.cards(card.thread)) == 1
    assert done.text.count("✅") == 1


async def test_a_click_after_the_deed_changes_nothing(house: House, alex: Person) -> None:
    """The old drawing of a card may still be on a screen: its buttons decide nothing any more."""
    deed = Reply(house, alex)
    card = await deed.proposed()
    twin = await twin_of(house, alex, card)
    await alex.approve(card)
    whispers = len(alex.screen.whispers)
    for decision in ("approve", "reject"):
        await alex.click(twin, decision)
    await alex.screen.until(lambda: len(alex.screen.whispers) == whispers + 2, what="two refusals")
    assert alex.screen.whispers[whispers:] == ["That card is already done, so the click changed nothing."] * 2
    assert alex.now(card).status == "done"
    await deed.check_once()


@pytest.mark.parametrize("kind", DEEDS)
async def test_a_strangers_click_decides_nothing(house: House, alex: Person, priya: Person, kind: type[Deed]) -> None:
    deed = kind(house, alex)
    card = await deed.proposed()
    with pytest.raises(PlayError, match="can't see that conversation"):
        await priya.click(card, "approve")
    # The same buttons with the same values, where Priya can click them: the click is hers, the card isn't.
    twin = await twin_of(house, priya, card)
    whispers = len(priya.screen.whispers)
    for decision in ("approve", "reject"):
        await priya.click(twin, decision)
    await priya.screen.until(lambda: len(priya.screen.whispers) == whispers + 2, what="two refusals")
    assert priya.screen.whispers[whispers:] == ["That card isn't there for you to decide."] * 2
    await house.slack.until_acked()
    await deed.check_nothing()
    assert alex.now(card).status == "proposed"
    assert (await alex.approve(card)).status == "done"
    await deed.check_once()


async def test_a_stranger_cannot_undo(house: House, alex: Person, priya: Person) -> None:
    deed = DEEDS[0](house, alex)
    done = await alex.approve(await deed.proposed())
    twin = await twin_of(house, priya, done)
    whispers = len(priya.screen.whispers)
    await priya.click(twin, "undo")
    await priya.screen.until(lambda: len(priya.screen.whispers) == whispers + 1, what="a refusal")
    await deed.check_once()


@pytest.mark.parametrize("action", ["decide:approve", "decide:undo", "decide:everything"])
@pytest.mark.parametrize("value", ["not-a-uuid", "00000000-0000-0000-0000-000000000000"])
async def test_a_button_that_steward_never_made_decides_nothing(
    house: House, alex: Person, action: str, value: str
) -> None:
    mark = await house.google.mark()
    words = {"type": "plain_text", "text": "Click me"}
    button = {"type": "button", "action_id": action, "value": value, "text": words}
    card = await posted(house, alex, [{"type": "actions", "elements": [button]}])
    await alex.click(card, action.partition(":")[2])
    await house.slack.until_acked()
    assert await house.google.commits(mark) == []


async def twin_of(house: House, reader: Person, card: Card) -> Card:
    """A copy of a card, with the same buttons, in somebody's direct messages."""
    return await posted(house, reader, card.message["blocks"])


async def posted(house: House, reader: Person, blocks: list[Json]) -> Card:
    """What the app could have posted, had it a bug."""
    ts = (await house.bot.chat_postMessage(channel=reader.dm, text="A forged card", blocks=blocks))["ts"]
    message = await reader.screen.until(lambda: reader.screen.messages.get((reader.dm, ts)), what="the forged card")
    return Card(reader.dm, message)
