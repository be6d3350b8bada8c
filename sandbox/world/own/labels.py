"""Gmail labels for mails of one's own, from what Takeout, Thunderbird or a mail server noted on them."""

from __future__ import annotations

import csv
import re
from email.message import Message

from sandbox.world.own.headers import decoded

# Takeout's X-Gmail-Labels in the languages it has been seen in; the values are Gmail's system label ids, "" says
# that the word is no label. A word that isn't here is a label of the person's own.
_TAKEOUT = {
    "inbox": "INBOX", "posteingang": "INBOX", "boîte de réception": "INBOX", "recibidos": "INBOX",
    "sent": "SENT", "gesendet": "SENT", "messages envoyés": "SENT", "enviados": "SENT",
    "unread": "UNREAD", "ungelesen": "UNREAD", "non lus": "UNREAD", "no leídos": "UNREAD",
    "starred": "STARRED", "markiert": "STARRED", "messages suivis": "STARRED", "destacados": "STARRED",
    "important": "IMPORTANT", "wichtig": "IMPORTANT", "importants": "IMPORTANT", "importantes": "IMPORTANT",
    "trash": "TRASH", "papierkorb": "TRASH", "corbeille": "TRASH", "papelera": "TRASH",
    "spam": "SPAM",
    "drafts": "DRAFT", "draft": "DRAFT", "entwürfe": "DRAFT", "brouillons": "DRAFT", "borradores": "DRAFT",
    "chat": "CHAT",
    "category personal": "CATEGORY_PERSONAL", "category promotions": "CATEGORY_PROMOTIONS",
    "category social": "CATEGORY_SOCIAL", "category updates": "CATEGORY_UPDATES", "category forums": "CATEGORY_FORUMS",
    "opened": "", "geöffnet": "", "messages ouverts": "", "abiertos": "",
    "archived": "", "archiviert": "", "archivés": "", "archivados": "",
}  # fmt: skip
# The bits of X-Mozilla-Status, from nsMsgMessageFlags in Thunderbird.
_MOZILLA_READ, _MOZILLA_MARKED, _MOZILLA_EXPUNGED = 0x0001, 0x0004, 0x0008
_MOZILLA_TAGS = {
    "$label1": "Important",
    "$label2": "Work",
    "$label3": "Personal",
    "$label4": "To Do",
    "$label5": "Later",
}
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{4}")


def labels_of(mail: Message, *, mine: bool) -> tuple[str, ...]:
    """The labels of one mail; `mine` says that its From is the mailbox's owner."""
    if (takeout := mail.get("X-Gmail-Labels")) is not None:
        return _from_takeout(decoded(takeout))
    place = "SENT" if mine else "INBOX"
    if (status := _HEXADECIMAL.fullmatch(str(mail.get("X-Mozilla-Status", "")).strip())) is not None:
        return _from_thunderbird(int(status[0], 16), str(mail.get("X-Mozilla-Keys", "")), place=place)
    flags = str(mail.get("Status", "")) + str(
        mail.get("X-Status", "")
    )  # mbox as mail servers keep it: R read, F flagged
    labels = [place]
    if "R" not in flags and not mine:
        labels.append("UNREAD")
    if "F" in flags:
        labels.append("STARRED")
    return tuple(labels)


def has_marks(mail: Message) -> bool:
    """Whether anybody noted on this mail if it was read."""
    return any(mail.get(name) is not None for name in ("X-Gmail-Labels", "X-Mozilla-Status", "Status", "X-Status"))


def _from_takeout(text: str) -> tuple[str, ...]:
    names = next(csv.reader([" ".join(text.split())], skipinitialspace=True), [])
    found = [_TAKEOUT.get(name.strip().lower(), name.strip()) for name in names]
    return tuple(dict.fromkeys(label for label in found if label))


def _from_thunderbird(status: int, tags: str, *, place: str) -> tuple[str, ...]:
    # Deleted mails stay in Thunderbird's file until it is compacted.
    labels = ["TRASH" if status & _MOZILLA_EXPUNGED else place]
    if not status & _MOZILLA_READ and place == "INBOX":
        labels.append("UNREAD")
    if status & _MOZILLA_MARKED:
        labels.append("STARRED")
    return (*labels, *(_MOZILLA_TAGS.get(tag.lower(), tag) for tag in tags.split()))
