"""The twelve everyday requests in many wordings: the calls they lead to."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.planner_office import SYSTEM, TEAM, TOOLS, Office, changing, talk
from tests.unit.planner_talk import Talk, person

SUMMARISED = """Summarize all emails about Project X and draft a response
pls sum up the mails on project x, then draft an answer
I'd like a recap of the Project X thread plus a draft response
What's going on with Project X in my mail? Draft me a reply.
Sum up all mails concerning Project X & write me a draft answer
I'd appreciate a digest of everything regarding Project X, and a draft of a reply.
read all the emails about Project X, tell me what they say and draft a reply to the latest
what have people been saying about Project X? sum it up and write me a reply I can check
Project X emails: brief recap + draft answer
go through the mail about Project X, tell me how things stand, and prepare a response for me to send
I'm behind on Project X. Summarise everything about it and put a reply together for my review"""


@pytest.mark.parametrize("ask", SUMMARISED.splitlines())
def test_1_a_summary_and_a_draft(ask: str) -> None:
    at = talk()
    answer = at.say(ask)
    searched = {str(call.args.get("words", "")).lower() for call in at.calls if call.tool == "search_mail"}
    assert searched == {"project x"}
    assert at.made("write_mail")["thread"] == "work:18f3a"
    assert "quoted, not understood: I have no language model" in answer
    assert "40,000 euros" in answer


UNREAD = """Find all unread emails from my manager across all accounts
any unread mail from my boss?
Show me everything my manager sent that I haven't read yet, in all accounts
what haven't I read from my manager?
unread emails, my manager, all accounts
has my manager sent me anything new?
Has my boss written anything I haven't opened yet, at work or at home?
what did I miss from my line manager, look in both inboxes
would you mind checking if there's any unread mail from the person I report to?"""


@pytest.mark.parametrize("ask", UNREAD.splitlines())
def test_2_unread_from_the_manager(ask: str) -> None:
    at = talk()
    at.say(ask)
    (search,) = [call.args for call in at.calls if call.tool == "search_mail"]
    assert (search["sender"], search["unread"], "account" in search) == ("priya.raman@example.org", True, False)


class Strangers(Office):
    """Nobody is known until it is said who they are."""

    def _find_person(self, args: Mapping[str, Any]) -> dict[str, Any]:
        if args.get("save"):
            self.answers["known"] = args["name"]
            return {"saved": {"name": args["name"]}}
        known = self.answers.get("known") == args["name"]
        return {"people": [person("Dana Whitfield")] if known else []}


@pytest.mark.parametrize("whom", ["my boss", "my line manager", "the person I report to"])
@pytest.mark.parametrize("told", ["Dana Whitfield", "It's Dana Whitfield", "My manager is dana.whitfield@example.org"])
def test_2_whoever_is_told_to_be_the_manager_is_searched_for(whom: str, told: str) -> None:
    at = Talk(Strangers(), system=SYSTEM, tools=TOOLS)
    assert "Who is your" in at.say(f"has {whom} written anything I haven't read yet?")
    at.say(told)
    assert at.made("search_mail") == {"sender": "dana.whitfield@example.org", "unread": True, "limit": 10}


ARCHIVED = """Archive all promotional emails older than 30 days
could you tidy away promos that are over a month old
I want all promos older than 30 days archived
marketing mails older than 30 days -> archive
promotions older than 30 days can go to the archive
My inbox is a mess. All promos from more than 30 days ago should be archived, in both accounts.
Everything promotional from over 30 days ago can go to the archive, across all accounts"""


@pytest.mark.parametrize("ask", ARCHIVED.splitlines())
def test_3_old_promotions(ask: str) -> None:
    at = talk()
    at.say(ask)
    wanted = {"tool": "change_mail", "do": "archive", "category": "promotions", "older_than_days": 30}
    assert changing(at.calls) == [wanted]


WRITERS = """Schedule a meeting with everyone who emailed about the budget review
Organise a meeting with the people who emailed about the budget review
Invite everyone who emailed me about the budget review to a meeting
book a meeting with everyone who has written to me on the budget review
could you arrange a meeting for everybody who's written about the budget review?
budget review: set up a meeting w/ all the people who wrote
bring everyone from the budget review thread into a meeting
I want to meet with all those who mailed me something about the budget review. Please set it up.
Meeting with everybody that wrote about the budget review"""


@pytest.mark.parametrize("ask", WRITERS.splitlines())
def test_4_a_meeting_with_everyone_who_wrote(ask: str) -> None:
    at = talk()
    answer = at.say(ask)
    assert at.made("search_mail")["words"] == "budget review"
    assert at.made("find_free_time")["people"] == ["dana.reyes@example.org"]
    made = at.made("create_event")
    assert (made["start"], made["guests"]) == ("Tue 12 May 2026 10:00", ["dana.reyes@example.org"])
    assert "You named no time" in answer


