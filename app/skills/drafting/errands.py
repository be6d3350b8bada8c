"""What an offer has drafted, as its errand says it: "draft reply work:18f3a0"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import StewardError

NAME = "draft"
REPLY, NUDGE, MOVE = "reply", "nudge", "move"
SHORTEST = 3
"""Lines about a meeting: which, when it starts, and when it could start instead."""


class NoDraft(StewardError):
    """I don't know any more what I was to draft. Please ask for it anew."""


def reply(threads: Iterable[str]) -> str:
    """Answers the last mail of each of these threads, given by reference."""
    return _errand(REPLY, threads)


def nudge(threads: Iterable[str]) -> str:
    """Reminds of one's own last mail in each of these threads, given by reference."""
    return _errand(NUDGE, threads)


def move(event: str, *, was: datetime, times: Sequence[datetime]) -> str:
    """Asks whoever organises a meeting, given by reference and by when it starts, to move it to one of these times."""
    return _errand(MOVE, (event, *(at.isoformat() for at in (was, *times))))


def _errand(kind: str, about: Iterable[str]) -> str:
    """One after the other a line: the name of an account, with which a reference begins, may have a space in it."""
    return f"{NAME} {kind} " + "\n".join(about)


@dataclass(frozen=True)
class Asked:
    """What is to be drafted, and what about."""

    kind: str
    refs: tuple[str, ...]
    times: tuple[datetime, ...] = ()
    """Of a meeting: when it started as it was shown, and when it could start instead."""


def read(argument: str) -> Asked:
    """What an errand of ours asks for, each thing once and in order. Raises NoDraft."""
    kind, _, about = argument.partition(" ")
    lines = tuple(dict.fromkeys(filter(None, map(str.strip, about.splitlines()))))
    if kind in (REPLY, NUDGE) and lines:
        return Asked(kind, lines)
    if kind != MOVE or len(lines) < SHORTEST:
        raise NoDraft
    try:
        return Asked(kind, lines[:1], tuple(datetime.fromisoformat(at) for at in lines[1:]))
    except ValueError as unread:
        raise NoDraft from unread
