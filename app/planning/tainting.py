"""Which words of a text come from which other text, however they were wrapped, quoted, capitalised or punctuated."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import normalize

GRAM = 16
"""Letters and digits that two texts must share before they are compared further."""
STRIDE = 8
"""Letters between two entries of the index; a shared run of GRAM + STRIDE - 1 can't slip between them."""
REPEATS = 4
"""Places of one text that are kept of a gram it repeats."""
LOOK_BACK = 2 * GRAM
"""How far before a shared gram a run may begin: the index finds one within the first STRIDE letters."""
LEAST = 24
"""Letters and digits of the shortest run that counts in a body: about five words, more than a greeting has."""
SHORT = 12
"""The same in a title or a place, which are short themselves."""
DIGITS = 5
"""Digits that make a number telling: an amount, an account, a telephone, a code; no year has as many."""
MIXED = 8
"""Characters of a word of letters and digits that make it telling: a password, a licence key."""

_WORD = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[ .,:/()+–-]{1,2}")
"""What may stand inside a number: "DE89 3704 0044", "+43 (1) 58858", "48,200.00"."""
_CALENDAR = re.compile(r"\b(?:\d{1,4}[-./]\d{1,2}[-./]\d{1,4}|\d{1,2}[:.]\d\d(?:[:.]\d\d)?|(?:19|20)\d\d)(?!\d)")
"""Dates, times and years, which tell nothing that a calendar doesn't."""
_CHUNK = re.compile(r"[^\s<>()\[\]\"“”]+")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_NEITHER = re.compile(r"[\W_]+")

COURTESIES = (
    "I hope this email finds you well. I hope this mail finds you well. I hope you are doing well. Hope you're well.",
    "Please let me know if you have any questions. Please do not hesitate to contact me if you have any questions.",
    "Please feel free to reach out if you have any further questions or concerns. If you need anything, let me know.",
    "Looking forward to hearing from you soon. I look forward to hearing from you. Looking forward to meeting you.",
    "Thank you very much for your mail. Thank you for getting back to me. Thank you for reaching out to me.",
    "Thank you for your time and consideration. Thank you in advance for your help. Thanks and best regards.",
    "Sorry for the late reply. Apologies for the delay in getting back to you. I will get back to you shortly.",
    "Have a great day. Have a nice weekend. With kind regards, best wishes, yours sincerely. Sent from my iPhone.",
    "Mit freundlichen Grüßen. Vielen Dank für Ihre Nachricht. Bei Fragen stehe ich Ihnen gerne zur Verfügung.",
)
"""What everybody writes and nobody takes from anywhere."""


@dataclass(frozen=True)
class Span:
    """Words [start, end) of a text, and the number of the text they come from."""

    start: int
    end: int
    source: int


@lru_cache(maxsize=4096)
def _folded(char: str) -> str:
    """A character without case, accent and form; nothing for what is neither letter nor digit."""
    return "".join(c for c in normalize("NFKD", char).casefold() if c.isalnum())


def folded(text: str) -> str:
    """The letters and digits of a text, without case, accents and forms. Folding twice changes nothing."""
    return _NEITHER.sub("", normalize("NFKD", text).casefold())


def _placed(text: str) -> tuple[str, list[int]]:
    """The same as `folded`, and where in the text each of its characters stands."""
    known = {char: _folded(char) for char in set(text)}
    parts = [known[char] for char in text]
    places = [place for place, part in enumerate(parts) for _ in part]
    return "".join(parts), places


