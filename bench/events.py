"""Events per second, and how long an event waits for its ack, beside stock Bolt that does nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp

from bench import people
from bench.inbox import Inbox, inbox
from bench.measuring import Row, Table, median
from bench.programs import House, Json, NotMeasured, Sandbox, bare, environment, folder, house, sandbox

ROUNDS = 3
"""Product and reference in turn, so that a busy moment of the machine strikes both; the median round counts."""
RATES = (200, 850)
"""Events a second: a busy workspace, and the peak to be borne."""
SECONDS = 4
SATURATED = 12_000
"""Events of a round that asks for as much as can be taken, 500 unacked at any time."""
HEARD = ((200, 3), (850, 1))
"""Rate and seconds of people's requests."""
PEOPLE = 50
"""Each asks at most 20 times a minute, in two rounds."""
REQUEST = "What's on my calendar tomorrow?"
P99_MS, SATURATED_PER_S = 50, 2_500
PREVIEW = {"unfurled": True}
TIMEOUT = aiohttp.ClientTimeout(total=300)


@dataclass(frozen=True)
class Load:
    """What one round sends."""

    name: str
    count: int
    rate: int | None
    content: Json


def loads() -> list[Load]:
    """Events that are kept and then ignored."""
    at = [Load(f"previews, {rate:,}/s", rate * SECONDS, rate, PREVIEW) for rate in RATES]
    return [*at, Load("previews, saturated", SATURATED, None, PREVIEW)]


def requests(users: list[str]) -> list[Load]:
    """Events that are kept, heard and answered."""
    asking = {"users": users, "text": REQUEST, "visible": True}
    return [Load(f"requests, {rate:,}/s", rate * seconds, rate, asking) for rate, seconds in HEARD]


async def measure() -> Sequence[Table]:
    """Both kinds of events."""
    table = Table(
        "Events per second and ack latency, through Socket Mode on two sockets, every envelope in PostgreSQL first",
        "stock Bolt (AsyncApp, aiohttp, two sockets) with a listener that does nothing",
        (
            "Previews: what Slack tells an app when it has unfurled a link in a person's message; kept durably, acked,",
            "then ignored. (The app's own posts, which Slack echoes, Bolt drops before they reach the product.)",
            f"Requests: “{REQUEST}” of {PEOPLE} people, who are answered in the same process meanwhile.",
            f"Median of {ROUNDS} rounds in turn (requests: one); from the stand-in's send to the ack's arrival there.",
        ),
    )
    with folder() as base:
        async with AsyncExitStack() as stack:
            session = await stack.enter_async_context(aiohttp.ClientSession(timeout=TIMEOUT))
            product, reference = await stack.enter_async_context(_both(base))
            rows = await stack.enter_async_context(inbox(product))
            for load in loads():
                ran = await _rounds(session, load, product.sandbox, reference, rows)
                table.rows += _rows(load, *ran)
            crowd = [person["id"] for person in await people.add(session, product, PEOPLE)]
            for load in requests(crowd):
                bare_ran = await _burst(session, reference, replace(load, content={"text": REQUEST}))
                table.rows += _rows(load, [await _burst(session, product.sandbox, load, rows)], [bare_ran])
    return [table]


@asynccontextmanager
async def _both(base: Path) -> AsyncIterator[tuple[House, Sandbox]]:
    """The product on its sandbox, and stock Bolt on another one."""
    async with house(base / "product", LOG_LEVEL="ERROR") as product, sandbox(base / "reference") as other:
        env = environment(base, **other.environment)
        async with bare("ack", env=env, cwd=base), aiohttp.ClientSession() as session:
            for each in (product.sandbox, other):
                await each.turn(session, "slack", "switches", rate_limits="off")
            yield product, other


async def _rounds(
    session: aiohttp.ClientSession, load: Load, product: Sandbox, reference: Sandbox, rows: Inbox
) -> tuple[list[Json], list[Json]]:
    ran: tuple[list[Json], list[Json]] = ([], [])
    for _ in range(ROUNDS):
        ran[0].append(await _burst(session, product, load, rows))
        ran[0][-1]["settled_s"] = await rows.settled()
        ran[1].append(await _burst(session, reference, load))
    return ran


async def _burst(session: aiohttp.ClientSession, where: Sandbox, load: Load, rows: Inbox | None = None) -> Json:
    before = await rows.count() if rows else 0
    ran = await where.turn(session, "slack", "burst", count=load.count, rate=load.rate, **load.content)
    if ran["acked"] != load.count:
        raise NotMeasured(f"{load.name}: only {ran['acked']} of {load.count} events were acked")
    if rows and (kept := await rows.count() - before) < load.count:
        raise NotMeasured(f"{load.name}: {load.count} events were acked and only {kept} are in the inbox")
    return ran


def _rows(load: Load, product: list[Json], reference: list[Json]) -> list[Row]:
    def both(name: str) -> tuple[float, float]:
        return median(r["ack_ms"][name] for r in product), median(r["ack_ms"][name] for r in reference)

    rows = []
    if load.rate is None:
        per_second = (median(r["acked_per_s"] for r in product), median(r["acked_per_s"] for r in reference))
        rows.append(Row(f"{load.name}: events", "1/s", *per_second, at_least=SATURATED_PER_S))
        rows.append(Row(f"{load.name}: settled after", "s", median(r["settled_s"] for r in product)))
    limit = P99_MS if load.rate == max(RATES) else None
    rows.append(Row(f"{load.name}: ack p50", "ms", *both("p50")))
    rows.append(Row(f"{load.name}: ack p99", "ms", *both("p99"), at_most=limit))
    return rows
