"""An extractive summary: the sentences that carry most of a thread's and the question's words, with their source."""

import re
from collections import Counter
from collections.abc import Sequence

from sandbox.models.planner.answers import clean, when
from sandbox.models.planner.answers import source as behind
from sandbox.models.planner.conversation import Json
from sandbox.models.planner.people import display_name

SENTENCES_PER_MAIL = 2
MAX_MAILS = 6
MAX_SENTENCE = 220  # characters of a quoted sentence
_QUOTED = re.compile(r"^\s*>|^\s*On .{5,120} wrote:\s*$|^-+\s*Original Message|^_{5,}", re.IGNORECASE)
_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon)|thanks|thank you|best|regards|cheers|"
    r"kind regards)\b[^.?!]{0,30}$",
    re.IGNORECASE,
)
_DULL = frozenset(
    """the and for that this with you your are was were will have has had not but from they our can could would
    should about there here been just more than then them what when which who how its it's let know please thanks
    hello dear best regards into over also any all one out get got per via""".split()  # noqa: SIM905
)


def of_threads(threads: Sequence[Json], topic: str) -> str:
    """The summary of several threads: per mail its best sentences, quoted, with the mail they came from."""
    lines: list[str] = []
    asked: list[str] = []
    mails = [(thread, mail) for thread in threads for mail in thread.get("mails") or ()]
    weights = Counter(word for _, mail in mails for word in set(_words(str(mail.get("text", "")))))
    wanted = set(_words(topic))
    for thread, mail in mails[-MAX_MAILS:] if len(threads) == 1 else mails[:MAX_MAILS]:
        best = _best(str(mail.get("text", "")), weights, wanted)
        if not best:
            continue
        sender = clean(display_name(str(mail.get("from", ""))))
        source = f"_{clean(thread.get('subject')) or '(no subject)'}_ — {sender}, {when(mail.get('date'))}"
        lines.append(
            "• " + " … ".join(f"“{sentence}”" for sentence in best) + f" ({source}){behind(thread.get('thread'))}"
        )
        asked += [sentence for sentence in best if sentence.endswith("?")]
    if len(mails) > MAX_MAILS:
        lines.append(f"… and {len(mails) - MAX_MAILS} more mails I left out.")
    if asked:
        lines.append("Asked of you or the others: " + "; ".join(f"“{sentence}”" for sentence in asked[:3]))
    return "\n".join(lines)


def _own_text(text: str) -> str:
    """What the sender wrote, without the mail it answers."""
    lines = []
    for line in text.splitlines():
        if re.match(r"^\s*(?:On .{5,120} wrote:|-+\s*Original Message|_{5,})", line, re.IGNORECASE):
            break
        if not _QUOTED.match(line) and not _GREETING.match(line.strip(" ,.!")):
            lines.append(line)
    return "\n".join(lines)


def _best(text: str, weights: Counter[str], wanted: set[str]) -> list[str]:
    parts = re.split(r"(?<=[.!?])\s+|\n{2,}|\n(?=\s*[-*•\d])", _own_text(text))
    sentences = [sentence for part in parts if len(_words(sentence := clean(part))) >= 2]
    scored = []
    for place, sentence in enumerate(sentences):
        words = set(_words(sentence))
        worth = sum(1 + weights[word] for word in words) / (4 + len(words)) + 3 * len(words & wanted)
        scored.append(
            (worth + (2 if sentence.endswith("?") else 0) + (1 if re.search(r"\d", sentence) else 0), place, sentence)
        )
    chosen = sorted(scored, key=lambda item: -item[0])[:SENTENCES_PER_MAIL]
    return [_short(sentence) for _, _, sentence in sorted(chosen, key=lambda item: item[1])]


def _short(sentence: str) -> str:
    return sentence if len(sentence) <= MAX_SENTENCE else sentence[:MAX_SENTENCE].rsplit(" ", 1)[0] + " …"


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W_]{3,}", text.lower()) if word not in _DULL]
