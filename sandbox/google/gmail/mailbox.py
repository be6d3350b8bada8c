"""One account's mailbox: messages, threads, labels, drafts and the history of their changes."""

from __future__ import annotations

import json
import random
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.google.errors import invalid, not_found
from sandbox.google.gmail import headers, mime
from sandbox.google.gmail.labels import FIXED, MOVABLE, SYSTEM_LABELS, Label
from sandbox.google.store import Store

PARSED_KEPT = 4096  # mails whose parsed form stays in memory
HISTORY_GAP = 40  # "not contiguous with random gaps in between": the history guide
THREAD_HEADERS = ("message-id", "subject", "references", "in-reply-to")
REPLY_PREFIX = re.compile(r"^\s*(?:(?:re|fwd?|aw|wg|sv|antw|tr|rif)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
MESSAGE_ID = re.compile(r"<[^<>\s]+>")
ID = re.compile(r"[0-9a-f]{1,16}")


@dataclass(slots=True)
class Message:
    """What the mailbox knows of a mail without parsing it."""

    id: str
    thread_id: str
    internal_date: int  # milliseconds since 1970
    history_id: int
    labels: set[str]
    size: int
    message_id: str  # the RFC 822 one, with its angle brackets
    subject: str  # without Re: and the like
    arrived: float  # when it was committed here: a search may lag behind it


@dataclass(frozen=True, slots=True)
class Change:
    """One history record."""

    id: int
    kind: str  # messageAdded, messageDeleted, labelAdded, labelRemoved
    message_id: str
    thread_id: str
    labels: tuple[str, ...]  # those added or removed
    now: tuple[str, ...]  # the message's labels afterwards


def subject_key(subject: str) -> str:
    return re.sub(r"\s+", " ", REPLY_PREFIX.sub("", subject)).strip().lower()


class Mailbox:
    def __init__(self, store: Store, email: str, *, clock: Callable[[], datetime]) -> None:
        self.email = email
        self.messages: dict[str, Message] = {}
        self.threads: dict[str, list[str]] = {}
        self.labels: dict[str, Label] = dict(SYSTEM_LABELS)
        self.drafts: dict[str, str] = {}
        self.history: list[Change] = []
        self.history_id = 1000
        self.history_floor = 1000
        self._newest = 0  # the highest id so far, as a number
        self._store = store
        self._clock = clock
        self._parsed: OrderedDict[str, mime.Parsed] = OrderedDict()
        self._by_message_id: dict[str, list[str]] = {}
        self._load()

    def _load(self) -> None:
        row = self._store.rows("SELECT history_id, history_floor FROM accounts WHERE email = ?", self.email)
        self.history_id, self.history_floor = row[0]
        columns = "id, thread_id, internal_date, history_id, labels, size, message_id, subject, arrived"
        query = f"SELECT {columns} FROM messages WHERE account = ? ORDER BY internal_date, id"
        for values in self._store.rows(query, self.email):
            found = Message(*values)
            found.labels = set(json.loads(values[4]))
            self._index(found)
        for label_id, body in self._store.rows("SELECT id, body FROM labels WHERE account = ?", self.email):
            self.labels[label_id] = Label(**json.loads(body))
        self.drafts = dict(self._store.rows("SELECT id, message_id FROM drafts WHERE account = ?", self.email))
        query = "SELECT id, kind, message_id, thread_id, labels, now FROM history WHERE account = ? ORDER BY id"
        for number, kind, message_id, thread_id, labels, now in self._store.rows(query, self.email):
            texts = tuple(json.loads(labels)), tuple(json.loads(now))
            self.history.append(Change(number, kind, message_id, thread_id, *texts))

    # ---- reading

    def message(self, message_id: str) -> Message:
        if not ID.fullmatch(message_id):
            raise invalid("Invalid id value")
        if (found := self.messages.get(message_id)) is None:
            raise not_found()
        return found

    def thread(self, thread_id: str) -> list[Message]:
        """A thread's messages, oldest first."""
        if not ID.fullmatch(thread_id):
            raise invalid("Invalid id value")
        if thread_id not in self.threads:
            raise not_found()
        found = [self.messages[message_id] for message_id in self.threads[thread_id]]
        return sorted(found, key=lambda message: (message.internal_date, message.id))

    def raw(self, message_id: str) -> bytes:
        rows = self._store.rows("SELECT raw FROM messages WHERE account = ? AND id = ?", self.email, message_id)
        return bytes(rows[0][0])

    def parsed(self, message_id: str) -> mime.Parsed:
        found = self._parsed.get(message_id)
        if found is None:
            found = self._parsed[message_id] = mime.parse(self.raw(message_id), message_id)
            if len(self._parsed) > PARSED_KEPT:
                self._parsed.popitem(last=False)
        return found

    def thread_of(self, raw: bytes) -> str | None:
        """The thread an incoming mail belongs to: it must refer to one of its mails and have the same subject."""
        found = headers.read(raw, THREAD_HEADERS)
        subject = subject_key(found.get("subject", ""))
        for reference in references(found):
            for message_id in self._by_message_id.get(reference, ()):
                if self.messages[message_id].subject == subject:
                    return self.messages[message_id].thread_id
        return None

    # ---- changing

    def add(self, raw: bytes, labels: Iterable[str], *, when: datetime, thread_id: str | None = None) -> Message:
        """Puts a mail in; without a thread it founds one."""
        message = self._new(raw, labels, when=when, thread_id=thread_id)
        self._index(message)
        self._save(message, raw)
        self._record("messageAdded", message, labels=())
        return message

    def seed(self, mails: Iterable[tuple[bytes, datetime, set[str]]]) -> None:
        """Many mails at once, threaded by their headers, without a history of their coming."""
        rows = []
        for raw, received, labels in sorted(mails, key=lambda mail: mail[1]):
            message = self._new(raw, labels, when=received, thread_id=self.thread_of(raw))
            message.arrived = min(message.arrived, received.timestamp())
            self._index(message)
            rows.append((self.email, *self._row(message), raw))
            if "DRAFT" in labels:
                self.set_draft(new_draft_id(), message.id)
        self._store.run_many(f"INSERT INTO messages VALUES ({', '.join('?' * 11)})", rows)
        self.history_floor = self.history_id
        self._save_history_id()

    def relabel(self, message: Message, add: Iterable[str], *, remove: Iterable[str]) -> bool:
        """Adds and removes labels; says whether anything changed."""
        added = [label for label in dict.fromkeys(add) if label not in message.labels]
        removed = [label for label in dict.fromkeys(remove) if label in message.labels and label not in added]
        away = [other for label in added for other in MOVABLE.get(label, ())]
        removed += [other for other in away if other in message.labels and other not in (*removed, *added)]
        if not added and not removed:
            return False
        message.labels.update(added)
        message.labels.difference_update(removed)
        if removed:
            self._record("labelRemoved", message, labels=removed)
        if added:
            self._record("labelAdded", message, labels=added)
        query = "UPDATE messages SET labels = ?, history_id = ? WHERE account = ? AND id = ?"
        self._store.run(query, json.dumps(sorted(message.labels)), message.history_id, self.email, message.id)
        return True

    def remove(self, message: Message) -> None:
        del self.messages[message.id]
        self._parsed.pop(message.id, None)
        self.threads[message.thread_id].remove(message.id)
        if not self.threads[message.thread_id]:
            del self.threads[message.thread_id]
        self._by_message_id[message.message_id].remove(message.id)
        self._store.run("DELETE FROM messages WHERE account = ? AND id = ?", self.email, message.id)
        self._record("messageDeleted", message, labels=())

    def set_draft(self, draft_id: str, message_id: str | None) -> None:
        if message_id is None:
            del self.drafts[draft_id]
            self._store.run("DELETE FROM drafts WHERE account = ? AND id = ?", self.email, draft_id)
        else:
            self.drafts[draft_id] = message_id
            self._store.run("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?)", self.email, draft_id, message_id)

    def set_label(self, label: Label | None, label_id: str) -> None:
        if label is None:
            for message in [m for m in self.messages.values() if label_id in m.labels]:
                self.relabel(message, (), remove=(label_id,))
            del self.labels[label_id]
            self._store.run("DELETE FROM labels WHERE account = ? AND id = ?", self.email, label_id)
        else:
            self.labels[label_id] = label
            body = json.dumps(label.stored())
            self._store.run("INSERT OR REPLACE INTO labels VALUES (?, ?, ?)", self.email, label_id, body)

    def known(self, labels: Iterable[str]) -> list[str]:
        """The label ids, each of which exists and may be put on or taken off by hand."""
        found = list(labels)
        for label in found:
            if label not in self.labels or label in FIXED:
                raise invalid(f"Invalid label: {label}")
        return found

    def forget_history(self) -> None:
        """From now on older history ids are too old."""
        self._step()
        self.history_floor = self.history_id
        self._save_history_id()

    # ---- inside

    def _new(self, raw: bytes, labels: Iterable[str], *, when: datetime, thread_id: str | None) -> Message:
        found = headers.read(raw, THREAD_HEADERS)
        moment = round(when.timestamp() * 1000)
        message_id = self._free_id(moment)
        own = MESSAGE_ID.search(found.get("message-id", ""))
        return Message(
            id=message_id,
            thread_id=thread_id or message_id,
            internal_date=moment,
            history_id=self.history_id,
            labels=set(labels),
            size=len(raw),
            message_id=own.group(0) if own else "",
            subject=subject_key(found.get("subject", "")),
            arrived=self._clock().timestamp(),
        )

    def _free_id(self, moment: int) -> str:
        # Gmail's ids are 16 hex digits that rise with time; within a millisecond they rise in the order of arrival.
        number = (max(moment, 1 << 40) << 20 | random.getrandbits(16)) & (1 << 64) - 1
        while (
            f"{number:016x}" in self.messages
            or f"{number:016x}" in self.threads
            or self._newest - number in range(1 << 20)
        ):
            number = max(number, self._newest) + random.randint(1, 16)
        self._newest = max(self._newest, number)
        return f"{number:016x}"

    def _index(self, message: Message) -> None:
        self.messages[message.id] = message
        self._newest = max(self._newest, int(message.id, 16))
        self.threads.setdefault(message.thread_id, []).append(message.id)
        self._by_message_id.setdefault(message.message_id, []).append(message.id)

    def _row(self, message: Message) -> tuple[Any, ...]:
        m = message
        labels = json.dumps(sorted(m.labels))
        return (m.id, m.thread_id, m.internal_date, m.history_id, labels, m.size, m.message_id, m.subject, m.arrived)

    def _save(self, message: Message, raw: bytes) -> None:
        marks = ", ".join("?" * 11)
        self._store.run(f"INSERT INTO messages VALUES ({marks})", self.email, *self._row(message), raw)

    def _record(self, kind: str, message: Message, *, labels: Iterable[str]) -> None:
        self._step()
        message.history_id = self.history_id
        now = tuple(sorted(message.labels))
        change = Change(self.history_id, kind, message.id, message.thread_id, tuple(labels), now)
        self.history.append(change)
        values = (change.id, kind, message.id, message.thread_id, json.dumps(change.labels), json.dumps(now))
        self._store.run("INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?)", self.email, *values)
        if kind == "messageAdded":
            query = "UPDATE messages SET history_id = ? WHERE account = ? AND id = ?"
            self._store.run(query, self.history_id, self.email, message.id)
        self._save_history_id()

    def _step(self) -> None:
        self.history_id += random.randint(1, HISTORY_GAP)

    def _save_history_id(self) -> None:
        query = "UPDATE accounts SET history_id = ?, history_floor = ? WHERE email = ?"
        self._store.run(query, self.history_id, self.history_floor, self.email)


def references(found: dict[str, str]) -> list[str]:
    """The message ids a mail's headers refer to, nearest first."""
    text = f"{found.get('references', '')} {found.get('in-reply-to', '')}"
    return list(dict.fromkeys(reversed(MESSAGE_ID.findall(text))))


def new_draft_id() -> str:
    return f"r{random.choice(('', '-'))}{random.getrandbits(62)}"  # a signed number, as Gmail's are
