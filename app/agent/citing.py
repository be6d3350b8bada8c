"""Where an answer's statements come from: the references that the model writes behind them."""

import re
from collections.abc import Iterable, Mapping

from app.domain.asking import Listed

MOST = 10
"""Mails or events that are remembered of an answer which names none of them by reference."""
_BRACKETS = re.compile(r" ?\[([^\[\]\n]{3,300})\]")
_BRACKETED = re.compile(r"(\[[^\[\]\n]*\])")
_BETWEEN = re.compile(r"\s*[,;]\s*|\s+and\s+")


def cited(answer: str, known: Mapping[str, Listed], accounts: Iterable[str]) -> tuple[str, tuple[Listed, ...]]:
    """The answer with each reference that is known in brackets of its own, and without those that aren't; and what it
    speaks of, in its order. An answer that names nothing speaks of what was listed last."""
    starts = tuple(f"{name}:" for name in accounts)

    def bracketed(found: re.Match[str]) -> str:
        parts = _BETWEEN.split(found[1].strip())
        if not all(part.startswith(starts) for part in parts):
            return found[0]
        return "".join(f" [{part}]" for part in parts if part in known)

    plain = _BRACKETS.sub(bracketed, _all_bracketed(answer, known))
    places = sorted((at, ref) for ref in known if (at := plain.find(f"[{ref}]")) >= 0)
    named = tuple(known[ref] for _, ref in places)
    return plain, named or tuple(known.values())[-MOST:]


def _all_bracketed(answer: str, known: Mapping[str, Listed]) -> str:
    """The answer in which a reference that stands there bare has brackets too."""
    if not known:
        return answer
    refs = "|".join(sorted(map(re.escape, known), key=len, reverse=True))
    bare = re.compile(rf"\((?:{refs})\)|(?<![\w:.@-])(?:{refs})(?![\w:@-])")
    parts = _BRACKETED.split(answer)
    return "".join(part if n % 2 else bare.sub(lambda m: f"[{m[0].strip('()')}]", part) for n, part in enumerate(parts))
