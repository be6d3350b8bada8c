"""Desks in memory: each person's mailboxes and calendars."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from app.domain.desk import Desk, Pages
from app.domain.errors import NotConnected
from app.domain.types import AccountId, AccountRef, Person, PersonId
from tests.fakes.calendars import MemoryCalendar
from tests.fakes.mailboxes import MemoryMailbox


class MemoryPages:
    def thread(self, thread: str) -> str:
        return f"https://mail.example/{thread}"

    def label(self, label: str) -> str:
        return f"https://mail.example/label/{label}"

    def day(self, day: datetime) -> str:
        return f"https://calendar.example/{day:%Y-%m-%d}"


class MemoryDesks:
    def __init__(self) -> None:
        self._desks: dict[PersonId, list[tuple[MemoryMailbox, MemoryCalendar]]] = {}

    def place(self, mailbox: MemoryMailbox, calendar: MemoryCalendar) -> None:
        """Give the account's person a mailbox and a calendar of the same account."""
        self._desks.setdefault(mailbox.account.person, []).append((mailbox, calendar))

    def placed(self, person: PersonId) -> list[tuple[MemoryMailbox, MemoryCalendar]]:
        """A person's mailboxes and calendars."""
        return self._desks.get(person, [])

    def take(self, account: AccountId) -> None:
        """An account is on nobody's desk any more."""
        for person, places in self._desks.items():
            self._desks[person] = [place for place in places if place[0].account.id != account]

    def pages(self, account: AccountRef) -> Pages:
        return MemoryPages()

    @asynccontextmanager
    async def open(self, person: Person) -> AsyncIterator[Desk]:
        living = [pair for pair in self._desks.get(person.id, []) if pair[0].account.alive]
        if not living:
            raise NotConnected
        yield Desk(person, mailboxes=[m for m, _ in living], calendars=[c for _, c in living])
