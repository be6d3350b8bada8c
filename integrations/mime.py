"""Text out of mail parts: any charset, HTML reduced to text, what can't be decoded named."""

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import getaddresses

from bs4 import BeautifulSoup
from bs4.element import Comment

from app.domain.types import Address

STATEFUL = re.compile(r"^(iso-2022|hz|utf-7)", re.IGNORECASE)
"""Charsets whose bytes pass for ASCII: they must be believed, the others are tried as UTF-8 first."""
SILENT = ("script", "style", "head", "title", "template", "noscript")
BARE = re.compile(r"[^\s<>,;:\"()]+@[^\s<>,;:\"()]+")
BREAKS = ("p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table")


def decoded(raw: bytes, charset: str) -> tuple[str, bool]:
    """Text of a part, and whether every byte could be decoded. Gmail serves most parts as UTF-8, whatever they say."""
    order = (charset, "utf-8") if STATEFUL.match(charset) else ("utf-8", charset)
    for name in (o for o in order if o):
        try:
            return raw.decode(name), True
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", errors="replace"), False


def header(value: str) -> str:
    """A header's text with its encoded words (RFC 2047) decoded; a broken one as it stands."""
    if "=?" not in value:
        return " ".join(value.split())
    try:
        return " ".join(str(make_header(decode_header(value))).split())
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return " ".join(value.split())


def addresses(value: str) -> tuple[Address, ...]:
    """The addresses of a header, names decoded; what has no address in it is left out."""
    found = tuple(Address(email=e.strip(), name=header(n)) for n, e in getaddresses([value]) if "@" in e.strip()[1:-1])
    # Newer Pythons refuse a whole header for one odd address; what looks like an address is kept all the same.
    return found or tuple(Address(email=e) for e in BARE.findall(value))


def text_of_html(markup: str) -> str:
    """What a person would read of an HTML mail: no scripts, no styles, no hidden comments, no images."""
    soup = BeautifulSoup(markup, "html.parser")
    for silent in soup.find_all(SILENT):
        silent.decompose()
    for comment in soup.find_all(string=lambda s: isinstance(s, Comment)):
        comment.extract()
    for place in soup.find_all(BREAKS):
        place.append("\n")
    lines = (" ".join(line.split()) for line in soup.get_text().splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
