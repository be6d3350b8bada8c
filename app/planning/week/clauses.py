"""A week's rules as they are typed after a word of command: each clause read as the name of a rule and its value."""

import re
from collections.abc import Callable, Iterator, Sequence

FIXED = "fixed"
"""The rule that a meeting stays; its value is words of the title."""
RULED = ("hours", "closed", "buffer", "most_a_day", "focus")
"""Preferences that a week can be asked for with: "closed before 10am" is one of them."""
RULES = (*RULED, FIXED)
MOST_WORDS = 24
"""Words of a clause in which several rules are looked for; a longer one is prose."""
_BETWEEN = re.compile(r"[,;\n]")
_EDGES = re.compile(
    r"^(?:(?:and|but|with|so that|please|(?:optimi[sz]|reorgani[sz]|rearrang|improv)e)\s+)+|\s+(?:and|but|with)$",
    re.IGNORECASE,
)
"""What joins clauses, and the word of command said again."""
_WHOLE = frozenset({"my week", "the week", "week", "my calendar", "my meetings"})
"""What says no more than the word of command."""
_MEETINGS = "(?:meetings?|calls?|appointments?)"
_A_DAY = r"(?:(?:a|per|each|every) day|daily)"
_AT_MOST = r"(?:at most|max(?:imum)?(?: of)?|(?:no|not) more than|up to)"
_SAID = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        (FIXED, r"(?:do not|don't|never|without)\s+(?:mov|touch|shift|reschedul)\w*\s+(?P<value>.+)"),
        (FIXED, r"(?:keep|leave)\s+(?P<value>.+?)\s+(?:fixed|in place|alone|(?:where|as) (?:it|they) (?:is|are))"),
        (FIXED, r"(?P<value>.+?)\s+(?:must |should )?(?:stays?|(?:is|are) fixed)(?: put| where (?:it|they) .+)?"),
        ("closed", rf"(?:no|without)\s+{_MEETINGS}\s+(?:(?:on|in|during|at)\s+)?(?P<value>.+)"),
        ("closed", r"(?:nothing|not)\s+(?:on\s+)?(?P<value>(?:before|after|until|between)\s.+|\w+day.*)"),
        ("closed", rf"(?:keep|leave)\s+(?P<value>.+?)\s+(?:free|clear)(?: of {_MEETINGS})?"),
        ("hours", r"(?:i work|working hours(?: are)?)\s+(?P<value>.+)"),
        ("most_a_day", rf"{_AT_MOST}\s+(?P<value>\S+)(?:\s+{_MEETINGS})?\s+{_A_DAY}"),
        ("most_a_day", rf"(?P<value>\S+)\s+{_MEETINGS}\s+{_A_DAY}(?: at most)?"),
        ("buffer", r"(?:(?:keep|leave|at least)\s+)*(?P<value>.+?)(?: free)?\s+between(?: (?:my|the|two)?\s*\w+)?"),
        ("focus", r"(?:(?:keep|leave)\s+)?(?P<value>.*\S\s.*\b(?:focus|deep work|undisturbed)\b.*)"),
    )
)  # fmt: skip


def ruled(clause: str) -> tuple[str, str] | None:
    """The rule that a clause states and its value: one that begins with a rule's name, or is said as people do."""
    name, _, value = clause.partition(" ")
    if name.casefold() in RULES and value.strip():
        return name.casefold(), value.strip()
    plain = clause.replace("’", "'").strip()
    said = ((name, pattern.fullmatch(plain)) for name, pattern in _SAID)
    return next(((name, found["value"]) for name, found in said if found), None)


def clauses(words: str, readable: Callable[[str], bool]) -> Iterator[str]:
    """The parts of a request that say one thing each, whether they are readable or not."""
    for part in (p.strip(" .!") for p in _BETWEEN.split(words)):
        if part and _EDGES.sub("", part).casefold() not in _WHOLE:
            yield from _parts(part, readable) or (part,)


def _parts(clause: str, readable: Callable[[str], bool]) -> Sequence[str]:
    """A clause cut so that all of it can be read; nothing when there is no such way."""
    clause = _EDGES.sub("", clause)
    if readable(clause):
        return (clause,)
    tokens = clause.split()[: MOST_WORDS + 1]
    if len(tokens) > MOST_WORDS:
        return ()
    for cut in range(len(tokens) - 1, 0, -1):
        head, tail = (" ".join(part) for part in (tokens[:cut], tokens[cut:]))
        if readable(_EDGES.sub("", head)) and (rest := _parts(tail, readable)):
            return (_EDGES.sub("", head), *rest)
    return ()
