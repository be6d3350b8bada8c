"""What arrived and what was committed, in order: the judge of tests."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

from sandbox.google.store import Store

REQUESTS_KEPT = 50_000  # requests are kept in memory only; committed effects for ever


class Journal:
    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._effects: list[dict[str, Any]] = [
            json.loads(row[0]) for row in store.rows("SELECT entry FROM effects ORDER BY n")
        ]
        self._requests: deque[dict[str, Any]] = deque(maxlen=REQUESTS_KEPT)
        self._numbers = count(self._effects[-1]["n"] + 1 if self._effects else 1)

    def request(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        at = self._clock().isoformat()
        entry = {"n": next(self._numbers), "kind": "request", "method": method, "path": path, "at": at, **more}
        self._requests.append(entry)
        return entry

    def commit(self, effect: str, account: str, **refs: Any) -> None:
        at = self._clock().isoformat()
        entry = {"n": next(self._numbers), "kind": "commit", "effect": effect, "account": account, "at": at, **refs}
        self._effects.append(entry)
        self._store.run("INSERT INTO effects VALUES (?, ?)", entry["n"], json.dumps(entry))

    def entries(self, since: int = 0, kind: str | None = None) -> list[dict[str, Any]]:
        everything = [e for e in (*self._requests, *self._effects) if e["n"] > since and kind in (None, e["kind"])]
        return sorted(everything, key=lambda entry: int(entry["n"]))
