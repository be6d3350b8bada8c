"""Conversations: several mails that answer and quote each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.world.attachments import attachment
from sandbox.world.delivery import Letter
from sandbox.world.mime import Draft, make_message_id, quote
from sandbox.world.people import Cast, Contact
from sandbox.world.script import Script
from sandbox.world.when import before, fill_dates


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
    message_id: str


def letters(script: Script, now: datetime) -> Iterator[Letter]:
    """Every mail of every conversation."""
    for conversation in script.conversations:
        yield from _letters_of(conversation, script.cast, now=now)


def _read_post(entry: dict[str, Any]) -> _Post:
    lists = {"to": tuple(entry.get("to", ())), "attach": tuple(entry.get("attach", ()))}
    values: dict[str, Any] = entry | lists
    return _Post(**values)


def _letters_of(conversation: dict[str, Any], cast: Cast, *, now: datetime) -> Iterator[Letter]:
    posts = [_read_post(post) for post in conversation["post"]]
    written: list[_Written] = []
    for number, post in enumerate(posts):
        draft = _draft(conversation, post, cast=cast, written=written, now=now)
        written.append(_Written(draft.text, draft.sender, draft.sent, draft.message_id))
        yield Letter(
            draft,
            category=conversation.get("category", "CATEGORY_PERSONAL"),
            label=conversation.get("label", ""),
            starred=conversation.get("starred", False) and number == 0,
            archived=conversation.get("archived", False),
            answered_by=frozenset(cast.contacts[later.sender].email for later in posts[number + 1 :]),
        )


def _draft(conversation: dict[str, Any], post: _Post, *, cast: Cast, written: list[_Written], now: datetime) -> Draft:
    sender = cast.contacts[post.sender]
    sent = before(now, post.at, zone=cast.zone)
    subject = conversation["subject"]
    names = post.to or _everybody_else(conversation["people"], post, opener=conversation["post"][0]["sender"])
    text = fill_dates(post.text, now, zone=cast.zone)
    if post.sign:
        text += "\n\n" + cast.signatures.get(post.sender, sender.first_name)
    if written:
        last = written[-1]
        text += "\n\n" + quote(last.text, last.sender, sent=last.sent)
    people = [cast.contacts[name] for name in names]
    lists = [name for name in names if name in cast.lists]
    return Draft(
        sender=sender,
        to=people[:1] if written else people,
        cc=people[1:] if written else (),
        subject=f"Re: {subject}" if written else subject,
        text=text + "\n",
        sent=sent,
        message_id=make_message_id(subject, str(len(written)), str(sent), domain=sender.email.split("@")[1]),
        references=tuple(one.message_id for one in written),
        headers={"List-Id": f"{cast.contacts[lists[0]].name} <{lists[0]}.{cast.domain}>"} if lists else {},
        attachments=[attachment(name) for name in post.attach],
        charset=post.charset,
    )


def _everybody_else(people: list[str], post: _Post, *, opener: str) -> tuple[str, ...]:
    """The others; in an answer, the one who opened the conversation stands first."""
    others = [name for name in people if name != post.sender]
    return tuple(sorted(others, key=lambda name: name != opener))
