"""Text as Gmail's search sees it: whole words, without case or accents."""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    return WORD.findall(plain.replace("_", " "))


def line(text: str) -> str:
    """The words with a space on both sides of each, so that a phrase is one substring search."""
    return f" {' '.join(words(text))} "


def near(line: str, left: tuple[str, ...], *, right: tuple[str, ...], gap: int) -> bool:
    """Within one field: what stands in two of them isn't side by side."""
    return any(_near(part.split(), left, right=right, gap=gap) for part in line.split("  "))


def _near(text: list[str], left: tuple[str, ...], *, right: tuple[str, ...], gap: int) -> bool:
    starts = {side: [i for i in range(len(text)) if tuple(text[i : i + len(side)]) == side] for side in (left, right)}
    return any(
        (0 <= b - a - len(left) <= gap) if a < b else (0 <= a - b - len(right) <= gap)
        for a in starts[left]
        for b in starts[right]
        if a != b
    )
