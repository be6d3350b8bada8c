"""Clicks on cards."""

import re
from uuid import UUID

from app.assistant import Assistant
from app.domain.approvals import Decision
from app.domain.errors import AlreadySettled, NotYours
from app.domain.ports import Chat
from app.domain.types import ActionId, Place, person_id
from app.telemetry import Telemetry
from handlers.envelopes import Body

BUTTON = re.compile(r"^decide:(\w+)$")
"""The action_id of a button that decides; its value is the action's id and nothing else. Its block is named after the
confirmations the card showed, so that two clicks on one drawing count once."""


class Clicks:
    """Turns a click into a decision."""

    def __init__(self, assistant: Assistant, chat: Chat, telemetry: Telemetry) -> None:
        self._assistant = assistant
        self._chat = chat
        self._telemetry = telemetry

    async def decide(self, body: Body) -> None:
        """A button of a card: the click's owner is who clicked, whatever the button says."""
        click, user = body["actions"][0], str(body["user"]["id"])
        person = person_id(str(body["user"].get("team_id") or body["team"]["id"]), user)
        decision = None
        try:
            action, decision = meant(click["action_id"].partition(":")[2], click["value"])
            await self._assistant.decide(person, action, decision, click=str(click.get("block_id", "")))
            self._count(decision, "moved")
        except (NotYours, AlreadySettled) as refusal:
            self._count(decision, refusal.code)
            await self._chat.whisper(place(body), user, refusal.sentence)

    def _count(self, decision: Decision | None, result: str) -> None:
        self._telemetry.decisions.labels(decision.value if decision else "none", result).inc()


def meant(word: str, value: str) -> tuple[ActionId, Decision]:
    """What a button decides; raises NotYours for one that no card of ours ever had."""
    try:
        return ActionId(UUID(value)), Decision(word)
    except ValueError:
        raise NotYours from None


def place(body: Body) -> Place:
    """Where the card stands that was clicked."""
    container = body["container"]
    ts = str(container["message_ts"])
    return Place(channel=str(container["channel_id"]), thread=str(container.get("thread_ts", ts)))
