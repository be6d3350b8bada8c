"""What becomes of a mail that is sent: the sender's copy, one for each who lives here, the outbox for the rest."""

from __future__ import annotations

import random
import string
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from typing import TYPE_CHECKING

from sandbox.google.errors import GoogleError, invalid
from sandbox.google.gmail import headers, send_as
from sandbox.google.gmail.mailbox import MESSAGE_ID, Mailbox, Message, references, subject_key

if TYPE_CHECKING:
    from sandbox.google.state import Account, State

ARRIVING = ("INBOX", "UNREAD", "CATEGORY_PERSONAL")
RECIPIENTS = ("to", "cc", "bcc")
DAY = 86_400
READ = ("from", "to", "cc", "bcc", "subject", "message-id", "references", "in-reply-to", "date", "mime-version")


def send(state: State, account: Account, *, raw: bytes, thread_id: str | None) -> Message:
    """Sends a mail as `account`; the thread is kept only if the mail fits it, else it founds a new one."""
    found = headers.read(raw, READ)
    recipients = recipients_of(found)
    limit_sends(state, account)
    raw = stamped(state, account, raw=raw, found=found)
    joined = thread_id if thread_id and fits(account.mailbox, thread_id, found=headers.read(raw, READ)) else None
    labels = {"SENT"}
    if account.email in recipients:
        labels |= set(ARRIVING)
    message = account.mailbox.add(raw, labels, when=state.clock(), thread_id=joined)
    pass_on(state, account.email, raw=raw, recipients=[person for person in recipients if person != account.email])
    return message


def recipients_of(found: dict[str, str]) -> list[str]:
    people: list[str] = []
    for name in RECIPIENTS:
        if found.get(name):
            here = headers.addresses([found[name]])
            if not here:
                raise invalid(f"Invalid {name.capitalize()} header")
            people.extend(address.lower() for _, address in here)
    if not people:
        raise invalid("Recipient address required")
    return list(dict.fromkeys(people))


def fits(mailbox: Mailbox, thread_id: str, *, found: dict[str, str]) -> bool:
    """Google's three conditions: the thread id, the same subject, and References or In-Reply-To into the thread.

    https://developers.google.com/workspace/gmail/api/guides/threads
    """
    there = mailbox.thread(thread_id)
    refers = set(references(found)) & {message.message_id for message in there}
    return bool(refers) and any(message.subject == subject_key(found.get("subject", "")) for message in there)


def stamped(state: State, account: Account, *, raw: bytes, found: dict[str, str]) -> bytes:
    """The mail as Gmail sends it: From is the account's own, what is missing is added, the switches have their way."""
    switches = state.gate.switches
    now = state.clock()
    add = [
        ("Received", f"from 100000000000 named unknown by gmailapi.google.com with HTTPREST; {format_datetime(now)}")
    ]
    drop = set()
    sender = headers.addresses([found.get("from", "")])
    if not sender or sender[0][1].lower() not in (account.email, *send_as.aliases(state, account)):
        drop.add("from")
        name = (sender and sender[0][0]) or account.name
        add.append(("From", formataddr((str(Header(name)), account.email))))
    if not MESSAGE_ID.search(found.get("message-id", "")) or switches["rewrite_message_id"]:
        drop.add("message-id")
        add.append(("Message-ID", new_message_id()))
    if not found.get("date"):
        add.append(("Date", format_datetime(now)))
    if not found.get("mime-version"):
        add.append(("MIME-Version", "1.0"))
    no_x = bool(switches["drop_x_headers"])
    return headers.edit(raw, drop=lambda n: n.lower() in drop or (no_x and n.lower().startswith("x-")), add=add)


def new_message_id() -> str:
    return f"<CA{''.join(random.choices(string.ascii_letters + string.digits, k=44))}@mail.gmail.com>"


def pass_on(state: State, sender: str, *, raw: bytes, recipients: list[str]) -> None:
    """Hands the mail to everyone but its sender, without its Bcc."""
    shown = headers.edit(raw, drop=lambda name: name.lower() == "bcc")
    found = headers.read(raw, READ)
    for person in recipients:
        account = state.behind(person)
        if account is not None and account.signs_in:
            arrive(state, account, raw=shown, when=state.clock())
        else:
            entry = {
                "from": sender,
                "to": person,
                "subject": found.get("subject", ""),
                "message_id": found.get("message-id", ""),
            }
            state.send_out(entry, shown)
            state.journal.commit("mail.left", sender, **entry)


def arrive(state: State, account: Account, *, raw: bytes, when: datetime) -> Message:
    """A mail comes in: delivered, threaded by its headers, unread in the inbox."""
    stamp = [("Delivered-To", account.email), ("Received", f"by 2002:a05:7300::; {format_datetime(when)}")]
    whole = headers.edit(raw, drop=lambda name: name.lower() == "delivered-to", add=stamp)
    message = account.mailbox.add(whole, ARRIVING, when=when, thread_id=account.mailbox.thread_of(whole))
    state.journal.commit("mail.arrived", account.email, id=message.id, message_id=message.message_id)
    return message


def limit_sends(state: State, account: Account) -> None:
    since = state.clock().timestamp() - DAY
    sent = sum("SENT" in m.labels and m.arrived > since and m.internal_date > since * 1000
               for m in account.mailbox.messages.values())  # fmt: skip
    if sent >= int(state.gate.switches["sends_per_day"]):
        raise GoogleError(429, "userRateLimitExceeded", message="User-rate limit exceeded.", domain="usageLimits")
