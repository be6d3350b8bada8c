"""Reads the headers and texts of mails that may be broken, and says what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import errors
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

_SHOWN = 60  # characters of a subject in a note
_CLOCKS_DIFFER = timedelta(days=1)  # a Date further ahead than this is no date a mail can have been received at

# What the library notes down about a mail that it could not take apart as it says it is built.
_DEFECTS: dict[type[errors.MessageDefect], str] = {
    errors.StartBoundaryNotFoundDefect: "says it has several parts, but none of them can be found",
    errors.NoBoundaryInMultipartDefect: "says it has several parts, but not what separates them",
    errors.CloseBoundaryNotFoundDefect: "breaks off in its last part",
    errors.MissingHeaderBodySeparatorDefect: "has a line among its headers that is none; the text begins there",
    errors.FirstHeaderLineIsContinuationDefect: "begins with the middle of a header",
    errors.InvalidBase64PaddingDefect: "has base64 content that is cut off",
    errors.InvalidBase64CharactersDefect: "has base64 content with foreign characters",
    errors.InvalidBase64LengthDefect: "has base64 content of an impossible length",
}


def decoded(value: object) -> str:
    """A header as text; what can't be decoded stands as it was written, or as U+FFFD."""
    try:
        return str(make_header(decode_header(str(value))))
    except (LookupError, ValueError, errors.HeaderParseError):
        return str(value)


def addresses(mail: Message, *names: str) -> list[tuple[str, str]]:
    """(display name, address in lower case) of these headers; a value that is no address is left out."""
    values = [decoded(value) for name in names for value in mail.get_all(name, [])]
    return [(name, address.lower()) for name, address in getaddresses(values) if "@" in address]


def date_of(mail: Message, now: datetime) -> datetime | None:
    """The Date header as an aware time (UTC when it names no zone); None when missing, unreadable or in the future."""
    value = mail.get("Date")
    if value is None:
        return None
    try:
        moment = parsedate_to_datetime(str(value))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment if moment <= now + _CLOCKS_DIFFER else None


def title(mail: Message) -> str:
    """The subject, short, on one line."""
    text = " ".join(decoded(mail.get("Subject", "")).split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def troubles(mail: Message) -> list[str]:
    """What of this mail could not be decoded, as ends of a sentence that begins with the mail's name."""
    return list(dict.fromkeys([*_header_troubles(mail), *_body_troubles(mail)]))


def _header_troubles(mail: Message) -> Iterator[str]:
    for name, value in mail.items():
        text = str(value)
        if "�" in text or any("\udc80" <= character <= "\udcff" for character in text):
            yield f"has bytes in its {name} header that no charset is named for"
            continue
        try:
            str(make_header(decode_header(text)))
        except LookupError as error:
            yield f"has a {name} header in a charset nobody knows ({error})"
        except (ValueError, errors.HeaderParseError):
            yield f"has a {name} header that can't be decoded"


def _body_troubles(mail: Message) -> Iterator[str]:
    for part in mail.walk():
        if not part.is_multipart():
            yield from _text_troubles(part)
        for defect in part.defects:
            if type(defect) in _DEFECTS:
                yield _DEFECTS[type(defect)]


def _text_troubles(part: Message) -> Iterator[str]:
    content = part.get_payload(decode=True)  # notes the base64 defects down, too
    if part.get_content_maintype() != "text" or not isinstance(content, bytes):
        return
    charset = part.get_content_charset() or "us-ascii"
    try:
        content.decode(charset)
    except LookupError:
        yield f'has text in the charset "{charset}", which nobody knows'
    except ValueError:
        yield f'has text that is not the "{charset}" it says it is'
