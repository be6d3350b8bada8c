"""The stand-in's block checks, held against slack_sdk's own limits and its models' JSON."""

from typing import Any

import pytest
from slack_sdk.models import blocks as sdk
from slack_sdk.models.blocks import basic_components as parts
from slack_sdk.models.blocks import block_elements as elements
from slack_sdk.models.views import View

from sandbox.slack import limits
from sandbox.slack.blocks import accepted, check
from sandbox.slack.faults import SlackError
from sandbox.slack.views import complaints


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "go", "text": plain("Go"), **more}


def option(value: str = "a", **more: Any) -> dict[str, Any]:
    return {"text": plain("A"), "value": value, **more}


def task(**more: Any) -> dict[str, Any]:
    return {"type": "task_card", "task_id": "t", "title": "T", "status": "complete", **more}


def test_limits_are_those_of_slack_sdk() -> None:
    theirs = {
        "BLOCK_ID": sdk.Block.block_id_max_length,
        "SECTION_TEXT": sdk.SectionBlock.text_max_length,
        "SECTION_FIELDS": sdk.SectionBlock.fields_max_length,
        "HEADER_TEXT": sdk.HeaderBlock.text_max_length,
        "IMAGE_URL": sdk.ImageBlock.image_url_max_length,
        "IMAGE_ALT": sdk.ImageBlock.alt_text_max_length,
        "IMAGE_TITLE": sdk.ImageBlock.title_max_length,
        "ACTIONS_ELEMENTS": sdk.ActionsBlock.elements_max_length,
        "CONTEXT_ELEMENTS": sdk.ContextBlock.elements_max_length,
        "CONTEXT_ACTIONS_ELEMENTS": sdk.ContextActionsBlock.elements_max_length,
        "INPUT_LABEL": sdk.InputBlock.label_max_length,
        "INPUT_HINT": sdk.InputBlock.hint_max_length,
        "MARKDOWN_CHARACTERS": sdk.MarkdownBlock.text_max_length,
        "VIDEO_TITLE": sdk.VideoBlock.title_max_length,
        "VIDEO_AUTHOR": sdk.VideoBlock.author_name_max_length,
        "CARD_TITLE": sdk.CardBlock.title_max_length,
        "CARD_SUBTITLE": sdk.CardBlock.subtitle_max_length,
        "CARD_BODY": sdk.CardBlock.body_max_length,
        "CAROUSEL_CARDS": sdk.CarouselBlock.elements_max_length,
        "CONTAINER_TITLE": sdk.ContainerBlock.title_max_length,
        "CONTAINER_SUBTITLE": sdk.ContainerBlock.subtitle_max_length,
        "CONTAINER_CHILDREN": sdk.ContainerBlock.child_blocks_max_length,
        "CONTAINER_WIDTHS": sdk.ContainerBlock.valid_widths,
        "ALERT_LEVELS": sdk.AlertBlock.valid_levels,
        "ACTION_ID": elements.InteractiveElement.action_id_max_length,
        "PLACEHOLDER": elements.InputInteractiveElement.placeholder_max_length,
        "BUTTON_TEXT": elements.ButtonElement.text_max_length,
        "BUTTON_VALUE": elements.ButtonElement.value_max_length,
        "BUTTON_URL": elements.ButtonElement.url_max_length,
        "SELECT_OPTIONS": elements.StaticSelectElement.options_max_length,
        "OPTION_GROUPS": elements.StaticSelectElement.option_groups_max_length,
        "OVERFLOW_OPTIONS": (
            elements.OverflowMenuElement.options_min_length,
            elements.OverflowMenuElement.options_max_length,
        ),
        "OPTION_TEXT": parts.Option.label_max_length,
        "OPTION_VALUE": parts.Option.value_max_length,
        "CONFIRM_TITLE": parts.ConfirmObject.title_max_length,
        "CONFIRM_TEXT": parts.ConfirmObject.text_max_length,
        "CONFIRM_BUTTON": parts.ConfirmObject.confirm_max_length,
        "VIEW_TITLE": View.title_max_length,
        "VIEW_SUBMIT": View.submit_max_length,
        "VIEW_CLOSE": View.close_max_length,
        "VIEW_BLOCKS": View.blocks_max_length,
        "PRIVATE_METADATA": View.private_metadata_max_length,
    }
    assert {name: getattr(limits, name) for name in theirs} == theirs


