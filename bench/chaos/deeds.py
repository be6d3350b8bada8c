"""One change of each kind, new each time: what the model is told to propose, and how its traces at Google are read.

A new kind of action is covered by the whole matrix once it has a class here."""

from abc import ABC, abstractmethod
from base64 import b32hexencode
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from tests.acceptance.mailing import mail
from tests.acceptance.stand_ins import Google

Json = dict[str, Any]
_NUMBERS = count(1)
FAR = timedelta(days=60)
"""Where nothing stands in anybody's calendar."""


class Count(NamedTuple):
    """How often the parts of a deed were done: the least and the most often."""

    least: int
    most: int


NEVER, ONCE = Count(0, 0), Count(1, 1)


class Journal:
    """What Google has committed, by what it was committed to."""

    def __init__(self) -> None:
        self.entries: list[Json] = []
        self.left: Counter[tuple[str, str]] = Counter()
        """Mails that went out into the world, by recipient and the first word of the subject."""
        self.own_sends: Counter[str] = Counter()
        """Drafts that the person sent, by thread."""
        self.inserted: Counter[str] = Counter()
        self.deleted: Counter[str] = Counter()
        self.relabelled: Counter[tuple[str, str]] = Counter()
        """Mails that gained (+) or lost (-) a label."""
        self.drafts: dict[str, str] = {}
        """Drafts that stand, with their threads."""
        self._threads: dict[str, str] = {}
        self.last = 0
        """The number of the entry up to which it is read."""

    def skip(self, last: int) -> None:
        """What was committed so far is no business of ours."""
        self.last = last

    def add(self, entries: Iterable[Json]) -> None:
        """Take up more of it, in order."""
        for entry in entries:
            self.entries.append(entry)
            self.last = int(entry["n"])
            read = getattr(self, "_" + entry["effect"].replace(".", "_"), None)
            if read:
                read(entry)

    def draft_of(self, thread: str) -> str:
        """The draft that stands in a thread; raises LookupError."""
        found = [draft for draft, place in self.drafts.items() if place == thread]
        if not found:
            raise LookupError(f"no draft stands in thread {thread}")
        return found[-1]

    def thread_of(self, draft: str) -> str:
        return self._threads.get(draft, "")

    def _mail_left(self, entry: Json) -> None:
        self.left[entry["to"], entry["subject"].partition(":")[0]] += 1

    def _drafts_create(self, entry: Json) -> None:
        self.drafts[entry["draft"]] = self._threads[entry["draft"]] = entry["thread"]

    def _gone(self, entry: Json) -> None:
        self.drafts.pop(entry["draft"], None)

    _drafts_send = _drafts_delete = _meanwhile_draft_deleted = _gone

    def _meanwhile_draft_sent(self, entry: Json) -> None:
        self.own_sends[self._threads.get(entry["draft"], "")] += 1
        self._gone(entry)

    def _events_insert(self, entry: Json) -> None:
        self.inserted[entry["id"]] += 1

    def _events_delete(self, entry: Json) -> None:
        self.deleted[entry["id"]] += 1

    def _messages_batchModify(self, entry: Json) -> None:
        for mail_id in entry["ids"]:
            self.relabelled.update((mail_id, f"+{label}") for label in entry["added"])
            self.relabelled.update((mail_id, f"-{label}") for label in entry["removed"])


class Deed(ABC):
    """A change to one account."""

    kind: ClassVar[str]
    """The action's class."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.number = next(_NUMBERS)
        self.mark = f"Chaos {self.number} of {self.kind}."
        self.action = ""
        """The action's id, once there is one."""

    @property
    def ask(self) -> str:
        """What the person says; the model is scripted by it."""
        return f"Please see to {self.mark}"

    @abstractmethod
    async def prepared(self, google: Google) -> Json:
        """Make Google ready for it; the model's tool call."""

    @abstractmethod
    def done(self, journal: Journal) -> Count:
        """How often Google has committed it."""

    def undone(self, journal: Journal) -> Count:
        """How often Google has taken it back."""
        return NEVER

    @abstractmethod
    def traces(self) -> set[str]:
        """Everything that it may leave in the journal: ids of mails, threads and events, addresses."""


def calls(tool: str, /, **arguments: object) -> Json:
    """An answer of the model that calls one tool."""
    return {"tool_calls": [{"name": tool, "arguments": arguments}]}


class Archive(Deed):
    """Two mails leave the inbox."""

    kind = "ArchiveEmails"

    async def prepared(self, google: Google) -> Json:
        sender = f"{self.mark} <desk{self.number}@archive.example>"
        letters = [mail(sender=sender, to=self.account, subject=f"{self.mark} Part {n}") for n in (1, 2)]
        self.ids = [str((await google.deliver(self.account, each.as_string()))["id"]) for each in letters]
        return calls("change_mail", do="archive", sender=f"desk{self.number}@archive.example", account="work")

    def _counted(self, journal: Journal, change: str) -> Count:
        counts = [journal.relabelled[mail_id, change] for mail_id in self.ids]
        return Count(min(counts), max(counts))

    def done(self, journal: Journal) -> Count:
        return self._counted(journal, "-INBOX")

    def undone(self, journal: Journal) -> Count:
        return self._counted(journal, "+INBOX")

    def traces(self) -> set[str]:
        return {*self.ids}


class Reply(Deed):
    """A mail is answered in its thread."""

    kind = "SendReply"

    async def prepared(self, google: Google) -> Json:
        self.sender = f"writer{self.number}@reply.example"
        letter = mail(sender=self.sender, to=self.account, subject=self.mark)
        self.thread = str((await google.deliver(self.account, letter.as_string()))["thread"])
        return calls("write_mail", kind="reply", thread=f"work:{self.thread}", body=self.body)

    @property
    def body(self) -> str:
        return f"Seen: {self.mark}"

    def done(self, journal: Journal) -> Count:
        sent = journal.left[self.sender, "Re"]
        return Count(sent, sent)

    def by_hand(self, journal: Journal) -> int:
        """How often the person sent the draft themselves."""
        return journal.own_sends[self.thread]

    def traces(self) -> set[str]:
        return {self.thread, self.sender}


class Event(Deed):
    """An event with a guest, who gets an invitation."""

    kind = "CreateEvent"

    @property
    def guest(self) -> str:
        return f"guest{self.number}@event.example"

    @property
    def ask(self) -> str:
        return f"Please see to {self.mark} With {self.guest}"  # an address that the person typed takes one click

    async def prepared(self, google: Google) -> Json:
        # A quarter of an hour of its own, so that no deed overlaps another.
        start = datetime.now(UTC) + FAR + timedelta(minutes=15 * self.number)
        start = start.replace(minute=start.minute // 15 * 15, second=0, microsecond=0)
        return calls(
            "create_event", title=self.mark, start=start.isoformat(), minutes=15, guests=[self.guest], account="work"
        )

    @property
    def event(self) -> str:
        """The id that the event bears at Google: base32hex of the action's."""
        return b32hexencode(UUID(self.action).bytes).decode().rstrip("=").lower()

    def done(self, journal: Journal) -> Count:
        counts = (journal.inserted[self.event], journal.left[self.guest, "Invitation"])
        return Count(min(counts), max(counts))

    def undone(self, journal: Journal) -> Count:
        counts = (journal.deleted[self.event], journal.left[self.guest, "Canceled event"])
        return Count(min(counts), max(counts))

    def traces(self) -> set[str]:
        return {self.event, self.guest}


DEEDS: Mapping[str, type[Deed]] = {deed.kind: deed for deed in (Archive, Reply, Event)}
