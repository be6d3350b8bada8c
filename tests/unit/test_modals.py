"""A form as Slack shows it, and what comes back of it: nothing is lost on the way, and Slack takes every modal."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.forms import (
    MAX_OPTIONS,
    Addresses,
    Answers,
    Choice,
    Day,
    Form,
    Input,
    Line,
    Moment,
    Option,
    Parts,
    Several,
    Text,
)
from app.domain.types import ActionId, Address
from handlers.editing import GLUE, answers, on_blocks
from integrations.slack.forms import ENTRY, JOINED, LINE, PART, WORD, modal, split
from sandbox.slack import elements
from sandbox.slack.views import complaints

IDENT = ActionId(UUID(int=7))
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=80)
LONG = st.lists(st.one_of(WORDS, st.sampled_from(["word " * 900, "x" * 5_000, "\n", "line\n" * 700])), max_size=6).map(
    "".join
)


def view(*inputs: Input) -> dict[str, Any]:
    made = modal(Form(title="A form", inputs=inputs), callback="edit", about=IDENT)
    assert complaints(made, "modal") == []
    return made


def entered(made: dict[str, Any], **changed: dict[str, Any]) -> Answers:
    """What Slack reports: what the elements began with, but for what was changed, by block."""
    actions = {b["block_id"]: b["element"]["action_id"] for b in made["blocks"]}
    given_ = {block.replace("__", ":"): {actions[block.replace("__", ":")]: value} for block, value in changed.items()}
    return answers({**made, "state": {"values": elements.entered(made["blocks"], given_)}})


def trimmed(parts: Parts) -> Parts:
    return trimmed(parts[:-1]) if parts and not parts[-1] else parts


def options(count: int, words: str = "Option") -> tuple[Option, ...]:
    return tuple(Option(key=str(n), label=f"{words} {n}") for n in range(count))


def test_the_view_carries_the_action_and_nothing_else() -> None:
    made = view(Line(name="title", label="Title", value="Review", most=250))
    assert (made["callback_id"], made["private_metadata"]) == ("edit", str(IDENT))


@given(LONG)
def test_a_text_of_any_length_comes_back_as_it_was(text: str) -> None:
    text = text.strip()  # as every text is that is proposed
    body = Text(name="body", label="Text", value=text, most=9_000, optional=True)
    found = entered(view(body))["body"]
    assert body.read(found) == text


@given(LONG, st.integers(1, 3_000))
def test_pieces_fit_and_join_to_the_whole(text: str, most: int) -> None:
    pieces = list(split(text, most))
    assert all(len(piece) <= most for _, piece in pieces)
    assert pieces[0][0] == PART
    assert "".join({PART: "", **GLUE}[action] + piece for action, piece in pieces) == text


def test_text_is_cut_where_a_line_ends_before_between_words_before_anywhere() -> None:
    assert list(split("one two\nthree four", 10)) == [(PART, "one two"), (LINE, "three four")]
    assert list(split("one two three", 8)) == [(PART, "one two"), (WORD, "three")]
    assert list(split("abcdefgh", 5)) == [(PART, "abcde"), (JOINED, "fgh")]


def test_there_is_always_room_to_write_more_up_to_the_limit() -> None:
    for length, blocks in ((0, 2), (2_999, 2), (3_001, 3), (8_500, 3)):
        made = view(Text(name="body", label="Text", value="x" * length, most=9_000))
        assert len(made["blocks"]) == blocks
        assert [b["optional"] for b in made["blocks"]] == [False, *[True] * (blocks - 1)]
    short = view(Text(name="reason", label="Why", value="", most=1_000))
    assert [b["element"]["max_length"] for b in short["blocks"]] == [1_000]


def test_what_is_added_in_the_second_input_begins_a_line() -> None:
    body = Text(name="body", label="Text", value="First.", most=9_000)
    assert entered(view(body), body__1={"value": "Second."})["body"] == ("First.\nSecond.",)
    assert body.read(entered(view(body), body__0={"value": None}, body__1={"value": "Second."})["body"]) == "Second."


@given(st.lists(WORDS, max_size=50, unique=True))
def test_fifty_addresses_come_back_each_with_its_name(names: list[str]) -> None:
    people = tuple(
        Address(email=f"somebody.with.a.rather.long.name.{n}@subdomain.example.org", name=name)
        for n, name in enumerate(names)
    )
    to = Addresses(name="to", label="To", value=people, optional=True)
    assert to.read(entered(view(to))["to"]) == people


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_a_moment_is_a_day_and_a_time_in_the_persons_zone(zone: str) -> None:
    start = Moment(name="start", label="Starts", value=AT, zone=zone)
    made = view(start)
    assert [b["element"]["type"] for b in made["blocks"]] == ["datepicker", "timepicker"]
    assert made["blocks"][1]["element"]["timezone"] == zone
    assert start.read(entered(made)["start"]) == AT
    assert entered(made, start__0={"selected_date": "2026-03-09"})["start"] == ("2026-03-09", start.parts[1])
    assert entered(made, start__0={"selected_date": None})["start"] == ("", start.parts[1])


def test_days_choices_and_several_come_back() -> None:
    made = view(
        Day(name="until", label="Until", value=date(2026, 3, 1), optional=True),
        Day(name="from", label="From", value=None, optional=True),
        Choice(name="few", label="Few", value="1", options=options(3)),
        Choice(name="many", label="Many", value="40", options=options(50)),
        Several(name="pick", label="Pick", options=options(MAX_OPTIONS, "A sender's name " * 9), optional=True),
    )
    found = entered(made)
    assert {name: trimmed(parts) for name, parts in found.items()} == {
        "until": ("2026-03-01",), "from": (), "few": ("1",), "many": ("40",), "pick": ()
    }  # fmt: skip
    picked = made["blocks"][-1]["element"]["options"][3:5]
    assert entered(made, pick__0={"selected_options": picked})["pick"] == ("3", "4")
    assert entered(made, until__0={"selected_date": None})["until"] == ("",)


def test_an_input_that_slack_has_no_element_for_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="Input"):
        modal(Form(title="", inputs=(Input.model_construct(name="x", label="X"),)), callback="edit", about=IDENT)


def test_errors_stand_on_the_first_block_of_their_input() -> None:
    made = view(
        Line(name="title", label="Title", value="Review", most=250),
        Text(name="body", label="Text", value="x" * ENTRY * 2, most=9_000),
    )
    faults = {"body": "Too long.", "": "Too much.", "gone": "Also."}
    assert on_blocks(faults, made) == {"body:0": "Too long.", "title:0": "Too much. Also."}
