"""The week optimiser: as cheap as trying everything, never against a rule, and honest about why there is no week."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from importlib import import_module
from itertools import product
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.planning.phrases import WorkingHours
from app.planning.week import Meeting, Reason, Rules, Solution, Stuck, Window, optimise
from app.planning.week import solver as solving
from bench import weeks
from tests.sampling import sample

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
QUARTER = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)
PATIENT = 30.0
"""Seconds for the solver where what it finds is compared: a busy machine shall not decide."""


def week_of(zone: ZoneInfo, month: int, day: int) -> tuple[datetime, datetime]:
    start = datetime(2026, month, day, tzinfo=zone)
    return start, start + timedelta(days=7)


# Trying everything.


def local_minutes(rules: Rules, start: datetime, end: datetime) -> set[datetime]:
    """The minutes of the week in which meetings may be, in UTC."""
    zone = ZoneInfo(rules.zone)
    utc = ZoneInfo("UTC")
    found = set()
    at = start.astimezone(utc)
    while at < end.astimezone(utc):
        local = at.astimezone(zone)
        worked = any(_within(local.time(), a, b) for a, b in rules.hours.on(local.weekday()))
        closed = any(w.day == local.weekday() and _within(local.time(), w.start, w.end) for w in rules.closed)
        if worked and not closed:
            found.add(at)
        at += MINUTE
    return found


def _within(at: time, start: time, end: time) -> bool:
    return start <= at and (end == time() or at < end)


def broken(meetings: Sequence[Meeting], at: dict[str, datetime], rules: Rules, allowed: set[datetime]) -> bool:
    """Whether meetings that begin so break a rule, the slow way."""
    utc, zone = ZoneInfo("UTC"), ZoneInfo(rules.zone)
    spans = {m.id: (at[m.id].astimezone(utc), at[m.id].astimezone(utc) + (m.end - m.start)) for m in meetings}
    for m in (m for m in meetings if m.movable):
        start, end = spans[m.id]
        if any(start + n * MINUTE not in allowed for n in range((end - start) // MINUTE)):
            return True
        if any(a < end and start < b for a, b in m.away):
            return True
        for other in meetings:
            a, b = spans[other.id]
            if other.id != m.id and a - rules.buffer < end and start < b + rules.buffer:
                return True
    if rules.most_a_day is None:
        return False
    days = [(s.astimezone(zone).date(), m.movable) for m, (s, _) in zip(meetings, spans.values(), strict=True)]
    return any(
        sum(d == day for d, _ in days) > max(rules.most_a_day, sum(d == day and not own for d, own in days))
        for day, _ in days
    )


def focus(meetings: Sequence[Meeting], at: dict[str, datetime], rules: Rules, week: tuple[datetime, datetime]) -> int:
    """How many stretches of focus fit, minute by minute."""
    free = local_minutes(Rules(rules.zone, hours=rules.hours), *week)
    for m in meetings:
        start = at[m.id].astimezone(ZoneInfo("UTC"))
        free -= {start + n * MINUTE for n in range((m.end - m.start) // MINUTE)}
    found, next_free = 0, week[0].astimezone(ZoneInfo("UTC"))
    for begin in sorted(minute for minute in free if minute.minute % 15 == 0):
        if begin >= next_free and all(begin + n * MINUTE in free for n in range(rules.stretch // MINUTE)):
            found, next_free = found + 1, begin + rules.stretch
    return min(found, rules.focus)


def priced(meetings: Sequence[Meeting], at: dict[str, datetime], found: int, rules: Rules) -> int:
    """What a week costs: 20 a move, 5 a guest, 4 a day and 1 an hour away, 60 a stretch of focus that is missing."""
    total = 60 * (rules.focus - found)
    for m in meetings:
        off = abs(at[m.id].astimezone(ZoneInfo("UTC")) - m.start.astimezone(ZoneInfo("UTC")))
        if off:
            total += 20 + 5 * m.guests + 4 * (off // timedelta(days=1))
            total += -(-(off % timedelta(days=1)) // timedelta(hours=1))
    return total


def cheapest(meetings: Sequence[Meeting], rules: Rules, week: tuple[datetime, datetime]) -> int | None:
    """The cost of the best week of all there are; None when each breaks a rule."""
    allowed = local_minutes(rules, *week)
    starts = sorted({m for m in allowed if m.minute % 15 == 0})
    own = [m for m in meetings if m.movable]
    best: int | None = None
    for chosen in product(*([m.start.astimezone(ZoneInfo("UTC")), *starts] for m in own)):
        at = {m.id: m.start for m in meetings} | {m.id: s for m, s in zip(own, chosen, strict=True)}
        if not broken(meetings, at, rules, allowed):
            cost = priced(own, at, focus(meetings, at, rules, week), rules)
            best = cost if best is None else min(best, cost)
    return best


def small(random: Random) -> tuple[list[Meeting], Rules, tuple[datetime, datetime]]:
    """A week with two short days, about which the clocks change in some of the cases."""
    zone, month, day = random.choice([(BERLIN, 10, 24), (BERLIN, 3, 28), (NEW_YORK, 10, 31), (BERLIN, 6, 6)])
    start, _ = week_of(zone, month, day)
    week = (start, start + timedelta(days=2))
    hours = WorkingHours(start=time(random.choice([0, 9])), end=time(12), days=frozenset({5, 6}))
    if hours.start == time(0):
        hours = WorkingHours(start=time(1), end=time(4), days=frozenset({5, 6}))
    meetings = []
    for n in range(random.randrange(1, 4)):
        begins = start + timedelta(days=random.randrange(2))
        begins = begins.replace(hour=hours.start.hour + random.randrange(2), minute=random.choice([0, 15, 30]))
        length = timedelta(minutes=random.choice([30, 45, 60, 90]))
        ends = (begins.astimezone(ZoneInfo("UTC")) + length).astimezone(zone)
        movable = n < 2
        away = ((begins, ends),) if random.random() < 0.2 else ()
        meetings.append(Meeting(str(n), begins, ends, movable=movable, guests=random.randrange(4), away=away))
    rules = Rules(
        zone.key,
        hours=hours,
        buffer=timedelta(minutes=random.choice([0, 0, 15])),
        most_a_day=random.choice([None, 1, 2]),
        closed=(Window(6, hours.start, time(hours.start.hour + 1)),) if random.random() < 0.4 else (),
        focus=random.randrange(3),
        stretch=timedelta(minutes=random.choice([60, 90])),
    )
    return meetings, rules, week


@pytest.mark.parametrize("seed", sample("small weeks", range(200), size=8))
def test_as_cheap_as_trying_everything(seed: int) -> None:
    meetings, rules, week = small(Random(seed))
    best = cheapest(meetings, rules, week)
    found = optimise(meetings, rules, *week, patience=PATIENT)
    if best is None:
        assert isinstance(found, Stuck)
        assert found.reasons
    else:
        assert isinstance(found, Solution)
        assert (found.cost, found.optimal) == (best, True)


# Whole weeks.


def test_a_tenth_of_the_weeks_has_thirty_meetings_of_ones_own() -> None:
    own = [sum(m.movable for m in weeks.week(seed)[0]) for seed in range(weeks.WEEKS)]
    assert len(own) == 200
    assert max(own) == 30
    assert own.count(30) >= 20


@pytest.mark.parametrize("seed", sample("weeks", range(weeks.WEEKS), size=8))
def test_never_against_a_rule_and_never_worse_than_today(seed: int) -> None:
    meetings, rules, week = weeks.week(seed)
    found = optimise(meetings, rules, *week, patience=PATIENT)
    assert isinstance(found, Solution)
    at = {m.id: m.start for m in meetings} | {move.meeting.id: move.start for move in found.moves}
    own = [m for m in meetings if m.movable]
    assert not broken(meetings, at, rules, local_minutes(rules, *week))
    assert all(move.end.astimezone(BERLIN) - move.start.astimezone(BERLIN) >= MINUTE for move in found.moves)
    assert len(found.focus) == focus(meetings, at, rules, week)
    assert found.cost == priced(own, at, len(found.focus), rules)
    assert found.today is None or found.cost <= found.today
    assert found.optimal


@pytest.mark.parametrize("seed", sample("crowded weeks", range(10), size=3))
def test_a_rule_that_is_named_is_to_blame(seed: int) -> None:
    meetings, rules, week = weeks.crowded(seed)
    found = optimise(meetings, rules, *week, patience=PATIENT)
    assert isinstance(found, Stuck)
    assert (Reason.HOURS, Reason.CLOSED, Reason.BUFFER, Reason.MOST, Reason.GUESTS)[seed % 5] in found.reasons
    without = {
        Reason.CLOSED: (meetings, replace(rules, closed=())),
        Reason.BUFFER: (meetings, replace(rules, buffer=timedelta())),
        Reason.MOST: (meetings, replace(rules, most_a_day=None)),
        Reason.GUESTS: ([replace(m, away=()) for m in meetings], rules),
    }
    for reason in {*found.reasons} - {Reason.HOURS}:  # all the hours there are take the solver long
        assert isinstance(optimise(*without[reason], *week, patience=PATIENT), Solution)


# Why there is none.

MONDAY = datetime(2026, 6, 1, tzinfo=BERLIN)
WEEK = (MONDAY, MONDAY + timedelta(days=7))


def meeting(name: str, hour: int, *, minutes: int = 60, movable: bool = True, **more: object) -> Meeting:
    begins = MONDAY.replace(hour=hour)
    return Meeting(name, begins, begins + timedelta(minutes=minutes), movable=movable, **more)  # type: ignore[arg-type]


MORNING = WorkingHours(start=time(9), end=time(11), days=frozenset({0}))


@pytest.mark.parametrize(
    ("rules", "meetings", "reasons"),
    [
        (Rules("Europe/Berlin", hours=MORNING), [meeting("a", 9), meeting("b", 9), meeting("c", 10)], {Reason.HOURS}),
        (
            Rules("Europe/Berlin", hours=MORNING, buffer=QUARTER),
            [meeting("a", 9), meeting("b", 9)],
            {Reason.HOURS, Reason.BUFFER},
        ),
        (
            Rules("Europe/Berlin", hours=MORNING, closed=(Window(0, time(10), time(11)),)),
            [meeting("a", 9), meeting("b", 9)],
            {Reason.HOURS, Reason.CLOSED},
        ),
        (
            Rules("Europe/Berlin", hours=MORNING, most_a_day=1),
            [meeting("a", 9), meeting("b", 9)],
            {Reason.HOURS, Reason.MOST},
        ),
        (
            Rules("Europe/Berlin", hours=MORNING),
            [meeting("a", 9, away=((MONDAY.replace(hour=9), MONDAY.replace(hour=11)),))],
            {Reason.HOURS, Reason.GUESTS},
        ),
        (
            Rules("Europe/Berlin", hours=MORNING, most_a_day=1, buffer=QUARTER),
            [meeting("a", 9), meeting("b", 9)],
            {Reason.HOURS},
        ),
    ],
)
def test_what_is_in_the_way(rules: Rules, meetings: list[Meeting], reasons: set[Reason]) -> None:
    found = optimise(meetings, rules, *WEEK, patience=PATIENT)
    assert isinstance(found, Stuck)
    assert set(found.reasons) == reasons


def test_two_kinds_of_rules_together() -> None:
    days = frozenset({0})
    rules = Rules("Europe/Berlin", hours=WorkingHours(start=time(0), end=time(0), days=days), most_a_day=1)
    everyday = Rules(
        "Europe/Berlin", hours=WorkingHours(days=frozenset(range(7)), start=time(0), end=time(0)), most_a_day=1
    )
    many = [meeting(str(n), n) for n in range(8)]
    found = optimise(many, everyday, *WEEK, patience=PATIENT)
    assert found == Stuck((Reason.MOST,))
    away = ((MONDAY, MONDAY + timedelta(days=7)),)
    absent = [meeting(str(n), n, away=away) for n in range(8)]
    assert optimise(absent, rules, *WEEK, patience=PATIENT) == Stuck((Reason.ROOM,))


def test_what_stays_costs_nothing() -> None:
    rules = Rules("Europe/Berlin")
    found = optimise([meeting("a", 9), meeting("b", 10, movable=False)], rules, *WEEK, patience=PATIENT)
    assert found == Solution((), (), 0, 0, True, 0.0)


def test_others_meetings_stay() -> None:
    rules = Rules("Europe/Berlin", hours=WorkingHours(start=time(10)))
    found = optimise([meeting("a", 9, movable=False), meeting("b", 9, movable=False)], rules, *WEEK, patience=PATIENT)
    assert isinstance(found, Solution)
    assert (found.moves, found.today) == ((), 0)


def test_what_loading_the_solver_takes_is_not_taken_from_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, given, settle = [0.0], list[float](), solving._set

    def loads(name: str) -> Any:
        clock[0] += PATIENT
        return import_module(name)

    def settles(parameters: Any, seconds: float) -> None:
        given.append(seconds)
        settle(parameters, seconds)

    monkeypatch.setattr(solving, "import_module", loads)
    monkeypatch.setattr(solving, "monotonic", lambda: clock[0])
    monkeypatch.setattr(solving, "_set", settles)
    assert isinstance(
        optimise([meeting("a", 9)], Rules("Europe/Berlin"), *week_of(BERLIN, 3, 2), patience=PATIENT), Solution
    )
    assert given == [PATIENT]
