"""From a phrase to the items the grammar starts with: words, numbers, and what is written in digits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from app.planning.phrases.chart import Item, names_of
from app.planning.phrases.digits import written
from app.planning.phrases.lexicon import PHRASES, SOUNDS, word_value
from app.planning.phrases.numbers import spoken, spoken_year
from app.planning.phrases.spelling import misspelt, skeleton
from app.planning.phrases.times import Context, Number, Ordinal, Time, Value
from app.planning.phrases.years import year_time

# Longer texts are no phrase but a document; the chart's cost grows with the cube of the length.
LONGEST = 120
# Words in the longest entry of the lexicon ("day of remembrance for the victims of …").
MOST_WORDS = 10
# Words in the longest name that is known by its sound, and words that end any such name.
MOST_SOUNDING = 4
_NOT_IN_NAMES = {"in", "on", "of", "the", "next", "last", "this", "at", "to", "for", "from"}

_ATOM = re.compile(r"\d+|[^\W\d_]+|[^\s\w]")
_TYPOGRAPHY = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "–": "-", "—": "-", "−": "-", "“": '"', "”": '"', "′": "'", "\u00a0": " "}
)
_MERIDIEM = re.compile(r"(?<![a-z])([ap])\.?\s?m(?:\.|(?![a-z]))")
_INNER_MARK = re.compile(r"(?<=[a-z])'(?=[a-z])|(?<=[a-z])\.(?=\s|$|[,)])|,|[()]|[?!;]+$")
_ORDINAL = re.compile(r"(\d{1,3})\s?(?:st|nd|rd|th)\b")
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
_WORD = re.compile(r"[a-z]{6,}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?![\d.]*[:\d])")


# Spellings in a hurry, and words that mean the same to the grammar.
_VARIANTS = {
    "untill": "until", "til": "till", "thru": "through", "wkend": "weekend", "wknd": "weekend", "nxt": "next",
    "lst": "last", "prev": "previous", "b4": "before", "bfore": "before", "aft": "after", "2nite": "tonight",
    "2morrow": "tomorrow", "2moro": "tomorrow", "tomm": "tomorrow", "tmro": "tomorrow",
    "yday": "yesterday", "ystday": "yesterday", "ev": "every", "evry": "every",
    "begining": "beginning", "arround": "around", "btw": "between", "btwn": "between", "midweek": "mid week",
    "midday": "noon", "my": "the", "that": "this", "those": "this", "these": "this", "int'l": "international",
    "approx": "approximately", "ca": "circa", "fortnights": "fortnight", "o'clock": "oclock",
    "weds": "wednesday", "any time": "anytime", "midmonth": "mid month", "midyear": "mid year",
    "midmorning": "mid morning", "midafternoon": "mid afternoon", "midsummer": "mid summer", "midwinter": "mid winter",
}  # fmt: skip
_VARIANT = re.compile(
    r"(?<![\w'])(?:" + "|".join(map(re.escape, sorted(_VARIANTS, key=len, reverse=True))) + r")(?![\w'])"
)


def tidy(phrase: str) -> str:
    """The phrase in lower case with its typography evened out."""
    text = " ".join(phrase.translate(_TYPOGRAPHY).lower().split())
    if text[:1] == text[-1:] == '"':
        text = text[1:-1]
    text = _WORD.sub(lambda word: misspelt(word[0]), _VARIANT.sub(lambda word: _VARIANTS[word[0]], text))
    text = re.sub(r"(?<=\d) ?~ ?(?=\d)", "-", text)
    text = re.sub("(\\d?) ?([½¼¾])", lambda mark: (mark[1] or "0") + _FRACTIONS[mark[2]], text)
    text = re.sub(r"(?<![\d.\w])\.(?=\d)", "0.", text)
    text = _MERIDIEM.sub(r"\1m", text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = re.sub(r"\bo'? ?clock", "oclock", text)
    text = re.sub(
        r"(?<=s)'(?=\s|$)|(?<=day)'s\b|(?<=week)'s\b|(?<=month)'s\b|(?<=year)'s(?= [^de])|(?<=tomorrow)'s\b", "", text
    )
    return _INNER_MARK.sub(lambda mark: "" if mark[0] in "'." else " ", text).rstrip(" .").strip()


class Lexer:
    """Finds every item in one phrase."""

    def __init__(self, text: str, context: Context, vocabulary: set[str]) -> None:
        self.text, self.context, self.vocabulary = text, context, vocabulary
        atoms = list(_ATOM.finditer(text))
        self.words = [atom[0] for atom in atoms]
        self.starts = [atom.start() for atom in atoms]
        self.ends = {atom.end(): at + 1 for at, atom in enumerate(atoms)}

    def items(self) -> list[list[Item]]:
        """The items by the atom they end before."""
        found: list[list[Item]] = [[] for _ in range(len(self.words) + 1)]
        for at, word in enumerate(self.words):
            if word in self.vocabulary:
                found[at + 1].append(Item(at, at + 1, (word,), None, 0.0))
            for end, value, cost in self._values(at):
                found[end].append(Item(at, end, names_of(value), value, cost))
        return found

    def _values(self, at: int) -> Iterator[tuple[int, Value, float]]:
        for end, number in spoken(self.words, at):
            yield end, number, 0.0
        for end, year in spoken_year(self.words, at):
            yield end, year_time(year, latent=True), 0.5
        if self.words[at].isdigit() or self.words[at] in "'-+":
            yield from self._digits(at)
        yield from self._entries(at)
        yield from self._sounding(at)

    def _digits(self, at: int) -> Iterator[tuple[int, Value, float]]:
        start = self.starts[at]
        if self.words[at].isdigit():
            if match := _ORDINAL.match(self.text, start):
                yield self.ends[match.end()], Ordinal(int(match[1]), written=True), 0.0
            if match := _NUMBER.match(self.text, start):
                end = self.ends.get(match.end())
                if end:
                    yield end, Number(Fraction(match[0]), written=len(match[0])), 0.0
        for stop, value in written(self.context, self.text, start):
            if stop in self.ends:
                yield self.ends[stop], value, 0.5 if isinstance(value, Time) and value.latent else 0.0

    def _entries(self, at: int) -> Iterator[tuple[int, Value, float]]:
        """Words and expressions of the lexicon; a hyphen inside counts as a space."""
        key = ""
        for end in range(at, min(len(self.words), at + MOST_WORDS)):
            word = self.words[end]
            if word == "-" and key:
                continue
            key = f"{key} {word}" if key else word
            if key in PHRASES:
                value = word_value(self.context, key)
                if isinstance(value, Time) and value.latent:
                    yield end + 1, value, 0.5
                else:
                    yield end + 1, value, 0.0
            if not any_longer(key):
                return

    def _sounding(self, at: int) -> Iterator[tuple[int, Value, float]]:
        """Holidays spelled in some other way; dearer than what is spelled as expected."""
        name = ""
        for end in range(at, min(len(self.words), at + MOST_SOUNDING)):
            if self.words[end] in _NOT_IN_NAMES or not (self.words[end].isalpha() or self.words[end] == "-"):
                return
            name = f"{name} {self.words[end]}".strip(" -")
            if (build := SOUNDS.get(skeleton(name))) and name not in PHRASES:
                yield end + 1, build(self.context), 1.0


def any_longer(key: str) -> bool:
    """Whether some longer entry of the lexicon begins so."""
    return key in PREFIXES


def _prefixes() -> set[str]:
    found = set()
    for phrase in PHRASES:
        words = phrase.split()
        found |= {" ".join(words[:count]) for count in range(1, len(words))}
    return found


PREFIXES = _prefixes()
