"""Spelling evened out, so that a name taken over from another script is found however it is written."""

from __future__ import annotations

import re
from functools import lru_cache

_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"),
        (r"[sz]h?|x", "s"),
        (r"(?<=[bcdgkprtj])h", ""),
        (r"ck|q|c(?!h)", "k"),
        (r"w", "v"),
        (r"j", "z"),
        (r"[aeiouy]|h$|(?<=[aeiou])h", ""),
        (r"(.)\1+", r"\1"),
    )
)
# Consonants that a name must have before its spelling may vary; with fewer, ordinary words sound alike.
ENOUGH = 5


@lru_cache(maxsize=4096)
def skeleton(name: str) -> str:
    """The consonants of a name as they sound: "Mahaveer" and "Mahavir" are the same."""
    text = name.replace(" ", "")
    first = text[:1] if text[:1] in "aeiou" else ""
    for pattern, sound in _SOUNDS:
        text = pattern.sub(sound, text)
    return ("a" if first else "") + text
