"""The planner and the cards that wait: it replaces the one that is meant, asks when it can't know, and goes on."""

import json
from typing import Any

import pytest

from tests.unit.planner_talk import Talk, World, person

Json = dict[str, Any]
BODY = "Hi Dana,\n\nThursday works.\n\nBest,\nMaya"


def event(ref: str = "c1", title: str = "Lens swap", *, here: bool = False, **asked: Any) -> Json:
    given = {"title": title, "start": "2026-05-06 15:00", "minutes": 30, "guests": ["tom@example.org"]}
    given |= {"account": "work"} | asked
    card = f"Create an event: “{title}”, {given['start']}"
    return {"ref": ref, "in_this_thread": here, "tool": "create_event", "card": card, "asked": given}


def reply(ref: str = "c1", *, here: bool = False, **asked: Any) -> Json:
    given = {"kind": "reply", "thread": "work:18f3a", "to": ["Dana Reyes <dana@example.org>"], "body": BODY} | asked
    card = "Send a reply: To Dana’s mail."
    return {"ref": ref, "in_this_thread": here, "tool": "write_mail", "card": card, "asked": given}


def archive(ref: str = "c1", account: str = "work", **asked: Any) -> Json:
    given = {"do": "archive", "category": "promotions", "older_than_days": 30, "account": account} | asked
    card = "Archive 37 mails: They leave the inbox."
    return {"ref": ref, "in_this_thread": False, "tool": "change_mail", "card": card, "asked": given}


def talk(*cards: Json, world: World | None = None) -> Talk:
    talking = Talk(world)
    talking.cards = list(cards)
    return talking


# An event.


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("make it 4pm instead", {"start": "2026-05-06 4pm"}),
        ("Actually, can you make it 4pm?", {"start": "2026-05-06 4pm"}),
        ("no, Friday", {"start": "Friday 15:00"}),
        ("Friday at 10 instead", {"start": "Friday at 10"}),
        ("make it 45 minutes", {"minutes": 45}),
        ("add Sam too", {"guests": ["tom@example.org", "sam@example.org"]}),
        ("invite Sam as well", {"guests": ["tom@example.org", "sam@example.org"]}),
        ("with Dana instead", {"guests": ["dana@example.org"]}),
        ("call it Optics", {"title": "Optics"}),
        ("move the Lens swap to 4pm", {"start": "2026-05-06 4pm"}),
        ("move the meeting with Tom to 4pm", {"start": "2026-05-06 4pm"}),
        ("to Dana instead", {"guests": ["dana@example.org"]}),
    ],
)
def test_an_event_is_proposed_again_in_the_place_of_its_card(said: str, changed: Json) -> None:
    talking = talk(event(place="Room 2", notes="Bring the lens."))
    assert "card for you" in talking.say(said)
    made = talking.made("create_event")
    asked = event(place="Room 2", notes="Bring the lens.")["asked"]
    assert made == {**asked, **changed, "replaces": "c1"}


def test_a_request_of_its_own_replaces_nothing() -> None:
    for said in ("Schedule lunch with Sam on Friday at noon", "Create an event called Optics tomorrow at 4pm"):
        talking = talk(event())
        talking.say(said)
        assert "replaces" not in talking.made("create_event")


def test_small_talk_and_questions_touch_no_card() -> None:
    for said in ("thanks", "yes", "what's on tomorrow?", "who is Tom?"):
        talking = talk(event())
        talking.say(said)
        assert {call.tool for call in talking.calls} <= {"list_events", "find_person"}


# Which one.


def test_a_card_of_another_kind_is_not_meant() -> None:
    talking = talk(archive("c1"), event("c2"), reply("c3"))
    talking.say("make it 4pm instead")
    assert talking.made("create_event")["replaces"] == "c2"


def test_the_card_of_this_thread_goes_before_others() -> None:
    talking = talk(event("c1", "Optics"), event("c2", here=True), event("c3", "Lenses"))
    talking.say("make it 4pm instead")
    assert (talking.made("create_event")["title"], talking.made("create_event")["replaces"]) == ("Lens swap", "c2")


