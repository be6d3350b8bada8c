"""The planner on how somebody wants their days: everyday wordings become a preference and its value in their words."""

from typing import Any

import pytest

from tests.unit.planner_talk import TOOLS, Talk

SKILLS = {"properties": {"skill": {"enum": ["preferences", "week"]}, "about": {}, "preference": {}, "rules": {}}}
ASSIST = {"type": "function", "function": {"name": "assist", "parameters": SKILLS}}


def asked(words: str) -> list[tuple[Any, ...]]:
    at = Talk(tools=[*TOOLS, ASSIST])
    at.world.answers["assist"] = {"error": "there is no skill here"}
    at.say(words)
    assert {(call.tool, call.args["skill"]) for call in at.calls} == {("assist", "preferences")}
    return [(call.args["preference"], call.args["about"]) for call in at.calls]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Don't schedule anything on Friday afternoons", [("closed", "Friday afternoons")]),
        ("Keep Friday afternoon clear", [("closed", "Friday afternoon")]),
        ("No appointments before 10", [("closed", "before 10")]),
        ("No meetings on Friday afternoon", [("closed", "Friday afternoon")]),
        ("I'm in from 8 to 4", [("hours", "8 to 4")]),
        ("I work 8 to 4 in Lisbon", [("hours", "8 to 4"), ("zone", "Lisbon")]),
        ("I'm in Lisbon now", [("zone", "Lisbon")]),
        ("I moved to San Francisco", [("zone", "San Francisco")]),
        ("Don't write to me after 8pm", [("quiet", "after 8pm")]),
        ("Tell me about important mail at once", [("new_mail", "on")]),
        ("Don't tell me about urgent mail", [("new_mail", "off")]),
        ("Leave 15 minutes after each meeting", [("buffer", "15 minutes")]),
        ("Leave 10 minutes between meetings", [("buffer", "10 minutes")]),
        ("Send me the daily report at 7", [("digest", "7")]),
        ("Stop the morning digest", [("digest", "off")]),
        ("No digest on weekends", [("digest_off", "off")]),
        ("Don't send me the digest on my days off", [("digest_off", "off")]),
        ("Send me the digest every day", [("digest_off", "on")]),
        ("Digest on weekends too", [("digest_off", "on")]),
        ("Digest on days off: on", [("digest_off", "on")]),
        ("Time zone: Europe/London", [("zone", "Europe/London")]),
        ("Morning digest: off", [("digest", "off")]),
    ],
)
def test_everyday_wordings(words: str, said: list[tuple[str, str]]) -> None:
    assert asked(words) == said
