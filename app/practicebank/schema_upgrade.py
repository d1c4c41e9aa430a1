"""Bring a world made by an earlier practice bank up to today's tables; nothing in it is lost."""

from __future__ import annotations

import sqlite3

# Columns that came later, by table: a world may be years old.
_LATER = (
    ("payments", "service", "TEXT NOT NULL DEFAULT 'payments'"),
    ("payments", "parent_id", "TEXT"),
    ("payments", "arrival", "TEXT"),
    ("phone", "psu_id", "TEXT"),
)
_OLD_PURPOSES = "CHECK (purpose IN ('payment', 'cancellation', 'consent'))"


def upgrade(db: sqlite3.Connection, schema: str) -> None:
    """Make the tables, or add to them what an older world lacks, in one transaction.

    Args:
        db: The database, open for writing, outside any transaction.
        schema: The statements of today's tables; each is without effect where its table exists.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        _add_columns(db)
        moved = _set_aside_authorisations(db)
        for statement in _statements(schema):
            db.execute(statement)
        if moved:
            db.execute("INSERT INTO authorisations SELECT * FROM authorisations_before")
            db.execute("DROP TABLE authorisations_before")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _add_columns(db: sqlite3.Connection) -> None:
    for table, column, kind in _LATER:
        known = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
        if known and column not in known:
            db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")


def _set_aside_authorisations(db: sqlite3.Connection) -> bool:
    """Rename the table whose check knows no baskets; SQLite can't change a check in place."""
    row = db.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'authorisations'").fetchone()
    if row is None or _OLD_PURPOSES not in row[0]:
        return False
    db.execute("ALTER TABLE authorisations RENAME TO authorisations_before")
    db.execute("DROP INDEX IF EXISTS authorisations_by_subject")
    return True


def _statements(schema: str) -> list[str]:
    found, pending = [], ""
    for line in schema.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            found.append(pending)
            pending = ""
    return found
