"""Waiting for a condition with a deadline, never for a time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

PATIENCE = 90.0
"""Seconds after which a test is sure that something will not come; a machine that is busy gets them all."""
LOOK_EVERY = 0.03

T = TypeVar("T")


async def until(
    condition: Callable[[], Awaitable[T | None]], *, what: str, seconds: float = PATIENCE, every: float = LOOK_EVERY
) -> T:
    """What the condition gives as soon as it is true; fails with `what` when it never is."""
    try:
        async with asyncio.timeout(seconds):
            while not (found := await condition()):
                await asyncio.sleep(every)
            return found
    except TimeoutError:
        raise AssertionError(f"never came: {what}") from None
