"""Spelling evened out: names taken over from another script, however they are written, and slips of the finger."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_lowercase

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


# Long words that are often mistyped and have no neighbour in English that is one slip away.
_OFTEN = (
    "tuesday", "wednesday", "thursday", "saturday", "january", "february", "september", "october", "november",
    "december", "tomorrow", "yesterday", "weekend", "afternoon", "midnight",
)  # fmt: skip


def _slips(word: str) -> Iterator[str]:
    """What one slip makes of a word after its first letter: one left out, doubled, mistaken, added, or two swapped."""
    for at in range(1, len(word)):
        head, tail = word[:at], word[at:]
        yield head + tail[1:]
        yield from (head + tail[1] + tail[0] + tail[2:] for _ in tail[1:2])
        for letter in ascii_lowercase:
            yield head + letter + tail[1:]
            yield head + letter + tail


_SLIPS = {slip: word for word in _OFTEN for slip in _slips(word)}


def misspelt(word: str) -> str:
    """The word that was meant, if this is one slip away from it."""
    return _SLIPS.get(word, word)
