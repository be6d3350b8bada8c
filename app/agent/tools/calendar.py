"""Tools for the calendar: list events, create one."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from app.agent.bench import Bench, TwoTimes
from app.agent.choosing import calendar_named
from app.agent.tools.fitting import Result, fitting
from app.agent.tools.tool import Changing, Tool, fenced
from app.domain import actions
from app.domain.busy import meeting, takes_time
from app.domain.cards import MAX_LINE, Origin, Recipient
from app.domain.desk import reference
from app.domain.errors import UnclearTime
from app.domain.repeating import repeated
from app.domain.types import Account, Address, CalendarRef, Event
from app.planning.ahead import looking_ahead
from app.planning.conflicts import AHEAD, conflicts, explained, resolution
from app.planning.phrases import Grain, Recurrence, Rhythms, resolve
from app.planning.sanitising import visible
from app.planning.series import first_of, rule
from app.planning.slots import Diary
from app.recognising import recognised, remembered

CONFLICTS = 5
"""Conflicts told at once: who has more needs another plan altogether."""
GUESTS = 8
"""Guests of an event that a list names."""
SHOWN = 40
"""Events listed in one result."""
DEFAULT_MINUTES = 30
"""How long an event lasts when nobody said."""
MAX_MINUTES = 525_600
"""A year: up to here the model is told what is wrong with the length."""


class ListEvents(Tool):
    """List events, of all accounts unless one is named."""

    step: ClassVar[str] = "is looking at your calendar…"
    start: str = Field(description='a day or span ("next week"), or ISO')
    end: str = Field("", description="last day or time, if not start's")
    words: str = Field("", description="of title, place or guests")
    account: str = ""

    async def run(self, bench: Bench) -> Result:
        start, end = bench.span(self.start, self.end)
        found = await bench.events(self.account, start, end, words=self.words)
        if not self.account:  # what a mirror block stands for is listed itself
            found = [e for e in found if not e.mirrors]
        rows = fitting([_listed(e, bench) for e in found[:SHOWN]])
        return fenced(
            zone=bench.request.person.zone,
            events=rows,
            **{"from": f"{start:%a %-d %b %Y %H:%M}", "to": f"{end:%a %-d %b %Y %H:%M}"},
            **({"left_out": f"{len(found) - len(rows)} later events"} if len(found) > len(rows) else {}),
            **bench.not_read,
            **await self._conflicts(bench, found, start, end),
        )

    async def _conflicts(
        self, bench: Bench, found: Sequence[Event], start: datetime, end: datetime
    ) -> dict[str, list[str]]:
        """What of it doesn't go together with anything of any account, and what could be done about it."""
        if not any(takes_time(e) for e in found):
            return {}
        own, now = Diary("you", zone=bench.zone.key), bench.request.now
        around = await bench.own_events(start, end)
        shown = {meeting(e) for e in found}
        among = [c for c in conflicts(around, own, now=now) if shown & {meeting(e) for e in c.events}]
        if not among:
            return {}
        later = await bench.own_events(start, end + AHEAD)
        told = [(explained(c, bench.zone), resolution(c, later, own, now=now)[1]) for c in among[:CONFLICTS]]
        more = [f"and {len(among) - CONFLICTS} more"] if len(among) > CONFLICTS else []
        return {"conflicts": [" ".join(filter(None, words)) for words in told] + more}


