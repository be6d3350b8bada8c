"""Tools for the cards of a person: list those that wait, go on when those of this turn are settled."""

from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field

from app.agent.bench import Bench
from app.agent.tools.fitting import Result
from app.agent.tools.tool import Tool, fenced, maker
from app.domain.actions import Action
from app.domain.cards import Part
from app.domain.errors import Refusal
from app.domain.ports import Request
from app.planning.sanitising import visible

SHOWN = 8
"""Cards listed, the newest and those of this thread first: more is more than a small model tells apart."""
ROOM = 4_000
"""Characters for the words of all of them together."""
LEAST = 200
"""Characters that one value of a card has in any case."""
WHAT = 1_000
"""Characters of what is left to do."""


class ContinueAfter(Tool):
    """Note what is left to do when it needs what this turn's cards bring only once they are done, such as a link. You
    are asked again then. Only together with cards."""

    step: ClassVar[str] = "is planning the next steps…"
    what: str = Field(min_length=1, max_length=WHAT, description="as the person said it: mail the guests its link")

    async def run(self, bench: Bench) -> Result:
        what = " ".join(visible(self.what).split())
        if bench.sources.taints(what, Part.BODY):
            raise Refusal(why="Those are words of a mail or an event, not what the person asked for.")
        bench.then = what
        return {"noted": "I'm asked again when the cards of this turn are settled."}


def listed(request: Request) -> Result:
    """The cards as a tool's result: their words may be strangers'."""
    waiting, now = request.waiting, request.now
    newest = sorted(waiting, key=lambda card: card.here)[-SHOWN:]
    room = max(ROOM // max(len(newest), 1), LEAST)
    cards = [
        {"ref": card.ref, "in_this_thread": card.here, **about(card.action, now, room)}
        for card in waiting
        if card in newest
    ]
    rejected = {"rejected": about(request.rejected, now, ROOM)} if request.rejected else {}
    left_out = {"left_out": f"{len(waiting) - len(newest)} older cards"} if len(waiting) > len(newest) else {}
    return {**fenced(cards=cards, **rejected), **left_out}


def about(action: Action, now: datetime, room: int) -> dict[str, Any]:
    """A card as the model may speak of it: what it says, and the tool with the arguments that would make it again."""
    shown = action.card()
    asked = {name: _shortened(value, room) for name, value in action.asked(now).items() if value not in ("", [])}
    return {
        "tool": maker(type(action)),
        "card": f"{shown.title}: {shown.summary}",
        "asked": asked,
    }


def _shortened(value: Any, room: int) -> Any:
    if isinstance(value, str) and len(value) > room:
        return f"{value[:room]} … (shortened)"
    return value
