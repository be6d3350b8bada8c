"""Results that a small model can read: never longer than its window allows, and never cut without saying so."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from app.planning.sanitising import visible

MAX_RESULT = 6_000
"""Characters of a tool's result: about a fifth of an 8k context."""
ROWS = 5_400
"""Of them for the rows of a list, which is shortened by whole rows."""
LONG = 200
"""Characters of a text that is worth shortening."""

Result = Mapping[str, Any]
Place = tuple[Any, Any]
"""Something that holds values, and the key of one of them."""


def fitting(rows: Sequence[Result]) -> list[Result]:
    """As many of the first rows as fit into one result."""
    ends = accumulate(len(json.dumps(row, ensure_ascii=False, default=str)) for row in rows)
    return [row for row, end in zip(rows, ends, strict=True) if end <= ROWS]


def serialised(result: Result) -> str:
    """A result as the model reads it: visible characters only; what had to be left out is told."""
    text = _written(result)
    if len(text) <= MAX_RESULT:
        return text
    rest = json.loads(text)
    left_out: dict[str, str] = {}
    while len(text := _written({"left_out": "; ".join(left_out.values()), **rest})) > MAX_RESULT:
        places = list(_places(rest))
        if not places:
            return _written({"error": f"That is too much to read at once ({len(text):,} characters). Ask for less."})
        _halve(max(places, key=_weight), left_out)
    return text


def _written(result: Result) -> str:
    return visible(json.dumps(result, ensure_ascii=False, separators=(",", ":"), default=str))


def _places(value: Any) -> Iterator[Place]:
    """Where something can be left out: lists of several rows, and long texts."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from _places(inner)
        if (isinstance(inner, list) and len(inner) > 1) or (isinstance(inner, str) and len(inner) > LONG):
            yield value, key


def _weight(place: Place) -> int:
    """How much is won by halving it: a long text is halved before the list that it makes long."""
    holder, key = place
    inner = holder[key]
    if isinstance(inner, str):
        return len(inner)
    return sum(len(json.dumps(row, ensure_ascii=False)) for row in inner[len(inner) // 2 :])


def _halve(place: Place, left_out: dict[str, str]) -> None:
    holder, key = place
    inner = holder[key]
    half = len(inner) // 2
    if isinstance(inner, str):
        holder[key] = f"{inner[:half]}…"
        left_out.setdefault("texts", "long texts are shortened")
        return
    gone = int(left_out.get(str(key), "0").split(maxsplit=1)[0]) + len(inner) - half
    holder[key] = inner[:half]
    left_out[str(key)] = f"{gone} more {key}"
