"""From a message to the first sign and the card, and from a click to what is done, beside bare Bolt listeners."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
from redis import Redis

from bench import people
from bench.deeds import kinds
from bench.inbox import Inbox, inbox
from bench.kind import Kind
from bench.measuring import Row, Table, percentile
from bench.programs import House, Json, bare, environment, folder, house, sandbox
from bench.seat import Seat, seat, shows, signs
from tests.acceptance.house import forget_spent

ROUNDS = 15
"""Of each kind of action, product and reference in turn."""
WARMING = 2
"""Rounds before, which don't count: what is made once per process is made."""
SIGN_MS, DONE_MS = 100, 150
TIMEOUT = aiohttp.ClientTimeout(total=60)
SIGN, CARD = "DM to first sign", "DM to card"
Idle = Callable[[], Awaitable[object]]
Times = defaultdict[str, list[float]]
"""Milliseconds, by what was waited for."""


async def measure() -> Sequence[Table]:
    """Both questions over the same rounds."""
    ours, theirs = Times(list), Times(list)
    with folder() as base:
        async with _walkers(base) as (product, reference):
            for round_ in range(-WARMING, ROUNDS):
                for kind in product.kinds:
                    await product.walk(kind, ours if round_ >= 0 else Times(list))
                    await reference.walk(kind, theirs if round_ >= 0 else Times(list))
            return _tables(product.kinds, ours, theirs)


class Walker:
    """Asks, approves and undoes, and notes how long each took."""

    def __init__(
        self, seat: Seat, kinds: Sequence[Kind], before: Callable[[Kind], Awaitable[object]], idle: Idle
    ) -> None:
        self._seat = seat
        self.kinds = kinds
        self._before = before
        self._idle = idle

    async def walk(self, kind: Kind, times: Times) -> dict[str, Json]:
        """One request to its end; the card as it stood at each status."""
        await self._before(kind)
        began, thread = await self._seat.say(kind.name)
        signed, _ = await self._seat.first(signs(thread), "a first sign")
        proposed, change = await self._seat.first(shows("proposed", thread=thread), "a card")
        times[SIGN].append((signed - began) * 1000)
        times[CARD].append((proposed - began) * 1000)
        stood = {"proposed": change["message"]}
        # What a process still does after the last thing that is seen shall not burden the next measurement.
        await self._idle()
        for action, status in (("decide:approve", "done"), *((("decide:undo", "undone"),) if kind.undo else ())):
            card = list(stood.values())[-1]
            began = await self._seat.click(card, action)
            ended, change = await self._seat.first(shows(status, card=card["ts"]), f"a card that is {status}")
            times[f"{kind.name}: click to {status}"].append((ended - began) * 1000)
            stood[status] = change["message"]
            await self._idle()
        return stood


@asynccontextmanager
async def _walkers(base: Path) -> AsyncIterator[tuple[Walker, Walker]]:
    """The product's, and that of a bare listener which posts the product's own cards and makes the provider's calls."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=TIMEOUT))
        settings = {"LOG_LEVEL": "ERROR", "REQUESTS_PER_MINUTE": "10000", "SEND_HOLD_SECONDS": "0"}
        product = await stack.enter_async_context(house(base / "product", **settings))
        rows = await stack.enter_async_context(inbox(product))
        other = await stack.enter_async_context(sandbox(base / "reference"))
        for each in (product.sandbox, other):
            await each.turn(session, "slack", "switches", rate_limits="off")
        mine = await _product(stack, session, product, rows)
        stood = {kind.name: await mine.walk(kind, Times(list)) for kind in mine.kinds}
        plan = base / "plan.json"
        plan.write_text(json.dumps(await _plan(session, product, mine.kinds, stood)), encoding="utf-8")
        await stack.enter_async_context(bare("walk", str(plan), env=environment(base, **other.environment), cwd=base))
        there = await stack.enter_async_context(seat(session, other))
        yield mine, Walker(there, mine.kinds, _nothing, _nothing)


async def _product(stack: AsyncExitStack, session: aiohttp.ClientSession, product: House, rows: Inbox) -> Walker:
    await product.sandbox.turn(session, "google", "switches", quota=0, calendar_quota=0)
    user = await people.connect_first(session, product)
    tokens = await people.grants(product, user)
    here = await stack.enter_async_context(seat(session, product.sandbox))

    redis = stack.enter_context(Redis.from_url(product.settings.redis))

    async def script(kind: Kind) -> None:
        forget_spent(redis)  # no person asks for so much within a minute
        await product.sandbox.turn(session, "models", "script", turns=kind.turns)

    return Walker(here, await kinds(session, product.sandbox.google, tokens), script, rows.settled)


async def _plan(session: aiohttp.ClientSession, product: House, acts: Sequence[Kind], stood: Json) -> Json:
    """What the bare listener needs: each kind's calls and the blocks of its card at each status."""
    token = (await people.grants(product, await people.connect_first(session, product)))["work"]
    planned = {
        kind.name: {"deed": kind.deed, "undo": kind.undo}
        | {status: message["blocks"] for status, message in stood[kind.name].items()}
        for kind in acts
    }
    return {"google": product.sandbox.google, "token": token, "acts": planned}


async def _nothing(*_: object) -> None:
    """Nothing to prepare, nothing to wait for."""


def _tables(acts: Sequence[Kind], ours: Times, theirs: Times) -> list[Table]:
    about = (
        f"{ROUNDS} rounds of each action, product and reference in turn, timed from the page's request to the change's",
        "arrival at the page. The model answers at once; the limits of Slack, Google and the person are off.",
    )
    asked = Table(
        "From a direct message to the first sign and to the card",
        "a bare Bolt listener that sets the same status and posts the same card",
        about,
        [
            Row(f"{what}, {name}", "ms", percentile(ours[what], share), percentile(theirs[what], share), at_most=limit)
            for what, target in ((SIGN, SIGN_MS), (CARD, None))
            for name, share, limit in (("p50", 0.5, None), ("p95", 0.95, target))
        ],
    )
    clicked = Table(
        "From a click to done",
        "a bare Bolt listener that calls the provider and updates the card: nothing kept, checked or read back",
        about,
    )
    for what in (name for name in ours if "click" in name):
        for name, share, limit in (("p50", 0.5, DONE_MS), ("p95", 0.95, None)):
            figures = percentile(ours[what], share), percentile(theirs[what], share)
            clicked.rows.append(Row(f"{what}, {name}", "ms", *figures, at_most=limit))
    return [asked, clicked]
