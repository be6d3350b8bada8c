"""Everyday wordings, written down independently of the planner, lead to the calls they should lead to."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.planner_talk import TOOLS, Talk
from tests.unit.test_planner_workflows import SKILLS, assist

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "data" / "wordings.json").read_text())
CHANGING = {"change_mail", "write_mail", "create_event"}


@pytest.mark.parametrize("case", CASES, ids=[case["ask"][:60] for case in CASES])
def test_wording(case: dict[str, Any]) -> None:
    talk = Talk(tools=[*TOOLS, assist(*SKILLS)])
    answer = talk.say(case["ask"])
    calls = [(call.tool, call.args) for call in talk.calls]
    left = list(calls)
    for wanted in case["calls"]:
        found = next((one for one in left if one[0] == wanted["tool"] and _fits(wanted["args"], one[1])), None)
        assert found, f"no {wanted} among {calls}; said: {answer}"
        left.remove(found)
    changing = [name for name, _ in calls if name in CHANGING]
    assert sorted(changing) == sorted(one["tool"] for one in case["calls"] if one["tool"] in CHANGING)
    if not case["calls"]:
        assert "no language model" in answer
    elif changing:
        assert "Nothing changes until you approve" in answer


def _fits(wanted: dict[str, Any], made: dict[str, Any]) -> bool:
    return all(name in made and _same(name, value, made[name]) for name, value in wanted.items())


def _same(name: str, wanted: Any, made: Any) -> bool:
    """`*` is anything; the words of a letter stand inside it; a range's end may repeat the day; case is free."""
    if wanted == "*":
        return bool(made)
    if isinstance(wanted, str) and isinstance(made, str):
        if name == "body":
            return wanted in made
        return made.lower().endswith(wanted.lower()) if name == "end" else made.lower() == wanted.lower()
    return bool(wanted == made)
