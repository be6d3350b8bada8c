"""The SQLite file that keeps the stand-in's workspace across restarts."""

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
    channel TEXT, ts TEXT, body TEXT NOT NULL, PRIMARY KEY (channel, ts)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (event_id TEXT PRIMARY KEY, body TEXT NOT NULL);
"""


class Store:
    """Writes gather in one transaction until `commit`, which is called before anybody hears of them.

    A write that nobody commits explicitly is committed by the next turn of the event loop.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # WAL without a sync per commit: a killed process loses nothing, only a power cut could.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)
        self._open_transaction = False

    def _write(self, sql: str, values: tuple[str, ...]) -> None:
        if not self._open_transaction:
            self._db.execute("BEGIN")
            self._open_transaction = True
            asyncio.get_running_loop().call_soon(self.commit)
        self._db.execute(sql, values)

    def commit(self) -> None:
        if self._open_transaction:
            self._open_transaction = False
            self._db.execute("COMMIT")

    def close(self) -> None:
        self.commit()
        self._db.close()

    def fact(self, key: str) -> Any:
        row = self._db.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def facts(self, prefix: str) -> Iterator[tuple[str, Any]]:
        """The facts whose key starts with the prefix, as (rest of the key, value)."""
        rows = self._db.execute("SELECT key, value FROM facts WHERE substr(key, 1, ?) = ?", (len(prefix), prefix))
        for key, value in rows.fetchall():
            yield key[len(prefix) :], json.loads(value)

    def put_fact(self, key: str, value: Any) -> None:
        self._write("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, json.dumps(value)))

    def messages(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for channel, body in self._db.execute("SELECT channel, body FROM messages ORDER BY channel, ts"):
            yield channel, json.loads(body)

    def put_message(self, channel: str, message: dict[str, Any]) -> None:
        self._write("INSERT OR REPLACE INTO messages VALUES (?, ?, ?)", (channel, message["ts"], json.dumps(message)))

    def drop_message(self, channel: str, ts: str) -> None:
        self._write("DELETE FROM messages WHERE channel = ? AND ts = ?", (channel, ts))

    def outbox(self) -> list[tuple[str, dict[str, Any]]]:
        rows = self._db.execute("SELECT event_id, body FROM outbox ORDER BY event_id")
        return [(event_id, json.loads(body)) for event_id, body in rows.fetchall()]

    def put_outbox(self, event_id: str, body: dict[str, Any]) -> None:
        self._write("INSERT OR REPLACE INTO outbox VALUES (?, ?)", (event_id, json.dumps(body)))

    def drop_outbox(self, event_id: str) -> None:
        self._write("DELETE FROM outbox WHERE event_id = ?", (event_id,))
