"""A report at the page: its words, and the buttons under it."""

from typing import Any

from sandbox.playing.blocks import buttons
from tests.acceptance.people import TURN, Answer, Person, payload

Json = dict[str, Any]


def reported(person: Person, answer: Answer) -> Json:
    """The message that holds the report of an answer, as it stands now."""
    there = [m for m in person.screen.steward(person.dm, answer.asked) if payload(m, TURN)]
    return there[0]


def labels(message: Json) -> list[str]:
    return [button.text for button in buttons(message) if button.action_id.startswith("offer:")]


def menus(message: Json) -> dict[str, Json]:
    """The lines with a menu, by their words."""
    sections = (block for block in message.get("blocks", ()) if block["type"] == "section")
    return {block["text"]["text"]: block for block in sections if block.get("accessory", {}).get("type") == "overflow"}


async def chosen(person: Person, message: Json, line: str, label: str) -> Answer:
    """What comes of an option of the menu beside a line."""
    section = menus(message)[line]
    menu = section["accessory"]
    option = next(each for each in menu["options"] if each["text"]["text"] == label)
    container = {"type": "message", "channel": person.dm, "ts": message["ts"]}
    names = {"block_id": section["block_id"], "action_id": menu["action_id"]}
    await person.page.post("click", container=container, **names, selection={"selected_option": option})
    return await person.answered(str(message["ts"]), thread=str(message["thread_ts"]))


async def taken(person: Person, message: Json, label: str) -> Answer:
    """What comes of a click on an offer."""
    found = next(b for b in buttons(message) if b.text == label and b.action_id.startswith("offer:"))
    container = {"type": "message", "channel": person.dm, "ts": message["ts"]}
    await person.page.post("click", container=container, block_id=found.block_id, action_id=found.action_id)
    return await person.answered(str(message["ts"]), thread=str(message["thread_ts"]))
