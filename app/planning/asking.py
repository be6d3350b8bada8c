"""Options of a question: people as options, and people out of them."""

import re
from collections.abc import Iterable
from datetime import datetime

from app.domain.asking import OPTION, Question
from app.domain.memory import CHOSEN, Relation
from app.domain.types import Address
from app.planning.provenance import addresses
from app.planning.sanitising import address, unlinked

_PERSON = re.compile(r"(?P<name>[^<>,;]*)<(?P<email>[^<>\s]+@[^<>\s]+)>")


def options(texts: Iterable[str], *, typed: str) -> tuple[str, ...]:
    """The different ones of these texts as they may be shown and chosen: on one line, nothing hidden, of a link only
    its host unless the person typed it, and an address in another alphabet with its punycode. Too long ones fall out:
    nobody can choose what they can't see whole."""
    lines = (" ".join(unlinked(text, typed=typed).split()) for text in texts)
    shown = dict.fromkeys(_punycoded(line) for line in lines if line)
    return tuple(option for option in shown if len(option) <= OPTION)


def _punycoded(line: str) -> str:
    for email in addresses(line):
        if not email.isascii():
            line = re.sub(re.escape(email), address(email), line, flags=re.IGNORECASE)
    return line


def people(option: str) -> tuple[Address, ...]:
    """Who an option names, with their addresses."""
    found = [Address(email=m["email"], name=m["name"].strip(" “”\"'")) for m in _PERSON.finditer(option)]
    return tuple(found) or tuple(Address(email=email) for email in sorted(addresses(option)))


def learned(question: Question, at: datetime) -> Relation | None:
    """Whom the person means by the name that was asked about, once they have chosen; None when it tells nothing."""
    chosen = people(question.answer)
    if not question.about or not chosen:
        return None
    return Relation(name=question.about, people=chosen, origin=CHOSEN, since=at)
