"""The hostile switches: what tests turn to make the stand-in behave badly."""

from dataclasses import dataclass, field, fields
from typing import Any

# However fast the scaled clock runs, a real process must have time to answer over loopback.
SHORTEST_WAIT_S = 0.25


@dataclass
class Switches:
    time_scale: float = 1.0  # how much faster Slack's own waits pass
    rate_limits: str = "on"  # on | off
    rate_burst: int = 10  # posts to one conversation allowed at once, before one a second counts
    latency_ms: float = 0.0  # before every API call has its effect
    # {method: {"n": count, "error": code}} or {method: {"n": count, "status": HTTP status}}
    fail_next: dict[str, Any] = field(default_factory=dict)
    rate_limit_next: dict[str, int] = field(default_factory=dict)  # {method: n}; answered 429
    commit_then_drop: dict[str, int] = field(default_factory=dict)  # {method: n}; effect, but no answer
    duplicate_envelopes: bool = False  # every envelope of an event is sent twice
    reorder_envelopes: bool = False  # envelopes sent close together arrive in the wrong order
    drop_acks: int = 0  # so many acks are not heard
    # Envelopes go to sockets from these client ports, as long as one of them is open; to all when there is none.
    favoured_ports: list[int] = field(default_factory=list)

    def scaled(self, seconds: float) -> float:
        return seconds / self.time_scale

    def patience(self, seconds: float) -> float:
        """The scaled time Slack waits for an answer."""
        return max(self.scaled(seconds), min(seconds, SHORTEST_WAIT_S))

    def shown(self) -> dict[str, Any]:
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    def turn(self, wanted: dict[str, Any]) -> None:
        """Sets the given switches, all or none; ValueError names what is wrong."""
        known = self.shown()
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"unknown switch {name}; known: {', '.join(known)}")
            _check(name, value, known[name])
        for name, value in wanted.items():
            setattr(self, name, value)

    def take(self, name: str, method: str) -> bool:
        """Uses up one of the calls a counting switch is set for."""
        counts: dict[str, int] = getattr(self, name)
        if counts.get(method, 0) <= 0:
            return False
        counts[method] -= 1
        return True

    def take_failure(self, method: str) -> dict[str, Any] | None:
        wanted: dict[str, Any] | None = self.fail_next.get(method)
        if not wanted or wanted["n"] <= 0:
            return None
        wanted["n"] -= 1
        return wanted


def _check(name: str, value: Any, current: Any) -> None:
    numeric = isinstance(current, float) and isinstance(value, int | float) and not isinstance(value, bool)
    if not numeric and type(value) is not type(current):
        raise ValueError(f"{name} must be a {type(current).__name__}")
    if name == "time_scale" and value <= 0:
        raise ValueError("time_scale must be greater than 0")
    if name == "rate_limits" and value not in ("on", "off"):
        raise ValueError("rate_limits must be on or off")
    if name in ("rate_limit_next", "commit_then_drop") and not all(type(n) is int for n in value.values()):
        raise ValueError(f"{name} must count calls by method")
    if name == "fail_next" and not all(_is_failure(entry) for entry in value.values()):
        raise ValueError('fail_next must be {method: {"n": count, "error": code}} or {"n": count, "status": status}')


def _is_failure(entry: Any) -> bool:
    return isinstance(entry, dict) and type(entry.get("n")) is int and ("error" in entry) != ("status" in entry)
