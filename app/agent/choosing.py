"""Which events and which calendar are meant: by reference, by a span and words, by name."""

from collections.abc import Sequence
from datetime import timedelta

from app.agent.bench import CALENDAR, Bench
from app.domain.busy import is_meeting, once
from app.domain.calendars import OWNER, Calendar
from app.domain.errors import Refusal, UnknownReference
from app.domain.types import CalendarRef, Event

AHEAD = timedelta(days=28)
"""How far events are looked for by their words alone."""
YEAR = timedelta(days=366)


async def named(bench: Bench, refs: Sequence[str]) -> list[Event]:
    """The events of references, each once; raises UnknownReference."""
    found: dict[str, Event] = {}
    for ref in refs:
        account, place = bench.located(ref, "event")
        calendar, _, ident = place.rpartition(":")
        event = await bench.desk.calendar(account).event(calendar, ident) if calendar else None
        if event is None:
            raise UnknownReference(what="event", ref=ref)
        if event.recurrence:
            event = await _coming(bench, event)
        bench.sources.event(event)
        found.setdefault(ref, event)
    return list(found.values())


async def _own(bench: Bench, events: Sequence[Event]) -> list[Event]:
    """Those of some events that stand in the person's own calendars: what a colleague's calendar shows beside them is
    no meeting of theirs."""
    holding = {e.account.id for e in events}
    calendars = [c for c in bench.desk.calendars if c.account.id in holding]
    told = await bench.each(calendars, lambda c: c.calendars(), what=CALENDAR)
    places = {(c.account.id, ref.id) for c, refs in told for ref in refs if ref.role == OWNER}
    return [e for e in events if (e.account.id, e.calendar) in places]


async def _coming(bench: Bench, series: Event) -> Event:
    """The next occurrence of a series, which stands for it; of one that is over the series itself."""
    now = bench.request.now
    found = await bench.desk.calendar(series.account).occurrences(series, now, now + YEAR)
    return found[0] if found else series


async def within(bench: Bench, start: str, end: str, *, words: str, account: str) -> list[Event]:
    """The meetings of a span, or those ahead with these words, by start; a meeting in several calendars once."""
    if not (start or words):
        raise Refusal(why="Name the events by their references, or a span of time, or words of their titles.")
    now = bench.request.now
    first, last = bench.span(start, end) if start else (now, now + AHEAD)
    found = await _own(bench, await bench.events(account, first, last, words=words))
    return [e for e in once(found) if is_meeting(e) and first <= e.start < last and e.end > now]


async def series_of(bench: Bench, event: Event) -> Event:
    """The series an occurrence belongs to; raises Refusal for an event that happens once."""
    if event.recurrence:
        return event
    found = await bench.desk.calendar(event.account).event(event.calendar, event.series) if event.series else None
    if found is None or not found.recurrence:
        raise Refusal(why=f"“{event.title}” doesn't repeat.")
    return found


async def calendar_named(bench: Bench, name: str, *, account: str = "") -> tuple[Calendar, CalendarRef]:
    """The calendar of a name that the person may write to: an account's name or address stands for its main one.

    Raises Refusal for a name that none or several have, UnclearAccount.
    """
    wanted = name.casefold().removesuffix("calendar").strip()
    told = await bench.each(bench.calendars(account), lambda c: c.calendars(), what=CALENDAR)
    places = [(c, ref) for c, refs in told for ref in refs if ref.writable]
    for c, ref in places:
        if ref.primary and (not wanted or wanted in (c.account.name.casefold(), c.account.email.casefold(), "primary")):
            return c, ref
    found = [(c, ref) for c, ref in places if wanted in (ref.id.casefold(), _plain(ref))]
    if len(found) != 1:
        known = ", ".join(dict.fromkeys(c.account.name if ref.primary else ref.name for c, ref in places))
        problem = "several calendars" if found else "no calendar"
        unread = f" I couldn't read those of {' and '.join(bench.unread_calendars)}." if bench.unread_calendars else ""
        raise Refusal(why=f"There is {problem} called “{name}” that I can write to. There are: {known}.{unread}")
    return found[0]


def _plain(ref: CalendarRef) -> str:
    return ref.name.casefold().removesuffix("calendar").strip()
