"""Block Kit in few words, for the tests of the page."""

from typing import Any

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def section(text: str, **more: Any) -> Block:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(text: str, action: str, **more: Any) -> Block:
    return {"type": "button", "text": plain(text), "action_id": action, "value": f"value of {action}", **more}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "block_id": "actions", "elements": list(elements)}


def options(*names: str) -> list[Block]:
    return [{"text": plain(name), "value": name.lower()} for name in names]


def field(block_id: str, label: str, element: Block, **more: Any) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "value", **element},
        **more,
    }


def modal(title: str, *blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain(title), "submit": plain("Save"), "blocks": list(blocks), **more}


def rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def raw(text: str) -> Block:
    return {"type": "raw_text", "text": text}


def number(value: int) -> Block:
    return {"type": "raw_number", "value": value, "text": str(value)}
