"""A change that Google refuses half way, over real processes: the card says what stands, and offers the rest."""

import re

from tests.acceptance.deeds import calls
from tests.acceptance.house import House
from tests.acceptance.people import Card, Person

INSERT = "POST /calendar/v3/calendars/*/events"
REFUSED = {"n": 1, "status": 403, "reason": "forbidden"}


async def mirror(house: House, person: Person) -> Card:
    """The card by which the personal calendar shows when work is busy."""
    ask = "Please show in my personal calendar when work is busy in the next ten days"
    into = person.accounts[1]
    call = calls("block_time", kind="mirror", account=person.accounts[0], into=into, within="the next 10 days")
    await house.models.script(call, {"content": "A card is ready."}, match=ask)
    return (await person.ask(ask)).card


async def blocks(house: House, person: Person) -> int:
    """Busy blocks that stand in the personal calendar."""
    there = (await house.google.events(person.accounts[1])).values()
    return sum(e.get("summary") == "Busy" and e["status"] == "confirmed" for e in there)


async def test_blocks_that_were_put_are_told_and_the_rest_is_put_later(house: House, alex: Person) -> None:
    before = await blocks(house, alex)
    card = await mirror(house, alex)
    await house.google.turn(fail_next={INSERT: REFUSED})
    part = await alex.approve(card)
    assert part.status == "partial"
    told = next(filter(None, (re.search(r"(\d+) of (\d+) busy blocks? added", line) for line in part.lines)))
    added, wanted = map(int, told.groups())
    assert 0 < added < wanted, "the person's weeks hold several meetings"
    assert await blocks(house, alex) == before + added
    assert "Nothing was changed" not in part.text
    assert part.offers == ["Do the rest", "Undo"]

    await alex.click(part, "resume")
    done = await alex.until_shows(card, "done")
    assert f"{wanted} busy blocks added" in done.text
    assert await blocks(house, alex) == before + wanted
    await alex.click(done, "undo")
    await alex.until_shows(card, "undone")
    assert await blocks(house, alex) == before
