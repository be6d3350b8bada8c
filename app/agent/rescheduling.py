"""New times for meetings: near their time of day, in their order, free for everyone whose calendar can be seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from app.agent.bench import Bench
from app.domain.busy import Busy, busy_times
from app.domain.busy import meeting as identity
from app.domain.calendars import Availability
from app.domain.types import Event
from app.planning.attendance import away
from app.planning.preferences import meeting_hours
from app.planning.slots import Diary, Slot, Wish, best, slots

MOST_GUESTS = 50
"""Whose calendars are asked for one reschedule."""


@dataclass
class Rescheduling:
    """The search for new times for some meetings within a span."""

    bench: Bench
    start: datetime
    end: datetime
    taken: list[Busy] = field(default_factory=list)
    """When the person is busy with what stays where it is, and with what was moved already."""
    guests: dict[str, Availability] = field(default_factory=dict)

    async def read(self, meetings: Sequence[Event]) -> None:
        """Read what stands in the span, besides the meetings themselves, and when their guests are busy there."""
        moving = {identity(e) for e in meetings}
        around = await self.bench.own_events(self.start, self.end)
        self.taken = list(busy_times(e for e in around if identity(e) not in moving))
        asked: dict[object, set[str]] = {}
        for event in meetings:
            asked.setdefault(event.account.name, set()).update(g.email for g in event.guests)
        for account, people in asked.items():
            if people:
                calendar = self.bench.desk.calendar(str(account))
                self.guests |= await calendar.availability(sorted(people)[:MOST_GUESTS], self.start, self.end)

    def place(self, event: Event, length: timedelta, *, after: datetime | None) -> Slot | None:
        """The best time for a meeting, which is taken from then on; after another one, if there is such a time."""
        now = self.bench.request.now
        found = None
        for others in (self._diaries(event), []):
            for earliest in dict.fromkeys((max(self.start, now, after or now), max(self.start, now))):
                found = found or self._best(event, length, earliest, others)
        if found:
            self.taken.append(Busy(found.start, found.end, title=event.title))
        return found

    def _best(self, event: Event, length: timedelta, earliest: datetime, others: list[Diary]) -> Slot | None:
        zone = self.bench.zone
        preferences = self.bench.request.preferences
        busy = tuple(b._replace(soft=False) for b in self.taken)
        own = Diary("you", zone=zone.key, busy=busy, hours=meeting_hours(preferences))
        around = event.start.astimezone(zone).time()
        if earliest >= self.end:
            return None
        wish = Wish(earliest, self.end, length, around=around)
        for each in dict.fromkeys((replace(wish, buffer=timedelta(minutes=preferences.buffer)), wish)):
            if found := best(slots([own, *others], each), around=around, limit=1):
                return found[0]
        return None

    def _diaries(self, event: Event) -> list[Diary]:
        """The guests' time as far as it can be seen, without the meeting itself, which stands in it too."""
        return [
            Diary(g.email, busy=_busy(self.guests[g.email], event), hours=None)
            for g in event.guests
            if g.answer != "declined" and g.email in self.guests
        ]


def _busy(availability: Availability, event: Event) -> tuple[Busy, ...]:
    return tuple(Busy(*span) for span in away(availability.busy, [(event.start, event.end)]))
