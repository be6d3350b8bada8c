"""Google's partial responses: the `fields` parameter."""

from __future__ import annotations

from typing import Any

from sandbox.google.errors import bad_field

Mask = dict[str, "Mask"]  # an empty mask means everything below


def parse(text: str) -> Mask:
    """`a,b/c,d(e,f/g)` as a tree; unbalanced parentheses or an empty name are Google's 400."""
    mask, rest = _selection(text.replace(" ", ""))
    if rest:
        raise bad_field("fields", f"Invalid field selection {text}")
    return mask


def _selection(text: str) -> tuple[Mask, str]:
    mask: Mask = {}
    while True:
        text = _path(text, mask)
        if not text.startswith(","):
            return mask, text
        text = text[1:]


def _path(text: str, mask: Mask) -> str:
    end = next((i for i, char in enumerate(text) if char in "/(),"), len(text))
    name, text = text[:end], text[end:]
    if not name:
        raise bad_field("fields", "Invalid field selection")
    below = mask.setdefault(name, {})
    if text.startswith("/"):
        return _path(text[1:], below)
    if text.startswith("("):
        inner, text = _selection(text[1:])
        if not text.startswith(")"):
            raise bad_field("fields", f"Invalid field selection {name}")
        below.update(inner)
        text = text[1:]
    return text


def apply(mask: Mask, value: Any) -> Any:
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [apply(mask, item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: apply(mask[name], item) for name, item in value.items() if name in mask}
