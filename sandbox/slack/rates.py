"""Slack's rate limits: a bucket per method, or per method and conversation."""

from dataclasses import dataclass
from math import ceil
from time import monotonic

from sandbox.slack.call import Call, Method
from sandbox.slack.faults import RateLimited
from sandbox.slack.switches import Switches

# docs.slack.dev/apis/web-api/rate-limits: calls a minute; each method says its tier.
TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


class Rates:
    """Token buckets: `rate_burst` calls at once, then the method's own rate (both scaled in time)."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    def admit(self, method: Method, call: Call) -> None:
        if self._switches.rate_limits == "off":
            return
        burst = max(1, self._switches.rate_burst)
        per_second = method.per_minute / 60 * self._switches.time_scale
        channel = call.text("channel") or call.text("channel_id") or ""
        place = channel if method.per_channel else ""
        now = monotonic()
        bucket = self._buckets.setdefault((method.name, place), _Bucket(burst, now))
        bucket.level = min(burst, bucket.level + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.level < 1:
            raise RateLimited(max(1, ceil((1 - bucket.level) / per_second)))
        bucket.level -= 1
