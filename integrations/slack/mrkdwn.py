"""What others wrote in Slack's mrkdwn, for where rich text isn't taken: shown as it stands, linked only by us.

Slack's formatting guide has &, < and > escaped; stars, underlines, tildes, backticks and colons have no escape there,
so those that would be obeyed are set in a character that looks the same.
"""

import re

from app.planning.sanitising import escaped, visible

Block = dict[str, object]

_OBEYED = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
"""Asterisk operator, tilde operator, grave accent as a letter."""
_EDGE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
"""An underline at the edge of a word: within one it is none of Slack's marks."""
_EMOJI = re.compile(r":(?=[\w+'-]+:)")
_ADDRESS = re.compile(r"https?://[^\s<>|]+")


def literal(words: str) -> str:
    """Words that nothing in is obeyed of, on as many lines as they have."""
    shown = visible(words).translate(_OBEYED)
    return escaped(_EMOJI.sub("\ua789", _EDGE.sub("\uff3f", shown)))


def linked(words: str, address: str) -> str:
    """Words that lead to an address which code made; without a link where that is none, or none that can stand here."""
    label = literal(" ".join(words.split()))
    return f"<{escaped(address)}|{label}>" if _ADDRESS.fullmatch(address) else label


def text(mrkdwn: str) -> Block:
    """A text object that Slack looks for no addresses and names in."""
    return {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}
