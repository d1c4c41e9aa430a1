"""Brings an older vault's database up to date: what is projected is dropped and made anew from the ledger."""

from __future__ import annotations

from typing import Final

from countersign.adapters.vault import schema
from countersign.adapters.vault.book import Book
from countersign.adapters.vault.database import Connection, database_damaged
from countersign.adapters.vault.projector import Projector

_DROPPED = "".join(f"DROP TABLE IF EXISTS {name};" for name in (*schema.SEARCHED, *schema.PROJECTED))
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
CREATE TABLE parcels (relay TEXT, name TEXT);
"""  # noqa: S608 - constants
_NUMBERED: Final = 4

# Until format 4 bodies went by the identifiers of events, and nobody noted what a relay doesn't list any more.
_REKEYED = f"""
ALTER TABLE bodies RENAME TO older_bodies;
ALTER TABLE parcels RENAME TO older_parcels;
DROP TRIGGER bodies_unchanged;
DROP TRIGGER bodies_stay;
{schema.BODIES}
{schema.PARCELS}
INSERT INTO bodies
    SELECT events.number, older_bodies.salt, older_bodies.content
    FROM events JOIN older_bodies ON older_bodies.event = events.id ORDER BY events.number;
INSERT INTO parcels SELECT relay, name, 0 FROM older_parcels;
DROP TABLE older_parcels;
"""  # noqa: S608 - constants


def bring_up_to_date(connection: Connection) -> None:
    """Give an older database this version's tables, all or nothing.

    One of this version gets what was added to it, and nothing is folded anew: programs that don't know of a table that
    no event speaks of leave it alone.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == schema.SCHEMA_VERSION:
        connection.execute(schema.DRAFTED)
        return
    connection.execute("PRAGMA foreign_keys = OFF")  # else bodies would go with the table that is made anew
    try:
        tables = f"{schema.DOCUMENTS} {schema.DRAFTED} {schema.PROJECTIONS} {schema.SEARCH}"
        numbered = _RENUMBERED if version < _NUMBERED else ""
        connection.executescript(f"BEGIN IMMEDIATE; {_DROPPED} {numbered} {_REKEYED} {tables}")
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
    """Refuse a database in which a body belongs to no event, or anything else to nothing."""
    counts = "SELECT (SELECT count(*) FROM bodies) = (SELECT count(*) FROM older_bodies)"
    (same,) = connection.execute(counts).fetchone()
    connection.execute("DROP TABLE older_bodies")
    if not same or connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise database_damaged()


def _project(connection: Connection) -> None:
    Projector(connection, Book(connection)).replay_all(lambda _event: None)
