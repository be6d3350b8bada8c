"""The scheduler process: sweeps, and ticks what recurs."""

import asyncio
import contextlib
import signal

from app.commands.serve import running
from app.settings import Settings
from app.sweeper import Sweeper
from app.telemetry import Telemetry
from app.wiring import open_house
from integrations.queue import RedisQueue
from jobs.schedule import TICKS, Tick


async def schedule(settings: Settings) -> None:
    """Sweep and tick until SIGTERM or SIGINT. Any number may run: only the one with the lock ticks."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(settings))
        aside = house.assistant.left_aside
        sweeper = Sweeper(house.store, house.queue, rehear=None, aside=aside, telemetry=Telemetry())
        await stack.enter_async_context(running(sweeper.run()))
        for tick in TICKS:
            await stack.enter_async_context(running(_ticking(tick, house.queue)))
        await stop.wait()


async def _ticking(tick: Tick, queue: RedisQueue) -> None:
    while True:
        await queue.tick(tick.job, within=tick.every)
        await asyncio.sleep(tick.every)
