"""What people write, made plain: Slack's marks undone, politeness set aside, slips in command words mended."""

import html
import re

from sandbox.models.planner.scan import rx

# Words that steer the planner. Only these are mended; a person's names and topics stay as they were written.
VOCABULARY = frozenset(
    """archive archiving schedule scheduling meeting meetings calendar tomorrow today tonight unread newsletter
    newsletters promotion promotions promotional marketing inbox reply respond response answer email emails message
    messages summarize summarise summary monday tuesday wednesday thursday friday saturday sunday morning
    afternoon evening account personal weeks months minutes hours older newer about conversation agenda
    appointment appointments invite search please everything anything something social updates notifications clear
    clean delete manager should because between lunch dinner breakfast saying focus priority titled called
    create responses""".split()  # noqa: SIM905
)
SHORTEST_MENDED = 5  # below this length one slip away lies too often another real word ("mail", "main")
LONG = 8  # from here on two slips are still clearly the same word
# Real words that stand as near to a command word as a slip would.
NEVER_MENDED = frozenset(
    """order repay never sewer launch crate caller cabled tilted tiled staying slaying pleased abort cleat clearer
    cleaner cleaned cleared created emailed invited answered scheduled archived replied personnel achieving
    conversion sundry sundae toddy melting seating deleted manage managed managers invoice invoices summery
    summers holder""".split()  # noqa: SIM905
)

_OPENING = rx(
    r"^(?:(?:hey|hi|hello|ok|okay|so|well|right|yo|dear|good (?:morning|afternoon|"
    r"evening))?[ ,]*(?:@?steward)\b[ ,:!-]*"
    r"|(?:hey|hi|hello|(?:good )?(?:morning|afternoon|evening)(?=[ ]?[,!.])|good (?:morning|afternoon|evening)|ok"
    r"|okay|so|also|now|then|and|well|great|"
    r"thanks|thank you|perfect|cool|"
    r"alright|actually)(?:[ ]?[,!.:-]+[ ]*|[ ]+(?=(?:please|can|could|would|will|i|let's|lets|then|also)\b))"
    r"|(?:please|pls|plz|kindly|just|quickly|then|also)[ ,]+"
    r"|(?:can|could|would|will) (?:you|u|we)(?: please| pls| kindly| quickly| just| maybe| also|"
    r" possibly)*(?: help me(?: to)?| mind)?[ ,]+"
    r"|(?:can|could|may) i (?:ask you to|get you to|have you)[ ]+"
    r"|i(?:'d| would| want|'d like| would like| need|'d love| would love)(?: like)?(?: you)? to[ ]+(?=\w)"
    r"|i (?:want|need) you to[ ]+|help me(?: to)?[ ]+|go ahead and[ ]+|(?:let's|lets|let us)[ ]+"
    r"|do me a favou?r(?: and|,|:)[ ]+|(?:it would be|it'd be) (?:great|nice|good) if you could[ ]+"
    r"|(?:is it possible to|are you able to|any chance you could|would it be possible to)[ ]+|"
    r"remember to[ ]+|time to[ ]+|i(?:'d| would)? (?:really )?appreciate[ ]+|(?:i|we)(?:'d| would)? (?:need|want"
    r"|like)[ ]+(?=(?:my|all|every|everything|two|three|one|\d+)\b)|i(?:'d)? (?:need|want|like)[ ]+(?=(?:a|an"
    r"|some)[ ])|"
    r"(?:tell|show) me[ ]+(?=(?:what|when|who|whether|if|how|which|where)\b))"
)
_CLOSING = rx(
    r"(?:[ ,]*\b(?:please|pls|plz|thanks(?: a lot| so much| in advance)?|thank you(?: so much)?|thx|"
    r"cheers|for me|if you can|if possible|"
    r"would you|will you|can you|ok|okay|asap)|[\s.!?,;]+)$"
)
_WORD = re.compile(r"[A-Za-z']+")


def plain(text: str) -> str:
    """Undo Slack's escapes and marks, and typographic quotes and dashes."""
    text = re.sub(r"<mailto:([^|>]+)(?:\|[^>]*)?>", r"\1", text)
    text = re.sub(r"<(?:https?://[^|>]+)\|([^>]+)>", r"\1", text)
    text = re.sub(r"<@[A-Z0-9]+(?:\|[^>]*)?>", "", text)
    text = html.unescape(text)
    for odd, usual in (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("\u00a0", " "), ("…", "...")):
        text = text.replace(odd, usual)
    return text.strip()


def without_opening(text: str) -> str:
    """The request without greetings and politeness before it, as long as something is left."""
    text = text.strip()
    while (shorter := _OPENING.sub("", text, count=1).strip()) and shorter != text:
        text = shorter
    return text


def without_closing(text: str) -> str:
    """The request without thanks and punctuation after it, as long as something is left."""
    while (shorter := _CLOSING.sub("", text, count=1).strip()) and shorter != text:
        text = shorter
    return text


def slips(one: str, other: str) -> int:
    """Optimal string alignment distance: insertions, deletions, substitutions, neighbours swapped."""
    rows = [list(range(len(other) + 1))]
    for i, left in enumerate(one, 1):
        row = [i]
        for j, right in enumerate(other, 1):
            best = min(rows[-1][j] + 1, row[j - 1] + 1, rows[-1][j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def _mend(word: str) -> str:
    low = word.lower()
    if len(low) < SHORTEST_MENDED or low in VOCABULARY or low in NEVER_MENDED or "'" in low:
        return word
    allowed = 2 if len(low) >= LONG else 1
    near = [known for known in VOCABULARY if known[0] == low[0] and abs(len(known) - len(low)) <= allowed]
    ranked = sorted((slips(low, known), known) for known in near)
    if not ranked or ranked[0][0] > allowed:
        return word
    best = ranked[0][1]
    if low.rstrip("s") == best.rstrip("s"):
        return word
    return best.capitalize() if word[0].isupper() else best


def mended(text: str, *, words: int | None = None) -> str:
    """Mend slips in the first so many command words outside quotation marks; names stay."""

    def mend(found: re.Match[str]) -> str:
        word = found.group()
        inside_quotes = text[: found.start()].count('"') % 2 == 1
        part_of_address = text[found.end() : found.end() + 1] == "@" or text[max(0, found.start() - 1)] in "@."
        looks_like_name = word[0].isupper() and found.start() > 0 and not word.lower().endswith("day")
        return word if inside_quotes or part_of_address or looks_like_name else _mend(word)

    return _WORD.sub(mend, text, count=words or 0)


def sentence_case(text: str) -> str:
    """First letter up, the rest as the person wrote it."""
    return text[:1].upper() + text[1:]


def name_case(name: str) -> str:
    """A name typed in small letters, with capitals; anything else as typed."""
    return name if any(letter.isupper() for letter in name) else name.title()
