"""Two changes of one event over real processes: one edited in its form, both undone one after the other."""

from tests.acceptance.deeds import Event, calls
from tests.acceptance.house import House
from tests.acceptance.people import Card, Person
from tests.acceptance.stand_ins import Json
from tests.acceptance.test_forms import form, submitted, the_new_one

DANA = "dana.whitfield@larkspur.example"


async def change(house: House, person: Person, event: Json, **more: object) -> Card:
    """The card of a change of this event."""
    ask = f"Please change {event['id']}: {', '.join(more)}"
    ref = f"work:{person.accounts[0]}:{event['id']}"
    call = calls("change_events", do="edit", events=[ref], **more)
    await house.models.script(call, {"content": "A card is ready."}, match=ask)
    return (await person.ask(ask)).card


def told(event: Json) -> tuple[str, str, list[str]]:
    guests = sorted(a["email"] for a in event.get("attendees", ()) if not a.get("self"))
    return event["summary"], event.get("location", ""), guests


async def test_changes_are_edited_made_and_undone_one_by_one(house: House, alex: Person) -> None:
    deed = Event(house, alex)
    await alex.approve(await deed.proposed())
    (made,) = [e for e in (await house.google.events(deed.account)).values() if e.get("summary") == deed.mark]
    before = told(made)

    async def now() -> tuple[str, str, list[str]]:
        return told((await house.google.events(deed.account))[made["id"]])

    proposed = await change(house, alex, made, place="Room 2")
    view = await form(alex, proposed)
    assert await submitted(alex, view, guests_0=f"{deed.guest}\n{DANA}") == {}
    first = await the_new_one(alex, proposed)
    assert f"New guest <{DANA}> · typed by you" in first.lines
    assert (await alex.approve(first)).status == "done"
    with_dana = (deed.mark, "Room 2", sorted([DANA, deed.guest]))
    assert await now() == with_dana

    second = await change(house, alex, made, title=f"{deed.mark}, moved")
    assert (await alex.approve(second)).status == "done"
    assert await now() == (f"{deed.mark}, moved", *with_dana[1:])

    await alex.click(alex.now(first), "undo")  # the second change stands in its way
    why = "its title changed since, so I left it alone"
    await alex.screen.until(lambda: why in alex.now(first).text, what="why it isn't undone")
    assert (alex.now(first).status, alex.now(first).offers) == ("done", ["Undo"])
    await alex.click(alex.now(second), "undo")
    await alex.until_shows(second, "undone")
    assert await now() == with_dana
    await alex.click(alex.now(first), "undo")
    await alex.until_shows(first, "undone")
    assert await now() == before
