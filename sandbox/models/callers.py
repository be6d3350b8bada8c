"""Who hung up: one look around for all open requests, because aiohttp only tells if its runner was told to ask."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

LOOK_AROUND = 0.02  # seconds between two looks; how long a slot stays taken after its caller left


class Callers:
    """The callers of all open requests. Nothing runs while there are none."""

    def __init__(self) -> None:
        self._open: dict[asyncio.Future[None], web.Request] = {}
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def watched(self, request: web.Request) -> Iterator[asyncio.Future[None]]:
        """A future that is done once the caller has hung up."""
        gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open[gone] = request
        if self._timer is None:
            self._look()
        try:
            yield gone
        finally:
            del self._open[gone]

    def _look(self) -> None:
        for gone, request in self._open.items():
            if not gone.done() and (request.transport is None or request.transport.is_closing()):
                gone.set_result(None)
        self._timer = asyncio.get_running_loop().call_later(LOOK_AROUND, self._look) if self._open else None
