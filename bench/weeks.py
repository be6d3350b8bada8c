"""Two hundred weeks at random, the same at every run: a tenth of them with thirty meetings of one's own."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from app.planning.phrases import WorkingHours
from app.planning.week import Meeting, Rules, Window

WEEKS = 200
OWN, OTHERS = 30, 8
"""Meetings of one's own at most, and fewer of others than this."""
FULL = 10
"""Every so many-th week has as many of one's own as there may be."""
ZONES = tuple(map(ZoneInfo, ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")))
TURNS = (8, 9, 12, 39, 42, 43)
"""Weeks of the year about whose ends the clocks change somewhere in these zones."""
Week = tuple[list[Meeting], Rules, tuple[datetime, datetime]]


def week(seed: int) -> Week:
    """The meetings, the rules and the span of one of them."""
    random = Random(seed)
    zone = random.choice(ZONES)
    weeks = random.choice([*TURNS, random.randrange(52)])
    start = datetime(2026, 1, 5, tzinfo=zone) + timedelta(weeks=weeks)
    own = OWN if seed % FULL == 0 else random.randrange(3, OWN + 1)
    meetings = [_meeting(n, random, start, own=n < own) for n in range(own + random.randrange(OTHERS))]
    rules = Rules(
        zone.key,
        hours=WorkingHours(start=time(8), end=time(18)),
        buffer=timedelta(minutes=random.choice([0, 0, 5, 15])),
        most_a_day=random.choice([None, 8, 10]),
        closed=(Window(4, time(13), time(0)),) if random.random() < 0.5 else (),
        focus=random.randrange(6),
    )
    return meetings, rules, (start, start + timedelta(days=7))


def _meeting(number: int, random: Random, start: datetime, *, own: bool) -> Meeting:
    begins = start + timedelta(days=random.randrange(5), minutes=15 * random.randrange(32, 72))
    length = timedelta(minutes=random.choice([25, 30, 30, 45, 60, 60, 90]))
    ends = (begins.astimezone(ZoneInfo("UTC")) + length).astimezone(start.tzinfo)
    return Meeting(str(number), begins, ends, movable=own, guests=random.randrange(8))


def crowded(seed: int) -> Week:
    """Thirty meetings of one's own under a rule that leaves no room for them: in turn too short days, days kept free,
    a long time between meetings, too few a day, and guests who are never there."""
    meetings, rules, (start, end) = week(seed * FULL)
    everywhere = tuple(Window(day, time(), time()) for day in range(4))
    cramped = (
        replace(rules, hours=WorkingHours(start=time(9), end=time(11))),
        replace(rules, closed=everywhere),
        replace(rules, buffer=timedelta(hours=2)),
        replace(rules, most_a_day=(OWN - 1) // 5),
        rules,
    )[seed % 5]
    if cramped is rules:
        meetings = [replace(m, away=((start, end),)) if n == 0 else m for n, m in enumerate(meetings)]
    return meetings, cramped, (start, end)
