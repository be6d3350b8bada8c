"""Splits an mbox (Google Takeout, Thunderbird, mail servers) into its mails, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO

from sandbox.world.types import WorldError

# The line before each mail: "From SENDER DATE". Thunderbird writes "From - DATE" or only "From ". A sentence that
# begins with "From" is told apart by having no weekday, month and time of day on its line.
_ENVELOPE = re.compile(
    rb"From (?:\s*$|(?=.*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b)"
    rb"(?=.*\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b).*\d?\d:\d\d)"
)
_NESTED = re.compile(rb"From (?!\s*:)")  # "From  : someone" is a header, in the way of the eighties
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
_LINE_END = re.compile(rb"\r?\n")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ASCTIME = re.compile(
    r"(?P<month>[A-Z][a-z]{2})\s+(?P<day>\d{1,2})\s+(?P<time>\d?\d:\d\d(?::\d\d)?)\s+"
    r"(?P<zone>[+-]\d{4}\s+|[A-Z]{2,5}\s+)?(?P<year>\d{4})"
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One mail of an mbox, and the line that stood before it."""

    line: str
    raw: bytes  # with CRLF line ends, as on the wire

    @property
    def date(self) -> datetime | None:
        """The moment the line names; without a zone it counts as UTC, as mail servers write it."""
        return _envelope_date(self.line)


def read_mbox(path: Path) -> list[Envelope]:
    """Every mail in the file, in its order; WorldError when it can't be read or is no mbox."""
    try:
        with path.open("rb") as file:
            return list(_split(file, path))
    except IsADirectoryError:
        raise WorldError(
            f"{path} is a folder. Name the mbox file in it (it often has no ending or ends in .mbox)."
        ) from None
    except FileNotFoundError:
        raise WorldError(f"There is no file {path}.") from None
    except OSError as error:
        raise WorldError(f"{path} can't be read: {error.strerror}.") from None


def _split(file: BinaryIO, path: Path) -> Iterator[Envelope]:
    envelope: bytes | None = None
    lines: list[bytes] = []
    after_blank = True
    for number, line in enumerate(file):
        bare = line.removeprefix(_BYTE_ORDER_MARK) if number == 0 else line
        if after_blank and _ENVELOPE.match(bare):
            if envelope is not None:
                yield _mail(envelope, lines)
            envelope, lines = bare, []
        elif envelope is not None:
            lines.append(bare)
        elif bare.strip():
            raise WorldError(
                f'{path} is not an mbox: it does not begin with a line like "From someone Thu Jan  1 00:00:00 2026".'
            )
        after_blank = not bare.strip()
    if envelope is not None:
        yield _mail(envelope, lines)


def _mail(envelope: bytes, lines: list[bytes]) -> Envelope:
    if lines and not lines[-1].strip():
        lines = lines[:-1]  # the blank line that every mail of an mbox ends with is the mbox's, not the mail's
    raw = _ESCAPED.sub(rb"\1", b"".join(lines))
    line = envelope.decode("latin-1").strip()
    if _NESTED.match(raw):  # a mail that was copied together with the line of the mailbox it came from
        nested, _, raw = raw.partition(b"\n")
        inner = nested.decode("latin-1").strip()
        line = inner if _envelope_date(inner) else line
    return Envelope(line, _LINE_END.sub(b"\r\n", raw))


def _envelope_date(line: str) -> datetime | None:
    found = _ASCTIME.search(line)
    if found is None:
        return None
    zone = (found["zone"] or "+0000").strip()
    try:
        moment = parsedate_to_datetime(f"{found['day']} {found['month']} {found['year']} {found['time']} {zone}")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
