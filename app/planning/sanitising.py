"""Making text that others wrote safe to show: nothing hidden, nothing that Slack would obey, no link of an attacker."""

import re
import unicodedata
from urllib.parse import urlsplit

_KEPT = {"\n", "\t", "\u200c", "\u200d"}
"""Line breaks, and the joiners that emoji and several scripts need to be written rightly."""
_URL = re.compile(r"https?://[^\s<>\"'`|)\]}]+", re.IGNORECASE)
_CLOSING = ".,;:!?"
"""What ends a sentence, not the address before it."""
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_MARKDOWN_LINK = re.compile(r"\[([^\]\n]*)\]\((https?://[^\s)]+)\)", re.IGNORECASE)


def visible(text: str) -> str:
    """The text without characters that hide or turn what stands around them: controls, bidi marks, tags, fillers.

    Source: Unicode categories Cc, Cf, Co, Cs, Cn, and the blanks that pass for letters (Hangul fillers, Braille blank).
    """
    return "".join(c for c in text if c in _KEPT or not _hides(c))


def _hides(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn") or char in "\u115f\u1160\u3164\uffa0\u2800"


def hidden(text: str) -> bool:
    """Whether `visible` would take something away."""
    return visible(text) != text


def escaped(text: str) -> str:
    """Text that Slack's mrkdwn shows as it stands: no mention, no channel call, no link.

    Source: Slack's formatting guide; only &, < and > are control characters.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def address(email: str) -> str:
    """An address as it really is: a domain in another alphabet is shown in punycode beside it."""
    clean = visible(email)
    local, at, domain = clean.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode()
    except UnicodeError:
        return f"{clean} (not a valid address)"
    return clean if ascii_domain.lower() == domain.lower() else f"{local}{at}{domain} ({ascii_domain})"


def urls(text: str) -> frozenset[str]:
    """The URLs that stand in a text."""
    return frozenset(found.rstrip(_CLOSING) for found in _URL.findall(text))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "link"
    except ValueError:  # what only looks like one
        return "link"


def answer(text: str, *, typed: str) -> str:
    """What the model wrote, as mrkdwn that is safe to post: a URL the person typed survives, any other is its host."""
    known = urls(typed)

    def shown(match: re.Match[str]) -> str:
        url = match[0].rstrip(_CLOSING)
        return match[0] if url in known else _host(url) + match[0][len(url) :]

    unlinked = _MARKDOWN_LINK.sub(lambda m: f"{m[1]} ({m[2]})" if m[1] else m[2], visible(text))
    return _BOLD.sub(r"*\1*", escaped(_URL.sub(shown, unlinked)))
