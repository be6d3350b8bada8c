"""The sandbox's planner as it words drafts: from what is on the wire alone, and so that the product can use it."""

import json
from typing import Any

import pytest

from app.skills.drafting.wording import usable
from sandbox.models.planner.judging import judged

MAILS = [
    {"date": "Monday 2 March 2026", "by": "other", "untrusted": {"from": "Carol", "subject": "Lunch", "text": "When?"}}
]


def worded(**facts: Any) -> str:
    whole = {"writer": "Ann Lee", "today": "Tuesday 3 March 2026", "mails": MAILS} | facts
    messages = [
        {"role": "system", "content": "Task: draft\nYou draft."},
        {"role": "user", "content": json.dumps(whole)},
    ]
    words = judged(messages, [], None).content
    assert usable(words, whole), words
    return words


def test_a_reply_takes_up_what_was_asked() -> None:
    words = worded(kind="reply", untrusted={"to": ["Carol Ito"], "asked": ["When do we meet?", "And where?"]})
    assert words == (
        "Hi Carol,\n\nThank you for your mail about “Lunch”. I will get back to you on your questions: "
        "“When do we meet?” “And where?”\n\nBest,\nAnn Lee"
    )


def test_a_reminder_names_the_mail_and_its_day() -> None:
    words = worded(kind="reminder", untrusted={"to": ["Carol", "Dave"], "asked": []})
    assert words.startswith("Hi,\n\nJust a friendly reminder of my mail about “Lunch” of Monday 2 March 2026.")


def test_every_time_is_named_as_it_was_given() -> None:
    times = ["Tuesday 3 March 2026, 09:00 to 09:30 (UTC, UTC+0)", "Friday 6 March 2026, 10:00 to 10:30 (UTC, UTC+0)"]
    words = worded(
        kind="move", now=times[1].replace("10:", "11:"), times=times, untrusted={"to": ["Dave"], "meeting": "“Sync”"}
    )
    assert [time for time in times if f"• {time}" not in words] == []
    assert "“Sync”" in words


@pytest.mark.parametrize("kind", ["reply", "reminder", "move"])
def test_next_to_nothing_still_makes_a_letter(kind: str) -> None:
    assert worded(kind=kind, mails=[], now="", untrusted={}).startswith("Hi,\n\n")
