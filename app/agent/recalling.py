"""What the model is told of the turns before: their lines, what was listed, and what became of cards."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage

from app.agent.tools.cards import about, listed
from app.agent.tools.fitting import Result, serialised
from app.agent.tools.tool import fenced
from app.domain.asking import Listed
from app.domain.ports import Request
from app.domain.types import CHOICE, CODE, PERSON, STEWARD
from app.planning.following import OUTCOMES
from app.planning.sanitising import visible

LINE = 600
"""Characters of an earlier line the model sees again: twelve of them leave three quarters of an 8k window."""
RECENT = timedelta(days=1)
"""How long a card that was decided is spoken of."""
ROOM = 300
"""Characters of one value of a card that was decided."""
WAITING_CARDS, EARLIER = "waiting_cards", "earlier"
"""The tool calls that code makes, so that the model needn't."""
ROLES: dict[str, type[BaseMessage]] = {
    PERSON: HumanMessage,
    CODE: HumanMessage,
    CHOICE: HumanMessage,
    STEWARD: AIMessage,
}


def history(request: Request) -> list[BaseMessage]:
    """The lines of the turns before, the oldest first."""
    return [ROLES[line.role](shortened(visible(line.text))) for line in request.history]


def background(request: Request) -> list[BaseMessage]:
    """What is known besides the lines, as tools' results: it holds strangers' words, which have no place in a prompt's
    instructions."""
    told: dict[str, Result] = {}
    if earlier := _earlier(request):
        told[EARLIER] = fenced(**earlier)
    if request.waiting or request.rejected is not None:
        told[WAITING_CARDS] = listed(request)
    if not told:
        return []
    calls = [ToolCall(name=name, args={}, id=name, type="tool_call") for name in told]
    results = [ToolMessage(serialised(told[name]), tool_call_id=name, name=name) for name in told]
    return [AIMessage("", tool_calls=calls), *results]


def _earlier(request: Request) -> dict[str, Any]:
    """What the last answer spoke of, in its order, and the cards that were decided lately."""
    shown = enumerate(listed_before(request), start=1)
    rows = [{"n": n, "ref": each.ref, "title": each.title} for n, each in shown]
    return {name: value for name, value in (("listed", rows), ("decided", _decided(request))) if value}


def listed_before(request: Request) -> tuple[Listed, ...]:
    """What the last answer that spoke of anything spoke of, in its order."""
    return next((line.listed for line in reversed(request.history) if line.listed), ())


def _decided(request: Request) -> Sequence[dict[str, Any]]:
    since, known = request.now - RECENT, {approval.id for approval in request.results}
    recent = [a for a in request.ended if a.id not in known and (a.decided_at or a.proposed_at) > since]
    return [about(a.action, request.now, ROOM) | {"ended": OUTCOMES.get(a.status, "under way")} for a in recent]


def shortened(line: str) -> str:
    """An earlier line, so short that one long message doesn't take the room of all that follow."""
    return line if len(line) <= LINE else f"{line[:LINE]} … (shortened)"
