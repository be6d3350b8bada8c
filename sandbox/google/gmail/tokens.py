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
