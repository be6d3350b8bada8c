"""Delivers letters into the accounts they belong to, with the labels Gmail and their owner would have given them."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.google.seed import SeedMail
from sandbox.world.mime import Draft, write
from sandbox.world.people import Cast

_TRANSPORT = timedelta(seconds=3)  # between the Date header and the moment the mail lies in the mailbox
_FRESH = timedelta(days=6)  # how far back mails that nobody answered are still unread
_OLD = timedelta(days=21)  # after this people have tidied up what they tidy up
_ALWAYS_IN_THE_INBOX = ("CATEGORY_PERSONAL",)
_SHARE_LEFT = {"CATEGORY_PROMOTIONS": 0.9, "CATEGORY_SOCIAL": 0.6, "CATEGORY_UPDATES": 0.5, "CATEGORY_FORUMS": 0.5}
_SHARE_UNREAD = {"CATEGORY_PROMOTIONS": 0.55, "CATEGORY_SOCIAL": 0.35, "CATEGORY_UPDATES": 0.15, "CATEGORY_FORUMS": 0.2}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be delivered, and how its readers treat it."""

    draft: Draft
    category: str
    label: str = ""
    starred: bool = False
    archived: bool = False
    answered_by: frozenset[str] = field(default_factory=frozenset)  # addresses that wrote later in the conversation


def deliver(letters: Iterable[Letter], cast: Cast, *, now: datetime, seed: int) -> dict[str, list[SeedMail]]:
    """The mails of every account, by its key, oldest first."""
    boxes: dict[str, list[SeedMail]] = {key: [] for key in cast.account_keys}
    for letter in sorted(letters, key=lambda letter: letter.draft.sent):
        raw = write(letter.draft)
        received = letter.draft.sent + _TRANSPORT
        for key, email in _mailboxes(letter.draft, cast):
            chance = random.Random(f"{seed}:{key}:{letter.draft.message_id}")
            labels = _labels(letter, email, now=now, chance=chance)
            boxes[key].append(SeedMail(_delivered_to(raw, email, labels=labels), received, labels))
    return boxes


def _mailboxes(draft: Draft, cast: Cast) -> list[tuple[str, str]]:
    """The accounts that hold a copy, key and address: the sender's and every recipient's, lists expanded, each once."""
    emails = {contact.email for contact in (draft.sender, *draft.to, *draft.cc)}
    for name, members in cast.lists.items():
        if cast.contacts[name].email in emails:
            emails |= {cast.contacts[member].email for member in members}
    return [(key, email) for key in cast.account_keys if (email := cast.contacts[key].email) in emails]


def _labels(letter: Letter, email: str, *, now: datetime, chance: random.Random) -> tuple[str, ...]:
    own = (letter.label,) if letter.label else ()
    if letter.draft.sender.email == email:
        return ("SENT", *own)
    age = now - letter.draft.sent
    labels = [letter.category, *own]
    if _in_inbox(letter, age, chance=chance):
        labels.append("INBOX")
    if _unread(letter, email, age=age, chance=chance):
        labels.append("UNREAD")
    if letter.starred:
        labels.append("STARRED")
    return tuple(labels)


def _in_inbox(letter: Letter, age: timedelta, *, chance: random.Random) -> bool:
    if letter.archived:
        return False
    if letter.category in _ALWAYS_IN_THE_INBOX or age < _OLD:
        return True
    return chance.random() < _SHARE_LEFT[letter.category]


def _unread(letter: Letter, email: str, *, age: timedelta, chance: random.Random) -> bool:
    if letter.archived or email in letter.answered_by:
        return False
    if letter.category in _ALWAYS_IN_THE_INBOX:
        return age < _FRESH
    return age < _FRESH / 2 or chance.random() < _SHARE_UNREAD[letter.category]


def _delivered_to(raw: bytes, email: str, *, labels: tuple[str, ...]) -> bytes:
    """The trace a receiving server leaves on top; a mail one sent oneself has none."""
    if "SENT" in labels:
        return raw
    return b"Delivered-To: " + email.encode() + b"\r\n" + raw
