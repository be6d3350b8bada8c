"""The gate to Google: over all processes, no user's requests in flight or units a minute are more than allowed.

What is in flight and what was spent stands in Redis. While Redis is away each process keeps to its own part.
"""

import asyncio
import random
import secrets
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Protocol

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.domain.errors import Throttled
from integrations.google.quota import ALONE, WINDOW, Limits

PATIENCE = 20.0
"""Seconds a request waits at the gate for units, or because Google said so; more is passed on to who asked, who sooner
waits for an answer that is under way than asks again."""
LEASE = 10
"""Seconds after which a seat is free although nobody gave it back: its process was killed."""
RENEWED = 3.0
"""Seconds after which whoever still has a seat says so again."""
LOOK = (0.004, 0.02)
"""Seconds between two looks for a free seat, at random between these, so that no process is always the first."""
AWAY = 5.0
"""Seconds for which a Redis that didn't answer isn't asked again."""
ANSWER = 0.5
"""Seconds Redis may take; what waits for it is a person."""
FULL = -1
ENTER = """
local seats, spent, pause = KEYS[1], KEYS[2], KEYS[3]
local ticket, at_once, lease, units, allowed, window = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]),
    tonumber(ARGV[5]), tonumber(ARGV[6])
local left = redis.call('PTTL', pause)
if left > 0 then return left end
local now = redis.call('TIME')
local second = tonumber(now[1])
redis.call('ZREMRANGEBYSCORE', seats, '-inf', second)
if redis.call('ZCARD', seats) >= at_once then return -1 end
local total, oldest, known = 0, second, redis.call('HGETALL', spent)
for i = 1, #known, 2 do
    local at = tonumber(known[i])
    if at <= second - window then
        redis.call('HDEL', spent, known[i])
    else
        total, oldest = total + tonumber(known[i + 1]), math.min(oldest, at)
    end
end
if total > 0 and total + units > allowed then return (oldest + window - second) * 1000 end
redis.call('ZADD', seats, second + lease, ticket)
redis.call('EXPIRE', seats, lease)
redis.call('HINCRBY', spent, second, units)
redis.call('EXPIRE', spent, window)
return 0
"""
"""Takes a seat and spends the units, both or neither. Redis' own clock counts: processes may disagree on the time."""

RENEW = """
if redis.call('ZADD', KEYS[1], 'XX', 'CH', redis.call('TIME')[1] + ARGV[2], ARGV[1]) == 1 then
    redis.call('EXPIRE', KEYS[1], ARGV[2])
end
"""
log = structlog.get_logger(__name__)


class Gate(Protocol):
    """Where every request to one API passes, for one user of it."""

    def passing(self, user: str, units: int) -> AbstractAsyncContextManager[None]:
        """A seat for one request that costs so many units; raises Throttled where the wait would be long."""

    async def hold_off(self, user: str, pause: timedelta) -> None:
        """Google asked to wait: nobody enters for this user until then."""


@dataclass
class _Usage:
    """What one process knows of one user."""

    seats: asyncio.Semaphore
    spent: deque[tuple[float, int]] = field(default_factory=deque)
    total: int = 0
    until: float = 0.0
    """Nobody enters before this, on the monotonic clock."""

    def wait(self, units: int, allowed: int) -> float:
        """Seconds until so many units may be spent; spends them when it is 0."""
        now = time.monotonic()
        while self.spent and self.spent[0][0] <= now - WINDOW:
            self.total -= self.spent.popleft()[1]
        if self.until > now:
            return self.until - now
        if self.spent and self.total + units > allowed:
            return self.spent[0][0] + WINDOW - now
        self.spent.append((now, units))
        self.total += units
        return 0.0


class LocalGate:
    """The gate of one process that knows of no other."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._users: defaultdict[str, _Usage] = defaultdict(lambda: _Usage(asyncio.Semaphore(limits.at_once)))

    @asynccontextmanager
    async def passing(self, user: str, units: int) -> AsyncIterator[None]:
        """See Gate."""
        usage = self._users[user]
        async with usage.seats:
            while pause := usage.wait(units, self._limits.a_minute):
                await _patiently(pause, self._limits)
            yield

    async def hold_off(self, user: str, pause: timedelta) -> None:
        """See Gate."""
        usage = self._users[user]
        usage.until = max(usage.until, time.monotonic() + pause.total_seconds())


class SharedGate:
    """The gate of all processes that share a Redis."""

    def __init__(self, url: str, limits: Limits) -> None:
        self._redis: Redis = Redis.from_url(url, socket_timeout=ANSWER, socket_connect_timeout=ANSWER)
        self._enter, self._renew = self._redis.register_script(ENTER), self._redis.register_script(RENEW)
        self._limits = limits
        # Those who wait in this process wait in their order, and only so many look for a seat.
        self._queues: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.at_once))
        part = replace(limits, at_once=max(1, limits.at_once // ALONE), a_minute=limits.a_minute // ALONE)
        self._alone = LocalGate(part)
        self._away = 0.0

    @asynccontextmanager
    async def passing(self, user: str, units: int) -> AsyncIterator[None]:
        """See Gate."""
        async with self._queues[user]:
            ticket = await self._seat(user, units)
            if ticket is None:
                async with self._alone.passing(user, units):
                    yield
                return
            renewing = asyncio.create_task(self._renewing(user, ticket))
            try:
                yield
            finally:
                renewing.cancel()
                with suppress(RedisError):  # the seat is free when its lease is over
                    await asyncio.shield(self._redis.zrem(self._key("seats", user), ticket))

    async def _renewing(self, user: str, ticket: str) -> None:
        while True:
            await asyncio.sleep(RENEWED)
            with suppress(RedisError):
                await self._renew([self._key("seats", user)], [ticket, LEASE])

    async def _seat(self, user: str, units: int) -> str | None:
        """A seat, once there is one; None when Redis can't be asked. Raises Throttled."""
        ticket, keys = secrets.token_hex(8), [self._key(name, user) for name in ("seats", "spent", "pause")]
        limits = self._limits
        while time.monotonic() >= self._away:
            try:
                answer = int(await self._enter(keys, [ticket, limits.at_once, LEASE, units, limits.a_minute, WINDOW]))
            except RedisError as away:
                self._away = time.monotonic() + AWAY
                log.warning("gate_alone", error=type(away).__name__)
                return None
            if answer == 0:
                return ticket
            await (asyncio.sleep(random.uniform(*LOOK)) if answer == FULL else _patiently(answer / 1000, limits))  # noqa: S311
        return None

    async def hold_off(self, user: str, pause: timedelta) -> None:
        """See Gate."""
        await self._alone.hold_off(user, pause)
        with suppress(RedisError):
            await self._redis.set(self._key("pause", user), 1, px=max(1, int(pause.total_seconds() * 1000)))

    def _key(self, name: str, user: str) -> str:
        return f"steward:{self._limits.api}:{name}:{{{user}}}"

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()


async def _patiently(pause: float, limits: Limits) -> None:
    """Wait, if it isn't long; raises Throttled."""
    if pause > PATIENCE:
        raise Throttled(retry_after=timedelta(seconds=pause), provider=limits.api.capitalize())
    await asyncio.sleep(pause)
