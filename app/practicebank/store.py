"""The bank's memory: one SQLite file, written through before any reply leaves."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson

from practicebank.schema_upgrade import upgrade

DATABASE = "bank.sqlite3"
_SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")


class Store:
    """Keep everything durable; one writer at a time.

    Args:
        path: The database file.
        read_only: Open an existing file without the right to change it (for ``--dump``).
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        target = path.resolve().as_uri() + ("?mode=ro" if read_only else "")
        if not read_only:
            # Codes and secrets are kept here; SQLite gives its -wal and -shm the same rights.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self.db = sqlite3.connect(target, uri=True, check_same_thread=False, isolation_level=None, timeout=10)
        self.db.row_factory = sqlite3.Row
        if not read_only:
            self.db.execute("PRAGMA journal_mode=WAL")
            # A reply may only tell of what a power cut can't take back.
            self.db.execute("PRAGMA synchronous=FULL")
            self.db.execute("PRAGMA foreign_keys=ON")
            upgrade(self.db, _SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a block as one transaction; inside another one, simply join it."""
        with self._lock:
            if self._depth:
                yield self.db
                return
            self.db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield self.db
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    def checkpoint(self) -> None:
        """Make what the running transaction did so far durable, and go on in a new one.

        A counter of wrong answers is written before the answer is looked at.
        """
        with self._lock:
            if not self._depth:
                raise RuntimeError("there is no transaction to divide")
            self.db.execute("COMMIT")
            self.db.execute("BEGIN IMMEDIATE")

    def all(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Return every row of a query."""
        with self._lock:
            return self.db.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        """Return the first row of a query, or nothing."""
        with self._lock:
            row: sqlite3.Row | None = self.db.execute(sql, values).fetchone()
            return row

    def run(self, sql: str, *values: object) -> int:
        """Change something; return the last row number."""
        with self.transaction():
            return self.db.execute(sql, values).lastrowid or 0

    def get(self, name: str, default: object = None) -> object:
        """Return a setting."""
        row = self.one("SELECT value FROM settings WHERE name = ?", name)
        return default if row is None else orjson.loads(row["value"])

    def put(self, name: str, value: object) -> None:
        """Set a setting."""
        self.run(
            "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            orjson.dumps(value).decode(),
        )

    def close(self) -> None:
        """Close the file for good: what is under way ends first, and nothing begins any more."""
        # Never released: a request that comes too late waits for the process to end.
        self._lock.acquire()
        self.db.close()
