"""New times for meetings: near their time of day, in their order, free for as many of their guests as can be."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.agent.bench import Bench
from app.agent.diaries import colleagues
from app.domain.actions.calendar_company import busy_then
from app.domain.busy import Busy, busy_times
from app.domain.busy import meeting as identity
from app.domain.types import Event
from app.planning.attendance import absent, away
from app.planning.preferences import meeting_hours
from app.planning.slots import Diary, Slot, Wish, best, slots

MOST_GUESTS = 100
"""Of one account's meetings, whose calendars are asked for one reschedule: two questions to Google, and one about the
zone of each. Of the others only the card says who is busy then."""


class Placed(NamedTuple):
    """A new time, and what is known of the guests then."""

    start: datetime
    end: datetime
    clashes: tuple[str, ...] = ()
    """Why a guest can't be expected, a sentence each."""
    unseen: tuple[str, ...] = ()
    """The addresses of guests whose calendars don't tell."""


@dataclass
class Rescheduling:
    """The search for new times for some meetings within a span."""

    bench: Bench
    start: datetime
    end: datetime
    leaving: tuple[datetime, datetime] | None = None
    """The span the meetings are to be out of; on a Sunday tomorrow is a part of next week."""
    taken: list[Busy] = field(default_factory=list)
    """When the person is busy with what stays where it is, and with what was moved already."""
    guests: dict[str, Diary] = field(default_factory=dict)

    async def read(self, meetings: Sequence[Event]) -> None:
        """Read what stands in the span, besides the meetings themselves, and when their guests are busy there."""
        moving = {identity(e) for e in meetings}
        around = await self.bench.own_events(self.start, self.end)
        self.taken = list(busy_times(e for e in around if identity(e) not in moving))
        if self.leaving and not self.leaving[0] <= self.start < self.end <= self.leaving[1]:
            self.taken.append(Busy(*self.leaving))
        asked: dict[str, set[str]] = {}
        for event in meetings:
            asked.setdefault(event.account.name, set()).update(self._invited(event))
        for account, people in asked.items():
            some = sorted(people - self.guests.keys())[:MOST_GUESTS]
            known, _ = await colleagues(self.bench, some, account, (self.start, self.end))
            self.guests |= {diary.who: diary for diary in known}

    def place(self, event: Event, length: timedelta, *, after: datetime | None) -> Placed | None:
        """The best time for a meeting, which is taken from then on: one at which most guests can come, and then after
        another one, if there is such a time."""
        begin = max(self.start, self.bench.request.now)
        others = [self._absences(event, email) for email in self._invited(event) if email in self.guests]
        found = [
            slot
            for earliest in dict.fromkeys((max(begin, after or begin), begin))
            for slot in self._best(event, length, earliest, others)
        ]
        slot = min(found, key=lambda each: len(each.tentative), default=None)
        if slot is None:
            return None
        self.taken.append(Busy(slot.start, slot.end, title=event.title))
        unseen = tuple(email for email in self._invited(event) if email not in self.guests)
        return Placed(slot.start, slot.end, tuple(self._clash(event, slot, who) for who in slot.tentative), unseen)

    def _best(self, event: Event, length: timedelta, earliest: datetime, others: list[Diary]) -> list[Slot]:
        """The best slot with the person's buffer, and the best one without."""
        zone = self.bench.zone
        preferences = self.bench.request.preferences
        busy = (*(b._replace(soft=False) for b in self.taken), Busy(event.start, event.end))
        own = Diary("you", zone=zone.key, busy=busy, hours=meeting_hours(preferences))
        around = event.start.astimezone(zone).time()
        if earliest >= self.end:
            return []
        wish = Wish(earliest, self.end, length, around=around)
        wishes = dict.fromkeys((replace(wish, buffer=timedelta(minutes=preferences.buffer)), wish))
        return [slot for each in wishes for slot in best(slots([own, *others], each), around=around, limit=1)]

    # The guests, as far as their time can be seen.

    def _invited(self, event: Event) -> tuple[str, ...]:
        """Who is to come besides the person, whose calendars are read anyway."""
        own = {account.email.lower() for account in self.bench.desk.accounts}
        return tuple(g.email for g in event.guests if g.answer != "declined" and g.email.lower() not in own)

    def _absences(self, event: Event, email: str) -> Diary:
        """When a guest can't be expected, as what gives way if it must; the meeting itself stands in their time too."""
        busy = absent(self.guests[email], (self.start, self.end), besides=[(event.start, event.end)])
        return Diary(email, busy=busy, hours=None)

    def _clash(self, event: Event, slot: Slot, email: str) -> str:
        diary = self.guests[email]
        busy = away(diary.busy, [(event.start, event.end)])
        if any(start < slot.end and slot.start < end for start, end in busy):
            return busy_then(email)
        return f"For {email} it is {slot.start.astimezone(ZoneInfo(diary.zone)):%a %H:%M} then."
