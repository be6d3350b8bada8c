"""The worker process: one queue, a fork for each job, the imports done before."""

import gc
import importlib

from redis import Redis
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from app.settings import Settings
from app.wiring import before_forking
from integrations.queue import JOBS

WORKER_TTL = 30
"""Seconds after which a silent worker counts as gone: with the two below a killed one is noticed in 75 s, and the
sweeper needs none of it (design, section 10)."""
JOB_MONITORING = 5
MAINTENANCE = 15


def work(settings: Settings, queue: str) -> None:
    """Work on one queue until SIGTERM. One queue per worker: on several, a killed worker can lose a job."""
    for path in JOBS.values():
        importlib.import_module(path.rpartition(".")[0])
    before_forking(settings)
    # A collection in a job would walk all of this, and copy every page of it that the fork shares.
    gc.freeze()
    connection = Redis.from_url(settings.redis)
    worker = Worker(
        [Queue(queue, connection=connection, serializer=JSONSerializer)],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        job_monitoring_interval=JOB_MONITORING,
        maintenance_interval=MAINTENANCE,
    )
    worker.work(logging_level="WARNING")
