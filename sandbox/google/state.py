"""Everything the stand-in knows: the accounts with their mailboxes and calendars, the outbox, the journal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.google.calendar.book import Book
from sandbox.google.gmail import send_as
from sandbox.google.gmail.labels import Label
from sandbox.google.gmail.mailbox import Mailbox
from sandbox.google.gmail.search import Finder
from sandbox.google.grants import Grants
from sandbox.google.hostile import Gate
from sandbox.google.journal import Journal
from sandbox.google.quota import Meter
from sandbox.google.seed import PRIMARY, SeedAccount, SeedCalendar
from sandbox.google.store import Store


@dataclass(frozen=True, slots=True)
class Account:
    """One Google account."""

    email: str
    sub: str
    name: str
    timezone: str
    mailbox: Mailbox
    book: Book
    signs_in: bool = True

    def described(self) -> dict[str, str]:
        return {"email": self.email, "sub": self.sub, "name": self.name, "timezone": self.timezone}


class State:
    def __init__(self, home: Path, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.store = Store(home)
        self.journal = Journal(self.store, clock)
        self.gate = Gate()
        self.meters: dict[str, Meter] = {}
        self.grants = Grants(self.store, clock)
        self.accounts: dict[str, Account] = {}
        self.finders: dict[str, Finder] = {}
        for email, sub, name, timezone in self.store.rows("SELECT email, sub, name, timezone FROM accounts"):
            self._open(email, sub, name=name, timezone=timezone)

    def account(self, email: str) -> Account | None:
        return self.accounts.get(email.lower())

    def behind(self, address: str) -> Account | None:
        """Whose mail it is that is sent to an address: also to one they only write from."""
        own = self.account(address)
        others = (account for account in self.accounts.values() if address.lower() in send_as.aliases(self, account))
        return own or next(others, None)

    def seed(self, accounts: list[SeedAccount]) -> bool:
        """Fills an empty stand-in in one transaction; one that holds accounts already is left alone."""
        if self.accounts:
            return False
        for wanted in accounts:
            email = wanted.email.lower()
            sub = wanted.sub or account_number(email)
            values = (email, sub, wanted.name, wanted.timezone, 1000, 1000)
            self.store.run("INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?)", *values)
            if not wanted.signs_in:
                self.store.set_meta(_colleague(email), "1")
            self._open(email, sub, name=wanted.name, timezone=wanted.timezone)
        for wanted in accounts:
            self._fill(self.accounts[wanted.email.lower()], wanted)
        self.store.commit()
        return True

    def send_out(self, entry: dict[str, Any], raw: bytes) -> None:
        """A mail to someone who has no account here: it leaves the sandbox's world and is only written down."""
        stamped = {"at": self.clock().isoformat(), **entry}
        self.store.run("INSERT INTO outbox (entry, raw) VALUES (?, ?)", json.dumps(stamped), raw)

    def outbox(self) -> list[dict[str, Any]]:
        rows = self.store.rows("SELECT n, entry, raw FROM outbox ORDER BY n")
        return [{"n": n, **json.loads(entry), "raw": bytes(raw).decode("utf-8", "replace")} for n, entry, raw in rows]

    def _open(self, email: str, sub: str, *, name: str, timezone: str) -> None:
        mailbox = Mailbox(self.store, email, clock=self.clock)
        book = Book(self.store, email, clock=self.clock)
        signs_in = self.store.meta(_colleague(email)) is None
        self.accounts[email] = Account(email, sub, name, timezone, mailbox, book, signs_in)

    def _fill(self, account: Account, wanted: SeedAccount) -> None:
        ids = {label.name: label.id for label in account.mailbox.labels.values()}
        mails = []
        for mail in wanted.mails:
            for name in mail.labels:
                if name not in ids:
                    ids[name] = f"Label_{len(ids) + 1}"
                    label = Label(ids[name], name, "user", "show", "labelShow")
                    account.mailbox.set_label(label, label.id)
            mails.append((mail.raw, mail.received, {ids[name] for name in mail.labels}))
        account.mailbox.seed(mails)
        for email, name in wanted.send_as.items():
            send_as.give(self, account, email, name=name)
        calendars = wanted.calendars
        if not any(calendar.id in (PRIMARY, wanted.email) for calendar in calendars):
            calendars = [SeedCalendar(PRIMARY, wanted.email, wanted.timezone), *calendars]
        for calendar in calendars:
            account.book.seed(calendar)


def _colleague(email: str) -> str:
    return f"colleague {email}"


def account_number(email: str) -> str:
    """A stable 21-digit account number, as Google's `sub` looks."""
    return "1" + str(int(hashlib.sha256(email.encode()).hexdigest(), 16))[:20]
