"""What a request is aimed at: words nobody else claimed, "the second one", or the person spoken of last."""

import re
from dataclasses import replace

from sandbox.models.planner.conversation import Listed
from sandbox.models.planner.filters import MAIL, Filter, only_nouns, take_filter, tidy_topic
from sandbox.models.planner.people import tidy
from sandbox.models.planner.scan import ORDINAL, ORDINALS, Scan, rx
from sandbox.models.planner.steps import Context

_FILLER = rx(
    rf"\b(?:all|my|mine|the|any|every|everything|anything|some|a|an|of|those|these|old|stale|stuff|"
    rf"things?|ones?|in|from|that|which|are|is|was|"
    rf"were|them|me|i|i've|have|has|had|got|get|gotten|did|do|does|there|lately|recently|recent|latest|"
    rf"last|newest|new|{MAIL}|and|or|out|up|away|"
    rf"so|also|too|for|to|on|at|with|it|still|yet|really|just|please|now|right|here|only|just|pile|"
    rf"bunch|lots?|tons?|other|others|been|coming|come|"
    rf"came|sent|received|today|every single|single|full|entire|whole|whatever|been|sitting|lying|"
    rf"around|via|by|what|what's|whats|how many|many|e-?mail|"
    rf"news|where|when|check|see|show|list|first|few|top|important|check|if|whether)\b"
)
_THREAD = rx(r"\b(?:threads?|conversations?|discussions?|chain|project)\b")
_PUNCTUATION = re.compile(r"(?<=\w)[,.!?:;]+(?=\s|$)|(?<=\s)[^\w\s]+(?=\s|$)")
_TRAILING = rx(r"^[\s,.!?:;-]+|[\s,.!?:;-]+$")
_THE_NTH = rx(
    rf"\b(?:the\s+)?(?:(?P<word>(?!last){ORDINAL}\s+(?:{MAIL}|thread|item)|{ORDINAL}\s+one)|(?:number|no\.?|"
    rf"#)\s?(?P<digit>\d{{1,2}}))\b"
)
_BARE_NTH = rx(rf"^(?:the\s+)?(?P<word>{ORDINAL})(?:\s+one)?$")
_THAT_ONE = rx(rf"\b(?:that|this)(?:\s+(?:one|{MAIL}|thread))?\b|\bit\b")


def residue(scan: Scan) -> str:
    """The words no grammar took, without those that carry no meaning: what is left is a topic or a sender."""
    pieces = [
        tidy_topic(_TRAILING.sub("", " ".join(_FILLER.sub(" ", _PUNCTUATION.sub(" ", piece)).split())))
        for piece in scan.rest()
    ]
    return " ".join(piece for piece in pieces if re.search(r"\w{2,}", piece))


def read_filter(text: str, context: Context, *, left_is_sender: bool = False) -> Filter:
    """The whole filter of a sentence whose verb is already gone; words left over narrow it, if wanted as the sender."""
    scan = Scan(text)
    found = take_filter(scan, person=context.person)
    left = residue(scan)
    if left and left_is_sender and left[0].isupper() and not (found.senders or found.to or _THREAD.search(text)):
        found = replace(found, senders=(tidy(left),))
    elif left:
        found = replace(found, words=" ".join(part for part in (left, found.words) if part))
    return replace(found, categories=()) if found.senders and only_nouns(text) else found


def pointed_at(text: str, context: Context) -> Listed | None:
    """The entry of the list shown last that "the second one" or "it" means."""
    found = _THE_NTH.search(text) or _BARE_NTH.match(text.strip())
    if found and context.shown:
        groups = found.groupdict()
        place = int(groups["digit"]) - 1 if groups.get("digit") else ORDINALS[groups["word"].lower().split()[0]]
        return context.shown[place] if -1 <= place < len(context.shown) else None
    if _THAT_ONE.search(text) and len(context.shown) == 1:
        return context.shown[0]
    return None


def nth(text: str) -> bool:
    """Whether the text points into a list, shown or not."""
    return bool(_THE_NTH.search(text) or _BARE_NTH.match(text.strip()))


def filter_of(entry: Listed) -> Filter:
    """How to find a listed mail again: by its reference, or by its subject and who sent it."""
    if entry.ref:
        return Filter(threads=(entry.ref,), senders=(entry.who,) if entry.who else ())
    return Filter(senders=(entry.who,), subject=entry.subject)
