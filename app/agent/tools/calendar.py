"""Tools for the calendar: list events, create one."""

from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field

from app.agent.bench import Bench
from app.agent.tools.tool import Result, Tool
from app.domain import actions
from app.domain.actions.calendar import overlaps
from app.domain.cards import MAX_RECIPIENTS, Origin, Recipient
from app.domain.desk import Mailbox, reference
from app.domain.errors import Refusal
from app.domain.types import Address, Event
from app.planning.sanitising import visible

SHOWN = 40
"""Events listed in one result."""
LINE = 250
"""Characters of a title or place, so that a card shows them whole."""
DEFAULT_MINUTES = 30
"""How long an event lasts when nobody said."""
LONGEST = timedelta(days=14)
"""An event that lasts longer is more likely a slip."""
MAX_MINUTES = 525_600
"""A year: up to here the model is told what is wrong with the length."""


class ListEvents(Tool):
    """List events, of all accounts unless one is named."""

    step: ClassVar[str] = "is looking at your calendar…"
    start: str = Field(description='a day or span in words or ISO: "tomorrow", "next week", "2026-03-05"')
    end: str = Field("", description="last day or time; empty: the end of what start names")
    words: str = Field("", description="words of the title, place or guests")
    account: str = ""

    async def run(self, bench: Bench) -> Result:
        start, end = bench.span(self.start, self.end)
        found: list[Event] = []
        for calendar in bench.calendars(self.account):
            found += await calendar.events(start, end, words=self.words)
        found.sort(key=lambda e: e.start)
        return {
            "zone": bench.request.person.zone,
            "from": f"{start:%a %-d %b %Y %H:%M}",
            "to": f"{end:%a %-d %b %Y %H:%M}",
            "events": [_listed(e, bench) for e in found[:SHOWN]],
            **({"left_out": f"{len(found) - SHOWN} later events"} if len(found) > SHOWN else {}),
        }


class CreateEvent(Tool):
    """Prepare an event in the calendar and the invitation of its guests."""

    step: ClassVar[str] = "is preparing the event…"
    title: str = Field(min_length=1, max_length=LINE)
    start: str = Field(description='as the person said it: "tomorrow at 3pm"; or ISO')
    minutes: int | None = Field(None, ge=1, le=MAX_MINUTES, description="how long; 30 if nobody said")
    end: str = Field("", description="when it ends, instead of minutes")
    guests: list[str] = Field(default_factory=list, description="addresses, from find_person or the person")
    place: str = Field("", max_length=LINE)
    notes: str = ""
    account: str = Field("", description="whose calendar; empty: the first account's")

    async def run(self, bench: Bench) -> Result:
        start, end = self._times(bench)
        account = bench.desk.mailbox(self.account).account if self.account else bench.desk.accounts[0]
        calendar = bench.desk.calendar(account.id)
        if len(self.guests) > MAX_RECIPIENTS:
            raise Refusal(why=f"A card shows at most {MAX_RECIPIENTS} guests.")
        box = bench.desk.mailbox(account.id)
        own = account.email.lower()
        guests = [await _guest(bench, box, g) for g in dict.fromkeys(self.guests) if g.strip().lower() != own]
        action = actions.CreateEvent(
            account=reference(account),
            calendar="primary",
            title=" ".join(visible(self.title).split()),
            start=start,
            end=end,
            zone=bench.request.person.zone,
            guests=tuple(guests),
            place=" ".join(visible(self.place).split()),
            notes=visible(self.notes).strip(),
            overlaps=overlaps(await calendar.events(start, end), start, end),
        )
        return {"proposed": bench.propose(action)}

    def _times(self, bench: Bench) -> tuple[datetime, datetime]:
        start, said = bench.start(self.start)
        length = timedelta(minutes=self.minutes) if self.minutes else said or timedelta(minutes=DEFAULT_MINUTES)
        end = bench.start(self.end)[0] if self.end else start + length
        if start <= bench.request.now:
            raise Refusal(why=f"{start:%A %-d %B %Y, %H:%M} is in the past.")
        if end <= start:
            raise Refusal(why=f"It would end ({end:%a %-d %b %H:%M}) before it starts ({start:%a %-d %b %H:%M}).")
        if end - start > LONGEST:
            raise Refusal(why=f"It would last {(end - start).days} days; I create events of at most {LONGEST.days}.")
        return start, end


async def _guest(bench: Bench, box: Mailbox, email: str) -> Recipient:
    """A guest, marked by how we come to know the address; raises Refusal for what is no address."""
    address = email.strip()
    local, at, domain = address.partition("@")
    if not (local and at and "." in domain) or any(c.isspace() or c in "<>,;" for c in address):
        raise Refusal(why=f"“{address}” is no address. Use find_person first.")
    if address.lower() in bench.request.text.lower():
        return Recipient(address=Address(email=address), role="guest", origin=Origin.TYPED)
    for mailbox in (box, *(m for m in bench.desk.mailboxes if m is not box)):
        if times := await mailbox.written_to(address):
            evidence = f"{times} mails to them"
            return Recipient(address=Address(email=address), role="guest", origin=Origin.CONTACT, evidence=evidence)
    return Recipient(address=Address(email=address), role="guest", origin=Origin.UNSEEN)


def _listed(event: Event, bench: Bench) -> Result:
    start, end = event.start.astimezone(bench.zone), event.end.astimezone(bench.zone)
    shown = {"start": f"{start:%a %-d %b %Y}" if event.all_day else f"{start:%a %-d %b %Y %H:%M}"}
    if not event.all_day:
        shown["end"] = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%a %-d %b %H:%M}"
    return {
        "event": f"{event.account.name}:{event.calendar}:{event.id}",
        "title": event.title,
        **shown,
        "all_day": event.all_day,
        "guests": [g.shown for g in event.guests[:8]],
        "place": event.place,
        "calendar": event.calendar,
        "account": event.account.name,
        "status": event.answer or event.status,
    }
