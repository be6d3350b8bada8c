"""The one plan a digest suggests: what to begin with and where the day has room, out of its facts alone."""

import re

from app.domain.cards import counted
from app.domain.errors import ModelError
from app.domain.ports import Mind
from app.planning.eisenhower import Quadrant
from app.planning.sanitising import visible
from app.skills.digest.day import Day

TASK = "digest"
MORE = 60
"""Characters by which a model's words may be longer than the plan: there is no room in it for anything else."""
TITLE = 80
"""Characters of a title that a sentence quotes."""
_NUMBER = re.compile(r"\d+")
_QUOTED = re.compile(r"“([^”]*)”")


def plan(day: Day) -> tuple[str, ...]:
    """What to do first, and where there is time for it, a sentence each."""
    return tuple(filter(None, (_settle(day), _begin(day), _room(day)))) or ("Nothing presses today.",)


def _settle(day: Day) -> str:
    if not day.conflicts:
        return ""
    first = day.conflicts[0].events
    return f"Settle first what becomes of {' and '.join(named(e.title) for e in first)}."


def _begin(day: Day) -> str:
    """What is the most pressing, and until when there is time for it."""
    pressing = day.board.of(Quadrant.DO)
    if pressing:
        what = f"Begin with {named(pressing[0][0].found.title)}"
        minutes = pressing[0][0].found.minutes
    elif day.owed:
        last = day.owed[0].debt.last
        what = f"Begin with the answer to {named(last.sender.called)} about {named(last.subject)}"
        minutes = 0
    else:
        return ""
    long = f" ({counted(minutes, 'minute')})" if minutes else ""
    following = next((e for e in day.meetings if e.start > day.now), None)
    before = f", before {named(following.title)} at {following.start.astimezone(day.zone):%H:%M}" if following else ""
    return f"{what}{long}{before}."


def _room(day: Day) -> str:
    """The longest free time, and what else it could be for."""
    if not day.free or not (rest := [t for t, _ in day.board.tasks][1:]):
        return ""
    longest = max(day.free, key=lambda period: period.end - period.start)
    return f"{longest.start:%H:%M} to {longest.end:%H:%M} is free for {named(rest[0].found.title)}."


def named(title: str) -> str:
    words = " ".join(visible(title).replace("“", '"').replace("”", '"').split()) or "(no title)"
    return f"“{words if len(words) <= TITLE else words[: TITLE - 1] + '…'}”"


async def suggestion(mind: Mind, sentences: tuple[str, ...]) -> str:
    """The plan in a model's words, if they say what the plan says and nothing else; else as code words it."""
    plain = " ".join(sentences)
    if not _QUOTED.search(plain):
        return plain
    try:
        words = " ".join((await mind.word(TASK, {"plan": list(sentences)})).split())
    except ModelError:
        return plain
    return words if faithful(words, plain) else plain


def faithful(words: str, plain: str) -> bool:
    """Whether words name every title of the plan, and only its titles and numbers."""
    same = all(set(found.findall(words)) == set(found.findall(plain)) for found in (_QUOTED, _NUMBER))
    return same and 0 < len(words) <= len(plain) + MORE
