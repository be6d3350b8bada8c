"""The contract of Chat for the message of a plan: it stands once, above its cards, and is drawn anew in its place."""

import pytest

from app.domain.approvals import Status
from app.domain.errors import ChatError
from app.domain.plans import Plan
from tests.contract.test_chat import NOW, Talk, talk
from tests.samples import archive, proposal

__all__ = ["talk"]


def plan(talk: Talk, *statuses: Status) -> Plan:
    turn = talk.turn()
    steps = [
        proposal(archive(f"m{n}"), turn, NOW, position=n).model_copy(update={"status": status})
        for n, status in enumerate(statuses)
    ]
    return Plan(turn=turn, steps=tuple(steps))


async def test_a_plan_is_posted_and_drawn_anew_where_it_stands(talk: Talk) -> None:
    posted = plan(talk, Status.PROPOSED, Status.PROPOSED)
    ts = await talk.chat.plan(posted)
    standing = posted.model_copy(update={"turn": posted.turn.model_copy(update={"plan_ts": ts})})
    assert await talk.chat.plan(standing) == ts
    rejected = plan(talk, Status.REJECTED, Status.DONE).model_copy(update={"turn": standing.turn})
    assert await talk.chat.plan(rejected) == ts
    assert await talk.chat.plan(posted, again=True) == ts
    assert await talk.chat.plan(plan(talk, Status.PROPOSED, Status.PROPOSED)) != ts


async def test_a_plan_that_stands_nowhere_cannot_be_drawn_anew(talk: Talk) -> None:
    lost = plan(talk, Status.PROPOSED, Status.PROPOSED)
    gone = lost.model_copy(update={"turn": lost.turn.model_copy(update={"plan_ts": "1.000001"})})
    with pytest.raises(ChatError):
        await talk.chat.plan(gone)
