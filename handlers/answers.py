"""Clicks on the options of a question, and on what is offered under a report."""

import re
from uuid import UUID

from app.assistant import Assistant
from app.domain.chat import Chat
from app.domain.errors import NotYours, OfferTaken, QuestionOver
from app.domain.types import TurnId, person_id
from handlers.approvals import place
from handlers.envelopes import Body

OPTION = re.compile(r"^answer:(\d)$")
"""The action_id of a button that answers: which option; its value is the id of the turn that asks and nothing else."""

OFFER = re.compile(r"^offer:(\d{1,3})$")
"""The action_id of a button under a report: which offer; its value is the id of the turn that reported."""
OFFERS = "offers"
"""The action_id of a menu beside a line of a report: its options' values are such an action_id and such a value."""


class Answers:
    """Turns a click into the person's own words."""

    def __init__(self, assistant: Assistant, chat: Chat) -> None:
        self._assistant = assistant
        self._chat = chat

    async def choose(self, body: Body) -> None:
        """A button of a question: who answers is who clicked, whatever the button says."""
        click, user = body["actions"][0], str(body["user"]["id"])
        person = person_id(str(body["user"].get("team_id") or body["team"]["id"]), user)
        try:
            await self._assistant.choose(person, *asked(click["action_id"], click["value"]))
        except (NotYours, QuestionOver) as refusal:
            await self._chat.whisper(place(body), user, refusal.sentence)

    async def take_up(self, body: Body) -> None:
        """A button or a menu's option that offers something: who takes it up is who clicked, whatever that says."""
        click, user = body["actions"][0], str(body["user"]["id"])
        person = person_id(str(body["user"].get("team_id") or body["team"]["id"]), user)
        try:
            await self._assistant.take_up(person, *asked(*clicked(click), OFFER))
        except (NotYours, OfferTaken) as refusal:
            await self._chat.whisper(place(body), user, refusal.sentence)


def clicked(click: Body) -> tuple[str, str]:
    """A button's name and value, or those that a menu's option has for a value."""
    option = click.get("selected_option")
    if option is None:
        return click["action_id"], click["value"]
    action, _, value = str(option["value"]).partition(" ")
    return action, value


def asked(action: str, value: str, button: re.Pattern[str] = OPTION) -> tuple[TurnId, int]:
    """Which turn a button belongs to, and which of its buttons it is; raises NotYours if no turn of ours had it."""
    option = button.match(action)
    try:
        turn = TurnId(UUID(value))
    except ValueError:
        raise NotYours from None
    if option is None:
        raise NotYours
    return turn, int(option[1])
