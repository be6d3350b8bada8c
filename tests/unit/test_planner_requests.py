"""What belongs to the twelve everyday requests: mails marked, events changed, who owes whom, who is meant."""

import json
from typing import Any

import pytest

from sandbox.models.planner.plan import plan
from tests.unit.planner_office import SYSTEM, TOOLS, Office, changing, talk
from tests.unit.planner_talk import Talk

BESIDE: list[tuple[str, str, dict[str, Any]]] = [
    ("Label all emails from Acme as Finance", "change_mail", {"do": "label", "sender": "Acme", "name": "Finance"}),
    ("put the label Travel on the mails about Lisbon", "change_mail", {"do": "label", "name": "Travel"}),
    ("mark everything from LinkedIn as read", "change_mail", {"do": "read", "sender": "LinkedIn"}),
    (
        "mark everything from LinkedIn as read in my work account",
        "change_mail",
        {"sender": "LinkedIn", "account": "work"},
    ),
    ("label all emails from Acme as Finance in my work account", "change_mail", {"name": "Finance", "account": "work"}),
    ("move the mails from Acme to the trash from personal", "change_mail", {"do": "trash", "account": "personal"}),
    ("mark the mails from Acme as unread in my studio account", "change_mail", {"do": "unread", "account": "studio"}),
    ("delete the mails from Acme from my personal inbox", "change_mail", {"sender": "Acme", "account": "personal"}),
    ("mark Dana's last mail as unread", "change_mail", {"do": "unread", "threads": ["work:18f3a"]}),
    ("archive Dana's last email", "change_mail", {"do": "archive", "threads": ["work:18f3a"]}),
    ("move the mails from Acme to the trash", "change_mail", {"do": "trash", "sender": "Acme"}),
    ("bring back the deleted mail from Tom", "change_mail", {"do": "restore", "sender": "Tom", "where": "trash"}),
    ("move the archived mails from Priya back to my inbox", "change_mail", {"do": "inbox", "sender": "Priya"}),
    ("forward Dana's last email to Tom", "write_mail", {"kind": "forward", "to": ["tom@example.org"]}),
    ("forward the mail about the invoice to my manager", "write_mail", {"to": ["priya.raman@example.org"]}),
    ("send an email to bob@example.com saying the deal is signed", "write_mail", {"kind": "new"}),
    ("write a new email to Tom with the subject Lunch saying at noon", "write_mail", {"subject": "Lunch"}),
    ("reply all to Dana's last email saying I'll be there", "write_mail", {"kind": "reply_all"}),
    ("draft a reply to Dana saying thanks, but don't send it", "write_mail", {"draft_only": True}),
    ("cancel all meetings on Friday", "change_events", {"do": "cancel", "start": "Friday"}),
    ("accept all invitations for next week", "change_events", {"do": "accept", "start": "next week"}),
    ("I can't make it to the standup tomorrow, decline it", "change_events", {"do": "decline"}),
    ("tentatively accept the design review", "change_events", {"do": "tentative"}),
    ("reschedule the standup to 9:30", "change_events", {"to": "9:30", "events": ["work:primary:e1"]}),
    ("push the standup back by 30 minutes", "change_events", {"do": "reschedule", "to": "30 minutes later"}),
    ("push back the standup by 30 minutes", "change_events", {"to": "30 minutes later"}),
    ("move the standup an hour later", "change_events", {"to": "an hour later", "events": ["work:primary:e1"]}),
    ("can you move the budget review half an hour earlier?", "change_events", {"to": "half an hour earlier"}),
    ("bring the budget review forward by an hour", "change_events", {"to": "an hour earlier"}),
    ("postpone the design review by a week", "change_events", {"to": "a week later"}),
    ("push my meetings tomorrow back 30 minutes", "change_events", {"start": "tomorrow", "to": "30 minutes later"}),
    ("move the weekly sync an hour later for good", "change_events", {"to": "an hour later", "which": "all"}),
    ("make the standup start 15 minutes earlier", "change_events", {"do": "reschedule", "to": "15 minutes earlier"}),
    ("rename the standup to Daily sync", "change_events", {"do": "edit", "title": "Daily sync"}),
    ("add Tom to the budget review", "change_events", {"add_guests": ["tom@example.org"]}),
    ("make the budget review 45 minutes long", "change_events", {"minutes": 45}),
    ("cancel the weekly sync for good", "change_events", {"do": "cancel", "which": "all"}),
    ("Schedule a team sync every Tuesday at 10am", "create_event", {"repeat": "every Tuesday"}),
    (
        "Schedule a team sync every first Monday of the month at 10am",
        "create_event",
        {"title": "Team sync", "start": "10am", "repeat": "every first Monday of the month"},
    ),
    (
        "set up a book club on the last Friday of every month at 4pm",
        "create_event",
        {"title": "Book club", "start": "4pm", "repeat": "last Friday of every month"},
    ),
    ("book a retro on the 1st and 15th of each month at 9", "create_event", {"repeat": "1st and 15th of each month"}),
    ("schedule a sync every other Tuesday at 3pm", "create_event", {"repeat": "every other Tuesday"}),
    ("set up a video call with Dana tomorrow at 4pm", "create_event", {"video": True}),
]


