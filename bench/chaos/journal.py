"""What Google has committed, by what it was committed to: the judge of every deed."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

Json = dict[str, Any]
MADE, CHANGED = "steward_action", "steward_change"
"""The product's marks on an event: the action that made it, and the one that changed it last."""


class Draft(NamedTuple):
    """A draft, by all that it can be known by."""

    id: str
    thread: str
    subject: str

    def of(self, traces: set[str]) -> bool:
        return bool({self.thread, self.subject} & (traces - {""}))


class Journal:
    """Reads the stand-in's log, entry by entry."""

    def __init__(self) -> None:
        self.entries: list[Json] = []
        self.left: Counter[tuple[str, str]] = Counter()
        """Mails that went out into the world, by recipient and the subject up to its colon."""
        self.left_as: Counter[tuple[str, str]] = Counter()
        """The same by recipient and whole subject."""
        self.by_hand: list[Draft] = []
        """Drafts that the person sent."""
        self.inserted: Counter[str] = Counter()
        self.deleted: Counter[str] = Counter()
        self.marked: dict[str, Counter[str]] = defaultdict(Counter)
        """How often each event was inserted, by the action that made it."""
        self.patched: Counter[tuple[str, str]] = Counter()
        """Changes of an event, by the action that made them; "" for none."""
        self.moved: Counter[tuple[str, str]] = Counter()
        """How often each event was moved into each calendar."""
        self.answered: Counter[tuple[str, str]] = Counter()
        """How often the answer to an invitation became this one."""
        self.relabelled: Counter[tuple[str, str]] = Counter()
        """Mails that gained (+) or lost (-) a label."""
        self.labels: dict[str, list[str]] = defaultdict(list)
        """The ids of the labels that were made, by name."""
        self.written: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        """Drafts that were made, and deleted, by subject."""
        self.drafts: dict[str, Draft] = {}
        """Those that stand."""
        self._known: dict[str, Draft] = {}
        self._answers: dict[str, str] = {}
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

    def draft_of(self, traces: set[str]) -> str:
        """The last draft that stands and has one of these traces; raises LookupError."""
        found = [draft.id for draft in self.drafts.values() if draft.of(traces)]
        if not found:
            raise LookupError(f"no draft stands of {', '.join(sorted(traces))}")
        return found[-1]

    def named(self, entry: Json) -> set[str]:
        """Everything that says whose an entry is."""
        draft = self._known.get(entry.get("draft", ""))
        private = entry.get("private", {})
        found = {*(entry.get(name, "") for name in ("thread", "id", "to")), private.get(MADE, ""), *(draft or ())}
        return found - {""}

    def _mail_left(self, entry: Json) -> None:
        self.left[entry["to"], entry["subject"].partition(":")[0]] += 1
        self.left_as[entry["to"], entry["subject"]] += 1

    def _drafts_create(self, entry: Json) -> None:
        draft = Draft(entry["draft"], entry["thread"], entry.get("subject", ""))
        self.drafts[draft.id] = self._known[draft.id] = draft
        self.written[draft.subject] += 1

    def _drafts_send(self, entry: Json) -> None:
        self.drafts.pop(entry["draft"], None)

    _meanwhile_draft_deleted = _drafts_send

    def _drafts_delete(self, entry: Json) -> None:
        if draft := self.drafts.pop(entry["draft"], None):
            self.dropped[draft.subject] += 1

    def _meanwhile_draft_sent(self, entry: Json) -> None:
        if draft := self.drafts.pop(entry["draft"], None):
            self.by_hand.append(draft)

    def _labels_create(self, entry: Json) -> None:
        self.labels[entry["title"]].append(entry["label"])

    def _events_insert(self, entry: Json) -> None:
        self.inserted[entry["id"]] += 1
        self.marked[entry.get("private", {}).get(MADE, "")][entry["id"]] += 1

    def _events_move(self, entry: Json) -> None:
        self.moved[entry["id"], entry["calendar"]] += 1

    def _events_delete(self, entry: Json) -> None:
        self.deleted[entry["id"]] += 1

    def _events_patch(self, entry: Json) -> None:
        ident, answer = entry["id"], entry["answer"]
        self.patched[ident, entry["private"].get(CHANGED, "")] += 1
        if answer != self._answers.get(ident, ""):
            self._answers[ident] = answer
            self.answered[ident, answer] += 1

    def _messages_batchModify(self, entry: Json) -> None:
        for mail_id in entry["ids"]:
            self.relabelled.update((mail_id, f"+{label}") for label in entry["added"])
            self.relabelled.update((mail_id, f"-{label}") for label in entry["removed"])
