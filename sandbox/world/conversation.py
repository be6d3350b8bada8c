"""Conversations: several mails that answer and quote each other, written down in mails/*.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.world.attachments import attachment
from sandbox.world.delivery import Letter
from sandbox.world.mime import Draft, make_message_id, quote
from sandbox.world.people import CONTACTS, ENGINEERING_LIST, WORK_DOMAIN, Contact
from sandbox.world.when import before, fill_dates

_FOLDER = Path(__file__).parent / "mails"
_FILES = ("budget.toml", "larkspur.toml", "projects.toml", "home.toml")
_SIGNATURES = {
    "alex": "Alex Rivera · Product · Larkspur Instruments",
    "priya": "Priya Raman\nEngineering, Larkspur Instruments",
    "dana": "Dana",
    "helen": "Helen Marsh\nChief Financial Officer",
    "jonas": "Viele Grüße\nJonas Weber\nHalden Logistics",
    "quentin": "Cordialement\nQuentin Roche",
}


@dataclass(frozen=True, slots=True)
class _Post:
    """One mail of a conversation: when (see `when.before`), from whom, and what it says."""

    at: str
    sender: str
    text: str
    to: tuple[str, ...] = ()  # everybody else in the conversation, when empty
    attach: tuple[str, ...] = ()
    charset: str = "utf-8"
    sign: bool = True


@dataclass(frozen=True, slots=True)
class _Written:
    """A mail that stands already, for the next one to answer."""

    text: str
    sender: Contact
    sent: datetime


def letters(now: datetime) -> Iterator[Letter]:
    """Every mail of every conversation."""
    for file in _FILES:
        for conversation in tomllib.loads((_FOLDER / file).read_text("utf-8"))["conversation"]:
            yield from _letters_of(conversation, now)


def _read_post(entry: dict[str, Any]) -> _Post:
    lists = {"to": tuple(entry.get("to", ())), "attach": tuple(entry.get("attach", ()))}
    values: dict[str, Any] = entry | lists
    return _Post(**values)


def _letters_of(conversation: dict[str, Any], now: datetime) -> Iterator[Letter]:
    posts = [_read_post(post) for post in conversation["post"]]
    written: list[_Written] = []
    message_ids: list[str] = []
    for number, post in enumerate(posts):
        draft = _draft(conversation, post, written=written, message_ids=message_ids, now=now)
        written.append(_Written(draft.text, draft.sender, draft.sent))
        message_ids.append(draft.message_id)
        yield Letter(
            draft,
            category=conversation.get("category", "CATEGORY_PERSONAL"),
            label=conversation.get("label", ""),
            starred=conversation.get("starred", False) and number == 0,
            archived=conversation.get("archived", False),
            answered_by=frozenset(CONTACTS[later.sender].email for later in posts[number + 1 :]),
        )


def _draft(
    conversation: dict[str, Any], post: _Post, *, written: list[_Written], message_ids: list[str], now: datetime
) -> Draft:
    sender = CONTACTS[post.sender]
    sent = before(now, post.at)
    subject = conversation["subject"]
    names = post.to or _everybody_else(conversation["people"], post, opener=conversation["post"][0]["sender"])
    text = fill_dates(post.text, now)
    if post.sign:
        text += "\n\n" + _SIGNATURES.get(post.sender, sender.first_name)
    if written:
        last = written[-1]
        text += "\n\n" + quote(last.text, last.sender, sent=last.sent)
    return Draft(
        sender=sender,
        to=[CONTACTS[name] for name in names[:1]] if written else [CONTACTS[name] for name in names],
        cc=[CONTACTS[name] for name in names[1:]] if written else (),
        subject=f"Re: {subject}" if written else subject,
        text=text + "\n",
        sent=sent,
        message_id=make_message_id(subject, str(len(message_ids)), str(sent), domain=sender.email.split("@")[1]),
        references=tuple(message_ids),
        headers={"List-Id": f"Engineering <engineering.{WORK_DOMAIN}>"} if ENGINEERING_LIST in names else {},
        attachments=[attachment(name) for name in post.attach],
        charset=post.charset,
    )


def _everybody_else(people: list[str], post: _Post, *, opener: str) -> tuple[str, ...]:
    """The others; in an answer, the one who opened the conversation stands first."""
    others = [name for name in people if name != post.sender]
    return tuple(sorted(others, key=lambda name: name != opener))
