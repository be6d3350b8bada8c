"""The planner and a card that was just rejected: it proposes it anew as the reason says, or leaves it."""

from typing import Any

import pytest

from sandbox.models.planner.reasons import first_sentence, staying, wanted
from tests.unit.planner_talk import Talk

Json = dict[str, Any]
BODY = "Hi Sara,\n\nThursday works. I will bring the slides.\n\nBest,\nMaya"
EVENT: Json = {"title": "Call with Tom", "start": "2026-05-05 15:00", "minutes": 30, "guests": ["tom@example.org"]}
REPLY: Json = {"kind": "reply", "thread": "work:18f3a", "to": ["Sara Lind <sara@example.org>"], "body": BODY}
ARCHIVE: Json = {"do": "archive", "category": "promotions", "older_than_days": 30, "account": "work"}


def rejected(tool: str, asked: Json) -> Talk:
    talking = Talk()
    talking.rejected = {"tool": tool, "card": "A card", "asked": asked}
    return talking


@pytest.mark.parametrize(
    ("reason", "changed"),
    [
        ("make it 4pm instead", {"start": "2026-05-05 4pm"}),
        ("not at 3, at 4", {"start": "2026-05-05 at 4"}),
        ("4pm, not 3pm", {"start": "2026-05-05 4pm"}),
        ("with Dana, not Tom", {"guests": ["dana@example.org"]}),
        ("not with Tom but with Dana", {"guests": ["dana@example.org"]}),
        ("Dana instead of Tom", {}),
    ],
)
def test_an_event_is_proposed_as_it_was_meant(reason: str, changed: Json) -> None:
    talking = rejected("create_event", EVENT)
    answer = talking.say(reason)
    if changed:
        assert talking.made("create_event") == {**EVENT, **changed}
        assert "replaces" not in talking.made("create_event")
    else:
        assert talking.calls == []
        assert "I leave it" in answer


@pytest.mark.parametrize("reason", ["not to Sara, to Tom", "to Tom, not Sara", "No, to Tom instead of Sara."])
def test_a_reply_goes_to_whom_it_was_meant_for(reason: str) -> None:
    talking = rejected("write_mail", REPLY)
    talking.say(reason)
    made = talking.made("write_mail")
    assert made["to"] == ["Tom <tom@example.org>"]
    assert made["body"] == BODY.replace("Sara", "Tom")


@pytest.mark.parametrize("reason", ["shorter", "make it shorter", "a bit shorter please", "too long", "it's too long"])
def test_a_shorter_reply_says_its_first_sentence(reason: str) -> None:
    talking = rejected("write_mail", REPLY)
    talking.say(reason)
    assert talking.made("write_mail")["body"] == "Hi Sara,\n\nThursday works.\n\nBest,\nMaya"


def test_what_is_short_already_is_left() -> None:
    assert first_sentence("Hi,\n\nYes.\n\nBest") == "Hi,\n\nYes.\n\nBest"
    assert first_sentence("Yes. No.") == "Yes. No."
    talking = rejected("write_mail", {**REPLY, "body": "Hi Sara,\n\nYes.\n\nBest,\nMaya"})
    assert "I leave it" in talking.say("shorter")


@pytest.mark.parametrize(
    ("reason", "names"),
    [
        ("not from LinkedIn", ["LinkedIn"]),
        ("not the ones from LinkedIn", ["LinkedIn"]),
        ("keep the ones from LinkedIn", ["LinkedIn"]),
        ("keep LinkedIn in the inbox", ["LinkedIn"]),
        ("everything but LinkedIn", ["LinkedIn"]),
        ("all except those from Tom and Dana", ["Tom", "Dana"]),
        ("leave out Dana", ["Dana"]),
        ("leave Dana out", ["Dana"]),
        ("I still read Dana's mails", ["Dana"]),
        ("without post@bank.example", ["post@bank.example"]),
    ],
)
def test_an_archive_leaves_alone_who_is_named(reason: str, names: list[str]) -> None:
    talking = rejected("change_mail", ARCHIVE)
    talking.say(reason)
    assert talking.made("change_mail") == {**ARCHIVE, "not_from": names}


def test_who_was_left_alone_stays_so_when_more_is_said() -> None:
    talking = rejected("change_mail", {**ARCHIVE, "not_from": ["tom@example.org"]})
    talking.say("not from Dana")
    assert talking.made("change_mail")["not_from"] == ["tom@example.org", "Dana"]
    talking = rejected("change_mail", {**ARCHIVE, "not_from": ["tom@example.org"]})
    talking.say("only older than 60 days")
    assert talking.made("change_mail") == {**ARCHIVE, "older_than_days": 60, "not_from": ["tom@example.org"]}


@pytest.mark.parametrize("reason", ["keep them all", "not now", "keep it", "I need it", "older ones"])
def test_a_pronoun_is_nobodys_name(reason: str) -> None:
    assert staying(reason) == ()


@pytest.mark.parametrize("reason", ["too formal", "I changed my mind", "keep them", "hm"])
@pytest.mark.parametrize(("tool", "asked"), [("write_mail", REPLY), ("change_mail", ARCHIVE)])
def test_a_reason_that_no_rule_knows_is_left_at_that(tool: str, asked: Json, reason: str) -> None:
    talking = rejected(tool, asked)
    answer = talking.say(reason)
    assert talking.calls == []
    assert "I leave it: nothing was changed" in answer
    assert "rule-based planner" in answer


def test_giving_up_is_taken_as_that() -> None:
    talking = rejected("create_event", EVENT)
    assert "Nothing was changed" in talking.say("never mind")
    assert talking.calls == []


def test_another_request_is_still_one() -> None:
    talking = rejected("create_event", EVENT)
    talking.say("Archive all promotions older than 90 days")
    assert [call.tool for call in talking.calls] == ["change_mail"]


def test_what_is_wanted_is_told_from_what_is_not() -> None:
    assert wanted("not at 3, at 4") == "at 4 instead"
    assert wanted("Thursday works") == "Thursday works"
