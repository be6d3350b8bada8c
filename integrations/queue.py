"""RQ: a wake-up, not a promise. Jobs carry ids only; what they find is in PostgreSQL."""

import asyncio

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue as RQueue
from rq.serializers import JSONSerializer

from app.domain.ports import Kind
from app.domain.types import PersonId

NOW = "now"
"""The queue of everything a person waits for."""
BULK = "bulk"
"""The queue of what takes long, and of what nobody asked for; its worker yields to nobody else's."""
JOBS = {
    Kind.ACTION: "jobs.perform.perform",
    Kind.TURN: "jobs.think.think",
    Kind.ERRAND: "jobs.think.think_long",
    Kind.UNASKED: "jobs.think.think_long",
    Kind.ACCOUNT: "jobs.remind.remind",
}
"""What runs when a row of a kind is woken, by name: the queue imports no job."""
ASIDE = frozenset({Kind.ERRAND, Kind.UNASKED})
"""What always takes long."""
TTL = 60
"""Seconds after which a wake-up nobody took is forgotten: the sweeper wakes again what still waits."""
JOB_TIMEOUT = 600
"""Seconds a job may run; bulk work puts itself down far earlier."""

log = structlog.get_logger(__name__)


class RedisQueue:
    """Wakes workers over Redis; every failure is logged and left to the sweeper."""

    def __init__(self, url: str) -> None:
        # RQ is synchronous, so it is called in threads: a Redis that hangs must not stop everything else.
        self._redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._queues = {name: RQueue(name, connection=self._redis, serializer=JSONSerializer) for name in (NOW, BULK)}

    async def wake(self, kind: Kind, ident: str, person: PersonId | None, *, bulk: bool = False) -> None:
        """Ask a worker to look at a row."""
        queue, known = BULK if bulk or kind in ASIDE else NOW, f"{kind.value}-{ident}" if kind in ASIDE else None
        try:
            # Whoever waits for an errand waits for one job at most, not for everybody's digests.
            first = kind is Kind.ERRAND
            await asyncio.to_thread(self._enqueue, queue, JOBS[kind], str(person), ident, known=known, first=first)
        except RedisError as error:
            log.warning("wake_failed", kind=kind, id=ident, error=type(error).__name__)

    async def tick(self, job: str, *, within: int) -> None:
        """Wake a recurring job, once within so many seconds however many schedulers tick."""
        try:
            await asyncio.to_thread(self._tick, job, within)
        except RedisError as error:
            log.warning("tick_failed", job=job, error=type(error).__name__)

    def _enqueue(
        self, queue: str, job: str, *ids: str, ttl: int = TTL, known: str | None = None, first: bool = False
    ) -> None:
        """Put a job into a queue; not when one of the id `known` stands there: the line can be a hundred long, and the
        sweepers wake everybody in it every few seconds."""
        line = self._queues[queue]
        if known and line.get_job_position(known) is not None and line.fetch_job(known) is not None:
            return
        line.enqueue(
            job,
            *ids,
            job_id=known,
            ttl=ttl,
            result_ttl=0,
            failure_ttl=TTL,
            job_timeout=JOB_TIMEOUT,
            at_front=first,
        )

    def _tick(self, job: str, within: int) -> None:
        if self._redis.set(f"steward:tick:{job}", 1, nx=True, ex=max(within - 1, 1)):
            self._enqueue(BULK, job, ttl=within)

    def ping(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    def close(self) -> None:
        self._redis.close()