GOOD = {
    "section": {"type": "section", "text": mrkdwn("x" * 3000), "accessory": button(value="v" * 2000)},
    "fields": {"type": "section", "fields": [mrkdwn("x" * 2000)] * 5},
    "divider": {"type": "divider"},
    "header": {"type": "header", "text": plain("x" * 150)},
    "actions": {"type": "actions", "elements": [button(action_id=str(n)) for n in range(25)]},
    "overflow": {"type": "actions", "elements": [{"type": "overflow", "action_id": "o", "options": [option()]}]},
    "context": {"type": "context", "elements": [mrkdwn("x")] * 10},
    "markdown": {"type": "markdown", "text": "x" * 12_000},
    "card": {"type": "card", "title": mrkdwn("x" * 150), "body": mrkdwn("y" * 200), "actions": [button()]},
    "carousel": {"type": "carousel", "elements": [{"type": "card", "title": mrkdwn("x")}] * 10},
    "container": {"type": "container", "title": plain("x"), "child_blocks": [{"type": "divider"}] * 10},
    "table": {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 20] * 100},
    "data_table": {
        "type": "data_table",
        "caption": "Mails",
        "rows": [[{"type": "raw_text", "text": "x"}] * 20] * 101,
    },
    "plan": {"type": "plan", "title": "P", "tasks": [task()]},
    "task_card": task(status="in_progress"),
    "input": {"type": "input", "label": plain("L"), "element": {"type": "plain_text_input", "action_id": "t"}},
    "feedback": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "f",
                "positive_button": {"text": plain("+"), "value": "up"},
                "negative_button": {"text": plain("-"), "value": "down"},
            }
        ],
    },
    "rich_text": {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]},
    "image": {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a"},
}


@pytest.mark.parametrize("name", GOOD)
def test_a_block_within_its_limits_is_accepted(name: str) -> None:
    if name == "table":  # a full table alone is more text than a message may have
        assert check([GOOD[name] | {"rows": GOOD[name]["rows"][:50]}], "message") == []
    else:
        assert check([GOOD[name]], "message") == []


BAD: list[tuple[dict[str, Any], str]] = [
    ({"type": "marquee"}, "/blocks/0/type"),
    ({"type": "section"}, "/blocks/0"),
    ({"type": "section", "text": mrkdwn("x" * 3001)}, "/blocks/0/text/text"),
    ({"type": "section", "text": mrkdwn("")}, "/blocks/0/text/text"),
    ({"type": "section", "text": "x"}, "/blocks/0/text"),
    ({"type": "section", "text": plain("x"), "colour": "red"}, "/blocks/0"),
    ({"type": "section", "fields": [mrkdwn("x")] * 11}, "/blocks/0/fields"),
    ({"type": "section", "fields": [mrkdwn("x" * 2001)]}, "/blocks/0/fields/0/text"),
    ({"type": "header", "text": plain("x" * 151)}, "/blocks/0/text/text"),
    ({"type": "header", "text": mrkdwn("x")}, "/blocks/0/text/type"),
    ({"type": "actions", "elements": []}, "/blocks/0/elements"),
    ({"type": "actions", "elements": [button(action_id=str(n)) for n in range(26)]}, "/blocks/0/elements"),
    ({"type": "actions", "elements": [button(), button()]}, "/blocks/0/elements/1"),
    ({"type": "actions", "elements": [button(text=plain("x" * 76))]}, "/blocks/0/elements/0/text/text"),
    ({"type": "actions", "elements": [button(value="x" * 2001)]}, "/blocks/0/elements/0/value"),
    ({"type": "actions", "elements": [button(style="loud")]}, "/blocks/0/elements/0/style"),
    ({"type": "actions", "elements": [button(action_id="x" * 256)]}, "/blocks/0/elements/0/action_id"),
    (
        {"type": "actions", "elements": [{"type": "checkboxes", "action_id": "c", "options": [option()] * 11}]},
        "/blocks/0/elements/0/options",
    ),
    (
        {"type": "actions", "elements": [{"type": "static_select", "action_id": "s", "options": [option("v" * 151)]}]},
        "/blocks/0/elements/0/options/0/value",
    ),
    ({"type": "context", "elements": [mrkdwn("x")] * 11}, "/blocks/0/elements"),
    ({"type": "markdown", "text": "x" * 12_001}, "/blocks/0/text"),
    ({"type": "card"}, "/blocks/0"),
    ({"type": "card", "title": mrkdwn("x" * 151)}, "/blocks/0/title/text"),
    ({"type": "card", "body": mrkdwn("x" * 201)}, "/blocks/0/body/text"),
    ({"type": "container", "child_blocks": [{"type": "divider"}]}, "/blocks/0"),
    ({"type": "container", "title": plain("x"), "child_blocks": [{"type": "divider"}] * 11}, "/blocks/0/child_blocks"),
    (
        {"type": "container", "title": plain("x"), "child_blocks": [{"type": "card", "title": mrkdwn("x")}]},
        "/blocks/0/child_blocks/0/type",
    ),
    ({"type": "data_table", "caption": "c", "rows": [[{"type": "raw_text", "text": "x"}]]}, "/blocks/0/rows"),
    (
        {"type": "data_table", "caption": "c", "rows": [[{"type": "raw_text", "text": "x"}] * 21] * 2},
        "/blocks/0/rows/0/row",
    ),
    (task(status="completed"), "/blocks/0/status"),
    (task(details="text"), "/blocks/0/details"),
    ({"type": "plan", "title": "P", "tasks": [{"type": "divider"}]}, "/blocks/0/tasks/0/type"),
    ({"type": "alert", "text": plain("x")}, "/blocks/0/type"),
]


