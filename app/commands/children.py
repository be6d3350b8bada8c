"""The processes of a house on one machine: started with a leash, started again when they die, ended together."""

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

LEASH = "STEWARD_LEASH"
"""Set for children: they end when their standard input closes, so none outlives whoever started it, however it died."""
GRACE = 8.0
"""Seconds a child has to finish after SIGTERM."""
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 10.0
"""Seconds between two starts of a child that keeps dying, doubled each time up to the longest."""
STEADY = 30.0
"""A child that lived this long starts anew with the first pause."""


def leashed() -> None:
    """In a child: end with SIGTERM as soon as the parent is gone."""
    if not os.environ.get(LEASH):
        return

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


@dataclass
class Child:
    """One process that shall always run."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: asyncio.subprocess.Process | None = field(default=None, init=False)

    async def start(self, *, tell: bool = False) -> asyncio.subprocess.Process:
        """Start it; with `tell`, its standard output can be read."""
        self.process = await asyncio.create_subprocess_exec(
            *self.command,
            env={**os.environ, **self.environment, LEASH: "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if tell else None,
            start_new_session=True,
        )
        return self.process

    async def keep(self) -> None:
        """Start it again whenever it ends, until cancelled."""
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            process = self.process or await self.start()
            await process.wait()
            self.process = None
            pause = FIRST_PAUSE if time.monotonic() - began > STEADY else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def end(self) -> None:
        """Ask it to end, and make it after GRACE."""
        process = self.process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def kept(children: Sequence[Child]) -> AsyncIterator[None]:
    """Children that run for the length of the block."""
    keepers = [asyncio.create_task(child.keep()) for child in children]
    try:
        yield
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        await asyncio.gather(*(child.end() for child in children))
