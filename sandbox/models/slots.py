"""Ollama's parallel slots and the line before them: first come, first served, full at 512."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MAX_QUEUE = 512  # Ollama's default OLLAMA_MAX_QUEUE
BUSY = "server busy, please try again.  maximum pending requests exceeded"  # ErrMaxQueue, two blanks as in Ollama


class Busy(Exception):
    """The line is full."""


class Slots:
    """A counted set of slots that are handed on in order of arrival and can be made more or fewer at run time."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.taken = 0
        self.most_taken = 0
        self._line: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> int:
        """How many requests stand in line."""
        return len(self._line)

    def resize(self, count: int) -> None:
        """Change the number of slots; those who can go now, go."""
        self.count = count
        self._call_next()

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[float]:
        """Hold a slot; yields the seconds waited for it. Leaving the line or the slot always calls the next."""
        began = time.monotonic()
        await self._enter()
        try:
            yield time.monotonic() - began
        finally:
            self.taken -= 1
            self._call_next()

    async def _enter(self) -> None:
        if self.taken < self.count and not self._line:
            self._take()
            return
        if len(self._line) >= MAX_QUEUE:
            raise Busy(BUSY)
        turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.taken -= 1  # the slot had just been given to one who left
                self._call_next()
            else:
                self._line.remove(turn)
            raise

    def _take(self) -> None:
        self.taken += 1
        self.most_taken = max(self.most_taken, self.taken)

    def _call_next(self) -> None:
        while self._line and self.taken < self.count:
            turn = self._line.popleft()
            if not turn.done():
                self._take()
                turn.set_result(None)
