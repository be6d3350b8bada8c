"""The file the stand-in keeps its state in: SQLite, written through, readable after any kill."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (
    email TEXT PRIMARY KEY, sub TEXT NOT NULL, name TEXT NOT NULL, timezone TEXT NOT NULL, history_id INTEGER NOT NULL,
    history_floor INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
    account TEXT NOT NULL, id TEXT NOT NULL, thread_id TEXT NOT NULL, internal_date INTEGER NOT NULL,
    history_id INTEGER NOT NULL, labels TEXT NOT NULL, size INTEGER NOT NULL, message_id TEXT NOT NULL,
    subject TEXT NOT NULL, arrived REAL NOT NULL, raw BLOB NOT NULL, PRIMARY KEY (account, id));
CREATE TABLE IF NOT EXISTS labels (
    account TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS drafts (
    account TEXT NOT NULL, id TEXT NOT NULL, message_id TEXT NOT NULL, PRIMARY KEY (account, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS history (
    account TEXT NOT NULL, id INTEGER NOT NULL, kind TEXT NOT NULL, message_id TEXT NOT NULL, thread_id TEXT NOT NULL,
    labels TEXT NOT NULL, now TEXT NOT NULL, PRIMARY KEY (account, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS calendars (
    account TEXT NOT NULL, id TEXT NOT NULL, summary TEXT NOT NULL, timezone TEXT NOT NULL, sync_floor INTEGER NOT NULL,
    PRIMARY KEY (account, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    account TEXT NOT NULL, calendar TEXT NOT NULL, id TEXT NOT NULL, change INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (account, calendar, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS grants (
    account TEXT PRIMARY KEY, scopes TEXT NOT NULL, offline INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (
    hash TEXT PRIMARY KEY, kind TEXT NOT NULL, account TEXT NOT NULL, scopes TEXT NOT NULL, expires REAL NOT NULL,
    detail TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (n INTEGER PRIMARY KEY, entry TEXT NOT NULL, raw BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS effects (n INTEGER PRIMARY KEY, entry TEXT NOT NULL);
"""


class Store:
    """One connection; every request ends with one commit, and a seeding is one transaction."""

    def __init__(self, home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(home / "google.sqlite3")
        self._connection.execute("PRAGMA journal_mode = WAL")
        # NORMAL loses nothing when the process is killed; only a power cut could cost the last commits.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)

    def run(self, sql: str, *values: Any) -> None:
        self._connection.execute(sql, values)

    def run_many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._connection.executemany(sql, rows)

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()

    def commit(self) -> None:
        self._connection.commit()

    def close(self) -> None:
        self._connection.commit()
        self._connection.close()

    def meta(self, key: str) -> str | None:
        found = self.rows("SELECT value FROM meta WHERE key = ?", key)
        return str(found[0][0]) if found else None

    def set_meta(self, key: str, value: str) -> None:
        self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value)
