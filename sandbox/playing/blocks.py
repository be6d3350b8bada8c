"""Slack messages as plain text, and the buttons that stand in them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_LINK = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_RULE = "────────"
_KEPT_CONTROLS = "\n\t"
# What a block or element may hold that is shown, in the order in which Slack shows it.
_SHOWN = ("title", "subtitle", "text", "body", "fields", "elements", "accessory", "details", "output", "tasks", "rows",
          "blocks", "children", "actions", "buttons")  # fmt: skip
_INLINE = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_quote", "context", "actions"})


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a message, as far as a click needs it."""

    block_id: str
    action_id: str
    text: str
    url: str


def render(message: Json) -> str:
    """The message as a terminal shows it; its fallback text when it has no blocks."""
    blocks = message.get("blocks") or []
    lines = [line for block in blocks if (line := _block(block).rstrip())]
    return "\n".join(lines) if lines else harmless(plain(str(message.get("text", ""))))


def buttons(message: Json) -> list[Button]:
    """Every button of the message, from top to bottom."""
    return list(_buttons(message.get("blocks") or [], ""))


def harmless(text: str) -> str:
    """Without control and direction characters: what stands in a mail must not steer a terminal."""
    return "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in ("Cc", "Cf"))


def plain(mrkdwn: str) -> str:
    """Slack's markup for links and entities as text."""

    def written(found: re.Match[str]) -> str:
        if found[1].startswith("!date^"):
            return found[2] or ""
        return _link(found[1].removeprefix("mailto:"), found[2])

    return html.unescape(_LINK.sub(written, mrkdwn))


def _link(target: str, label: str | None) -> str:
    return f"{label} ({target})" if label and label != target else target


def _block(block: Json) -> str:
    kind = block.get("type")
    text = _content(block)
    if kind == "header":
        return f"{text}\n{'═' * min(len(text), 72)}"
    if kind == "context":
        return f"  {text}"
    return text


def _content(value: Any) -> str:
    if isinstance(value, str):
        return harmless(plain(value))
    if isinstance(value, list):
        return "\n".join(part for item in value if (part := _content(item)))
    if not isinstance(value, dict):
        return ""
    return _element(value)


def _element(element: Json) -> str:
    kind = str(element.get("type", ""))
    if kind in _INLINE:
        glue = "" if kind.startswith("rich_text") else "  "
        return glue.join(part for item in element.get("elements", []) if (part := _content(item)))
    if kind in _LEAVES:
        return harmless(_LEAVES[kind](element))
    parts = (part for name in _SHOWN if name in element and (part := _content(element[name])))
    return "\n".join(parts)


_LEAVES: dict[str, Callable[[Json], str]] = {
    "button": lambda element: f"[ {_content(element.get('text'))} ]",
    "divider": lambda element: _RULE,
    # Literal, as Slack shows them: no markup in them counts.
    "text": lambda element: str(element.get("text", "")),
    "plain_text": lambda element: str(element.get("text", "")),
    "link": lambda element: _link(str(element.get("url", "")), str(element.get("text", ""))),
    "emoji": lambda element: f":{element.get('name', '')}:",
    "image": lambda element: str(element.get("alt_text", "")),
    "icon": lambda element: str(element.get("alt_text", "")),
}


def _buttons(value: Any, block_id: str) -> Iterator[Button]:
    if isinstance(value, list):
        for item in value:
            yield from _buttons(item, block_id)
    elif isinstance(value, dict):
        block_id = str(value.get("block_id", block_id))
        if value.get("type") == "button":
            text = _content(value.get("text"))
            yield Button(block_id, str(value.get("action_id", "")), text, str(value.get("url", "")))
        else:
            for name in _SHOWN:
                yield from _buttons(value.get(name), block_id)
