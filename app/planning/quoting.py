"""Telling a mail's own words from what it quotes and from its signature.

Mail says in no standard way where its own words end. These are the ways in use: ">" before each line (RFC 3676,
section 4.5), a line that names who wrote when in the language of whoever answers, a rule ("-----Original
Message-----"), Outlook's block of headers, and "-- " before a signature (RFC 3676, section 4.3).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST_WRAPPED = 4
"""Lines that a line naming who wrote when may have been wrapped to."""
LONGEST_SIGNATURE = 12
"""Lines after which what stands behind "-- " is no signature."""
HEADERS = 3
"""Lines of a block of headers, at least: any two words before a colon are nothing."""
SHORTEST = 12
"""Letters of a line by which it is known again."""
MOSTLY = 0.7
"""The share of such lines: some are wrapped otherwise."""

_QUOTED = re.compile(r"^\s{0,3}>")
_MARK = re.compile(r"^-- ?$|^—$|^_{2,3}$")
_DATED = re.compile(r"\d{4}|\d{1,2}[:.h]\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")
_ATTRIBUTION = re.compile(
    r"""^(?:
        On\b.*\bwrote\s?:                                   # English
      | (?:Am|Den|På)\b.*\b(?:schrieb|skrev)\b.*:           # German, Danish, Norwegian, Swedish
      | .*\bschrieb\b.*:                                    # German, the name first
      | Le\b.*\ba\s+écrit\s?:                               # French
      | El\b.*\bescribió\s?:                                # Spanish
      | (?:Em|A)\b.*\bescreveu\s?:                          # Portuguese
      | (?:Il|Il\sgiorno|In\sdata)\b.*\bha\s+scritto\s?:    # Italian
      | Op\b.*\bschreef\b.*:                                # Dutch
      | W\sdniu\b.*\bpisze\s?:|.*\bnapisał(?:\(a\)|a)?\s?:  # Polish
      | .*\b(?:пишет|написал|написала|написав|написала)\s?: # Russian, Ukrainian
      | Dne\b.*\bnapsala?\b.*:                              # Czech
      | .*\bkirjoitti\s?:                                   # Finnish
      | .*\btarihinde\b.*\byazdı\s?:                        # Turkish
      | .*(?:写道|寫道|写道：|寫道：|のメール|wrote)\s?[:：]       # Chinese, Japanese, and the short English one
    )\s*$""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_RULE = re.compile(
    r"^[-_*\s]{3,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|"
    r"message d.origine|message transféré|message original|mensaje original|mensagem original|messaggio originale|"
    r"oorspronkelijk bericht|begin forwarded message|original-nachricht|исходное сообщение|原始邮件|転送)\b.*$",
    re.IGNORECASE,
)
_FORWARDED = re.compile(r"^(?:begin forwarded message|weitergeleitete nachricht|début du message réexpédié)\s?:", re.I)
_HEADER = re.compile(
    r"^[*\s]*(?:from|sent|date|to|cc|subject|von|gesendet|datum|an|betreff|de|envoyé|date|à|objet|enviado|para|asunto|"
    r"assunto|da|inviato|data|a|oggetto|van|verzonden|aan|onderwerp|от|отправлено|дата|кому|тема|od|wysłano|do|temat|"
    r"fra|sendt|til|emne|från|skickat|till|ämne|发件人|发送时间|收件人|主题|差出人|送信日時|宛先|件名)[*\s]*[:：]",
    re.IGNORECASE,
)
_UNDERLINE = re.compile(r"^_{10,}$")
_QUESTION = re.compile(r"[^.!?\n]+\?")


@dataclass(frozen=True)
class Speech:
    """A mail's text, told apart."""

    own: str
    signature: str = ""
    quoted: str = ""


def told_apart(text: str) -> Speech:
    """The words of a mail's writer, their signature, and what they quoted. A mail that quotes everything, as a forward
    does, has its quotation as its own words: else nothing would be left."""
    lines = text.splitlines()
    end = _end(lines)
    body, tail = lines[:end], lines[end:]
    body, quoted = _interleaved(body)
    body, signature = _signed(body)
    own = _tidy(body)
    if not own and not signature:
        return Speech(own=text.strip())
    return Speech(own=own, signature=_tidy(signature), quoted=_tidy([*quoted, *tail]))


