"""A sentence from which one grammar after another takes its part, leaving a mark that no other part reads across."""

import re

MARK = "¦"
Pattern = re.Pattern[str]


def rx(pattern: str) -> Pattern:
    """Compile a pattern the way the whole planner reads: without case, blanks written as they stand."""
    return re.compile(pattern, re.IGNORECASE)


class Scan:
    """What is left of a sentence while its parts are being taken out."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: Pattern, *, leave: str = "") -> re.Match[str] | None:
        """Find the pattern and put the mark (and `leave`, for a word others still need) in its place."""
        found = pattern.search(self.text)
        if found:
            self.text = f"{self.text[: found.start()]} {MARK} {leave} {self.text[found.end() :]}"
        return found

    def cut(self, start: int, end: int) -> None:
        """Take out a span found by other means."""
        self.text = f"{self.text[:start]} {MARK} {self.text[end:]}"

    def rest(self) -> list[str]:
        """The pieces nobody took, in order."""
        return [piece for piece in (" ".join(part.split()) for part in self.text.split(MARK)) if piece]


NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty-five": 25, "thirty": 30, "forty": 40,
    "forty-five": 45, "forty five": 45, "fifty": 50, "sixty": 60, "ninety": 90, "a couple of": 2, "couple of": 2,
    "a couple": 2, "a few": 3, "few": 3, "several": 3,
}  # fmt: skip
NUMBER = r"(?:\d+(?:[.,]\d+)?|" + "|".join(sorted((re.escape(word) for word in NUMBERS), key=len, reverse=True)) + ")"

ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4, "5th": 4,
    "sixth": 5, "seventh": 6, "eighth": 7, "ninth": 8, "tenth": 9, "last": -1,
}  # fmt: skip
ORDINAL = r"(?:" + "|".join(ORDINALS) + ")"


def number(text: str) -> float:
    """The value of a number in digits or in words."""
    word = " ".join(text.lower().split())
    return float(NUMBERS[word]) if word in NUMBERS else float(word.replace(",", "."))
