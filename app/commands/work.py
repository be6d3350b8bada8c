"""The worker process: one queue, a fork for each job, the imports done before."""

import gc
import importlib
import logging
import os
import sys
import time
from types import FrameType

import structlog
from redis import Redis
from redis.client import PubSub, PubSubWorkerThread
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import InvalidJobOperation
from rq.serializers import JSONSerializer

from app.settings import Settings
from app.wiring import before_forking
from integrations.queue import BULK, JOBS

WORKER_TTL = 30
"""Seconds after which a silent worker counts as gone: with the two below a killed one is noticed in 75 s, and the
sweeper needs none of it (design, section 10)."""
JOB_MONITORING = 5
MAINTENANCE = 15
GIVES_WAY = 5
"""How much nicer than the others the worker of what takes long is: on a full machine it gets a third of their time, so
that a hundred digests hold up nobody's first sign, and whoever waits for an errand still has it soon."""
AWAY = 0.5
"""Seconds before Redis is tried again."""
SAY_AGAIN = 10.0
"""Seconds between two lines that say that Redis is away."""

log = structlog.get_logger(__name__)


def work(settings: Settings, queue: str) -> None:
    """Work on one queue until SIGTERM. One queue per worker: on several, a killed worker can lose a job."""
    if queue == BULK:
        os.nice(GIVES_WAY)
    for path in JOBS.values():
        importlib.import_module(path.rpartition(".")[0])
    before_forking(settings)
    calm = Calm(queue)
    logging.getLogger("rq.worker").addFilter(calm)
    # A collection in a job would walk all of this, and copy every page of it that the fork shares.
    gc.freeze()
    while not _worked(settings, queue):
        calm.say_away()
        time.sleep(AWAY)


class Calm(logging.Filter):
    """Redis may go away, or be emptied while a job runs: that takes one line in a while, which is ours, and not RQ's
    tracebacks beside it. The sweeper finds what is left to do."""

    def __init__(self, queue: str) -> None:
        super().__init__()
        self._queue = queue
        self._said_at = -SAY_AGAIN

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else sys.exception()
        if isinstance(error, RedisConnectionError):
            self.say_away()
        return not isinstance(error, RedisError | InvalidJobOperation)

    def say_away(self) -> None:
        """That Redis is away, unless it was said just now."""
        now = time.monotonic()
        if now - self._said_at >= SAY_AGAIN:
            self._said_at = now
            log.warning("queue_away", queue=self._queue)


class Steady(Worker):
    """A worker that knows whether it was asked to end: RQ's also ends when Redis goes away at a bad moment."""

    asked = False
    left = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """RQ's handler of SIGTERM and SIGINT."""
        self.asked = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def leave(self) -> None:
        """End what still listens for this worker; RQ's thread would try to come back for ever."""
        self.left = True
        listening: PubSubWorkerThread | None = self.pubsub_thread
        if listening is not None:
            listening.stop()

    def _pubsub_exception_handler(self, exc: Exception, pubsub: PubSub, pubsub_thread: PubSubWorkerThread) -> None:
        """RQ's handler of what goes wrong while it listens; nothing does any more that its own end brings about."""
        if not self.left:
            super()._pubsub_exception_handler(exc, pubsub, pubsub_thread)


def _worked(settings: Settings, queue: str) -> bool:
    """Work as long as RQ lets us; False when it gave up although nobody asked for it."""
    connection = Redis.from_url(settings.redis)
    worker = Steady(
        [Queue(queue, connection=connection, serializer=JSONSerializer)],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        job_monitoring_interval=JOB_MONITORING,
        maintenance_interval=MAINTENANCE,
    )
    try:
        worker.work(logging_level="WARNING")
    except RedisError:
        return worker.asked  # even its farewell needs Redis
    finally:
        worker.leave()
        connection.close()
    return worker.asked
