"""What arrived and what came of it, in order: the judge of tests."""

from collections import deque
from datetime import UTC, datetime
from typing import Any

_KEPT = 50_000  # entries; the oldest go first


class Log:
    def __init__(self) -> None:
        self._entries: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._count = 0

    def add(self, kind: str, **facts: Any) -> dict[str, Any]:
        """The entry may be completed by whoever added it, for instance with the answer."""
        self._count += 1
        entry = {"n": self._count, "kind": kind, "at": datetime.now(UTC).isoformat(), **facts}
        self._entries.append(entry)
        return entry

    def entries(self, *, after: int = 0) -> list[dict[str, Any]]:
        return [entry for entry in self._entries if entry["n"] > after]

    def clear(self) -> None:
        self._entries.clear()
