"""Free slots in real calendars, read through the API, beside those worked out from the files by another expander."""

import re
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from dateutil.rrule import rrulestr

from app.domain.busy import Busy, busy_times
from app.domain.calendars import Calendar, own_events
from app.domain.types import Event
from app.planning.slots import Diary, Wish, gaps, slots
from sandbox.google.seed import SeedAccount, SeedCalendar
from sandbox.world.own.events import EventReader
from sandbox.world.own.ics import IcsFile, read_ics
from tests.contract.google_desk import google_home
from tests.contract.google_world import ADA, Clock, running

FILES = [read_ics(path) for path in sorted((Path(__file__).parents[1] / "data" / "calendars").glob("*.ics"))]
ZONE = "Europe/Vienna"
"""Of the person, and of a file that names none."""
MINUTE = timedelta(minutes=1)
LOOKED_AT = timedelta(days=12)
"""How long each look at a calendar is."""
HALF_HOUR = 30 * MINUTE


def calendar_id(file: IcsFile) -> str:
    return f"{file.path.stem.lower().replace('_', '').replace('.', '')}@group.calendar.example"


@pytest.fixture
async def calendar(tmp_path: Path) -> AsyncIterator[Calendar]:
    """All files in one account, a calendar each."""
    seeded = [
        SeedCalendar(
            calendar_id(file),
            file.title,
            file.zone or ZONE,
            EventReader(file, owner=ADA, zone=file.zone or ZONE).read(),
        )
        for file in FILES
    ]
    with running(tmp_path, [SeedAccount(ADA, "Ada", ZONE, [], seeded)], Clock()) as world:
        async with google_home(world) as google:
            await google.connect()
            async with google.desk() as desk:
                yield desk.calendars[0]


