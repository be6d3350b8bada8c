"""Slack's rate limits: calls in any minute, by method, and an even pace for posts to one conversation."""

from collections import deque
from dataclasses import dataclass
from math import ceil
from time import monotonic

from sandbox.slack.call import Call, Method
from sandbox.slack.faults import RateLimited
from sandbox.slack.switches import Switches

# docs.slack.dev/apis/web-api/rate-limits: calls a minute; each method says its tier.
TIER_1, TIER_2, TIER_3, TIER_4 = 1, 20, 50, 100
WINDOW_S = 60


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


class Rates:
    """Refused calls do not count. Times are scaled by the switch time_scale."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self._windows: dict[str, deque[float]] = {}

    def admit(self, method: Method, call: Call) -> None:
        """RateLimited says how many seconds to wait, rounded up as Slack's header is."""
        if self._switches.rate_limits == "off":
            return
        wait = self._pace(method, call) if method.per_channel else self._window(method)
        if wait > 0:
            raise RateLimited(max(1, ceil(wait)))

    def _window(self, method: Method) -> float:
        """Seconds until the oldest of the calls that fill the minute leaves it; 0 admits the call."""
        now, window = monotonic(), self._switches.scaled(WINDOW_S)
        calls = self._windows.setdefault(method.name, deque())
        while calls and calls[0] <= now - window:
            calls.popleft()
        if len(calls) >= method.per_minute:
            return calls[0] + window - now
        calls.append(now)
        return 0.0

    def _pace(self, method: Method, call: Call) -> float:
        """A bucket of `rate_burst` calls for each conversation, filling at the method's rate."""
        burst = max(1, self._switches.rate_burst)
        per_second = method.per_minute / WINDOW_S * self._switches.time_scale
        now = monotonic()
        place = call.text("channel") or call.text("channel_id") or ""
        bucket = self._buckets.setdefault((method.name, place), _Bucket(burst, now))
        bucket.level = min(burst, bucket.level + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.level < 1:
            return (1 - bucket.level) / per_second
        bucket.level -= 1
        return 0.0
