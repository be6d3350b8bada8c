"""Clicks on cards."""

import re
from uuid import UUID

from app.assistant import Assistant
from app.domain.approvals import Decision
from app.domain.chat import Chat
from app.domain.errors import AllSettled, AlreadySettled, NotYours
from app.domain.types import ActionId, Place, TurnId, person_id
from app.telemetry import Telemetry
from handlers.envelopes import Body

BUTTON = re.compile(r"^decide:(\w+)$")
"""The action_id of a button that decides; its value is the action's id and nothing else. Its block is named after the
confirmations the card showed, so that two clicks on one drawing count once."""

PLAN_BUTTON = re.compile(r"^plan:(approve|reject)$")
"""The action_id of a button that decides several; its value is the turn's id and those of the actions it stands for."""


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

    async def decide_all(self, body: Body) -> None:
        """A button of a plan: the same decision for all the cards it stands for."""
        click, user = body["actions"][0], str(body["user"]["id"])
        person = person_id(str(body["user"].get("team_id") or body["team"]["id"]), user)
        decision = None
        try:
            turn, decision, shown = meant_by_all(click["action_id"].partition(":")[2], click["value"])
            moved = await self._assistant.decide_all(person, turn, decision, shown=shown)
            self._count(decision, "moved", times=moved)
        except (NotYours, AllSettled) as refusal:
            self._count(decision, refusal.code)
            await self._chat.whisper(place(body), user, refusal.sentence)

    def _count(self, decision: Decision | None, result: str, *, times: int = 1) -> None:
        self._telemetry.decisions.labels(decision.value if decision else "none", result).inc(times)


def meant(word: str, value: str) -> tuple[ActionId, Decision]:
    """What a button decides; raises NotYours for one that no card of ours ever had."""
    try:
        return ActionId(UUID(value)), Decision(word)
    except ValueError:
        raise NotYours from None


def meant_by_all(word: str, value: str) -> tuple[TurnId, Decision, frozenset[ActionId]]:
    """What a button of a plan decides; raises NotYours for one that no plan of ours ever had."""
    plan, *steps = value.split(" ")
    turn, decision = meant(word, plan)
    return TurnId(turn), decision, frozenset(meant(word, step)[0] for step in steps)


def place(body: Body) -> Place:
    """Where the card stands that was clicked."""
    container = body["container"]
    ts = str(container["message_ts"])
    return Place(channel=str(container["channel_id"]), thread=str(container.get("thread_ts", ts)))
