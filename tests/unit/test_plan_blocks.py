"""The message of a plan as Block Kit, the buttons it has, and what a click on them is taken for."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.approvals import Approval, Decision, Status
from app.domain.errors import NotYours
from app.domain.plans import Plan
from app.domain.types import ActionId
from handlers.approvals import PLAN_BUTTON, meant_by_all
from integrations.slack.blocks import STATES
from integrations.slack.plans import WORDS, plain_plan, plan_blocks, plan_summary
from sandbox.slack.blocks import check
from tests.fakes import ManualClock
from tests.samples import archive, event, message, proposal, reply
from tests.unit.turns import turn_of

S, D = Status, Decision
NOW = ManualClock().now()
TURN = turn_of(message())
VALUE = 2_000
"""Characters of a button's value (Slack's Block Kit reference)."""


def step(position: int, **more: Any) -> Approval:
    """A step whose card stands."""
    action = more.pop("action", None) or archive(f"m{position}")
    shown = {"card_ts": "1.1", "drawn": more.get("status", S.PROPOSED)}
    return proposal(action, TURN, NOW, position=position).model_copy(update=shown | more)


def plan(*steps: Approval, then: str = "") -> Plan:
    return Plan.of(TURN.model_copy(update={"then": then}), steps)


def buttons(shown: Plan) -> dict[str, dict[str, Any]]:
    found = [b for block in plan_blocks(shown) if block["type"] == "actions" for b in block["elements"]]
    return {button["action_id"]: button for button in found}


def text(shown: Plan) -> str:
    return json.dumps(plan_blocks(shown), ensure_ascii=False)


@pytest.mark.parametrize("status", Status)
def test_every_status_of_a_step_is_shown(status: Status) -> None:
    shown = plan(step(0, status=status), step(1))
    assert check(plan_blocks(shown), "message") == []
    assert check(plain_plan(shown), "message") == []
    assert STATES[status][0] in text(shown)
    assert WORDS[status] in text(shown)


def test_the_longest_plan_fits_into_a_message() -> None:
    title = "x" * 250 + "<!channel> *bold* "
    actions = [event(NOW + timedelta(hours=n)).renewed(title=title) for n in range(1, 12)]
    shown = plan(*(step(n, action=action) for n, action in enumerate(actions)), then=title * 20)
    assert check(plan_blocks(shown), "message") == []
    assert check(plain_plan(shown), "message") == []
    assert all(len(button["value"]) <= VALUE for button in buttons(shown).values())
    marked_up = [e["text"] for b in plan_blocks(shown) if b["type"] == "context" for e in b["elements"]]
    assert "<!channel>" in text(shown)
    assert not any("<!channel>" in words for words in marked_up)


def test_one_click_stands_for_the_cards_that_can_be_seen_and_need_no_closer_look() -> None:
    seen, marked, unseen = step(0), step(1, action=reply()), step(2, card_ts="", drawn=None)
    offered = buttons(plan(seen, marked, unseen))
    assert offered["plan:approve"]["text"]["text"] == "Approve all (1)"
    assert offered["plan:approve"]["value"].split() == [str(TURN.id), str(seen.id)]
    assert offered["plan:reject"]["value"].split() == [str(TURN.id), str(seen.id), str(marked.id)]
    assert "Step 2 needs a closer look" in text(plan(seen, marked, unseen))


def test_several_marked_steps_are_named() -> None:
    shown = plan(step(0, action=reply()), step(1), step(2, action=reply()))
    assert "Steps 1, 3 need a closer look" in text(shown)
    assert "closer look" not in text(plan(step(0), step(1)))


def test_one_undecided_step_is_decided_on_its_card() -> None:
    assert buttons(plan(step(0), step(1, status=S.REJECTED))) == {}
    assert buttons(plan(step(0, status=S.DONE), step(1, status=S.REJECTED))) == {}
    assert list(buttons(plan(step(0, action=reply()), step(1, action=reply())))) == ["plan:reject"]


def test_the_newest_of_several_actions_stands_for_a_step() -> None:
    old, other = step(0, status=S.STALE), step(1)
    new = step(0, proposed_at=NOW, replaces=old.id)
    for order in ((old, new, other), (new, other, old)):
        assert [s.id for s in plan(*order).steps] == [new.id, other.id]


def test_what_comes_afterwards_is_said() -> None:
    assert "mail the guests its link" in text(plan(step(0), step(1), then="mail the guests its link"))
    assert "Afterwards" not in text(plan(step(0), step(1)))


def test_the_notification_says_how_many_wait() -> None:
    assert plan_summary(plan(step(0), step(1))) == "A plan of 2 steps: 2 for you to decide"
    assert plan_summary(plan(step(0, status=S.DONE), step(1, status=S.DONE))) == "A plan of 2 steps: all decided"


def test_a_click_means_what_the_button_says() -> None:
    shown = plan(step(0), step(1))
    for name, button in buttons(shown).items():
        found = PLAN_BUTTON.match(name)
        assert found
        turn, decision, steps = meant_by_all(found[1], button["value"])
        assert (turn, decision) == (TURN.id, Decision(found[1]))
        assert steps == {s.id for s in shown.steps}


@pytest.mark.parametrize(
    ("word", "value"), [("approve", ""), ("approve", "x"), ("sell", str(UUID(int=7))), ("approve", f"{UUID(int=7)} x")]
)
def test_a_button_no_plan_ever_had_means_nothing(word: str, value: str) -> None:
    with pytest.raises(NotYours):
        meant_by_all(word, value)


def test_only_approving_and_rejecting_are_done_together() -> None:
    assert [d for d in Decision if PLAN_BUTTON.match(f"plan:{d}")] == [D.APPROVE, D.REJECT]
    assert meant_by_all("approve", str(TURN.id))[2] == frozenset[ActionId]()
