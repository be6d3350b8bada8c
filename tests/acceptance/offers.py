"""A report at the page: its words, the buttons under it, and the mails on the cards that they make."""

import re
from email.utils import getaddresses
from typing import Any

from sandbox.playing.blocks import buttons
from tests.acceptance.people import ALEX, TURN, Answer, Card, Person, payload
from tests.acceptance.stand_ins import Mail

Json = dict[str, Any]
Told = tuple[str, frozenset[str]]
"""With which subject a mail goes out, and to whom."""


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
    return await person.answered(str(message["ts"]), thread=str(message.get("thread_ts", "")))


def addresses(mail_: Mail, name: str) -> frozenset[str]:
    return frozenset(email.lower() for _, email in getaddresses([mail_.header(name)]) if email)


def told(card: Card) -> Told:
    """As its card has it."""
    (subject,) = [line.removeprefix("Subject ") for line in card.lines if line.startswith("Subject ")]
    people = [re.findall(r"[\w.+-]+@[\w.-]+", line.partition(" · ")[0]) for line in card.lines if line[:3] == "To "]
    return subject, frozenset(email for found in people for email in found)


def answering(thread: list[Mail]) -> Told:
    """Whom an answer to the last mail of a thread goes to, and with which subject."""
    to = addresses(thread[-1], "Reply-To") or addresses(thread[-1], "From")
    return re_(thread), to - {*ALEX}


def re_(thread: list[Mail]) -> str:
    subject = " ".join(thread[0].header("Subject").split())
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"
