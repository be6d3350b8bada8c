"""Messages as the terminal shows them, and the buttons found in them."""

from typing import Any

import pytest

from sandbox.playing.blocks import Button, buttons, render


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<https://a.example/x|the notes>", "the notes (https://a.example/x)"),
        ("<https://a.example>", "https://a.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
        ("harm\x1b[2J\u202eless\x07", "harm[2Jless"),
    ],
)
def test_slacks_markup_becomes_plain_and_harmless(text: str, shown: str) -> None:
    assert render({"text": text}) == shown


def test_rich_text_lists_and_fields_are_shown_in_order() -> None:
    section = {
        "type": "rich_text_section",
        "elements": [{"type": "text", "text": "To "}, {"type": "link", "url": "https://x.example"}],
    }
    message: dict[str, Any] = {
        "text": "fallback",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "Reply"}},
            {"type": "rich_text", "elements": [section, {"type": "rich_text_list", "elements": [section]}]},
            {"type": "section", "fields": [{"type": "mrkdwn", "text": "When"}, {"type": "mrkdwn", "text": "Noon"}]},
            {"type": "divider"},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "work"}, {"type": "mrkdwn", "text": "draft"}]},
        ],
    }
    assert render(message).splitlines() == [
        "Reply", "═════", "To https://x.example", "To https://x.example", "When", "Noon", "────────", "  work  draft",
    ]  # fmt: skip


def test_buttons_are_found_wherever_they_stand() -> None:
    button = {"type": "button", "action_id": "decide:approve", "text": {"type": "plain_text", "text": "Approve"}}
    link = {
        "type": "button",
        "action_id": "open:connect",
        "text": {"type": "plain_text", "text": "Go"},
        "url": "https://g.example",
    }
    message = {
        "blocks": [
            {"type": "section", "block_id": "a", "text": {"type": "mrkdwn", "text": "x"}, "accessory": link},
            {
                "type": "container",
                "block_id": "b",
                "children": [{"type": "actions", "block_id": "c", "elements": [button]}],
            },
        ]
    }
    assert buttons(message) == [
        Button("a", "open:connect", "Go", "https://g.example"),
        Button("c", "decide:approve", "Approve", ""),
    ]
