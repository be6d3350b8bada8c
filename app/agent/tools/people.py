"""Tools for people."""

from collections.abc import Iterable
from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from app.agent.bench import Bench
from app.agent.tools.fitting import Result
from app.agent.tools.tool import Tool, fenced
from app.domain.types import Contact, Event

AROUND = timedelta(days=30)
"""How far the calendar is searched, back and ahead."""
SHOWN = 5


class FindPerson(Tool):
    """Find people's addresses in the mail and calendar by name, first name or address, most frequent first."""

    step: ClassVar[str] = "is looking up people…"
    name: str = Field(min_length=1)

    async def run(self, bench: Bench) -> Result:
        own = {a.email.lower() for a in bench.desk.accounts}
        found: dict[str, Contact] = {}
        for box in bench.desk.mailboxes:
            for contact in await box.contacts(self.name):
                key = contact.address.email.lower()
                if key not in own:
                    found[key] = _joined(found.get(key), contact)
        meetings = await self._meetings(bench)
        for key, (contact, _) in meetings.items():
            if key not in own:
                found.setdefault(key, contact)
        ranked = sorted(found.items(), key=lambda f: (f[1].mails, meetings.get(f[0], (None, 0))[1]), reverse=True)
        people = [
            {
                "name": c.address.name,
                "email": c.address.email,
                "evidence": _evidence(c, meetings.get(key, (None, 0))[1]),
            }
            for key, c in ranked[:SHOWN]
        ]
        for _, (contact, _) in meetings.items():
            bench.sources.person(contact.address)
        for _, contact in ranked[:SHOWN]:
            bench.sources.person(contact.address)
        return fenced(people=people) if people else {"nothing": f"Nobody called {self.name} in mail or calendar."}

    async def _meetings(self, bench: Bench) -> dict[str, tuple[Contact, int]]:
        now = bench.request.now
        counted: dict[str, tuple[Contact, int]] = {}
        for calendar in bench.desk.calendars:
            for guest in _guests(await calendar.events(now - AROUND, now + AROUND)):
                key = guest.address.email.lower()
                if self.name.lower() in f"{guest.address.name} {key}".lower():
                    counted[key] = (guest, counted.get(key, (guest, 0))[1] + 1)
        return counted


def _guests(events: Iterable[Event]) -> Iterable[Contact]:
    return (Contact(address=guest, mails=0) for event in events for guest in event.guests)


def _joined(known: Contact | None, new: Contact) -> Contact:
    if known is None:
        return new
    last = max((c.last for c in (known, new) if c.last), default=None)
    return Contact(
        address=known.address if known.address.name else new.address, mails=known.mails + new.mails, last=last
    )


def _evidence(contact: Contact, meetings: int) -> str:
    parts = [
        f"{contact.mails} mails" + (f", last {contact.last:%-d %b}" if contact.last else "") if contact.mails else "",
        f"{meetings} meetings within 30 days" if meetings else "",
    ]
    return "; ".join(p for p in parts if p)