def _end(lines: Sequence[str]) -> int:
    """Where what the writer wrote ends for good: at an attribution, a rule or a block of headers."""
    for place, line in enumerate(lines):
        if _RULE.match(line) or _FORWARDED.match(line.strip()) or _headed(lines, place):
            return place
        if _attributes(lines, place) and not _answered_below(lines, place):
            return place
    return len(lines)


def _attributes(lines: Sequence[str], place: int) -> int:
    """How many lines from here name who wrote when, before a quotation or the end; 0 when they don't."""
    if not lines[place].strip():
        return 0
    for count in range(1, MOST_WRAPPED + 1):
        piece = lines[place : place + count]
        if len(piece) < count or not piece[-1].strip() or _QUOTED.match(piece[-1]):
            return 0
        said = " ".join(" ".join(piece).split())
        if _ATTRIBUTION.match(said) and (_DATED.search(said) or _quotes(lines, place + count)):
            return count
    return 0


def _quotes(lines: Sequence[str], place: int) -> bool:
    following = next((line for line in lines[place:] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _answered_below(lines: Sequence[str], place: int) -> bool:
    """Whether the writer goes on after the quotation: then only what is marked with ">" is quoted."""
    start = place + _attributes(lines, place)
    if not _quotes(lines, start):
        return False
    rest = [line for line in lines[start:] if line.strip() and not _QUOTED.match(line)]
    marks = [n for n, line in enumerate(rest) if _MARK.match(line.strip())]
    return bool(rest[: marks[0]] if marks else rest)


def _headed(lines: Sequence[str], place: int) -> bool:
    """Whether a block of headers begins here, as Outlook puts it above what it quotes."""
    if _UNDERLINE.match(lines[place].strip()):
        return place + 1 < len(lines) and _headed(lines, place + 1)
    if not _HEADER.match(lines[place]):
        return False
    count = 0
    for line in lines[place : place + 2 * HEADERS + 2]:
        if not line.strip():
            break
        count += bool(_HEADER.match(line))
    return count >= HEADERS


def _interleaved(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines that are the writer's, and those that are quoted between them, with whom they name."""
    own: list[str] = []
    quoted: list[str] = []
    skip = 0
    for place, line in enumerate(lines):
        if skip:
            skip -= 1
            quoted.append(line)
        elif _QUOTED.match(line):
            quoted.append(line)
        elif count := _attributes(lines, place):
            skip = count - 1
            quoted.append(line)
        else:
            own.append(line)
    return own, quoted


def _signed(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines before the signature, and those of it."""
    for place, line in enumerate(lines):
        after = [rest for rest in lines[place + 1 :] if rest.strip()]
        if _MARK.match(line) and place and len(after) <= LONGEST_SIGNATURE:
            return list(lines[:place]), list(lines[place + 1 :])
    return list(lines), []


def _tidy(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def questions(own: str) -> tuple[str, ...]:
    """The sentences of a text that ask something, each on one line."""
    return tuple(" ".join(asked.split()) for asked in _QUESTION.findall(own))


def once(text: str, earlier: Sequence[str]) -> tuple[str, str]:
    """A mail's own words, and what it quotes where that stands in no earlier mail of the thread."""
    speech = told_apart(text)
    new = bool(speech.quoted) and not repeats(speech.quoted, earlier)
    return speech.own, speech.quoted if new else ""


def repeats(quoted: str, known: Sequence[str]) -> bool:
    """Whether what is quoted stands in these texts already, give or take how it was wrapped."""
    whole = "".join(map(_bare, known))
    lines = quoted.splitlines()
    said = {place + n for place in range(len(lines)) for n in range(_attributes(lines, place))}
    pieces = [bare for n, line in enumerate(lines) if n not in said and len(bare := _bare(line)) >= SHORTEST]
    return sum(piece in whole for piece in pieces) >= MOSTLY * len(pieces)


def _bare(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