SLOT = """Find a free slot next week for a 2-hour workshop with the engineering team
When can the engineering team and I meet for two hours next week?
2h workshop with engineering team next week - when?
we want to do a 2-hour workshop with the engineering team next week, find a slot please
find time for a 2 hour workshop with engineering next week
Check when the engineering team has two hours free next week
when can engineering and I hold a 2h workshop next week?
Two hours with the entire engineering team next week. What times would work?"""


@pytest.mark.parametrize("ask", SLOT.splitlines())
def test_5_a_slot_for_a_team(ask: str) -> None:
    at = talk()
    answer = at.say(ask)
    assert at.made("find_free_time") == {"within": "next week", "minutes": 120, "people": TEAM}
    assert "• Tue 12 May 2026 10:00–12:00 — everybody is free" in answer


def test_5_one_of_the_slots_is_booked_with_the_same_people() -> None:
    at = talk()
    at.say("Find a free slot next week for a 2-hour workshop with the engineering team")
    at.say("book the second one")
    made = at.made("create_event")
    assert (made["title"], made["start"], made["minutes"], made["guests"]) == (
        "Workshop",
        "Wed 13 May 2026 14:00",
        120,
        TEAM,
    )


MOVED = """Reschedule all tomorrow's meetings to next week
Push everything I have tomorrow to next week please
tomorrow's meetings need to be moved to next week
I'm out tomorrow. Reschedule every meeting to next week.
I won't be in tomorrow, so please shift everything to next week
clear my calendar tomorrow by moving everything to next week
Can all my meetings tomorrow be rescheduled for next week?
all of tomorrow's meetings -> next week
can't make tomorrow, push all meetings to next week
out sick tomorrow - move my meetings to next week please"""


@pytest.mark.parametrize("ask", MOVED.splitlines())
def test_6_tomorrow_goes_to_next_week(ask: str) -> None:
    at = talk()
    at.say(ask)
    wanted = {"tool": "change_events", "do": "reschedule", "start": "tomorrow", "to": "next week"}
    assert changing(at.calls) == [wanted]


FOCUS = """What should I focus on today based on my emails and calendar?
help me plan my day
Based on my inbox and calendar, what should I tackle first today?
what's on my plate today?
where should my attention go today?
check my inbox and my calendar and tell me what I should concentrate on today
Considering my mail and my meetings, what are my priorities today?
Morning! What matters today?"""


SKILLS = ("triage", "tasks", "focus", "follow", "week", "brief", "digest", "preferences")


def assist(*skills: str) -> dict[str, Any]:
    """The tool that starts these skills."""
    parameters = {"type": "object", "properties": {"skill": {"enum": list(skills)}, "about": {}}}
    return {"type": "function", "function": {"name": "assist", "parameters": parameters}}


def given(ask: str) -> dict[str, Any]:
    """What the one skill that answers is given."""
    at = Talk(Office(assist=lambda _: {"started": "."}), system=SYSTEM, tools=[*TOOLS, assist(*SKILLS)])
    at.say(ask)
    (call,) = at.calls
    assert call.tool == "assist"
    return dict(call.args)


@pytest.mark.parametrize("ask", FOCUS.splitlines())
def test_7_the_day(ask: str) -> None:
    assert given(ask) == {"skill": "focus"}


@pytest.mark.parametrize("ask", ["What did I miss?", "brief me", "Give me a rundown of my day", "my morning briefing"])
def test_7_all_that_came_is_the_digest(ask: str) -> None:
    assert given(ask) == {"skill": "digest"}


PRIORITIES = """Create a priority list from my unread emails
rank my unread mail by importance
turn my unread mails into a to-do list, most urgent first
make a prioritized list of my unread emails
which of my unread emails should I deal with first?
My unread mail, most urgent first
go through everything I haven't opened and make a priority list
Which of my unread mail should I see to first?
priority list from my unread emails
What is most important in my inbox?
prioritise my inbox
any urgent mails?"""


WORKFLOWS = json.loads((Path(__file__).parents[1] / "data" / "workflows.json").read_text("utf-8"))
WORDINGS = [entry["ask"] for entry in WORKFLOWS if entry["workflow"] == 8]


@pytest.mark.parametrize("ask", [*PRIORITIES.splitlines(), *WORDINGS])
def test_8_a_skill_that_sorts_mail_makes_the_list(ask: str) -> None:
    assert given(ask) == {"skill": "triage", "about": "list"}


@pytest.mark.parametrize("ask", [*UNREAD.splitlines(), *FOCUS.splitlines(), *SUMMARISED.splitlines()])
def test_8_and_nothing_else_is_such_a_list(ask: str) -> None:
    at = Talk(Office(assist=lambda _: {"started": "."}), system=SYSTEM, tools=[*TOOLS, assist("triage")])
    at.say(ask)
    assert all(call.tool != "assist" for call in at.calls)


