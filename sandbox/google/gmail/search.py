"""What a search looks at in one mail, worked out once per mail and only as far as the search asks."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

from sandbox.google.gmail import headers, query
from sandbox.google.gmail.mailbox import Mailbox, Message
from sandbox.google.gmail.mime import Parsed
from sandbox.google.gmail.tokens import line

SUBJECTS_KEPT = 50_000  # mails whose search text stays in memory
ADDRESSED = ("to", "cc", "bcc")


class Indexed:
    """One mail, as query.Subject wants it."""

    def __init__(self, mailbox: Mailbox, message: Message) -> None:
        self._mailbox = mailbox
        self._message = message

    @property
    def labels(self) -> set[str]:
        return self._message.labels

    @property
    def seconds(self) -> float:
        return self._message.internal_date / 1000

    @property
    def size(self) -> int:
        return self._message.size

    @property
    def message_id(self) -> str:
        return self._message.message_id

    @property
    def me(self) -> str:
        return self._mailbox.email

    @property
    def _parsed(self) -> Parsed:
        return self._mailbox.parsed(self._message.id)

    @cached_property
    def _read(self) -> _Read:
        parsed = self._parsed
        lines = {name: line(" ".join(parsed.all_headers(name))) for name in ("from", "subject", "list-id", *ADDRESSED)}
        lines["list"] = lines["list-id"] + line(" ".join(parsed.all_headers("list-post", "mailing-list")))
        lines["to"] = "".join(lines[name] for name in ADDRESSED)  # to: finds cc and bcc too
        delivered = parsed.all_headers("delivered-to", "x-delivered-to", "x-original-to")
        lines["deliveredto"] = line(" ".join(delivered) or self.me)
        files = "".join(line(name) for name in parsed.filenames)
        lines["any"] = line(parsed.text) + files + "".join(lines[name] for name in ("subject", "from", "to", "list"))
        return _Read(lines, tuple(parsed.filenames), bool(parsed.filenames))

    def line(self, field: str) -> str:
        return self._read.lines.get(field, " ")

    @property
    def filenames(self) -> tuple[str, ...]:
        return self._read.filenames

    @property
    def has_attachment(self) -> bool:
        return self._read.has_attachment

    def addressed(self, field: str) -> set[str]:
        names = ADDRESSED if field == "to" else (field,)
        return {address.lower() for _, address in headers.addresses(self._parsed.all_headers(*names))}

    def label_names(self) -> set[str]:
        labels = self._mailbox.labels
        return {query.label_key(labels[label].name) for label in self._message.labels if label in labels}


@dataclass(frozen=True, slots=True)
class _Read:
    lines: dict[str, str]
    filenames: tuple[str, ...]
    has_attachment: bool


class Finder:
    """Runs searches over one mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._subjects: OrderedDict[str, Indexed] = OrderedDict()

    def find(self, text: str, *, labels: list[str], anywhere: bool, now: float, lag: float) -> list[Message]:
        """The messages that match, newest first; those committed within `lag` seconds are not seen yet."""
        wanted = query.parse(text, now=now) if text.strip() else None
        hidden = set() if anywhere else {"SPAM", "TRASH"} - set(labels) - (wanted.opens if wanted else set())
        if wanted and wanted.anywhere:
            hidden = set()
        found = [
            message
            for message in self._mailbox.messages.values()
            if (not lag or message.arrived <= now - lag)
            and not hidden & message.labels
            and message.labels.issuperset(labels)
            and (wanted is None or wanted.matches(self._indexed(message)))
        ]
        return sorted(found, key=lambda message: (message.internal_date, message.id), reverse=True)

    def _indexed(self, message: Message) -> Indexed:
        found = self._subjects.get(message.id)
        if found is None:
            found = self._subjects[message.id] = Indexed(self._mailbox, message)
            if len(self._subjects) > SUBJECTS_KEPT:
                self._subjects.popitem(last=False)
        return found
