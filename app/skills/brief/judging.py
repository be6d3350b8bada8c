"""The model's part of a briefing: decisions, open questions and an agenda, each point with a quotation that really
stands in its source."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field

from app.domain.errors import ModelError
from app.domain.ports import Mind
from app.planning.sanitising import unlinked, visible
from app.skills.brief.gathering import Facts, Said

TASK = "brief"
EXCERPTS = 10
"""Mails that are judged, the newest first."""
EXCERPT = 700
"""Characters of each."""
SHORTEST = 10
"""Characters of a quotation: a shorter one stands anywhere."""
TEXT = 140
AGENDA = 5


class Finding(BaseModel):
    """A decision, an open question or a point of the agenda, and the words of excerpt n that show it; 0 is the meeting
    itself."""

    n: int
    text: str
    quote: str


class Findings(BaseModel):
    decisions: list[Finding] = Field(default_factory=list)
    questions: list[Finding] = Field(default_factory=list)
    agenda: list[Finding] = Field(default_factory=list)


@dataclass(frozen=True)
class Proven:
    """A finding with the mail that bears it out."""

    text: str
    quote: str
    source: Said


@dataclass(frozen=True)
class Point:
    """Something to talk about, with what bears it out."""

    text: str
    quote: str
    source: Said | None
    """None: the event's own description."""


@dataclass(frozen=True)
class Judged:
    decisions: tuple[Proven, ...] = ()
    questions: tuple[Proven, ...] = ()
    agenda: tuple[Point, ...] = ()
    usable: bool = True
    """Whether a model had its say, where there was something to judge."""


async def judged(mind: Mind, facts: Facts) -> Judged:
    """What a model makes of what was said; nothing where nothing was, or where it gives no usable answer."""
    excerpts = facts.said[:EXCERPTS]
    if not excerpts:
        return Judged()
    material = {
        "meeting": {"n": 0, "untrusted": {"title": visible(facts.event.title), "notes": _notes(facts)}},
        "excerpts": [_told(n, said) for n, said in enumerate(excerpts, start=1)],
    }
    try:
        found = await mind.judge(TASK, material, Findings)
    except ModelError:
        return Judged(usable=False)
    return Judged(
        decisions=_proven(found.decisions, excerpts),
        questions=_proven(found.questions, excerpts),
        agenda=_points(found.agenda, excerpts, _notes(facts))[:AGENDA],
    )


def _notes(facts: Facts) -> str:
    return visible(facts.event.notes)[:EXCERPT]


def _told(n: int, said: Said) -> dict[str, object]:
    mail = said.mail.email
    text = {"from": mail.sender.called, "subject": mail.subject, "text": said.own[:EXCERPT]}
    return {"n": n, "date": f"{mail.received:%Y-%m-%d}", "untrusted": text}


def _proven(found: Sequence[Finding], excerpts: Sequence[Said]) -> tuple[Proven, ...]:
    """Those whose quotation stands in the excerpt they name, each quotation once."""
    kept: dict[str, Proven] = {}
    for each in found:
        if 1 <= each.n <= len(excerpts) and (quote := _quoted(each, (source := excerpts[each.n - 1]).own[:EXCERPT])):
            kept.setdefault(quote.casefold(), Proven(_plain(each.text) or _plain(quote), _plain(quote), source))
    return tuple(kept.values())


def _points(found: Sequence[Finding], excerpts: Sequence[Said], notes: str) -> tuple[Point, ...]:
    """The same of the agenda, whose points may stand in the event's description too."""
    kept: dict[str, Point] = {}
    for each in found:
        if (quote := _quoted(each, notes)) if each.n == 0 else "":
            kept.setdefault(quote.casefold(), Point(_plain(each.text) or _plain(quote), _plain(quote), None))
        for proven in _proven([each], excerpts):
            kept.setdefault(proven.quote.casefold(), Point(proven.text, proven.quote, proven.source))
    return tuple(kept.values())


def _quoted(found: Finding, material: str) -> str:
    """Its quotation on one line, if it is long enough to tell and stands there; else nothing."""
    quote = " ".join(found.quote.split())
    stands = quote.casefold() in " ".join(material.split()).casefold()
    return quote if stands and len(quote) >= SHORTEST else ""


def _plain(text: str) -> str:
    return " ".join(unlinked(text, typed="").split())[:TEXT]
