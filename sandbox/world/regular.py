"""Newsletters, shops, networks, notices and receipts: what comes by itself."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sandbox.world.attachments import attachment
from sandbox.world.delivery import Letter
from sandbox.world.mime import Draft, make_message_id, to_html
from sandbox.world.people import Contact
from sandbox.world.script import Script
from sandbox.world.when import before

_DAYS = 90  # how far back the world reaches
_ONE_CLICK = "List-Unsubscribe=One-Click"  # RFC 8058


def letters(script: Script, now: datetime, *, seed: int) -> Iterator[Letter]:
    """Every issue of every regular sender in the days the world spans."""
    for sender in script.senders:
        days = range(sender["first"], _DAYS, sender["days"])
        for number, day in enumerate(reversed(days), start=1):
            sent = before(now, f"{day}d {sender['hour']}", zone=script.cast.zone)
            for recipient in sender["to"]:
                yield Letter(
                    _draft(sender, number, recipient=script.cast.contacts[recipient], sent=sent, seed=seed),
                    category=sender["category"],
                    label=sender.get("label", ""),
                )


def _draft(sender: dict[str, Any], number: int, *, recipient: Contact, sent: datetime, seed: int) -> Draft:
    subject, body = sender["issues"][(number - 1) % len(sender["issues"])]
    chance = random.Random(f"{seed}:{sender['email']}:{number}")
    amount = f"{chance.uniform(6, 64):.2f}"
    subject, body = (text.replace("{n}", str(number)).replace("{amount}", amount) for text in (subject, body))
    headers = _list_headers(sender, recipient, number=number)
    footer = f"\n\nYou get this because {recipient.email} is on our list."
    if "List-Unsubscribe" in headers:
        footer += f"\nUnsubscribe: {_unsubscribe_url(sender, recipient)}"
    text = body + footer
    return Draft(
        sender=Contact(sender["name"], sender["email"]),
        to=[recipient],
        subject=subject,
        text=text + "\n",
        html=to_html(text, heading=sender["heading"]),
        html_only=sender.get("html_only", False),
        sent=sent,
        message_id=make_message_id(sender["email"], recipient.email, str(sent), domain=sender["email"].split("@")[1]),
        headers=headers,
        attachments=[attachment(name) for name in sender.get("attach", ())],
    )


def _list_headers(sender: dict[str, Any], recipient: Contact, *, number: int) -> dict[str, str]:
    if "list_id" not in sender:
        return {"Auto-Submitted": "auto-generated"}
    domain = sender["email"].split("@")[1]
    return {
        "List-Id": f"{sender['name']} <{sender['list_id']}>",
        "List-Unsubscribe": f"<mailto:unsubscribe@{domain}?subject={number}>, <{_unsubscribe_url(sender, recipient)}>",
        "List-Unsubscribe-Post": _ONE_CLICK,
        "Precedence": "bulk",
    }


def _unsubscribe_url(sender: dict[str, Any], recipient: Contact) -> str:
    # Short enough for a line of its own: Python's library writes what it can't fold as an encoded word.
    who = hashlib.sha256(recipient.email.encode()).hexdigest()[:12]
    return f"https://{sender['email'].split('@')[1]}/u/{who}"
