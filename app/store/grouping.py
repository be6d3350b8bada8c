"""Group commit: what arrives while one commit is under way is written together by the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from app.domain.errors import StoreUnavailable

BATCH = 1_000
"""Entries of one commit: more gain nothing, and the first of them would wait for the last."""
Entry = TypeVar("Entry")
Answer = TypeVar("Answer")
Commit = Callable[[Sequence[Entry]], Awaitable[Sequence[Answer]]]
"""Writes entries in one transaction and answers each, in their order. Raises StoreUnavailable."""


class _Waiting(NamedTuple, Generic[Entry, Answer]):
    entry: Entry
    answer: "asyncio.Future[Answer]"


class Group(Generic[Entry, Answer]):
    """Entries from any number of tasks, one commit at a time."""

    def __init__(self, commit: Commit[Entry, Answer]) -> None:
        self._commit = commit
        self._waiting: list[_Waiting[Entry, Answer]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, entry: Entry) -> Answer:
        """Returns once it is committed. Raises StoreUnavailable when it may not have been."""
        waiting = _Waiting[Entry, Answer](entry, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await waiting.answer

    async def idle(self) -> None:
        """Returns once nothing is being written."""
        if self._writing:
            await asyncio.wait({self._writing})

    async def _write(self) -> None:
        """Write whatever has arrived, and then what arrived meanwhile, until nothing waits."""
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                await self._write_batch(batch)
        finally:
            self._writing = None

    async def _write_batch(self, batch: list[_Waiting[Entry, Answer]]) -> None:
        try:
            answers = await self._commit([waiting.entry for waiting in batch])
        except StoreUnavailable as away:
            _fail(batch, away.__cause__ or away)
            return
        except BaseException as ended:
            _fail(batch, ended)
            raise
        for waiting, answer in zip(batch, answers, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result(answer)


def _fail(batch: list[_Waiting[Entry, Answer]], cause: BaseException) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            failure = StoreUnavailable()
            failure.__cause__ = cause
            waiting.answer.set_exception(failure)
