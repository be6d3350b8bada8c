"""Preparing for a meeting: sentences that tell of a decision, questions that no later mail takes up, and a topic for
each thing that is open."""

import re

from sandbox.models.planner.conversation import Json
from sandbox.models.planner.scan import rx

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_DECIDED = rx(
    r"\b(?:we(?:'ve| have)? (?:agreed|decided|settled)|(?:agreed|decided|settled|approved|confirmed)\b|"
    r"we(?:'ll| will) go (?:with|ahead)|let'?s go (?:with|ahead)|the decision)"
)
MOST = 5  # findings of a kind


def brief(material: Json) -> Json:
    """Findings with the sentences that show them."""
    excerpts = [e for e in material.get("excerpts") or () if isinstance(e, dict)]
    sentences = [(e.get("n"), s) for e in excerpts for s in _sentences(str((e.get("untrusted") or {}).get("text", "")))]
    decided = [_finding(n, s) for n, s in sentences if _DECIDED.search(s) and not s.endswith("?")][:MOST]
    asked = [_finding(n, s) for n, s in sentences if s.endswith("?")][:MOST]
    return {"decisions": decided, "questions": asked, "agenda": [*asked, *decided, *_notes(material)][:MOST]}


def _notes(material: Json) -> list[Json]:
    """What the meeting's own description says is a topic, too."""
    meeting = material.get("meeting")
    told = meeting.get("untrusted") if isinstance(meeting, dict) else None
    return [_finding(0, s) for s in _sentences(str((told or {}).get("notes", "")))]


def _sentences(text: str) -> list[str]:
    return [said for each in _SENTENCE.findall(text) if len((said := each.strip()).split()) > 2]


def _finding(n: object, sentence: str) -> Json:
    return {"n": n, "text": " ".join(sentence.split()), "quote": sentence}
