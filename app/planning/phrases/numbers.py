"""Numbers in English words: counts, ordinals and the way years are spoken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from app.planning.phrases.times import Number, Ordinal
from app.planning.phrases.words import ONES, ORDINALS, TENS, TENTHS


def spoken(words: Sequence[str], start: int) -> Iterator[tuple[int, Number | Ordinal]]:
    """Every number that begins at a word, with the word it ends before ("twenty" and "twenty five")."""
    for end, value in _below_hundred(words, start):
        yield end, value
        if isinstance(value, Number) and end < len(words) and words[end] in {"hundred", "thousand"}:
            yield from _larger(words, end, int(value.value))
    if words[start] in TENTHS:
        yield start + 1, Ordinal(TENTHS[words[start]])
    if words[start] in {"hundred", "thousand"}:
        yield from _larger(words, start, 1)
    if words[start] == "a" and words[start + 1 : start + 2] in (["hundred"], ["thousand"]):
        yield from _larger(words, start + 1, 1)


def _below_hundred(words: Sequence[str], start: int) -> Iterator[tuple[int, Number | Ordinal]]:
    word = words[start]
    if word in ONES:
        yield start + 1, Number(Fraction(ONES[word]))
    if word in ORDINALS:
        yield start + 1, Ordinal(ORDINALS[word])
    if word not in TENS:
        return
    yield start + 1, Number(Fraction(TENS[word]))
    after = start + 2 if words[start + 1 : start + 2] == ["-"] else start + 1
    last = words[after] if after < len(words) else ""
    if 0 < ONES.get(last, 0) < 10:
        yield after + 1, Number(Fraction(TENS[word] + ONES[last]))
    if ORDINALS.get(last, 10) < 10:
        yield after + 1, Ordinal(TENS[word] + ORDINALS[last])


def _larger(words: Sequence[str], at: int, head: int) -> Iterator[tuple[int, Number | Ordinal]]:
    """What follows a count of hundreds or thousands, whose word is at `at`."""
    base = head * (100 if words[at] == "hundred" else 1000)
    yield at + 1, Number(Fraction(base))
    after = at + 2 if words[at + 1 : at + 2] == ["and"] else at + 1
    if after < len(words):
        for end, value in _below_hundred(words, after):
            if isinstance(value, Number):
                yield end, Number(base + value.value)


def spoken_year(words: Sequence[str], start: int) -> Iterator[tuple[int, int]]:
    """Years as they are spoken: "nineteen eighty six", "twenty ten", "nineteen oh five", "two thousand nineteen"."""
    for end, century in _below_hundred(words, start):
        if not isinstance(century, Number) or not 10 <= century.value <= 21 or end >= len(words):
            continue
        if words[end] in {"oh", "o"} and ONES.get("".join(words[end + 1 : end + 2]), 0):
            yield end + 2, int(century.value) * 100 + ONES[words[end + 1]]
        for last, rest in _below_hundred(words, end):
            if isinstance(rest, Number) and rest.value >= 10:
                yield last, int(century.value) * 100 + int(rest.value)
    for end, number in spoken(words, start):
        if isinstance(number, Number) and number.value.denominator == 1 and 1500 <= number.value < 2200:
            yield end, int(number.value)
