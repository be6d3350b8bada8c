"""Digests through the days: in five zones, with clocks that change and people who travel, with two schedulers and their
crashes, everybody has exactly one for each local day on which one was due."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest

from app.domain.grants import Tokens
from app.domain.ports import Kind
from app.domain.types import Person, PersonId, TurnId, TurnStatus
from app.skills.digest import Mornings
from app.store import PostgresStore
from tests import sampling
from tests.fakes import FakeHouse, ManualClock
from tests.fakes.talk import MemoryQueue
from tests.postgres import Addresses
from tests.samples import account, someone

FIRST = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 400
SAMPLED = 9
"""Days tried in a sample, most of them around changes of clocks."""
TURNS = (date(2026, 3, 6), date(2026, 3, 27), date(2026, 9, 25), date(2026, 10, 23), date(2026, 11, 1))
"""Days shortly before clocks change in some of the zones."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EXPIRED = timedelta(hours=8)
"""What is due late in the evening comes so long after it; everything comes as long as its day lasts."""
ZONES = {
    "Europe/Vienna": time(2, 30),
    "America/New_York": time(2),
    "Asia/Kolkata": time(8),
    "Pacific/Auckland": time(7, 45),
    "Australia/Lord_Howe": time(2, 15),
}
"""Where people are, and when they want it: at times that are skipped or come twice, too."""
AFAR = ("Pacific/Kiritimati", "America/Los_Angeles", "Europe/Lisbon")


class Killed(BaseException):
    """What a process meets that is killed."""


class Fragile(MemoryQueue):
    """A queue at whose door a process may be killed: after the turn was kept, before anyone is woken."""

    def __init__(self, *, dies: bool) -> None:
        super().__init__()
        self.dies = dies

    async def wake(self, kind: Kind, ident: str, person: PersonId | None, *, bulk: bool = False) -> None:
        if self.dies:
            raise Killed
        await super().wake(kind, ident, person, bulk=bulk)


@dataclass
class Owed:
    """What a person is to get, told by looking at a clock in their zone minute by minute."""

    at: time
    days: list[date] = field(default_factory=list)

    def tick(self, now: datetime, zone: str) -> None:
        """A scheduler looks at this instant."""
        here = now.astimezone(ZoneInfo(zone)).date()
        for day in (here, here - DAY):
            since = first_instant(day, self.at, zone)
            over = first_instant(day + DAY, time(), zone)
            if since <= now < max(over, since + EXPIRED):
                if day.weekday() < 5 and (not self.days or day > self.days[-1]):
                    self.days.append(day)
                return


def first_instant(day: date, at: time, zone: str) -> datetime:
    """When the clocks of a zone first show this time of this day or a later one."""
    now = datetime.combine(day, time(), UTC) - 15 * HOUR
    while now.astimezone(ZoneInfo(zone)).replace(tzinfo=None) < datetime.combine(day, at):
        now += timedelta(minutes=15)
    return now


@dataclass
class Town:
    """People in their zones, over one database."""

    clock: ManualClock
    url: str
    people: dict[Person, Owed]
    zones: dict[PersonId, str]
    dice: Random
    schedulers: list[PostgresStore] = field(default_factory=list)

    async def start(self) -> PostgresStore:
        return await PostgresStore.open(self.url, key=bytes(32), clock=self.clock)

    async def tick(self) -> None:
        """Both schedulers tick at once; sometimes one of them is killed in the middle of it, or ticks nothing."""
        for person, owed in self.people.items():
            owed.tick(self.clock.now(), self.zones[person.id])
        doomed = self.dice.choice((0, 1, None, None))
        await asyncio.gather(*(self._ticks(n, dies=n == doomed) for n in range(len(self.schedulers))))

    async def _ticks(self, number: int, *, dies: bool) -> None:
        outside = FakeHouse(clock=self.clock, queue=Fragile(dies=dies))
        store = self.schedulers[number]
        try:
            await Mornings(outside.services(store)).begin()
        except Killed:
            await store.close()
            self.schedulers[number] = await self.start()

    async def work(self) -> None:
        """What waits, is taken up; sometimes its worker is killed, and it is taken up again."""
        for row in await self.schedulers[0].waiting():
            worker = await self.start() if self.dice.random() < 0.05 else self.schedulers[1]
            turn = await worker.turns.resume(TurnId(UUID(row.id)))
            if worker is not self.schedulers[1]:
                await worker.close()
            elif turn is not None and turn.status is TurnStatus.RUNNING:
                assert await worker.turns.end(turn, status=TurnStatus.ENDED, reply="Good morning.", actions=[])
                await worker.turns.posted(turn, "1.1")

    async def travel(self, person: Person, zone: str) -> None:
        self.zones[person.id] = zone
        await self.schedulers[0].people.meet(person.model_copy(update={"zone": zone}))


