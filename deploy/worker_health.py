"""Exit status 0 if the worker in this container has sent Redis a sign of life lately."""

import socket
import sys
from datetime import UTC, datetime, timedelta

from redis import Redis
from rq import Worker
from rq.serializers import JSONSerializer

from app.settings import Settings

# A worker that waits for jobs shows itself before its ttl of 30 s ends (app/commands/work.py), one that works on a job
# every 5 s.
SILENCE = timedelta(seconds=60)


def alive(connection: Redis, host: str, now: datetime) -> bool:
    """Whether a worker on `host` (a container's name for itself) was heard of within SILENCE."""
    heard = [each.last_heartbeat for each in Worker.all(connection, serializer=JSONSerializer) if each.hostname == host]
    return any(last is not None and now - last.replace(tzinfo=last.tzinfo or UTC) < SILENCE for last in heard)


if __name__ == "__main__":
    settings = Settings.load()
    sys.exit(0 if alive(Redis.from_url(settings.redis), socket.gethostname(), datetime.now(UTC)) else 1)
