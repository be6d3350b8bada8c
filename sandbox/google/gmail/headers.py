"""The header block of a mail as bytes: read and edited without disturbing anything else in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses, parseaddr

FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:(.*)$", re.DOTALL)
ENCODED_WORD = re.compile(r"=\?[^?\s]+\?[bBqQ]\?[^?]*\?=")
# Between two encoded words white space is not text (RFC 2047, section 6.2).
WORD_GAP = re.compile(r"(\?=)\s+(?==\?[^?\s]+\?[bBqQ]\?)")


def split(raw: bytes) -> tuple[bytes, bytes]:
    """The header block and everything from the blank line on."""
    if raw.startswith((b"\r\n", b"\n")):
        return b"", raw
    for gap, length in ((b"\r\n\r\n", 2), (b"\n\n", 1)):
        at = raw.find(gap)
        other = raw.find(b"\n\n") if length == 2 else -1
        if at >= 0 and not 0 <= other < at:
            return raw[: at + length], raw[at + length :]
    return raw, b""


def fields(block: bytes) -> list[tuple[str, bytes]]:
    """Each field's name with its lines as they stand, folding included; a line that is no field has the name ""."""
    found: list[tuple[str, bytes]] = []
    for line in block.splitlines(keepends=True):
        if line[:1] in (b" ", b"\t") and found:
            name, before = found[-1]
            found[-1] = (name, before + line)
        else:
            match = FIELD.match(line)
            found.append((match.group(1).decode("ascii") if match else "", line))
    return found


def read(raw: bytes, wanted: Iterable[str]) -> dict[str, str]:
    """The first value of each wanted header by lower-case name, decoded; cheaper than parsing the mail."""
    names = {name.lower() for name in wanted}
    found: dict[str, str] = {}
    for name, lines in fields(split(raw)[0]):
        low = name.lower()
        if low in names and low not in found:
            found[low] = decode(lines.split(b":", 1)[1])
    return found


def edit(raw: bytes, *, drop: Callable[[str], bool], add: Iterable[tuple[str, str]] = ()) -> bytes:
    """The mail without the headers `drop` says yes to, and with others put in front; the body is untouched."""
    block, rest = split(raw)
    end = b"\r\n" if b"\r\n" in block or not block else b"\n"
    kept = b"".join(lines for name, lines in fields(block) if not (name and drop(name)))
    added = b"".join(f"{name}: {value}".encode() + end for name, value in add)
    return added + kept + (rest or end)


def decode(value: bytes | str) -> str:
    """A header's value as Gmail shows it: unfolded, encoded words decoded, whatever can't be decoded replaced."""
    text = _text(value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape"))
    text = text.replace("\r", "").replace("\n", "").replace("\0", "").strip()
    if "=?" not in text:
        return text
    return ENCODED_WORD.sub(lambda match: _word(match.group(0)), WORD_GAP.sub(r"\1", text))


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _word(word: str) -> str:
    try:
        decoded, charset = decode_header(word)[0]
    except (HeaderParseError, ValueError):
        return word
    if isinstance(decoded, str):
        return decoded
    return to_text(decoded, charset).replace("\r", "").replace("\n", " ")


def to_text(content: bytes, charset: str | None) -> str:
    """Bytes in a charset that may be wrong, unknown or missing, as text; never an error."""
    for name in (charset, "utf-8"):
        if name is None:
            continue
        try:
            return content.decode(name, "strict" if name != charset else "replace")
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def addresses(values: Iterable[str]) -> list[tuple[str, str]]:
    """(display name, address) pairs of address headers; what has no @ is left out."""
    found: list[tuple[str, str]] = []
    for value in values:
        pairs = [pair for pair in getaddresses([value]) if "@" in pair[1]]
        # A strict parser gives up on a list with one crooked address: then each is read for itself.
        pairs = pairs or [parseaddr(piece) for piece in value.split(",")]
        found.extend((name, address) for name, address in pairs if "@" in address)
    return found
