"""How Slack's composer writes down what a person types: escapes, links, mentions, rich text."""

import re
from typing import Any

# What the composer leaves as it is (mentions), and what it turns into links by itself.
_PIECES = re.compile(
    r"(?P<user><@(?P<user_id>[UW][A-Z0-9]+)>)"
    r"|(?P<channel><#(?P<channel_id>C[A-Z0-9]+)(\|[^>]*)?>)"
    r"|(?P<url>https?://[^\s<>]+[^\s<>.,;:!?)\]}'\"])"
    r"|(?P<email>[\w.+-]+@[\w-]+(\.[\w-]+)+)"
)


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def compose(typed: str) -> tuple[str, list[dict[str, Any]]]:
    """The message text (mrkdwn with entities) and the rich_text elements of what a person typed."""
    text, elements, end = "", list[dict[str, Any]](), 0
    for piece in _PIECES.finditer(typed):
        between = typed[end : piece.start()]
        _plain(elements, between)
        shown, element = _special(piece)
        text += escape(between) + shown
        elements.append(element)
        end = piece.end()
    _plain(elements, typed[end:])
    return text + escape(typed[end:]), elements


def _plain(elements: list[dict[str, Any]], text: str) -> None:
    if text:
        elements.append({"type": "text", "text": text})


def _special(piece: re.Match[str]) -> tuple[str, dict[str, Any]]:
    if piece["user"]:
        return piece["user"], {"type": "user", "user_id": piece["user_id"]}
    if piece["channel"]:
        return piece["channel"], {"type": "channel", "channel_id": piece["channel_id"]}
    if piece["url"]:
        return f"<{escape(piece['url'])}>", {"type": "link", "url": piece["url"]}
    address = piece["email"]
    return f"<mailto:{address}|{address}>", {"type": "link", "url": f"mailto:{address}", "text": address}


def rich_text(elements: list[dict[str, Any]], block_id: str) -> list[dict[str, Any]]:
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]
