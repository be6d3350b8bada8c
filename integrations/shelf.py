"""What was read and may be wanted again, sealed in Redis, from where it goes by itself."""

import json
import zlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.domain.types import ActionId, PersonId

LARGEST = 512 * 1024
"""Bytes one action's facts may take: ten thousand mails that nobody wrote two of take some 300 KB."""
ANSWER = 0.5
"""Seconds Redis may take; what waits for it is a person."""
PURPOSE = "shelf"
"""What it is sealed for: part of each seal, so that nothing sealed for something else can be passed off as it."""

log = structlog.get_logger(__name__)


class Seals(Protocol):
    """Makes unreadable what goes to a server that anybody in the house may look into."""

    def wrap(self, content: bytes, *context: object) -> bytes:
        """Seal for this context."""

    def unwrap(self, wrapped: bytes, *context: object) -> bytes | None:
        """What was wrapped for this context; None when it can't be opened."""


class RedisShelf:
    """Serves `app.domain.ports.Shelf`. Redis sees the action's id and how large its facts are; each is sealed for its
    action and person."""

    def __init__(self, url: str, seals: Seals) -> None:
        once_more = Retry(NoBackoff(), 1)  # where a connection was cut meanwhile
        self._redis: Redis = Redis.from_url(url, socket_timeout=ANSWER, socket_connect_timeout=ANSWER, retry=once_more)
        self._seals = seals

    async def keep(self, action: ActionId, person: PersonId, facts: Mapping[str, Any], *, lasting: timedelta) -> None:
        """See the port."""
        sealed = self._seals.wrap(zlib.compress(json.dumps(facts).encode()), action, person, PURPOSE)
        milliseconds = int(lasting.total_seconds() * 1000)
        if milliseconds <= 0 or len(sealed) > LARGEST:
            return
        try:
            await self._redis.set(_key(action), sealed, px=milliseconds)
        except RedisError as away:
            log.warning("not_shelved", action=str(action), error=type(away).__name__)

    async def find(self, action: ActionId, person: PersonId) -> dict[str, Any]:
        """See the port."""
        try:
            sealed = await self._redis.get(_key(action))
        except RedisError as away:
            log.warning("shelf_away", action=str(action), error=type(away).__name__)
            return {}
        content = self._seals.unwrap(sealed, action, person, PURPOSE) if isinstance(sealed, bytes) else None
        return dict(json.loads(zlib.decompress(content))) if content else {}

    async def close(self) -> None:
        """Give the connections back."""
        await self._redis.aclose()


def _key(action: ActionId) -> str:
    return f"steward:shelf:{action}"
