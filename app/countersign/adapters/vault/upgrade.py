"""Brings an older vault's database up to date: what is projected is dropped and made anew from the ledger."""

from __future__ import annotations

from countersign.adapters.vault import schema
from countersign.adapters.vault.database import Connection
from countersign.adapters.vault.event_store import EventStore
from countersign.adapters.vault.projector import Projector

_DROPPED = "".join(f"DROP TABLE {name};" for name in (*schema.SEARCHED, *schema.PROJECTED))


def bring_up_to_date(connection: Connection) -> None:
    """Give an older database this version's tables, all or nothing; nothing happens to one of this version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == schema.SCHEMA_VERSION:
        return
    try:
        tables = f"{schema.DOCUMENTS} {schema.PROJECTIONS} {schema.SEARCH}"
        connection.executescript(f"BEGIN IMMEDIATE; {_DROPPED} {tables}")
        _project(connection)
        connection.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _project(connection: Connection) -> None:
    events, noted = EventStore(connection), set[tuple[str, str]]()
    projector = Projector(connection, events)
    for event, _columns in events.every():
        projector.replay(event, noted)
    projector.fold_noted(noted, events.rules())
