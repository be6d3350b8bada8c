"""What somebody who asks something feels of a hundred digests that are due at once: their first sign, beside idle."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import psycopg
from psycopg.types.json import Json as Stored
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from app.domain.types import person_id
from bench import people
from bench.inbox import Inbox, administrator
from bench.measuring import Row, Table, median, percentile
from bench.programs import House, Json, NotMeasured, folder, house
from bench.seat import Seat, seat, signs
from integrations.queue import BULK

PEOPLE = 100
RUNS = 5
QUIET = 15
"""Requests while nothing else goes on, before what is due and as many after it: a machine that others use, too, changes
meanwhile. In between as many as fit in."""
WARMING = 3
TIMES_IDLE = 2.0
"""The bound for the p95 meanwhile."""
REQUEST = "hello"
LATE = timedelta(minutes=1)
"""How long the digests have been due when a run begins."""
RUN_SECONDS = 600.0
POLL_SECONDS = 0.1
PAUSE_SECONDS = 0.25
"""Between two requests: somebody who reads the answer first."""
TIMEOUT = aiohttp.ClientTimeout(total=60)
UNASKED = "key LIKE 'digest %%'"
LEFT = f"SELECT count(*) FROM steward.turns WHERE {UNASKED} AND reply_ts = ''"
BEGUN = f"SELECT count(*) FROM steward.turns WHERE {UNASKED}"
FAILED = f"SELECT count(*) FROM steward.turns WHERE {UNASKED} AND status <> 'ended'"


@dataclass(frozen=True)
class Run:
    """Milliseconds from DM to first sign, of one morning."""

    idle: Sequence[float]
    meanwhile: Sequence[float]
    seconds: float
    """From the tick to the last digest that stands in Slack."""


async def measure() -> Sequence[Table]:
    """Both, run by run."""
    with folder() as base:
        async with _morning(base) as morning:
            runs = [await morning.run() for _ in range(RUNS)]
    idle, meanwhile = [percentile(r.idle, 0.95) for r in runs], [percentile(r.meanwhile, 0.95) for r in runs]
    ratios = [busy / quiet for busy, quiet in zip(meanwhile, idle, strict=True)]
    about = (
        f"{PEOPLE} people's digests fall due at once; meanwhile another person asks. The model answers at once, and",
        f"Google's and Slack's limits are off. {len(runs)} runs, the median of each figure; requests in each, idle and",
        f"meanwhile: {', '.join(f'{len(r.idle)} and {len(r.meanwhile)}' for r in runs)}.",
    )
    took = median(run.seconds for run in runs)
    rows = [
        Row("DM to first sign, p95", "ms", median(meanwhile), median(idle)),
        Row("the same, as a multiple of idle", "×", median(ratios), at_most=TIMES_IDLE),
        Row("until the last digest stands", "s", took, note=f"{1000 * took / PEOPLE:,.0f} ms each"),
    ]
    return [Table(f"A request while {PEOPLE} digests are due", "the same requests while nothing is due", about, rows)]


class Morning:
    """A house full of people who want a digest, and one who asks."""

    def __init__(self, product: House, here: Seat, admin: psycopg.AsyncConnection[Any], users: Sequence[Json]) -> None:
        self._product, self._seat, self._admin, self._users = product, here, admin, users
        self._rows = Inbox(admin)
        self._round = 0

    async def run(self) -> Run:
        """Requests while nothing is due, while everything is, and while nothing is any more."""
        self._round += 1
        await self._asked(WARMING)
        before = await self._asked(QUIET)
        await self._fall_due()
        began = time.perf_counter()
        self._tick()
        meanwhile = await self._asked_until_they_stand()
        took = time.perf_counter() - began
        if len(meanwhile) < QUIET or await self._count(FAILED):
            raise NotMeasured(f"{len(meanwhile)} requests meanwhile, {await self._count(FAILED)} digests failed")
        await self._forget()
        return Run([*before, *await self._asked(QUIET)], meanwhile, took)

    async def _asked_until_they_stand(self) -> list[float]:
        took: list[float] = []
        try:
            async with asyncio.timeout(RUN_SECONDS):
                while await self._count(BEGUN) < PEOPLE:
                    await asyncio.sleep(POLL_SECONDS)
                while await self._count(LEFT):
                    took += await self._asked(1)
        except TimeoutError as late:
            left = await self._count(LEFT)
            raise NotMeasured(f"after {RUN_SECONDS:.0f} s {left} digests don't stand in Slack") from late
        return took

    async def _forget(self) -> None:
        """Nobody wants a digest any more, and nobody had one today: the next run has a morning of its own."""
        await self._admin.execute("UPDATE steward.preferences SET value = 'null' WHERE name = 'digest'")
        await self._admin.execute(f"UPDATE steward.turns SET key = 'run {self._round} ' || key WHERE {UNASKED}", ())

    async def _asked(self, times: int) -> list[float]:
        took = []
        for _ in range(times):
            began, thread = await self._seat.say(REQUEST)
            signed, _ = await self._seat.first(signs(thread), "a first sign")
            took.append((signed - began) * 1000)
            await self._rows.settled()
            await asyncio.sleep(PAUSE_SECONDS)
        return took

    async def _fall_due(self) -> None:
        """Everybody wants theirs a moment ago, on every day of the week."""
        hours = Stored([{"day": day, "start": "00:00:00", "end": "00:00:00"} for day in range(7)])
        for user in self._users:
            at = (datetime.now(ZoneInfo(user["tz"])) - LATE).time().replace(microsecond=0)
            who = person_id(user["team_id"], user["id"])
            for name, value in (("digest", Stored(at.isoformat())), ("hours", hours)):
                await self._admin.execute(
                    "INSERT INTO steward.preferences VALUES (%s, %s, %s, 'null', '', now())"
                    " ON CONFLICT (person, name) DO UPDATE SET value = excluded.value",
                    (who, name, value),
                )

    def _tick(self) -> None:
        """What the scheduler does each minute."""
        with Redis.from_url(self._product.settings.redis) as redis:
            Queue(BULK, connection=redis, serializer=JSONSerializer).enqueue("jobs.digest.digest", result_ttl=0)

    async def _count(self, counting: str) -> int:
        row = await (await self._admin.execute(counting, ())).fetchone()
        assert row is not None
        return int(row[0])


@asynccontextmanager
async def _morning(base: Any) -> AsyncIterator[Morning]:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=TIMEOUT))
        settings = {"LOG_LEVEL": "ERROR", "REQUESTS_PER_MINUTE": "10000"}
        product = await stack.enter_async_context(house(base / "product", **settings))
        await product.sandbox.turn(session, "slack", "switches", rate_limits="off")
        await product.sandbox.turn(session, "google", "switches", quota=0, calendar_quota=0, concurrency=0)
        users = await people.add(session, product, PEOPLE)
        admin = await stack.enter_async_context(administrator(product))
        await admin.execute("UPDATE steward.accounts SET connected_at = now() - interval '2 days'")
        # Whoever asks gets none.
        first = "INSERT INTO steward.preferences SELECT id, 'digest', 'null', 'null', '', now() FROM steward.people"
        await admin.execute(f"{first} WHERE id <> ALL (%s)", ([person_id(u["team_id"], u["id"]) for u in users],))
        here = await stack.enter_async_context(seat(session, product.sandbox))
        yield Morning(product, here, admin, users)
