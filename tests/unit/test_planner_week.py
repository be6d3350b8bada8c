"""The planner on a better week: everyday wordings become a span and rules by their names, and nothing is left out."""

from typing import Any

import pytest

from tests.unit.planner_talk import TOOLS, Talk

SKILLS = {"type": "object", "properties": {"skill": {"enum": ["week", "tasks"]}, "about": {}, "rules": {}}}
ASSIST = {"type": "function", "function": {"name": "assist", "parameters": SKILLS}}


def asked(words: str) -> dict[str, Any]:
    at = Talk(tools=[*TOOLS, ASSIST])
    at.world.answers["assist"] = {"error": "there is no skill here"}
    at.say(words)
    return dict(at.made("assist"))


@pytest.mark.parametrize(
    ("words", "about", "rules"),
    [
        ("Optimise my week", "", []),
        ("optimize next week", "next week", []),
        (
            "optimise my week, no meetings on Friday, at most 4 a day, don't move the board meeting",
            "",
            ["closed Friday", "most_a_day 4", "fixed the board meeting"],
        ),
        (
            "Can you optimise next week please? No meetings on Friday, at most four meetings a day and 15 minutes "
            "between them.",
            "next week",
            ["closed Friday", "most_a_day four", "buffer 15 minutes"],
        ),
        (
            "rearrange my week so that Friday afternoon is free, the standup stays",
            "",
            ["closed Friday afternoon", "fixed the standup"],
        ),
        ("optimise next week with no meetings on Friday", "next week", ["closed Friday"]),
        ("Find better times for my meetings next week, nothing before 10am", "next week", ["closed before 10am"]),
        (
            "Please optimise my week. Don't move the board meeting or the standup, leave 15 minutes between meetings "
            "and give me 2 hours of focus every day",
            "",
            ["fixed the board meeting or the standup", "buffer 15 minutes", "focus 2 hours of focus every day"],
        ),
        (
            "optimise my week but nothing after 5pm and keep the standup in place, max 5 meetings per day",
            "",
            ["closed after 5pm", "fixed the standup", "most_a_day 5"],
        ),
        ("improve my calendar: keep Thursday afternoon free", "", ["closed Thursday afternoon"]),
        ("optimise my week, leave the 1:1 with Sam where it is", "", ["fixed the 1:1 with Sam"]),
        ("optimise my week, with a cherry on top", "a cherry on top", []),
    ],
)
def test_everyday_wordings(words: str, about: str, rules: list[str]) -> None:
    made = asked(words)
    assert (made["skill"], made.get("about", ""), made.get("rules", [])) == ("week", about, rules)
