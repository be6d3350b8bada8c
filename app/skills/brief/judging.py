"""The model's part of a briefing: decisions, open questions and an agenda, each decision and question with a quotation
that really stands in its source."""

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
    """A decision or an open question, and the words of excerpt n that show it."""

    n: int
    text: str
    quote: str


class Findings(BaseModel):
    decisions: list[Finding] = Field(default_factory=list)
    questions: list[Finding] = Field(default_factory=list)
    agenda: list[str] = Field(default_factory=list)


@dataclass(frozen=True)
class Proven:
    """A finding with the mail that bears it out."""

    text: str
    quote: str
    source: Said


@dataclass(frozen=True)
class Judged:
    decisions: tuple[Proven, ...] = ()
    questions: tuple[Proven, ...] = ()
    agenda: tuple[str, ...] = ()
    usable: bool = True
    """Whether a model had its say, where there was something to judge."""


async def judged(mind: Mind, facts: Facts) -> Judged:
    """What a model makes of what was said; nothing where nothing was, or where it gives no usable answer."""
    excerpts = facts.said[:EXCERPTS]
    if not excerpts:
        return Judged()
    material = {
        "meeting": {"untrusted": {"title": visible(facts.event.title), "notes": visible(facts.event.notes)[:EXCERPT]}},
        "excerpts": [_told(n, said) for n, said in enumerate(excerpts, start=1)],
    }
    try:
        found = await mind.judge(TASK, material, Findings)
    except ModelError:
        return Judged(usable=False)
    return Judged(
        decisions=_proven(found.decisions, excerpts),
        questions=_proven(found.questions, excerpts),
        agenda=tuple(filter(None, (_plain(item) for item in found.agenda[:AGENDA]))),
    )


def _told(n: int, said: Said) -> dict[str, object]:
    mail = said.mail.email
    text = {"from": mail.sender.called, "subject": mail.subject, "text": said.own[:EXCERPT]}
    return {"n": n, "date": f"{mail.received:%Y-%m-%d}", "untrusted": text}


def _proven(found: Sequence[Finding], excerpts: Sequence[Said]) -> tuple[Proven, ...]:
    """Those whose quotation stands in the excerpt they name, each quotation once."""
    kept: dict[str, Proven] = {}
    for each in found:
        quote = " ".join(each.quote.split())
        if not 1 <= each.n <= len(excerpts) or len(quote) < SHORTEST:
            continue
        source = excerpts[each.n - 1]
        if quote.casefold() in " ".join(source.own[:EXCERPT].split()).casefold():
            kept.setdefault(quote.casefold(), Proven(_plain(each.text) or _plain(quote), _plain(quote), source))
    return tuple(kept.values())


def _plain(text: str) -> str:
    return " ".join(unlinked(text, typed="").split())[:TEXT]
