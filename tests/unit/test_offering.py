"""What the model is offered: few tools in few characters, results that fit, and every card named by its tool."""

import json
from inspect import isabstract
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agent.agent import Agent
from app.agent.offering import MOST, ROOM, offered, schemas, written
from app.agent.tools import TOOLS
from app.agent.tools.calendar import CreateEvent, ListEvents
from app.agent.tools.cards import ContinueAfter
from app.agent.tools.fitting import MAX_RESULT, serialised
from app.agent.tools.mail import SearchMail
from app.agent.tools.skills import Assist
from app.agent.tools.tool import Changing, maker
from app.domain import actions
from app.domain.actions import Action
from app.domain.desk import Desk
from app.domain.ports import Request
from tests.fakes import ManualClock, MemoryCalendar, MemoryMailbox
from tests.samples import ANN, account

LONG_NAME = "Wilhelmina Bartholomea van der Grootenhuijsen-Featherstonehaugh"


def desk(mailboxes: int, calendars: int) -> Desk:
    clock = ManualClock()
    accounts = [account(name=f"account {n}", email=f"wilhelmina.{n}@longhouse.example") for n in range(5)]
    boxes = [MemoryMailbox(each, clock) for each in accounts[:mailboxes]]
    return Desk(ANN, mailboxes=boxes, calendars=[MemoryCalendar(each) for each in accounts[:calendars]])


@pytest.mark.parametrize("mailboxes", [0, 1, 2, 5])
@pytest.mark.parametrize("calendars", [0, 1, 2, 5])
def test_prompt_and_tools_fit_into_a_third_of_a_small_window(mailboxes: int, calendars: int) -> None:
    at = desk(mailboxes, calendars)
    now = ManualClock().now()
    request = Request(person=ANN.model_copy(update={"name": LONG_NAME}), now=now, text="x")
    for prepared in (False, True):
        tools = offered(at, prepared=prepared)
        assert len(tools) <= MOST
        assert len(Agent.prompt(request, at)) + len(written(tools)) <= ROOM


def test_what_has_nothing_to_work_on_is_not_offered() -> None:
    assert set(offered(desk(1, 1))) | set(offered(desk(1, 1), prepared=True)) == set(TOOLS)
    assert SearchMail not in offered(desk(0, 1))
    assert {ListEvents, CreateEvent}.isdisjoint(offered(desk(1, 0)))


def test_a_skill_is_offered_until_a_card_is_prepared_and_what_follows_cards_from_then_on() -> None:
    first, then = offered(desk(1, 1)), offered(desk(1, 1), prepared=True)
    assert set(first) ^ set(then) == {Assist, ContinueAfter}
    assert Assist in first


def test_a_schema_holds_what_helps_and_nothing_twice() -> None:
    told = {each["function"]["name"]: each["function"]["parameters"] for each in schemas(TOOLS)}
    found = told["search_mail"]["properties"]
    assert found["older_than_days"] == {"type": "integer"}
    assert "" not in found["category"]["enum"]
    assert "required" not in told["search_mail"]
    assert told["create_event"]["properties"]["guests"]["type"] == "array"
    meanings = [(name, f["description"]) for p in told.values() for name, f in p["properties"].items() if len(f) > 1
                and "description" in f]  # fmt: skip
    assert len(meanings) == len(set(meanings))


@pytest.mark.parametrize("kind", sorted(name for name, kind in Action.KINDS.items() if not isabstract(kind)))
def test_every_change_has_the_tool_that_prepares_it_anew(kind: str) -> None:
    if Action.KINDS[kind].__module__.startswith("app."):
        assert maker(Action.KINDS[kind]) in {tool.called() for tool in TOOLS if issubclass(tool, Changing)}


def test_a_card_is_named_by_its_tool_and_not_by_its_class() -> None:
    class AnsweredByMail(actions.SendReply):
        """A change whose tool is called otherwise."""

    class Answering(Changing):
        """Answers."""

        makes = (AnsweredByMail,)

    assert maker(AnsweredByMail) == "answering"
    del Changing.MAKERS[AnsweredByMail], Action.KINDS["AnsweredByMail"]


# What small models write.


@pytest.mark.parametrize(
    ("written_", "meant"),
    [
        ({"guests": "dan@example.org"}, ["dan@example.org"]),
        ({"guests": '["dan@example.org", "eve@example.org"]'}, ["dan@example.org", "eve@example.org"]),
        ({"guests": ""}, []),
        ({"guests": None, "minutes": None, "place": None}, []),
    ],
)
def test_nulls_and_single_words_are_taken_as_meant(written_: dict[str, Any], meant: list[str]) -> None:
    made = CreateEvent.model_validate({"title": "Call", "start": "tomorrow"} | written_)
    assert (made.guests, made.minutes, made.place) == (meant, None, "")


# Results.


@given(
    st.lists(st.text(max_size=300), max_size=200),
    st.text(max_size=20_000),
    st.lists(st.text(max_size=3000), max_size=9),
)
def test_a_result_is_never_cut_without_saying_so(rows: list[str], text: str, texts: list[str]) -> None:
    whole = {"note": "By others.", "untrusted": {"mails": [{"subject": r} for r in rows], "text": text, "more": texts}}
    told = serialised(whole)
    assert len(told) <= MAX_RESULT
    read = json.loads(told)
    kept = read["untrusted"]
    values = zip((kept["text"], *kept["more"]), (text, *texts), strict=False)
    shorter = len(kept["mails"]) < len(rows) or any(v.endswith("…") and "…" not in whole_ for v, whole_ in values)
    assert shorter <= bool(read.get("left_out"))
    assert read["note"] == "By others."


def test_what_was_left_out_is_counted() -> None:
    told = json.loads(serialised({"events": [{"title": "x" * 90} for _ in range(100)]}))
    assert told["left_out"] == f"{100 - len(told['events'])} more events"
    assert len(told["events"]) > 20
