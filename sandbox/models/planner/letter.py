"""From the person's words to a letter: a salutation, the words as a sentence, and a close."""

import re
from dataclasses import dataclass

from sandbox.models.planner.scan import rx
from sandbox.models.planner.wording import sentence_case

_SALUTED = rx(r"^\s*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening))\b")
_CLOSED = rx(r"\b(?:best|regards|cheers|sincerely|thanks|yours|love)(?: regards| wishes)?,?\s*\n")
_YES_NO = {"yes": "Yes.", "no": "No.", "thanks": "Thanks.", "a thank you": "Thank you.", "thank you": "Thank you."}
_LEAD = rx(r"^(?:that\s+|:\s*)")
_TO_DO = rx(r"^(?:to|for)\s+")
_WHETHER = rx(r"^(?:if|whether)\s+")
_QUESTION = rx(r"^(?:when|where|what|who|how|why|which)\b")
_DIRECT_QUESTION = rx(r"^(?:can|could|would|will|are|is|do|does|did|have|has|should)\s+(?:you|we|i|it|there)\b")
# "ask Tom if he can come" is written to Tom: "if you can come". Only what stands right after the conjunction is him.
_THIRD_PERSON = rx(
    r"^(?P<head>(?:if|whether|when|where|what time|what|how|why)\s+|)(?P<who>he|she|they)(?P<verb>'s|"
    r"'d|'ll|'re|'ve|\s+(?:is|was|has|does|can|could|will|would|should|might|are|were|have|do|did|"
    r"had)(?:n't)?)\b"
)
_SECOND_FORM = {"is": "are", "was": "were", "has": "have", "does": "do", "'s": "'re"}
_SECOND_FORM |= {"isn't": "aren't", "wasn't": "weren't", "hasn't": "haven't", "doesn't": "don't"}


@dataclass(frozen=True)
class Letter:
    """Who is addressed and who signs; either may be unknown."""

    to: str
    writer: str

    def around(self, body: str) -> str:
        """The whole letter; a body that already has a salutation or a close keeps its own."""
        parts = [] if _SALUTED.match(body) else [f"Hi {self.to}," if self.to else "Hi,"]
        parts.append(body)
        if not _CLOSED.search(body):
            parts.append(f"Best,\n{self.writer}" if self.writer else "Best,")
        return "\n\n".join(parts)


def without_salutation(letter: str) -> str:
    """A letter for somebody else: what stands under its first line, if that greets."""
    first, _, rest = letter.partition("\n")
    return rest.strip() if _SALUTED.match(first) and rest.strip() else letter


def body_of(words: str, manner: str) -> str:
    """The words as a sentence addressed to the reader; a quoted or many-lined text is taken as it is."""
    words = words.strip()
    if words.startswith('"') and words.endswith('"') and len(words) > 2:
        return words[1:-1]
    if "\n" in words:
        return words
    words = _LEAD.sub("", words)
    if known := _YES_NO.get(words.lower().rstrip(".!")):
        return known
    return _MANNERS.get(manner, _said)(words)


def _said(words: str) -> str:
    return _ended(sentence_case(words))


def _thanked(words: str) -> str:
    return _ended("Thank you " + (words if _TO_DO.match(words) else f"for {words}"))


def _reminded(words: str) -> str:
    return _ended("A reminder " + (words if _TO_DO.match(words) or words.startswith("about") else f"that {words}"))


def _asked(words: str) -> str:
    if found := _WHETHER.match(words):
        return f"Could you let me know if {_to_reader(words[found.end() :])}?"
    if _QUESTION.match(words):
        return f"Could you let me know {_to_reader(words)}?"
    if found := _TO_DO.match(words):
        wish = "Could you" if found.group().lower().startswith("to") else "Could I ask you for"
        return f"{wish} {words[found.end() :]}?"
    if words.lower().startswith("about "):
        return f"Could you tell me more {words}?"
    return sentence_case(words) + ("" if words.endswith("?") else "?")


def _to_reader(words: str) -> str:
    found = _THIRD_PERSON.match(words)
    if not found:
        return words
    verb = found["verb"]
    space = " " if verb[0].isspace() else ""
    second = _SECOND_FORM.get(verb.strip().lower(), verb.strip())
    return f"{found['head']}you{space}{second}{words[found.end() :]}"


def _ended(sentence: str) -> str:
    if re.search(r"[.!?:)]$", sentence):
        return sentence
    return f"{sentence}?" if _DIRECT_QUESTION.match(sentence) else f"{sentence}."


_MANNERS = {"say": _said, "ask": _asked, "thank": _thanked, "remind": _reminded}
