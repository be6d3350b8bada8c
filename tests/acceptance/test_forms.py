"""Forms over real processes: a card is changed once and by its owner, whatever is killed meanwhile."""

import asyncio
from typing import Any

import pytest

from sandbox.playing.blocks import buttons
from tests.acceptance.deeds import DEEDS, Archive, Deed, Event, Reply
from tests.acceptance.house import House
from tests.acceptance.people import Card, Json, Person
from tests.acceptance.test_clicks import posted
from tests.acceptance.waiting import until

CHANGES: dict[type[Deed], tuple[str, str]] = {
    Archive: ("others:0", "nobody@elsewhere.example"),
    Reply: ("body:0", "Quite another text."),
    Event: ("place:0", "Room 2"),
}
"""An entry for each kind of card: where, and what."""


def opening(card: Card, button: str) -> Json:
    """Where to click to open a form."""
    found = next(b for b in buttons(card.message) if b.action_id == f"open:{button}")
    container = {"type": "message", "channel": card.channel, "ts": card.ts}
    return {"container": container, "block_id": found.block_id, "action_id": found.action_id}


async def form(person: Person, card: Card, button: str = "edit") -> Json:
    """The form that opens."""
    await person.page.post("click", **opening(person.now(card), button))

    async def opened() -> Json | None:
        views = (await person.page.get("views", user=person.user))["modals"]
        return dict(views[-1]) if views else None

    return await until(opened, what=f"the form behind {button}")


async def submitted(person: Person, view: Json, **entries: str) -> Json:
    """What Slack says to a submission; entries are named by their blocks, with _ before the number."""
    actions = {b["block_id"]: b["element"]["action_id"] for b in view["blocks"] if b["type"] == "input"}
    blocks = {":".join(name.rsplit("_", 1)): value for name, value in entries.items()}
    values: dict[str, Any] = {block: {actions[block]: {"value": value}} for block, value in blocks.items()}
    return dict(await person.page.post("submit", view_id=view["id"], state={"values": values}))


async def changed(person: Person, card: Card, kind: type[Deed]) -> Json:
    block, words = CHANGES[kind]
    return await submitted(person, await form(person, card), **{block.replace(":", "_"): words})


def successors(person: Person, card: Card) -> list[Card]:
    return [c for c in person.cards(card.thread) if c.id != card.id]


async def the_new_one(person: Person, card: Card) -> Card:
    await person.until_shows(card, "replaced")
    return await person.screen.until(lambda: next(iter(successors(person, card)), None), what="the new card")


@pytest.mark.parametrize("kind", DEEDS)
async def test_a_changed_card_does_what_it_says_and_the_old_one_nothing(
    house: House, alex: Person, kind: type[Deed]
) -> None:
    deed = kind(house, alex)
    card = await deed.proposed()
    async with posted(house, alex, card.message["blocks"]) as twin:
        assert await changed(alex, card, kind) == {}
        new = await the_new_one(alex, card)
        whispers = len(alex.screen.whispers)
        for decision in ("approve", "reject"):
            await alex.click(twin, decision)
        await alex.page.post("click", **opening(twin, "edit"))
        await alex.screen.until(lambda: len(alex.screen.whispers) == whispers + 3, what="three refusals")
    assert set(alex.screen.whispers[whispers:]) == {"That card is already replaced, so the click changed nothing."}
    assert CHANGES[kind][1] in new.text
    assert alex.now(card).offers == []
    await deed.check_nothing()
    assert (await alex.approve(new)).status == "done"
    assert len(successors(alex, card)) == 1


async def test_many_submissions_at_once_make_one_card(house: House, alex: Person) -> None:
    card = await Reply(house, alex).proposed()
    view = await form(alex, card)
    answers = await asyncio.gather(
        *(submitted(alex, view, body_0=f"Text {n}") for n in range(8)), return_exceptions=True
    )
    assert {} in answers  # the others came too late for the form, or were told so on it
    await the_new_one(alex, card)
    await house.slack.until_acked()
    assert len(successors(alex, card)) == 1


async def test_a_strangers_click_opens_nothing(house: House, alex: Person, priya: Person) -> None:
    card = await Reply(house, alex).proposed()
    whispers = len(priya.screen.whispers)
    async with posted(house, priya, card.message["blocks"]) as twin:
        await priya.page.post("click", **opening(twin, "edit"))
        await priya.screen.until(lambda: len(priya.screen.whispers) == whispers + 1, what="a refusal")
    assert priya.screen.whispers[whispers:] == ["That card isn't there for you to decide."]
    assert (await priya.page.get("views", user=priya.user))["modals"] == []
    assert alex.now(card).status == "proposed"


async def test_the_app_is_killed_while_it_reads_the_new_preview(house: House, alex: Person) -> None:
    """The form has closed by then: what was entered is not lost."""
    deed = Event(house, alex)
    card = await deed.proposed()
    view = await form(alex, card)
    await house.google.hold("calendar.events.list", "before")
    assert await submitted(alex, view, title_0="Moved on") == {}
    await house.google.until_held()
    await house.kill_app(house.app)
    await house.google.release(drop=True)
    await house.start_app(house.app)
    new = await the_new_one(alex, card)
    assert "Moved on" in new.text
    assert len(successors(alex, card)) == 1


async def test_the_app_is_killed_while_it_posts_the_new_card(house: House, alex: Person) -> None:
    deed = Reply(house, alex)
    card = await deed.proposed()
    view = await form(alex, card)
    words = f"Never posted twice, {deed.mark}"
    await house.slack.hold(words, "after")
    assert await submitted(alex, view, body_0=words) == {}
    await house.slack.until_held()
    await house.kill_app(house.app)
    await house.slack.release(drop=True)
    await house.start_app(house.app)
    new = await the_new_one(alex, card)
    assert (await alex.approve(new)).status == "done"
    assert len(successors(alex, card)) == 1
    assert words in alex.now(new).text


async def test_the_app_is_killed_while_it_quotes_the_reason(house: House, alex: Person) -> None:
    deed = Archive(house, alex)
    card = await deed.proposed()
    await alex.click(card, "reject")
    await alex.until_shows(card, "rejected")
    reason = f"I still read {deed.mark}"
    await house.models.script({"content": "Then I leave them."}, match=reason)
    view = await form(alex, card, "explain")
    await house.slack.hold("Rejected, because", "after")
    assert await submitted(alex, view, reason_0=reason) == {}
    await house.slack.until_held()
    await house.kill_app(house.app)
    await house.slack.release(drop=True)
    await house.start_app(house.app)

    def answered() -> bool:
        return any("Then I leave them." in str(m) for m in alex.screen.steward(alex.dm, card.thread))

    await alex.screen.until(answered, what="the answer to the reason")
    await house.slack.until_acked()
    there = [str(m.get("text")) for m in alex.screen.steward(alex.dm, card.thread)]
    assert sum("Rejected, because" in text for text in there) == 1
    assert sum("Then I leave them." in text for text in there) == 1
    await deed.check_nothing()
