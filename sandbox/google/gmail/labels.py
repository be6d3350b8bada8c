"""Gmail's labels: those every mailbox has, and the person's own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sandbox.google.api import Call, Reply
from sandbox.google.errors import GoogleError, invalid, not_found

if TYPE_CHECKING:
    from sandbox.google.gmail.mailbox import Mailbox

SYSTEM = (
    "CHAT", "SENT", "INBOX", "IMPORTANT", "TRASH", "DRAFT", "SPAM", "CATEGORY_FORUMS", "CATEGORY_UPDATES",
    "CATEGORY_PERSONAL", "CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL", "STARRED", "UNREAD",
)  # fmt: skip
FIXED = frozenset({"SENT", "DRAFT", "CHAT"})  # "cannot be manually applied": the labels guide
HIDDEN = frozenset({"CHAT", "TRASH", "SPAM", "CATEGORY_FORUMS", "CATEGORY_UPDATES", "CATEGORY_PERSONAL",
                    "CATEGORY_PROMOTIONS", "CATEGORY_SOCIAL"})  # fmt: skip
# A mail lies in one place: what a label takes away when it is put on. Taking TRASH off gives nothing back.
MOVABLE = {"TRASH": ("INBOX", "SPAM"), "SPAM": ("INBOX", "TRASH"), "INBOX": ("TRASH", "SPAM")}
MOST_LABELS = 10_000  # the discovery document's description of Label
LONGEST_NAME = 225  # characters, as Gmail's own page enforces


@dataclass(frozen=True, slots=True)
class Label:
    id: str
    name: str
    type: str = "user"
    messageListVisibility: str | None = None
    labelListVisibility: str | None = None
    color: dict[str, str] | None = None

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    def resource(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


SYSTEM_LABELS = {
    name: Label(name, name, "system", *(("hide", "labelHide") if name in HIDDEN else (None, None))) for name in SYSTEM
}


def list_(call: Call) -> Reply:
    return Reply({"labels": [label.resource() for label in call.account.mailbox.labels.values()]})


def get(call: Call) -> Reply:
    mailbox, label = call.account.mailbox, _find(call)
    within = [m for m in mailbox.messages.values() if label.id in m.labels]
    unread = [m for m in within if "UNREAD" in m.labels]
    counts = {
        "messagesTotal": len(within),
        "messagesUnread": len(unread),
        "threadsTotal": len({m.thread_id for m in within}),
        "threadsUnread": len({m.thread_id for m in unread}),
    }
    return Reply({**label.resource(), **counts})


def create(call: Call) -> Reply:
    mailbox = call.account.mailbox
    name = _name(mailbox, call.body.get("name"))
    if len(mailbox.labels) >= MOST_LABELS:
        raise GoogleError(429, "rateLimitExceeded", message="Too many labels")
    numbers = [int(known[6:]) for known in mailbox.labels if known.startswith("Label_")]
    label_id = f"Label_{max(numbers, default=0) + 1}"
    shown = {"messageListVisibility": "show", "labelListVisibility": "labelShow"}
    wanted = {key: call.body[key] for key in (*shown, "color") if call.body.get(key) is not None}
    label = Label(label_id, name, "user", **{**shown, **wanted})
    mailbox.set_label(label, label_id)
    call.effect("labels.create", label=label_id, title=name)
    return Reply(label.resource())


def change(call: Call) -> Reply:
    """Both patch and update: a label has no field that an update could leave out and thereby clear."""
    mailbox, label = call.account.mailbox, _own(call)
    wanted = {k: v for k, v in call.body.items() if k in ("messageListVisibility", "labelListVisibility", "color")}
    name = call.body.get("name") or label.name
    if name != label.name:
        _name(mailbox, name, but=label.id)
    changed = Label(**{**label.stored(), **wanted, "name": name})
    mailbox.set_label(changed, label.id)
    call.effect("labels.patch", label=label.id, title=name)
    return Reply(changed.resource())


def delete(call: Call) -> Reply:
    label = _own(call)
    call.account.mailbox.set_label(None, label.id)
    call.effect("labels.delete", label=label.id)
    return Reply(None, 204)


def _find(call: Call) -> Label:
    label = call.account.mailbox.labels.get(call.params["id"])
    if label is None:
        raise not_found()
    return label


def _own(call: Call) -> Label:
    label = _find(call)
    if label.type == "system":
        raise invalid("Invalid label: system labels can't be changed")
    return label


def _name(mailbox: Mailbox, wanted: Any, *, but: str = "") -> str:
    if not isinstance(wanted, str) or not wanted.strip():
        raise invalid("Invalid label name")
    name = wanted.strip()
    if len(name) > LONGEST_NAME or name.startswith("/") or name.endswith("/"):
        raise invalid("Invalid label name")
    if any(known.name.lower() == name.lower() and known.id != but for known in mailbox.labels.values()):
        raise GoogleError(409, "aborted", message="Label name exists or conflicts")
    return name
