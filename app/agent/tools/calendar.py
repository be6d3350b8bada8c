"""Tools for the calendar: list events, create one."""

from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field

from app.agent.bench import Bench
from app.agent.recognising import recognised, remembered
from app.agent.tools.fitting import Result, fitting
from app.agent.tools.tool import Changing, Tool, fenced
from app.domain import actions
from app.domain.cards import MAX_LINE, Origin, Recipient
from app.domain.desk import reference
from app.domain.types import Address, Event
from app.planning.sanitising import visible

SHOWN = 40
"""Events listed in one result."""
DEFAULT_MINUTES = 30
"""How long an event lasts when nobody said."""
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
        found = await bench.events(self.account, start, end, words=self.words)
        rows = fitting([_listed(e, bench) for e in found[:SHOWN]])
        return fenced(
            zone=bench.request.person.zone,
            events=rows,
            **{"from": f"{start:%a %-d %b %Y %H:%M}", "to": f"{end:%a %-d %b %Y %H:%M}"},
            **({"left_out": f"{len(found) - len(rows)} later events"} if len(found) > len(rows) else {}),
        )


class CreateEvent(Changing):
    """Prepare an event in the calendar and the invitation of its guests."""

    makes: ClassVar[tuple[type[actions.Action], ...]] = (actions.CreateEvent,)
    step: ClassVar[str] = "is preparing the event…"
    title: str = Field(min_length=1, max_length=MAX_LINE)
    start: str = Field(description='as the person said it: "tomorrow at 3pm"; or ISO')
    minutes: int | None = Field(None, ge=1, le=MAX_MINUTES, description="how long; 30 if nobody said")
    end: str = Field("", description="when it ends, instead of minutes")
    guests: list[str] = Field(default_factory=list, description="addresses, from find_person or the person")
    place: str = Field("", max_length=MAX_LINE)
    notes: str = ""
    account: str = Field("", description="whose calendar; empty: the first account's")

    async def run(self, bench: Bench) -> Result:
        start, end = self._times(bench)
        old = bench.waiting(self.replaces)
        account = bench.desk.mailbox(self.account).account if self.account else bench.desk.accounts[0]
        named = {g.strip().lower(): Address(email=g.strip()) for g in self.guests}
        named.pop(account.email.lower(), None)
        action = actions.CreateEvent(
            account=reference(account),
            calendar="primary",
            title=" ".join(visible(self.title).split()),
            start=start,
            end=end,
            zone=bench.request.person.zone,
            guests=tuple(Recipient(address=a, role="guest", origin=Origin.UNSEEN) for a in named.values()),
            place=" ".join(visible(self.place).split()),
            notes=visible(self.notes).strip(),
        ).vetted(bench.request.now)
        box = bench.desk.mailbox(account.id)
        guests = [await recognised(bench, g.address, "guest", box=box) for g in action.guests]
        update = {"guests": remembered(guests, old), "taints": bench.sources.traced(action.words)}
        action = await action.model_copy(update=update).previewed(bench.desk)
        return {"proposed": bench.propose(action, instead_of=old)}

    def _times(self, bench: Bench) -> tuple[datetime, datetime]:
        start, said = bench.start(self.start)
        length = timedelta(minutes=self.minutes) if self.minutes else said or timedelta(minutes=DEFAULT_MINUTES)
        return start, bench.start(self.end)[0] if self.end else start + length


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