class CreateEvent(Changing):
    """Prepare an event and its guests' invitations."""

    makes: ClassVar[tuple[type[actions.Action], ...]] = (actions.CreateEvent,)
    step: ClassVar[str] = "is preparing the event…"
    title: str = Field(min_length=1, max_length=MAX_LINE)
    start: str = Field(description='"tomorrow at 3pm", or ISO')
    minutes: int | None = Field(None, ge=1, le=MAX_MINUTES, description="how long; 30 if nobody said")
    end: str = Field("", description="instead of minutes")
    guests: list[str] = Field(default_factory=list, description="addresses")
    place: str = Field("", max_length=MAX_LINE)
    notes: str = ""
    account: str = Field("", description="whose calendar; empty: the first account's")
    calendar: str = Field("", description="name, if not the main one")
    repeat: str = Field("", description='in words: "every Tuesday until May"')
    video: bool = False
    notify: Literal["all", "externalOnly", "none"] = Field("all", description="which guests get mails")

    async def run(self, bench: Bench) -> Result:
        days = self._days(bench)
        recurrence, start, end = ((), *days) if days else self._times(bench)
        old = bench.waiting(self.replaces)
        account, into = await self._place(bench)
        named = {g.strip().lower(): Address(email=g.strip()) for g in self.guests}
        named.pop(account.email.lower(), None)
        action = actions.CreateEvent(
            account=reference(account),
            calendar=into.id if into else "primary",
            calendar_name=into.name if into else "",
            title=" ".join(visible(self.title).split()),
            start=start,
            end=end,
            all_day=days is not None,
            zone=bench.request.person.zone,
            guests=tuple(Recipient(address=a, role="guest", origin=Origin.UNSEEN) for a in named.values()),
            place=" ".join(visible(self.place).split()),
            notes=visible(self.notes).strip(),
            notify=self.notify,
            recurrence=recurrence,
            video=self.video,
            proposed_at=bench.request.now,
        ).vetted(bench.request.now)
        box = bench.mailbox_of(account.id)
        guests = await asyncio.gather(*(recognised(bench, g.address, "guest", box=box) for g in action.guests))
        update = {"guests": remembered(guests, old), "taints": bench.sources.traced(action.words)}
        action = await looking_ahead(action.model_copy(update=update)).previewed(bench.desk)
        return {"proposed": bench.propose(action, instead_of=old), **_known(action)}

    async def _place(self, bench: Bench) -> tuple[Account, CalendarRef | None]:
        """The account it goes to, and which of its calendars unless it is the main one."""
        if not self.calendar:
            return (bench.calendars(self.account) or bench.desk.calendars)[0].account, None
        calendar, ref = await calendar_named(bench, self.calendar, account=self.account)
        return calendar.account, None if ref.primary else ref

    def _days(self, bench: Bench) -> tuple[datetime, datetime] | None:
        """The whole days it takes, where no time was named; people meet at a time, so with guests there must be one."""
        if self.guests or self.minutes or self.repeat or self.video:
            return None
        try:
            start, end = bench.days(self.start)
            return start, bench.days(self.end)[1] if self.end else end
        except UnclearTime:
            return None

    def _times(self, bench: Bench) -> tuple[tuple[str, ...], datetime, datetime]:
        """How it repeats, and when it is the first time."""
        coming = recurring(self.repeat, bench) if self.repeat else None
        try:
            start, said = bench.start(self.start)
        except UnclearTime:
            if coming is None or coming.grain >= Grain.DAY:
                raise
            start, said = coming.start, coming.length
        length = timedelta(minutes=self.minutes) if self.minutes else said or timedelta(minutes=DEFAULT_MINUTES)
        end = bench.start(self.end)[0] if self.end else start + length
        if coming is None:
            return (), start, end
        lines = rule(coming)
        first = first_of(lines, start)
        return lines, first, first + (end - start)


def _known(action: actions.CreateEvent) -> Result:
    """What the card says of the guests' time, whose addresses may come from what strangers wrote."""
    return fenced(guests=list(action.guests_known)) if action.guests_known else {}


def recurring(phrase: str, bench: Bench) -> Recurrence:
    """How something repeats, from words; raises UnclearTime, and TwoTimes for words that name two rhythms."""
    found = resolve(phrase, at=bench.request.now, zone=bench.request.person.zone, working_hours=bench.hours)
    if isinstance(found, Rhythms):
        raise TwoTimes([repeated(rule(option), bench.zone.key) for option in found.options], phrase)
    if not isinstance(found, Recurrence):
        raise UnclearTime(phrase=phrase)
    return found


def _listed(event: Event, bench: Bench) -> Result:
    start, end = event.start.astimezone(bench.zone), event.end.astimezone(bench.zone)
    shown = {"start": f"{start:%a %-d %b %Y}" if event.all_day else f"{start:%a %-d %b %Y %H:%M}"}
    if not event.all_day:
        shown["end"] = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%a %-d %b %H:%M}"
    further = {
        "repeats": bool(event.series),
        "organizer": "" if event.mine else event.organizer.shown,
        "kind": "" if event.kind == "default" else event.kind,
        "video": bool(event.conference),
        "more_guests": max(0, len(event.guests) - GUESTS),
    }
    return {
        "event": f"{event.account.name}:{event.calendar}:{event.id}",
        "title": event.title,
        **shown,
        "all_day": event.all_day,
        "guests": [g.shown for g in event.guests[:GUESTS]],
        "place": event.place,
        "calendar": event.calendar,
        "account": event.account.name,
        "status": event.answer or event.status,
        **{name: value for name, value in further.items() if value},
    }
