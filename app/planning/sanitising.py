"""Making text that others wrote safe to show: nothing hidden, nothing that Slack would obey, no link of an attacker."""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from app.domain.asking import Listed

JOINERS = "\u200c\u200d"
"""What emoji and several scripts need to be written rightly, and Latin letters don't."""
SELECTORS = "\ufe0e\ufe0f"
"""Text or emoji: the two variation selectors in everyday use; the other 254 carry whatever one likes, unseen."""
STACKED = 4
"""Marks on one letter: no living script needs more, and a heap of them covers the lines around it."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_UNSEEN = re.compile(
    "[\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b-\u180f\ufe00-\ufe0d\U000e0100-\U000e01ef]"
)
"""Blanks that pass for letters (Hangul fillers, Braille blank), the grapheme joiner, selectors of rare variants."""
_URL = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.(?=[\w-]+\.))[^\s<>\"'`|)\]}]+"
    r"|(?<![\w@.-])(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?[/?#][^\s<>\"'`|)\]}]*",
    re.IGNORECASE,
)
"""Addresses with a scheme, those that begin with www., and bare hosts that more follows."""
_CLOSING = ".,;:!?"
"""What ends a sentence, not the address before it."""
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_MARKDOWN_LINK = re.compile(r"\[([^\]\n]*)\]\(([a-z][a-z0-9+.-]{1,20}://[^\s)]+)\)", re.IGNORECASE)


def visible(text: str) -> str:
    """The text without characters that hide or turn what stands around them: controls, bidi marks, tags, fillers.

    Source: Unicode categories Cc, Cf, Co, Cs, Cn; joiners and selectors stay where they make a difference to the eye.
    """
    if text.isascii():
        return _CONTROL.sub("", text)
    kept: list[str] = []
    stacked = 0
    for char in text:
        before = kept[-1] if kept else ""
        if char in JOINERS or char in SELECTORS:
            if _matters(char, before):
                kept.append(char)
            continue
        kind = unicodedata.category(char)
        heap = stacked + 1 if kind in ("Mn", "Me") else 0
        if heap > STACKED or (kind in ("Cc", "Cf", "Co", "Cs", "Cn") and char not in "\n\t") or _UNSEEN.match(char):
            continue
        stacked = heap
        kept.append(char)
    return "".join(kept)


def _matters(char: str, before: str) -> bool:
    """Whether a joiner or selector changes how the character before it looks."""
    if not before or before in JOINERS or (before in SELECTORS and char in SELECTORS):
        return False
    if char in SELECTORS:
        return not before.isascii() or before in "0123456789#*"
    return before in SELECTORS or unicodedata.category(before) in ("Lo", "Mn", "Mc", "So", "Sk")


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
    _, _, domain = clean.rpartition("@")
    try:
        wired = domain.encode("idna").decode()
    except UnicodeError:
        return f"{clean} (not a valid address)"
    return clean if wired.lower() == domain.lower() else f"{clean} ({wired})"


def urls(text: str) -> frozenset[str]:
    """The URLs that stand in a text."""
    return frozenset(found.rstrip(_CLOSING) for found in _URL.findall(text))


def _host(url: str) -> str:
    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname or "link"
    except ValueError:  # what only looks like one
        return "link"
    return host if host.isascii() else address(host)


def unlinked(text: str, *, typed: str) -> str:
    """The visible text in which a URL the person typed survives, and any other is its host."""
    known = urls(typed)

    def shown(match: re.Match[str]) -> str:
        url = match[0].rstrip(_CLOSING)
        return match[0] if url in known else _host(url) + match[0][len(url) :]

    return _URL.sub(shown, visible(text))


def answer(text: str, *, typed: str, sources: Iterable[Listed] = ()) -> str:
    """What the model wrote, as mrkdwn that is safe to post: a URL the person typed survives, any other is its host, and
    a reference such as [work:18f3a0] becomes the link that code has made for it."""
    plain = _MARKDOWN_LINK.sub(lambda m: f"{m[1]} ({m[2]})" if m[1] else m[2], visible(text))
    safe = _BOLD.sub(r"*\1*", escaped(unlinked(plain, typed=typed)))
    for source in sources:
        link = f"<{source.link}|source>" if source.link else ""
        safe = safe.replace(escaped(f"[{source.ref}]"), link)
    return safe
