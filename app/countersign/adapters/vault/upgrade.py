"""Brings an older vault's database up to date: what is projected is dropped and made anew from the ledger."""

from __future__ import annotations

from countersign.adapters.vault import schema
from countersign.adapters.vault.book import Book
from countersign.adapters.vault.database import Connection, database_damaged
from countersign.adapters.vault.projector import Projector

_DROPPED = "".join(f"DROP TABLE IF EXISTS {name};" for name in (*schema.SEARCHED, *schema.PROJECTED))
# Format 4 began with an index for which a payee who was paid very often took very long.
_REINDEXED = """
DROP INDEX IF EXISTS p_transfers_ordered_to;
CREATE INDEX IF NOT EXISTS p_transfers_alike ON p_transfers (counterparty_account, minor) WHERE paid OR order_id <> '';
"""
_FOLDING = "lamport, device, chain, seq"

# Until format 3 two events could not stand at one place, and events had no numbers.
_RENUMBERED = f"""
CREATE TABLE older AS SELECT * FROM events;
DROP TABLE events;
{schema.EVENTS}
INSERT INTO events
    SELECT NULL, id, device, chain, seq, lamport, at, kind, subject, header, signature FROM older ORDER BY {_FOLDING};
DROP TABLE older;
{schema.OTHERS}
"""  # noqa: S608 - constants


def bring_up_to_date(connection: Connection) -> None:
    """Give an older database this version's tables, all or nothing; one of this version gets the indexes it lacks."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == schema.SCHEMA_VERSION:
        connection.executescript(_REINDEXED)
        return
    connection.execute("PRAGMA foreign_keys = OFF")  # else bodies would go with the table that is made anew
    try:
        tables = f"{schema.DOCUMENTS} {schema.PROJECTIONS} {schema.SEARCH}"
        connection.executescript(f"BEGIN IMMEDIATE; {_DROPPED} {_RENUMBERED} {tables}")
        _require_whole(connection)
        _project(connection)
        connection.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.execute("PRAGMA foreign_keys = ON")


def _require_whole(connection: Connection) -> None:
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise database_damaged()


def _project(connection: Connection) -> None:
    Projector(connection, Book(connection)).replay_all(lambda _event: None)