@pytest.mark.parametrize(
    ("asks", "about", "important"),
    [
        (["add a task: call the bank by Friday"], "add call the bank by Friday", None),
        (["Make an important to-do to pay Tom, 30 min"], "add pay Tom, 30 min", True),
        (["I have to renew my passport", "make that a task"], "add I have to renew my passport", None),
        (["I have to renew my passport", "turn this into an important task."], "add I have to renew my passport", True),
    ],
)
def test_a_task_is_noted_by_the_skill_for_tasks(asks: list[str], about: str, important: bool | None) -> None:
    skills = {"type": "object", "properties": {"skill": {"enum": ["focus", "tasks"]}, "about": {}, "important": {}}}
    assist = {"type": "function", "function": {"name": "assist", "parameters": skills}}
    at = Talk(Office(assist={}), system=SYSTEM, tools=[*TOOLS, assist])
    for ask in asks:
        at.say(ask)
    (call,) = (call for call in at.calls if call.tool == "assist")
    assert (call.args["about"], call.args.get("important")) == (about, important)


BLOCKED = """Block time for deep work based on my meeting schedule
Find me some time for deep work between my meetings and block it
put deep work blocks in my calendar this week
Reserve time for deep work where I have no meetings
check my calendar and set aside time for deep work"""


@pytest.mark.parametrize("ask", BLOCKED.splitlines())
def test_9_deep_work(ask: str) -> None:
    at = talk()
    at.say(ask)
    within = {"within": "this week"} if "this week" in ask else {}
    assert changing(at.calls) == [{"tool": "block_time", "kind": "focus", **within, "title": "Deep work"}]


def test_9_how_much_is_said_in_words() -> None:
    at = talk()
    at.say("block 3 hours of focus time next week")
    assert at.made("block_time") == {
        "kind": "focus",
        "within": "next week",
        "total_minutes": 180,
        "title": "Focus time",
    }
    at.say("I'd like two hours of deep work every day next week")
    assert (at.made("block_time")["minutes"], at.made("block_time")["total_minutes"]) == (120, 600)


TOPICS = """forward the Allotment Fence mails from personal to work
send the Allotment Fence emails in my private inbox over to my work address
can you forward every mail on Allotment Fence from my personal account to work?"""


@pytest.mark.parametrize("ask", TOPICS.splitlines())
def test_11_what_stands_before_mails_is_a_topic(ask: str) -> None:
    at = talk()
    at.say(ask)
    wanted = {"words": "Allotment Fence", "account": "personal", "to": ["maya@larkspur.example"]}
    assert changing(at.calls) == [{"tool": "change_mail", "do": "forward", **wanted}]


@pytest.mark.parametrize(
    ("ask", "found"),
    [
        ("when am I free on Monday for 45 minutes?", {"within": "Monday", "minutes": 45}),
        ("find me 30 minutes tomorrow", {"within": "tomorrow", "minutes": 30}),
        ("find me half an hour next week", {"within": "next week", "minutes": 30}),
    ],
)
def test_5_free_time_of_ones_own(ask: str, found: dict[str, Any]) -> None:
    at = talk()
    at.say(ask)
    assert at.made("find_free_time") == found


TRANSFERRED = """Move all meetings from personal to work calendar next week
transfer next week's personal meetings to my work calendar
Take everything on my personal calendar next week and move it to work
next week, move every meeting from my personal to my work calendar
next week's events on my personal calendar should be moved to my work calendar
next week: personal events -> work calendar
All meetings in my personal calendar next week should be on the work calendar instead, can you move them?"""


@pytest.mark.parametrize("ask", TRANSFERRED.splitlines())
def test_10_from_one_calendar_to_another(ask: str) -> None:
    at = talk()
    at.say(ask)
    wanted = {"tool": "change_events", "do": "transfer", "start": "next week", "account": "personal", "to": "work"}
    assert changing(at.calls) == [wanted]


FORWARDED = """Forward all emails about Project Alpha from personal to work email
send all the Project Alpha mails in my personal account to my work address
fwd everything about Project Alpha from my personal inbox to my work email
pass all messages regarding Project Alpha on from personal to my work account
I need all Project Alpha emails that are in my personal inbox forwarded to my work address
all emails about Project Alpha in personal: forward to work
forward Project Alpha emails personal -> work
fwd everything about Project Alpha: private -> work
All mails on Project Alpha in my private inbox, forward them to my work address"""


@pytest.mark.parametrize("ask", FORWARDED.splitlines())
def test_11_from_one_account_to_another(ask: str) -> None:
    at = talk()
    at.say(ask)
    wanted = {"words": "Project Alpha", "account": "personal", "to": ["maya@larkspur.example"]}
    assert changing(at.calls) == [{"tool": "change_mail", "do": "forward", **wanted}]


MIRRORED = """Sync availability across all my calendars
make sure all my calendars show when I'm busy
mirror my busy times between work and personal
Keep my calendars in sync
avoid double bookings across my calendars
can you keep my availability the same on both calendars?
block my work meetings in the personal calendar and the other way round"""


@pytest.mark.parametrize("ask", MIRRORED.splitlines())
def test_12_availability_everywhere(ask: str) -> None:
    at = talk()
    at.say(ask)
    assert changing(at.calls) == [{"tool": "block_time", "kind": "mirror"}]
