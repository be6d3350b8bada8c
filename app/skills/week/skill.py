"""The errand "week": propose a better week, and at a click the cards that bring it about."""

import asyncio
from typing import ClassVar
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from app.domain.cards import counted
from app.domain.desk import Desk
from app.domain.errors import Refusal
from app.domain.memory import Trail
from app.domain.ports import Request, Services, Thought, Watch
from app.domain.reading import Reading
from app.planning.week import PATIENCE, Solution, Stuck, optimise
from app.planning.week.wishes import wished
from app.skills.week.gathering import Found, gather
from app.skills.week.moving import Cards, Chosen
from app.skills.week.reporting import report

APPLY = "apply "
READY = "Nothing changes before you approve."


class Week:
    long: ClassVar[bool] = True

    def __init__(self, services: Services, *, patience: float = PATIENCE) -> None:
        self._services = services
        self._patience = patience

    async def run(self, argument: str, request: Request, desk: Desk, watch: Watch) -> Thought:
        """Find the best week for a span and rules in words; "apply CHANGES" prepares the cards of what was shown."""
        if not desk.calendars:
            raise Refusal(why="No account with a calendar is connected. Type `connect` to add one.")
        preferences = await self._services.store.preferences.of(request.person.id)
        zone = request.person.zone
        if (portion := _chosen(argument)) is not None:
            return await self._applied(portion, request, desk, zone)
        reading = Reading()
        wish = wished(argument, preferences, now=request.now, zone=zone)
        await watch("is reading your calendars…")
        found = await gather(desk, wish, request.now.astimezone(ZoneInfo(zone)), reading)
        await watch(f"is looking for a better week with {counted(len(found.own), 'meeting')} to move…")
        answer = await asyncio.to_thread(_best, found, self._patience)
        shown = report(found, answer, reading.notes)
        return Thought(reply=shown.summary, trail=Trail(report=shown))

    async def _applied(self, portion: Chosen, request: Request, desk: Desk, zone: str) -> Thought:
        """The cards of a portion, as it was shown."""
        cards = Cards(desk, request.now, zone)
        await cards.make(portion)
        if not cards.actions:
            return Thought(reply="Nothing of it can be done any more.", notes=tuple(cards.notes))
        are = "is" if len(cards.actions) == 1 else "are"
        reply = f"{counted(len(cards.actions), 'card')} {are} ready. {READY}"
        return Thought(reply=reply, actions=tuple(cards.actions), notes=tuple(cards.notes))


def _chosen(argument: str) -> Chosen | None:
    """What an offer of ours stands for; None for words of a person."""
    try:
        return Chosen.model_validate_json(argument.removeprefix(APPLY)) if argument.startswith(APPLY) else None
    except ValidationError:
        return None


def _best(found: Found, patience: float) -> Solution | Stuck:
    return optimise(found.meetings, found.rules, found.wish.start, found.wish.end, patience=patience)
