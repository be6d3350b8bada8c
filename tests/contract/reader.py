"""A mail as another reader has it: the standard library's, under its newer policy, and an HTML reader of its own.

The product reads with the older policy and decides itself, so that the two agree only where both are right.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import NamedTuple
from unicodedata import category

SILENT = frozenset({"script", "style", "title", "template", "noscript"})
INLINE = frozenset(
    {"a", "abbr", "area", "b", "big", "cite", "code", "em", "embed", "font", "i", "img", "input", "label", "map", "s"}
    | {"small", "span", "strike", "strong", "sub", "sup", "tt", "u", "wbr"}
)
"""Elements within a line; the words of all others stand apart."""
MARKS = frozenset({"--"})
"""What stands before a signature, in mail of plain text and where HTML says that one begins."""
UNREAD = "\ufffd"
"""What stands for bytes that this reader can't decode."""


class File(NamedTuple):
    """Something enclosed in a mail."""

    name: str
    """Empty where the mail gives it none; a mail within the mail is then called after its subject."""
    size: int
    content: bytes


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent.append(tag)
        self.said += [] if tag in INLINE else [" "]

    def handle_endtag(self, tag: str) -> None:
        while tag in self._silent:
            self._silent.pop()
        self.said += [] if tag in INLINE else [" "]

    def handle_data(self, data: str) -> None:
        self.said += [] if self._silent else [data]


def read(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def words(text: str) -> list[str]:
    """The words of a text, however it is wrapped; the ">" of what is quoted and the mark of a signature are none."""
    return [word for word in text.split() if word.strip(">") and word not in MARKS]


def page_words(markup: str) -> list[str]:
    """The words that an HTML page shows."""
    page = _Page()
    page.feed(markup)
    page.close()
    return words("".join(page.said))


def spoken(part: EmailMessage, best: str = "text/plain", *, nested: bool = True) -> list[str]:
    """The words of a mail that a person sees: of several versions the best one that says something; of what is
    enclosed at most a mail within the mail."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_content()
        found = spoken(inner, best) if nested else []
        return [*words(f"Attached mail “{inner['Subject'] or ''}”:"), *found] if found else []
    if part.is_multipart():
        several = [(e.get_content_type() != best, spoken(e, best, nested=nested)) for e in part.iter_parts()]
        if kind == "multipart/alternative":
            return next((said for _, said in sorted(several, key=lambda each: each[0]) if said), [])
        return [word for _, said in several for word in said]
    if _enclosed(part):
        return []
    return page_words(_text(part)) if kind == "text/html" else words(_text(part))


def files(part: EmailMessage) -> Iterator[File]:
    """What is enclosed in a mail and isn't its text."""
    if part.get_content_type() == "message/rfc822":
        inner = part.get_content()
        content = inner.as_bytes()
        yield File(part.get_filename() or f"{inner['Subject'] or 'mail'}.eml", len(content), content)
    elif part.is_multipart():
        for each in part.iter_parts():
            yield from files(each)
    elif _enclosed(part):
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        yield File(part.get_filename() or "", len(content), content)


def people(mail: EmailMessage, field: str) -> list[str]:
    """The addresses of a header, in lower case; what has no "@" is none."""
    found = [address.addr_spec.lower() for address in getattr(mail[field], "addresses", ())]
    return [_whole(email) for email in found if "@" in email[1:-1]]


def seen(value: str) -> str:
    """A header on one line, without characters that can't be seen."""
    return " ".join("".join(c for c in value if category(c) != "Cf").split())


def same(told: str, by_reader: str) -> bool:
    """Whether a word is what this reader has; for what it can't decode anything may stand."""
    if UNREAD not in by_reader:
        return told == by_reader
    return bool(re.fullmatch(re.sub(f"(?:{UNREAD})+", ".+", re.escape(by_reader)), told))


def all_same(told: Sequence[str], by_reader: Sequence[str]) -> bool:
    """The same for words, in their order."""
    return len(told) == len(by_reader) and all(map(same, told, by_reader))


def tallied(texts: Sequence[str]) -> Counter[str]:
    """The words of several texts, in whatever order."""
    return Counter(word for text in texts for word in words(text))


def _enclosed(part: EmailMessage) -> bool:
    """Whether a part isn't text; a multipart in which there are no parts is."""
    kind = part.get_content_type()
    textual = kind in ("text/plain", "text/html") or kind.startswith("multipart/")
    return not textual or bool(part.get_filename()) or part.get_content_disposition() == "attachment"


def _text(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except (KeyError, LookupError):  # no charset that anybody knows, or no text at all
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        return content.decode("utf-8", "replace")


def _whole(email: str) -> str:
    """An address in which there may be bytes of UTF-8 (RFC 6532)."""
    return email.encode("utf-8", "surrogateescape").decode()