@pytest.mark.parametrize(("block", "where"), BAD)
def test_a_block_beyond_its_limits_is_refused_at_the_place(block: dict[str, Any], where: str) -> None:
    problems = check([block], "message")
    assert any(problem.endswith(f"[json-pointer:{where}]") for problem in problems), problems


def test_block_ids_are_unique_and_at_most_fifty() -> None:
    assert check([{"type": "divider", "block_id": "a"}] * 2, "message") != []
    assert check([{"type": "divider"}] * 50, "message") == []
    assert check([{"type": "divider"}] * 51, "message") == ["no more than 50 items allowed [json-pointer:/blocks]"]


def test_the_text_of_a_whole_message_is_limited() -> None:
    sections = [{"type": "section", "text": mrkdwn("x" * 3000)} for _ in range(4)]
    assert check(sections, "message") == []
    assert check([*sections, {"type": "section", "text": mrkdwn("x" * 1201)}], "message") != []
    assert check([*sections, {"type": "section", "text": mrkdwn("x" * 1200)}], "message") == []
    assert check([{"type": "markdown", "text": "x" * 6001}] * 2, "message") != []


@pytest.mark.parametrize("kind", ["plan", "task_card", "markdown", "table", "data_table"])
@pytest.mark.parametrize("surface", ["modal", "home"])
def test_blocks_of_messages_are_refused_elsewhere(kind: str, surface: str) -> None:
    assert check([GOOD[kind]], surface) == [f"unsupported type: {kind} [json-pointer:/blocks/0/type]"]


def test_alerts_belong_into_modals() -> None:
    alert = {"type": "alert", "text": plain("Careful"), "level": "warning"}
    assert check([alert], "modal") == []
    assert check([alert], "home") != []
    assert check([{**alert, "level": "loud"}], "modal") != []


def test_accepted_blocks_get_the_ids_they_lack() -> None:
    nested = {"type": "container", "title": plain("x"), "child_blocks": [GOOD["section"], GOOD["divider"]]}
    del (anonymous := button())["action_id"]
    (container, actions) = accepted([nested, {"type": "actions", "elements": [anonymous]}])
    assert all(block["block_id"] for block in (container, *container["child_blocks"], actions))
    assert actions["elements"][0]["action_id"]
    assert "block_id" not in nested


def test_blocks_that_are_no_json_are_refused() -> None:
    with pytest.raises(SlackError, match="invalid_blocks"):
        accepted("[{")


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("T"), "blocks": [{"type": "divider"}], **more}


@pytest.mark.parametrize(
    "view",
    [
        modal(title=plain("x" * 25)),
        modal(submit=plain("x" * 25)),
        modal(close=plain("x" * 25)),
        modal(private_metadata="x" * 3001),
        modal(blocks=[{"type": "divider"}] * 101),
        modal(blocks=[GOOD["input"]]),
        modal(type="home"),
        modal(colour="red"),
        {"type": "modal", "title": plain("T")},
    ],
)
def test_a_modal_beyond_its_limits_is_refused(view: dict[str, Any]) -> None:
    assert complaints(view, "modal") != []


def test_modals_and_homes_within_their_limits_are_accepted() -> None:
    whole = modal(
        title=plain("x" * 24), submit=plain("x" * 24), close=plain("x" * 24), blocks=[{"type": "divider"}] * 100
    )
    assert complaints(whole | {"private_metadata": "x" * 3000}, "modal") == []
    assert complaints(modal(submit=plain("Save"), blocks=[GOOD["input"]]), "modal") == []
    assert complaints({"type": "home", "blocks": [{"type": "divider"}] * 100}, "home") == []
    assert complaints({"type": "home", "blocks": [], "submit": plain("x")}, "home") != []


def test_what_slack_sdk_builds_is_accepted() -> None:
    built = [
        sdk.HeaderBlock(text="Archive 37 mails"),
        sdk.SectionBlock(text="*From* ada", accessory=sdk.ButtonElement(text="Open", action_id="open", value="1")),
        sdk.ContextBlock(elements=[sdk.MarkdownTextObject(text="work account")]),
        sdk.CardBlock(title="Lunch", body="Tomorrow", actions=[sdk.ButtonElement(text="Approve", action_id="ok")]),
        sdk.ContainerBlock(title="More", child_blocks=[sdk.DividerBlock()], is_collapsible=True),
        sdk.PlanBlock(title="Plan", tasks=[sdk.TaskCardBlock(task_id="1", title="Search", status="complete")]),
        sdk.InputBlock(label="Why?", element=sdk.PlainTextInputElement(action_id="why", multiline=True)),
        sdk.ActionsBlock(
            elements=[
                sdk.StaticSelectElement(action_id="s", options=[sdk.Option(text="A", value="a")]),
                sdk.CheckboxesElement(action_id="c", options=[sdk.Option(text="A", value="a")]),
                sdk.DatePickerElement(action_id="d", initial_date="2026-03-02"),
            ]
        ),
    ]
    assert check([block.to_dict() for block in built], "message") == []
