"""The text of a draft: a model's words as far as they say nothing that isn't known, else a plain sentence by code."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.errors import ModelError
from app.domain.ports import Mind
from app.domain.types import Address
from app.planning.provenance import addresses, named, pretends

TASK = "draft"
MOST = 2_000
"""Characters of a draft: what is longer is no short mail."""
_SUBJECT = re.compile(r"^\s*(?:\*\*)?subject(?:\*\*)?\s*:[^\n]*\n+", re.IGNORECASE)
_BLANK = re.compile(r"[\[{<][^\[\]{}<>\n]{1,60}[\]}>]|_{3,}|\b(?:XXX+|TBD|TODO)\b")
"""What a model leaves for somebody to fill in: "[your name]", "{date}", "<time>", "____"."""
_NUMBER = re.compile(r"\d+")


async def worded(mind: Mind, facts: Mapping[str, Any], *, must: Sequence[str] = ()) -> str:
    """A model's words for a draft, which hold all of `must`; empty where it gives none that can be used."""
    try:
        words = _SUBJECT.sub("", await mind.word(TASK, facts)).strip()
    except ModelError:
        return ""
    return words if usable(words, facts) and all(_flat(each) in _flat(words) for each in must) else ""


def usable(words: str, facts: Mapping[str, Any]) -> bool:
    """Whether words leave nothing to fill in, and name no number and no address that isn't among the facts."""
    known = json.dumps(facts, ensure_ascii=False, default=str)
    invented = set(_NUMBER.findall(words)) - set(_NUMBER.findall(known)) or addresses(words) - addresses(known)
    blanks = any(found[0] not in known for found in _BLANK.finditer(words))
    return 0 < len(words) <= MOST and not blanks and not invented


def _flat(text: str) -> str:
    return " ".join(text.split())


def plain(to: Sequence[Address], sentences: str, writer: str) -> str:
    """A letter in code's words."""
    name = named(to[0]).name if len(to) == 1 and not pretends(to[0]) else ""
    return "\n\n".join((f"Hello {name}," if name else "Hello,", sentences, f"Best regards,\n{writer}".strip()))