@pytest.fixture
async def town(database: Addresses) -> AsyncIterator[Town]:
    people = {someone(f"U{n}", zone=zone): Owed(at) for n, (zone, at) in enumerate(ZONES.items())}
    zones = {person.id: person.zone for person in people}
    town = Town(ManualClock(FIRST), database.app, people, zones, sampling.dice("digest days"))
    town.schedulers = [await town.start(), await town.start()]
    store = town.schedulers[0]
    for person, owed in people.items():
        await store.people.meet(person)
        tokens = Tokens(access="a", refresh="r", expires_at=FIRST, scopes=())
        await store.grants.keep(account(person, subject=person.user), tokens)
        await store.preferences.state(person.id, "digest", owed.at.isoformat(), words="then")
        await store.preferences.state(person.id, "quiet", None, words="off")
    with psycopg.connect(database.admin) as admin:
        admin.execute("UPDATE steward.accounts SET connected_at = %s", (FIRST - DAY,))
    yield town
    for each in town.schedulers:
        await each.close()


def begun(database: Addresses) -> dict[PersonId, list[date]]:
    """The days of the digests that there are, by person."""
    with psycopg.connect(database.admin) as admin:
        rows = admin.execute("SELECT person, key, status, reply FROM steward.turns WHERE key IS NOT NULL").fetchall()
    assert {(status, reply) for _, _, status, reply in rows} == {("ended", "Good morning.")}
    found: dict[PersonId, list[date]] = {}
    for person, key, _, _ in rows:
        found.setdefault(PersonId(person), []).append(date.fromisoformat(key.removeprefix("digest ")))
    return {person: sorted(days) for person, days in found.items()}


def days(dice: Random) -> list[datetime]:
    """The midnights, in UTC, of the days that are lived through."""
    every = [FIRST + n * DAY for n in range(DAYS)]
    if sampling.whole():
        return every
    chosen = {first + n * DAY for first in TURNS for n in range(4)}
    return sorted({d for d in every if d.date() in dice.sample(sorted(chosen), SAMPLED - 4)} | set(every[:4]))


@pytest.mark.timeout(3600)
async def test_exactly_one_for_each_person_and_day(town: Town, database: Addresses) -> None:
    dice = town.dice
    traveller = next(iter(town.people))
    for midnight in days(dice):
        away = dice.random() < 0.1
        for minute in sorted({*range(0, 1440, 60), *dice.sample(range(1440), 6)}):
            now = midnight + timedelta(minutes=minute)
            if away and 300 < minute < 600:
                continue  # nobody runs for some hours
            town.clock.advance(now - town.clock.now())
            if dice.random() < 0.002:
                await town.travel(traveller, dice.choice((*AFAR, traveller.zone)))
            await town.tick()
            if dice.random() < 0.3:
                await town.work()
    for _ in range(3):
        await town.work()
    town.dice = Random(1)
    await town.work()
    found = begun(database)
    assert found == {person.id: owed.days for person, owed in town.people.items()}
    assert sum(map(len, found.values())) > len(ZONES)


async def test_who_connects_later_than_it_was_due_had_no_morning(town: Town, database: Addresses) -> None:
    with psycopg.connect(database.admin) as admin:
        admin.execute("UPDATE steward.accounts SET connected_at = %s", (FIRST + DAY,))
    town.clock.advance(DAY - HOUR)
    await town.tick()
    with psycopg.connect(database.admin) as admin:
        assert admin.execute("SELECT count(*) FROM steward.turns").fetchone() == (0,)


async def test_one_whose_zone_nobody_knows_keeps_nobody_from_theirs(town: Town, database: Addresses) -> None:
    first, *others = town.people
    await town.travel(first, "Mars/Olympus_Mons")
    town.zones[first.id] = "UTC"
    for _ in range(24):
        town.clock.advance(HOUR)
        await asyncio.gather(*(town._ticks(n, dies=False) for n in range(2)))
    for _ in range(2 * len(others)):
        await town.work()
    assert set(begun(database)) == {person.id for person in others}