def test_the_card_that_is_named_goes_before_the_one_of_this_thread() -> None:
    talking = talk(event("c1", "Optics"), event("c2", here=True))
    talking.say("move Optics to 4pm")
    assert (talking.made("create_event")["title"], talking.made("create_event")["replaces"]) == ("Optics", "c1")


def test_the_event_spoken_of_last_goes_before_older_ones() -> None:
    talking = talk()
    talking.say('Create an event called "Optics" tomorrow at 3pm')
    talking.cards = [event("c1"), event("c2", "Optics", guests=[])]
    talking.say("make it 4pm instead")
    assert talking.made("create_event")["replaces"] == "c2"


@pytest.mark.parametrize("answer", ["the second one", "Optics", "the Optics one"])
def test_it_asks_when_several_could_be_meant_and_understands_the_answer(answer: str) -> None:
    talking = talk(event("c1"), event("c2", "Optics"))
    question = talking.say("make it 4pm instead")
    assert talking.calls == []
    assert question.splitlines()[0] == "Which card do you mean?"
    assert len(question.splitlines()) == 3
    talking.say(answer)
    made = talking.made("create_event")
    assert (made["title"], made["start"], made["replaces"]) == ("Optics", "2026-05-06 4pm", "c2")


# A reply.


def test_a_reply_with_other_words_stays_in_its_thread() -> None:
    talking = talk(reply())
    talking.say("no, say that Friday is better")
    assert talking.made("write_mail") == {
        "kind": "reply",
        "thread": "work:18f3a",
        "body": "Hi Dana,\n\nFriday is better.\n\nBest,\nMaya",
        "to": ["Dana Reyes <dana@example.org>"],
        "replaces": "c1",
    }


def test_a_reply_to_somebody_else_takes_their_thread_and_greets_them() -> None:
    mail = {"thread": "work:77", "from": "Tom Weller <tom@example.org>", "subject": "Hm", "date": "x"}
    talking = talk(reply(), world=World(search_mail={"total": 1, "mails": [mail]}))
    talking.say("to Tom instead")
    made = talking.made("write_mail")
    assert (made["thread"], made["replaces"]) == ("work:77", "c1")
    assert made["body"] == "Hi Tom,\n\nThursday works.\n\nBest,\nMaya"


def test_a_reply_to_everyone_in_the_thread() -> None:
    talking = talk(reply())
    talking.say("reply to all instead")
    assert talking.made("write_mail") == {
        "kind": "reply_all",
        "thread": "work:18f3a",
        "body": BODY,
        "replaces": "c1",
    }


# Archiving.


def test_other_mails_are_archived_in_the_place_of_the_card() -> None:
    talking = talk(archive())
    talking.say("make it 60 days")
    assert talking.made("change_mail") == {
        "do": "archive",
        "category": "promotions",
        "older_than_days": 60,
        "account": "work",
        "replaces": "c1",
    }


def test_cards_of_one_search_over_two_accounts_are_replaced_together() -> None:
    talking = talk(archive("c1", "work"), archive("c2", "personal"))
    talking.say("only those older than two months")
    assert talking.made("change_mail") == {
        "do": "archive",
        "category": "promotions",
        "older_than_days": 60,
        "replaces": "c1, c2",
    }


# After a rejection.


def test_a_rejected_card_is_proposed_anew_without_replacing_anything() -> None:
    talking = talk(event("c1", "Optics"))
    rejected = event()
    talking.rejected = {name: rejected[name] for name in ("tool", "card", "asked")}
    talking.say("4pm instead")
    made = talking.made("create_event")
    assert (made["title"], made["start"]) == ("Lens swap", "2026-05-06 4pm")
    assert "replaces" not in made


