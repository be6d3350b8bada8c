"""How people say what was wrong with a card: "not to Sara, to Tom", "4pm, not 3", "keep the ones from LinkedIn"."""

import re

from sandbox.models.planner.people import PRONOUNS, names_at
from sandbox.models.planner.scan import rx

_LEAD = r"^(?:(?:no|sorry|actually|because|but|please|well)[ ,.!-]+)*"
_CONTRASTS = (
    rx(rf"{_LEAD}not\s+.+?(?:\s*[,;.–-]\s*|\s+)(?:but\s+)?(?P<meant>(?:to|with|at|on|for|in)\s+.+)$"),
    rx(rf"{_LEAD}(?P<meant>.+?)\s*,?\s+(?:and\s+)?(?:not|instead of|rather than)\s+.+$"),
)
_STAYS = rx(
    rf"{_LEAD}(?:not(?=\s+(?:the\s+|those\s+)?(?:\w+\s+)?from\b)"
    r"|(?:everything|all(?: of them)?|them all)?\s*,?\s*(?:except|but not|but|apart from|other than|without)"
    r"|keep|leave(?: out)?|spare|skip|exclude|i (?:still )?(?:read|need|want))\s+"
)
_ONES = rx(r"^(?:(?:the|those|any|all|my)\s+)?(?:(?:ones|those|mails?|e-?mails?|messages?|newsletters?)\s+)?from\s+")
_AFTER = rx(
    r"(?:['’]s?\s+(?:mails?|e-?mails?|messages?|newsletters?|ones))?"
    r"(?:\s+(?:out|alone|please|in(?: (?:the|my) inbox)?))*$"
)
_SHORTER = rx(
    rf"{_LEAD}(?:(?:make it|keep it|a bit|much|way|it'?s|it is|far)\s+)*(?:shorter|too long|briefer|more concise)$"
)
_SENTENCE = re.compile(r".+?[.!?](?=\s|$)", re.DOTALL)


def wanted(text: str) -> str:
    """What is wanted, of a sentence that says what is wanted and what isn't."""
    for contrast in _CONTRASTS:
        if found := contrast.match(text.strip(" .!")):
            return f"{found['meant'].strip(' ,')} instead"
    return text


def staying(text: str) -> tuple[str, ...]:
    """Whose mails shall stay where they are, if the sentence says so."""
    text = text.strip(" .!")
    lead = _STAYS.match(text)
    if not lead:
        return ()
    names, rest = names_at(_AFTER.sub("", _ONES.sub("", text[lead.end() :])))
    real = tuple(name for name in names if name.lower().split()[0] not in PRONOUNS)
    return real if not rest.strip(" .!?") else ()


def shorter(text: str) -> bool:
    """Whether a shorter text is wanted."""
    return _SHORTER.match(text.strip(" .!")) is not None


def first_sentence(letter: str) -> str:
    """A letter that says only the first sentence of what it said: all the shortening that is done by rule."""
    greeting, _, rest = letter.partition("\n\n")
    said, gap, close = rest.rpartition("\n\n")
    found = _SENTENCE.match(said.strip())
    return f"{greeting}\n\n{found[0]}{gap}{close}" if found and gap else letter