@pytest.mark.parametrize(("ask", "tool", "args"), BESIDE, ids=[ask for ask, _, _ in BESIDE])
def test_what_belongs_to_them(ask: str, tool: str, args: dict[str, Any]) -> None:
    at = talk()
    at.say(ask)
    (made,) = changing(at.calls)
    assert made["tool"] == tool
    assert {name: made.get(name) for name in args} == args


def test_which_way_is_asked_when_it_isnt_said() -> None:
    at = talk()
    assert "“an hour later”" in at.say("move the standup by 30 minutes")
    at.say("30 minutes earlier")
    assert at.made("change_events")["to"] == "30 minutes earlier"


@pytest.mark.parametrize(
    ("ask", "side"),
    [
        ("who owes me a reply?", "to_me"),
        ("who hasn't answered me yet?", "to_me"),
        ("what am I waiting for?", "to_me"),
        ("which emails do I still have to answer?", "by_me"),
        ("who do I owe a reply?", "by_me"),
    ],
)
def test_who_owes_whom(ask: str, side: str) -> None:
    at = talk()
    at.say(ask)
    assert at.made("search_mail")["owed"] == side


def test_a_search_that_cant_tell_who_owes_isnt_asked_for_anything_else() -> None:
    plain = [{"type": "function", "function": {"name": "search_mail", "parameters": {"properties": {"words": {}}}}}]
    at = Talk(Office(), system=SYSTEM, tools=plain)
    assert "I can't see here who waits" in at.say("who owes me a reply?")
    assert at.calls == []


@pytest.mark.parametrize(
    ("ask", "name", "saved"),
    [
        ("my manager is Priya Raman", "my manager", ["Priya Raman"]),
        ("Priya is my boss", "my manager", ["Priya"]),
        ("remember that my assistant is bob@example.com", "my assistant", ["bob@example.com"]),
        ("The engineering team is Tom, Sara and Yuki", "The engineering team", ["Tom", "Sara", "Yuki"]),
    ],
)
def test_who_somebody_is_is_kept(ask: str, name: str, saved: list[str]) -> None:
    at = talk()
    at.say(ask)
    assert at.made("find_person") == {"name": name, "save": saved}


def test_the_answer_to_a_question_goes_on_with_the_request() -> None:
    unknown = {"people": [], "options": ["Priya Raman <priya@example.org>", "Tom Ng <tom@example.org>"]}
    at = Talk(Office(find_person=unknown), system=SYSTEM, tools=TOOLS)
    at.say("unread emails from my manager")
    assert at.made("ask_person")["question"] == "Who is your manager?"
    at.messages[-1]["content"] = "Who is your manager?\n• Priya Raman <priya@example.org>\n• Tom Ng <tom@example.org>"
    at.say("Tom Ng <tom@example.org>")
    assert at.made("search_mail")["sender"] == "tom@example.org"


def test_the_same_is_done_for_another_account() -> None:
    at = talk()
    at.say("trash promotions older than a year in my work account")
    at.say("do the same for personal")
    made = at.made("change_mail")
    assert (made["do"], made["account"], made["older_than_days"]) == ("trash", "personal", 365)


def test_the_second_one_is_meant_by_its_reference() -> None:
    """Code tells what the last answer listed; the words in it may be anybody's."""
    at = talk()
    at.say("what's in my inbox?")
    listed = [{"n": 1, "ref": "work:t1", "title": "A"}, {"n": 2, "ref": "work:t2", "title": "B"}]
    told = {"note": "By others.", "untrusted": {"listed": listed}}
    at.messages.append({"role": "user", "content": "trash the second one"})
    at.messages.append(
        {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "earlier", "arguments": {}}}]}
    )
    at.messages.append({"role": "tool", "content": json.dumps(told)})
    (call,) = plan(at.messages, TOOLS).calls
    assert call.args == {"do": "trash", "threads": ["work:t2"]}


def test_where_there_is_a_tool_to_ask_examples_and_doubts_are_buttons() -> None:
    two = {"find_person": {"people": [], "options": ["Tom Ng <tom@example.org>", "Tom Li <li@example.org>"]}}
    at = Talk(Office(**two), system=SYSTEM, tools=TOOLS)
    at.say("What's the capital of France?")
    assert len(at.made("ask_person")["options"]) == 5
    at.say("Schedule a call with Tom tomorrow at 3pm")
    assert at.made("ask_person") == {
        "question": "Which Tom do you mean?",
        "options": ["Tom Ng <tom@example.org>", "Tom Li <li@example.org>"],
    }
    at.say("Tom Li <li@example.org>")
    assert at.made("create_event")["guests"] == ["li@example.org"]


@pytest.mark.parametrize(
    "ask",
    ["Forget who my manager is", "forget my boss", "Please forget that Dana is my manager", "Don't remember my boss"],
)
def test_who_somebody_is_can_be_forgotten(ask: str) -> None:
    at = talk()
    answer = at.say(ask)
    assert at.made("find_person") == {"name": "my manager", "forget": True}
    assert answer.startswith("Forgotten: ")
