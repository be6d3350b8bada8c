"""Google on a bad day: the switches, failures to order, requests held open, answers that never come."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sandbox.google.errors import GoogleError

# Every lasting switch with its value on a good day. The limits are Google's own.
SWITCHES: dict[str, Any] = {
    "latency_ms": 0,
    "fail_next": {},  # {"POST /gmail/v1/users/*/messages/send": {"n", "status", "reason", "retry_after"}}
    "commit_then_drop": {},  # {pattern: n}: the change is made, the connection is cut, n times
    "drop_x_headers": False,  # sent mails lose their X- headers
    "rewrite_message_id": False,  # sent mails get a Message-ID of Gmail's own
    "search_lag_seconds": 0,  # lists and searches don't see what came later than this; threads.get does
    "quota": 15_000,  # units a minute and user (developers.google.com/workspace/gmail/api/reference/quota); 0: none
    "calendar_quota": 600,  # requests a minute and user (console.cloud.google.com's default for Calendar); 0: none
    "concurrency": 10,  # requests of one user at the same time; 0: none
    "sends_per_day": 2_000,  # support.google.com/a/answer/166852
}
REASONS = {
    400: "badRequest", 401: "authError", 403: "rateLimitExceeded", 404: "notFound", 409: "aborted",
    429: "rateLimitExceeded", 500: "backendError", 502: "backendError", 503: "backendError", 504: "backendError",
}  # fmt: skip
FAILURE_FIELDS = {"n", "status", "reason", "retry_after", "message"}


class Dropped(Exception):
    """The connection is to be cut without an answer."""


@dataclass
class Hold:
    """An order to keep requests open; the first so many, or all."""

    match: str
    when: str
    times: int | None = None
    of: str = ""  # who ordered it: a release is for one of them only


@dataclass
class Held:
    """A request kept open until it is released."""

    label: str
    when: str
    method: str = ""
    of: str = ""
    drop: bool = False
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Gate:
    """Every API request passes here before and after its effect."""

    def __init__(self) -> None:
        self.switches: dict[str, Any] = {**SWITCHES, "fail_next": {}, "commit_then_drop": {}}
        self.holds: list[Hold] = []
        self.held: list[Held] = []

    def turn(self, name: str, value: Any) -> None:
        """Sets a switch; a value of another kind than its own is refused."""
        usual = SWITCHES[name]
        if isinstance(usual, bool) or isinstance(value, bool) or isinstance(usual, dict):
            fits = type(value) is type(usual)
        else:
            fits = isinstance(value, int | float)
        if not fits:
            raise ValueError(f"{name} takes a {type(usual).__name__}")
        if name == "fail_next":
            for pattern, failure in value.items():
                if not isinstance(failure, dict) or set(failure) - FAILURE_FIELDS:
                    raise ValueError(f"fail_next[{pattern!r}] takes {sorted(FAILURE_FIELDS)}")
            value = {pattern: dict(failure) for pattern, failure in value.items()}
        self.switches[name] = dict(value) if name == "commit_then_drop" else value

    async def before(self, label: str, method: str) -> None:
        if self.switches["latency_ms"]:
            await asyncio.sleep(self.switches["latency_ms"] / 1000)
        await self._hold("before", label, method=method)
        for pattern, failure in self.switches["fail_next"].items():
            if failure.get("n", 1) > 0 and matches(pattern, label, method=method):
                failure["n"] = failure.get("n", 1) - 1
                raise _failure(failure)

    async def after(self, label: str, method: str) -> None:
        await self._hold("after", label, method=method)
        drops = self.switches["commit_then_drop"]
        for pattern, left in drops.items():
            if left > 0 and matches(pattern, label, method=method):
                drops[pattern] = left - 1
                raise Dropped

    async def _hold(self, when: str, label: str, *, method: str) -> None:
        fitting = (h for h in self.holds if h.when == when and h.times != 0 and matches(h.match, label, method=method))
        hold = next(fitting, None)
        if hold is None:
            return
        if hold.times is not None:
            hold.times -= 1
        held = Held(label, when, method, hold.of)
        self.held.append(held)
        try:
            await held.gone.wait()
        finally:
            self.held.remove(held)
        if held.drop:
            raise Dropped

    def release(self, *, drop: bool, of: str = "") -> int:
        """Lets every request go on that was held by the order of one, or cuts it; and holds no more for them."""
        self.holds = [hold for hold in self.holds if hold.of != of]
        freed = [held for held in self.held if held.of == of]
        for held in freed:
            held.drop = drop
            held.gone.set()
        return len(freed)

    def close(self) -> None:
        """Cuts whatever is held still."""
        for of in {held.of for held in self.held}:
            self.release(drop=True, of=of)


def matches(pattern: str, label: str, *, method: str) -> bool:
    """A pattern is "METHOD /path" with * for anything, or the method's id in the discovery document."""
    return pattern == method or fnmatchcase(label, pattern)


def _failure(failure: dict[str, Any]) -> GoogleError:
    status = int(failure.get("status", 503))
    reason = failure.get("reason") or REASONS.get(status, "backendError")
    message = failure.get("message") or {429: "Rate Limit Exceeded", 401: "Invalid Credentials"}.get(
        status, "Backend Error" if status >= 500 else "Bad Request"
    )
    domain = "usageLimits" if "imit" in reason else "global"
    retry = failure.get("retry_after")
    headers = {"Retry-After": str(retry)} if retry is not None else {}
    return GoogleError(status, reason, message=message, domain=domain, headers=headers)
