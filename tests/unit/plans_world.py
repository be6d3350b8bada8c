"""Requests with several actions, over fakes."""

from datetime import timedelta
from typing import Any

from app.domain.actions import Action
from app.domain.approvals import Decision, Status
from app.domain.errors import Refused
from app.domain.memory import Trail
from app.domain.plans import Plan
from app.domain.ports import Thought
from app.domain.types import TurnId
from tests.fakes import ManualClock
from tests.samples import ANN, message
from tests.unit.desk_world import mail
from tests.unit.steward_at_work import AtWork

D = Decision
START = ManualClock().now() + timedelta(hours=3)
THEN = "mail the guests its link"
REFUSED = Refused(provider="Gmail", why="no")


def at_work() -> AtWork:
    return AtWork(mail("m1"), mail("m2", thread="t2"), mail("m3", thread="t3"))


async def propose(at: AtWork, *actions: Action, then: str = "", replaces: dict[Any, Any] | None = None) -> TurnId:
    at.mind.will(Thought(reply="Cards are ready.", actions=actions, trail=Trail(then=then), replaces=replaces or {}))
    await at.assistant.hear(message())
    return at.disk.approvals[actions[0].id].approval.turn


def plan(at: AtWork, turn: TurnId) -> Plan:
    """The message of the plan as it stands."""
    return at.chat.plans[turn][-1]


def offered(at: AtWork, turn: TurnId, decision: Decision = D.APPROVE) -> list[Any]:
    return [step.id for step in plan(at, turn).offered(decision)]


async def approve_all(at: AtWork, turn: TurnId) -> int:
    return await at.assistant.decide_all(ANN.id, turn, D.APPROVE, shown=offered(at, turn))


def statuses(at: AtWork, *actions: Action) -> list[Status]:
    return [at.status(action) for action in actions]


def drawn(at: AtWork, turn: TurnId) -> list[Status]:
    return [step.status for step in plan(at, turn).steps]


async def work_off(at: AtWork) -> None:
    """Workers look until nobody is woken any more."""
    while at.outside.queue.woken:
        await at.work()
