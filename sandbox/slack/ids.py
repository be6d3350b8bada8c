"""Identifiers and message timestamps that never repeat, not even over restarts."""

import time

from sandbox.slack.store import Store

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RESERVED = 10_000  # numbers set aside per write, so that a number costs no write of its own
_WIDTH = 8


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _ALPHABET[rest] + digits
    return digits.rjust(_WIDTH, "0")


class Ids:
    """One counter for all kinds; Slack's ids are a letter for the kind and opaque characters."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next = self._limit = int(store.fact("ids.limit") or 36**5)
        self._ts_limit = self._last_ts = int(store.fact("ids.ts_limit") or 0)

    def new(self, kind: str) -> str:
        if self._next >= self._limit:
            self._limit = self._next + _RESERVED
            self._store.put_fact("ids.limit", self._limit)
        self._next += 1
        return f"{kind}0{_base36(self._next)}"

    def ts(self) -> str:
        """Seconds and microseconds of now, always later than the one before."""
        self._last_ts = max(time.time_ns() // 1000, self._last_ts + 1)
        if self._last_ts >= self._ts_limit:
            # A second ahead: a restart within that second continues after it.
            self._ts_limit = self._last_ts + 1_000_000
            self._store.put_fact("ids.ts_limit", self._ts_limit)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"