def moment(value: datetime | date, zone: str) -> datetime:
    """An instant: days and times without a zone are the calendar's."""
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return (value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def meant(file: IcsFile) -> Iterator[Any]:
    """The calendars of a file, without a contradiction: where a program (Apple's) both excludes an occurrence and says
    what became of it, the latter is meant."""
    for each in read_ics(file.path).calendars:
        events = each.walk("VEVENT")
        told = {(str(e.get("UID")), e["RECURRENCE-ID"].dt) for e in events if "RECURRENCE-ID" in e}
        for event in events:
            lines = event.get("EXDATE", [])
            lines = lines if isinstance(lines, list) else [lines]
            excluded = {(str(event.get("UID")), day.dt) for line in lines for day in line.dts}
            if excluded and excluded <= told:
                del event["EXDATE"]
        yield each


def is_astray(event: Any) -> bool:
    """Whether a series doesn't begin when its own rule says. What that means is undefined (RFC 5545, 3.8.5.3); the
    stand-in leaves such a beginning out, and the expander doesn't."""
    if "RRULE" not in event:
        return False
    start = event["DTSTART"].dt
    wall = start.replace(tzinfo=None) if isinstance(start, datetime) else datetime.combine(start, time())
    rule = re.sub(r";?UNTIL=[^;]*", "", event["RRULE"].to_ical().decode()).lstrip(";")
    return bool(next(iter(rrulestr(rule, dtstart=wall))) != wall)


def expanded(file: IcsFile, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The busy times by the file and by recurring_ical_events."""
    zone = file.zone or ZONE
    for each in meant(file):
        astray = {(str(e.get("UID")), e["DTSTART"].dt) for e in each.walk("VEVENT") if is_astray(e)}
        for event in recurring_ical_events.of(each).between(start - timedelta(days=2), end + timedelta(days=2)):
            free = str(event.get("TRANSP", "")) == "TRANSPARENT" or str(event.get("STATUS", "")) == "CANCELLED"
            free = free or (str(event.get("UID")), event.start) in astray
            first, last = moment(event.start, zone), moment(event.end, zone)
            if not free and first < last:
                yield first, last


def occurrences(file: IcsFile, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, str, bool]]:
    """What the file shows within a span, by recurring_ical_events: from when to when, what, and whether all day."""
    zone = file.zone or ZONE
    for each in meant(file):
        astray = {(str(e.get("UID")), e["DTSTART"].dt) for e in each.walk("VEVENT") if is_astray(e)}
        for event in recurring_ical_events.of(each).between(start - timedelta(days=2), end + timedelta(days=2)):
            first, last = moment(event.start, zone), moment(event.end, zone)
            gone = str(event.get("STATUS", "")) == "CANCELLED" or (str(event.get("UID")), event.start) in astray
            if not gone and first < end and (last > start or first == last == start):
                yield first, last, str(event.get("SUMMARY", "")), not isinstance(event["DTSTART"].dt, datetime)


def looks(file: IcsFile) -> Iterator[datetime]:
    """Where to look: about the first and the last beginning of an event in the file, and later where series go on."""
    begins = sorted(moment(e["DTSTART"].dt, file.zone or ZONE) for e in file.events if "DTSTART" in e)
    later = [begins[0] + timedelta(days=days) for days in (180, 400)]
    for begin in dict.fromkeys((begins[0], begins[len(begins) // 2], begins[-1], *later)):
        yield begin.replace(hour=0, minute=0, second=0) - timedelta(days=3)


def merged(spans: list[tuple[datetime, datetime]], start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """What lies between the spans."""
    found, free = [], start
    for first, last in sorted(spans):
        if free < min(first, end):
            found.append((free, min(first, end)))
        free = max(free, last)
    return [*found, (free, end)] if free < end else found


def offered(spans: list[tuple[datetime, datetime]], start: datetime, end: datetime) -> list[datetime]:
    """Every quarter of an hour from which half an hour is free within nine to five from Monday to Friday."""
    found = []
    for n in range(int((end - start) / (15 * MINUTE))):
        at = start + n * 15 * MINUTE
        wall, closing = (x.astimezone(ZoneInfo(ZONE)) for x in (at, at + HALF_HOUR))
        worked = wall.weekday() < 5 and time(9) <= wall.time() and wall.time() < closing.time() <= time(17)
        if worked and not any(first < at + HALF_HOUR and at < last for first, last in spans):
            found.append(at)
    return found


def firm(events: Iterable[Event]) -> tuple[Busy, ...]:
    """What keeps the owner busy or may: the holidays of one of the files are all tentative."""
    return tuple(busy._replace(soft=False) for busy in busy_times(events))


async def test_the_free_time_in_real_calendars_is_what_another_expander_leaves(calendar: Calendar) -> None:
    seen: dict[str, int] = dict.fromkeys((file.path.name for file in FILES), 0)
    for file in FILES:
        for start in looks(file):
            end = start + LOOKED_AT
            found = [e for e in await own_events(calendar, start, end) if e.calendar == calendar_id(file)]
            spans = [s for s in expanded(file, start, end) if s[0] < end and s[1] > start]
            own = Diary("you", ZONE, firm(found))
            anywhen = Wish(start, end, MINUTE, any_hour=True)
            assert [(p.start, p.end) for p in gaps([own], anywhen)] == merged(spans, start, end), (
                file.path.name,
                start,
            )
            even = [s.start for s in slots([own], Wish(start, end, HALF_HOUR)) if s.start.minute % 15 == 0]
            assert even == offered(spans, start, end), (file.path.name, start)
            seen[file.path.name] += len(spans)
    busy = {name: count for name, count in seen.items() if count}
    assert len(busy) >= 10, seen  # it was about something: most of the files keep their owner busy


async def test_all_real_calendars_together_are_one_persons_time(calendar: Calendar) -> None:
    for file in FILES:
        start = next(looks(file))
        end = start + LOOKED_AT
        spans = [s for each in FILES for s in expanded(each, start, end) if s[0] < end and s[1] > start]
        own = Diary("you", ZONE, firm(await own_events(calendar, start, end)))
        found = gaps([own], Wish(start, end, MINUTE, any_hour=True))
        assert [(p.start, p.end) for p in found] == merged(spans, start, end), file.path.name


async def test_what_real_calendars_list_is_what_another_expander_finds(calendar: Calendar) -> None:
    """Over more than a year from the first and the last beginning on, and so over every change of clocks."""
    listed = 0
    for file in FILES:
        begins = sorted(moment(e["DTSTART"].dt, file.zone or ZONE) for e in file.events if "DTSTART" in e)
        for begin in dict.fromkeys((begins[0], begins[-1])):
            start, end = begin - timedelta(days=3), begin + timedelta(days=400)
            found = [e for e in await calendar.events(start, end) if e.calendar == calendar_id(file)]
            shown = sorted((e.start.astimezone(UTC), e.end.astimezone(UTC), e.title, e.all_day) for e in found)
            assert shown == sorted(occurrences(file, start, end)), (file.path.name, start)
            listed += len(shown)
    assert listed > 500