class Corpus:
    """Texts that words may be taken from, indexed as they are added."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        """Folded."""
        self.grams: dict[str, list[tuple[int, int]]] = {}
        """In which text, and where in it, each gram of the index stands."""

    def __len__(self) -> int:
        return len(self.texts)

    def add(self, text: str) -> int:
        """Take a text in; its number."""
        number, whole = len(self.texts), folded(text)
        self.texts.append(whole)
        for place in range(0, len(whole) - GRAM + 1, STRIDE):
            found = self.grams.setdefault(whole[place : place + GRAM], [])
            if sum(known == number for known, _ in found[-REPEATS:]) < REPEATS:
                found.append((number, place))
        return number

    def holding(self, words: str) -> tuple[int, ...]:
        """The texts in which these words stand."""
        wanted = folded(words)
        return tuple(n for n, text in enumerate(self.texts) if wanted and wanted in text)

    def traced(
        self, text: str, sources: Collection[int], *, known: Sequence[str] = (), least: int = LEAST
    ) -> tuple[Span, ...]:
        """The words of a text that stand in one of these sources and not as they are in a known text, in order and
        without overlap: runs of at least `least` letters and digits, and telling numbers, words and addresses."""
        search = _Search(self, frozenset(sources), tuple(map(folded, (*known, *COURTESIES))))
        whole, places = _placed(text)
        runs = search.runs(whole, least) if least >= GRAM + STRIDE - 1 else search.short_runs(whole, least)
        found = [Span(places[start], places[end - 1] + 1, source) for start, end, source in runs]
        return _apart([*found, *search.telling(text)])


@dataclass(frozen=True)
class _Search:
    """One tracing: where is looked, and what is known."""

    corpus: Corpus
    sources: frozenset[int]
    known: tuple[str, ...]

    def runs(self, whole: str, least: int) -> list[tuple[int, int, int]]:
        """Long runs, over the index: (start, end, source) in the folded text."""
        found: list[tuple[int, int, int]] = []
        grams, free = self.corpus.grams, 0
        for place in [p for p in range(len(whole) - GRAM + 1) if whole[p : p + GRAM] in grams]:
            best = self._longest(whole, place, free) if place >= free else None
            if best and best[1] - best[0] >= least:
                free = best[1]
                if self._news(whole[best[0] : best[1]]):
                    found.append(best)
        return found

    def _longest(self, whole: str, place: int, free: int) -> tuple[int, int, int] | None:
        """The longest run around a shared gram, not reaching back over what was found already."""
        best: tuple[int, int, int] | None = None
        for source, at in self.corpus.grams[whole[place : place + GRAM]]:
            if source not in self.sources:
                continue
            text = self.corpus.texts[source]
            back = min(LOOK_BACK, place - free, at)
            before = _alike(whole[place - back : place][::-1], text[at - back : at][::-1])
            after = _shared(whole, place + GRAM, text, at + GRAM)
            run = (place - before, place + GRAM + after, source)
            if best is None or run[1] - run[0] > best[1] - best[0]:
                best = run
        return best

    def short_runs(self, whole: str, least: int) -> list[tuple[int, int, int]]:
        """Short runs of a short text, without the index."""
        found: list[tuple[int, int, int]] = []
        for source in sorted(self.sources):
            text, place = self.corpus.texts[source], 0
            while place <= len(whole) - least:
                at = text.find(whole[place : place + least])
                end = place + least + _shared(whole, place + least, text, at + least) if at >= 0 else place
                if at >= 0 and self._news(whole[place:end]):
                    found.append((place, end, source))
                place = max(end, place + 1)
        return found

    def telling(self, text: str) -> list[Span]:
        """Numbers, odd words and addresses, which tell much in few characters."""
        found = []
        for start, end in (*_named(text), *_numbers(text)):
            piece = folded(text[start:end])
            if not piece or not self._news(piece):
                continue
            source = next((s for s in sorted(self.sources) if piece in self.corpus.texts[s]), None)
            if source is not None:
                found.append(Span(start, end, source))
        return found

    def _news(self, run: str) -> bool:
        return not any(run in text for text in self.known)


def _named(text: str) -> Iterator[tuple[int, int]]:
    """Where addresses of mail and of the web stand."""
    for chunk in _CHUNK.finditer(text):
        if "@" in chunk[0].strip("@") or _LINK.match(chunk[0]):
            yield chunk.start(), chunk.start() + len(chunk[0].rstrip(".,;:!?'"))


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where telling numbers stand, with what belongs to them."""
    start = end = 0
    for word in _WORD.finditer(text):
        if not any(map(str.isdigit, word[0])):
            continue
        if end and _BETWEEN.fullmatch(text, end, word.start()):
            end = word.end()
            continue
        if _tells(text[start:end]):
            yield start, end
        start, end = word.span()
    if _tells(text[start:end]):
        yield start, end


def _tells(number: str) -> bool:
    bare = _CALENDAR.sub(" ", number)
    mixed = any(len(w) >= MIXED and any(map(str.isalpha, w)) for w in _WORD.findall(bare) if any(map(str.isdigit, w)))
    return mixed or sum(map(str.isdigit, bare)) >= DIGITS


def _shared(one: str, at: int, other: str, place: int) -> int:
    """How many characters two texts share from these places on."""
    total, step = 0, 64
    while one[at + total : at + total + step] == other[place + total : place + total + step]:
        if at + total + step > len(one) or place + total + step > len(other):
            break
        total, step = total + step, step * 2
    return total + _alike(one[at + total : at + total + step], other[place + total : place + total + step])


def _alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def _apart(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans in order; where two overlap, the one that begins first, or else the longer, keeps the words."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        start = max(span.start, kept[-1].end) if kept else span.start
        if start < span.end:
            kept.append(Span(start, span.end, span.source))
    return tuple(kept)
