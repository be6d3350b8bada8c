"""Where an answer's statements come from: the references that the model writes behind them."""

import re
from collections.abc import Iterable, Mapping, Sequence

from app.domain.asking import Listed

MOST = 10
"""Mails or events that are remembered of one turn."""
_BRACKETS = re.compile(r" ?\[([^\[\]\n]{3,300})\]")
_BRACKETED = re.compile(r"(\[[^\[\]\n]*\])")
_BETWEEN = re.compile(r"\s*[,;]\s*|\s+and\s+")


def cited(answer: str, known: Mapping[str, Listed], accounts: Iterable[str]) -> tuple[str, tuple[Listed, ...]]:
    """The answer with each reference that is known in brackets of its own, and without those that aren't; and what it
    refers to, in its order."""
    starts = tuple(f"{name}:" for name in accounts)

    def bracketed(found: re.Match[str]) -> str:
        parts = _BETWEEN.split(found[1].strip())
        if not all(part.startswith(starts) for part in parts):
            return found[0]
        return "".join(f" [{part}]" for part in parts if part in known)

    plain = _BRACKETS.sub(bracketed, _all_bracketed(answer, known))
    places = sorted((at, ref) for ref in known if (at := plain.find(f"[{ref}]")) >= 0)
    return plain, tuple(known[ref] for _, ref in places)


def spoken_of(named: Sequence[Listed], told: Sequence[Listed], before: Sequence[Listed]) -> tuple[Listed, ...]:
    """What "the second one" counts from in the next turn: what the answer refers to; when that is a single thing or
    none, what tools listed; when that is so too, what was listed before. Whatever the answer refers to is among it."""
    listing = next((each for each in (named, told, before) if len(each) > 1), told or before)[:MOST]
    there = {each.ref for each in listing}
    return (*listing, *(each for each in named if each.ref not in there))


def _all_bracketed(answer: str, known: Mapping[str, Listed]) -> str:
    """The answer in which a reference that stands there bare has brackets too."""
    if not known:
        return answer
    refs = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    bare = re.compile(rf"\((?:{refs})\)|(?<![\w:.@-])(?:{refs})(?![\w:@-])")
    parts = _BRACKETED.split(answer)
    return "".join(part if n % 2 else bare.sub(lambda m: f"[{m[0].strip('()')}]", part) for n, part in enumerate(parts))