# Going on.


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ("Create an event Lens swap with Tom tomorrow at 3, then mail the guests its link", "mail the guests its link"),
        ("Schedule a call with Tom tomorrow at 3pm and send him the link", "send him the link"),
        ("Book lunch with Tom on Friday at noon. Afterwards send the link to Dana.", "send the link to Dana"),
        ("Set up a sync with Tom on Monday at 9 and once it's booked tell the guests that I'm looking forward to it",
         "tell the guests that I'm looking forward to it"),
    ],
)  # fmt: skip
def test_what_needs_the_event_is_left_for_afterwards(said: str, then: str) -> None:
    talking = Talk()
    answer = talking.say(said)
    assert talking.made("continue_after") == {"what": then}
    assert [call.tool for call in talking.calls if call.tool == "write_mail"] == []
    assert f"Then I go on: {then}." in answer


def test_what_needs_no_event_is_not_put_off() -> None:
    talking = Talk()
    talking.say("Schedule a call with Tom tomorrow at 3pm and then tell Dana that Thursday works")
    assert {call.tool for call in talking.calls} >= {"create_event", "write_mail"}
    assert "continue_after" not in {call.tool for call in talking.calls}


def test_without_an_event_nothing_is_left_for_afterwards() -> None:
    talking = Talk(World(create_event={"error": "that is in the past."}))
    talking.say("Create an event Lens swap with Tom yesterday at 3pm, then mail the guests its link")
    assert "continue_after" not in {call.tool for call in talking.calls}


def going_on(noted: str, **step: Any) -> str:
    """What code says when the cards are settled."""
    told = {"step": 1, "card": "Create an event", "about": "“Lens swap”, Wed 6 May 2026, 15:00", "outcome": "done"}
    told |= {"guests": "tom@example.org", "link": "https://calendar.example/event?eid=1"} | step
    results = json.dumps([{"noted": noted}, told], ensure_ascii=False)
    return f"Go on with what I asked before: book it\nWhat you noted, as information:\n<results>{results}</results>"


def mails(*names: str) -> World:
    found = [
        {"thread": f"work:{n}", "from": f"{n} <{person(n)['email']}>", "subject": "Hm", "date": "x"} for n in names
    ]

    def search(args: Json) -> Json:
        fitting = [m for m in found if args.get("sender", "").lower() in m["from"].lower()]
        return {"total": len(fitting), "mails": fitting}

    return World(search_mail=search)


@pytest.mark.parametrize(
    ("noted", "thread"),
    [
        ("mail the guests its link", "work:Tom"),
        ("send him the link", "work:Tom"),
        ("send the link to Dana", "work:Dana"),
        ("tell Dana the link", "work:Dana"),
    ],
)
def test_the_link_goes_to_who_was_meant(noted: str, thread: str) -> None:
    talking = Talk(mails("Tom", "Dana"))
    talking.say(going_on(noted))
    made = talking.made("write_mail")
    assert made["thread"] == thread
    link = "Here is the link to “Lens swap”, Wed 6 May 2026, 15:00:\nhttps://calendar.example/event?eid=1"
    assert made["body"] == f"Hi {thread[5:]},\n\n{link}\n\nBest,\nMaya"


def test_words_are_said_with_or_without_the_link() -> None:
    talking = Talk(mails("Tom"))
    talking.say(going_on("tell the guests that I'm looking forward to it"))
    assert talking.made("write_mail")["body"] == "Hi Tom,\n\nI'm looking forward to it.\n\nBest,\nMaya"


def test_what_was_not_done_is_not_gone_on_with() -> None:
    talking = Talk(mails("Tom"))
    assert "Nothing came of the cards" in talking.say(going_on("mail the guests its link", outcome="not done"))
    assert talking.calls == []


def test_what_it_cannot_go_on_with_is_said() -> None:
    talking = Talk(mails("Tom"))
    assert "I don't know how to go on" in talking.say(going_on("paint the guests a picture"))
    assert "I can't see whom to write to" in talking.say(going_on("mail the guests its link", guests=""))


def test_a_turn_that_went_on_is_no_request_to_vary() -> None:
    talking = Talk(mails("Tom"))
    talking.say('Create an event called "Optics" tomorrow at 3pm')
    talking.say(going_on("mail the guests its link"))
    talking.cards = [event("c1", "Optics", guests=[], start="2026-05-06 15:00")]
    talking.say("make it 4pm instead")
    assert talking.made("create_event")["replaces"] == "c1"
