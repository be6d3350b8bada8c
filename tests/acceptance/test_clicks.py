"""A click decides once, and only its owner's click decides."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

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
    async with posted(house, alex, card.message["blocks"]) as twin:
        await alex.approve(card)
        refusals = await refused(alex, twin, "approve", "reject")
    assert refusals == ["That card is already done, so the click changed nothing."] * 2
    assert alex.now(card).status == "done"
    await deed.check_once()


@pytest.mark.parametrize("kind", DEEDS)
async def test_a_strangers_click_decides_nothing(house: House, alex: Person, priya: Person, kind: type[Deed]) -> None:
    deed = kind(house, alex)
    card = await deed.proposed()
    with pytest.raises(PlayError, match="can't see that conversation"):
        await priya.click(card, "approve")
    # The same buttons with the same values, where Priya can click them: the click is hers, the card isn't.
    async with posted(house, priya, card.message["blocks"]) as twin:
        refusals = await refused(priya, twin, "approve", "reject")
    assert refusals == ["That card isn't there for you to decide."] * 2
    await house.slack.until_acked()
    await deed.check_nothing()
    assert alex.now(card).status == "proposed"
    assert (await alex.approve(card)).status == "done"
    await deed.check_once()


async def test_a_stranger_cannot_undo(house: House, alex: Person, priya: Person) -> None:
    deed = DEEDS[0](house, alex)
    done = await alex.approve(await deed.proposed())
    async with posted(house, priya, done.message["blocks"]) as twin:
        refusals = await refused(priya, twin, "undo")
    assert refusals == ["That card isn't there for you to decide."]
    await deed.check_once()


@pytest.mark.parametrize("action", ["decide:approve", "decide:undo", "decide:everything"])
@pytest.mark.parametrize("value", ["not-a-uuid", "00000000-0000-0000-0000-000000000000"])
async def test_a_button_that_steward_never_made_decides_nothing(
    house: House, alex: Person, action: str, value: str
) -> None:
    mark = await house.google.mark()
    words = {"type": "plain_text", "text": "Click me"}
    button = {"type": "button", "action_id": action, "value": value, "text": words}
    async with posted(house, alex, [{"type": "actions", "elements": [button]}]) as card:
        refusals = await refused(alex, card, action.partition(":")[2])
    assert refusals == ["That card isn't there for you to decide."]
    assert await house.google.commits(mark) == []


async def refused(person: Person, card: Card, *decisions: str) -> list[str]:
    """What a person is told who clicks these."""
    before = len(person.screen.whispers)
    for decision in decisions:
        await person.click(card, decision)
    await person.screen.until(
        lambda: len(person.screen.whispers) == before + len(decisions), what=f"{len(decisions)} refusals"
    )
    return person.screen.whispers[before:]


@asynccontextmanager
async def posted(house: House, reader: Person, blocks: list[Json]) -> AsyncIterator[Card]:
    """What the app could have posted to somebody, had it a bug: a copy of a card, with the same buttons."""
    ts = (await house.bot.chat_postMessage(channel=reader.dm, text="A forged card", blocks=blocks))["ts"]
    message = await reader.screen.until(lambda: reader.screen.messages.get((reader.dm, ts)), what="the forged card")
    yield Card(reader.dm, message)
    await house.bot.chat_delete(channel=reader.dm, ts=ts)
