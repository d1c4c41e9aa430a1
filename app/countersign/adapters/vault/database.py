"""Opening SQLCipher, and nothing else (LEDGER rule 18).

Only ever given a key that the header's HMAC has vouched for, so a wrong key never gets this far.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlcipher3 import dbapi2

from countersign.adapters.system.durable_file import OWNER_ONLY_FILE
from countersign.adapters.vault import schema
from countersign.domain.errors import SecurityError, UserFacingError

DATABASE_FILE: Final = "vault.db"
DATABASE_FILES: Final = (DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm")

_BUSY_SECONDS = 60.0  # a verification holds the writing lock while it asks the full-text indexes
_SQLITE_BUSY = 5
_PRIMARY_CODE = 0xFF  # the rest of a result code says more about it (sqlite.org/rescode.html)
_CACHE_KIB = 32 * 1024

Connection = dbapi2.Connection


def database_damaged() -> SecurityError:
    """Return the error for a database that is not what was written."""
    return SecurityError("vault.damaged", part="database")


@contextmanager
def translated() -> Iterator[None]:
    """Turn the database's own exceptions into ours.

    Raises:
        UserFacingError: ``vault.disk_full``, ``vault.busy``.
        SecurityError: ``vault.damaged``.
    """
    try:
        yield
    except dbapi2.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
        if code == dbapi2.SQLITE_FULL:
            raise UserFacingError("vault.disk_full") from error
        if code == _SQLITE_BUSY:
            raise UserFacingError("vault.busy") from error
        raise database_damaged() from error


def _connect(path: Path, key: bytearray) -> Connection:
    connection = dbapi2.connect(
        str(path), timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        with translated():
            _prepare(connection, key)
    except (SecurityError, UserFacingError):
        connection.close()
        raise
    return connection


def _prepare(connection: Connection, key: bytearray) -> None:
    # First of all: a damaged page is reported as an exception, not as lines on stderr.
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    for pragma in (
        "cipher_memory_security = OFF",  # 15 times slower, and the interpreter keeps copies anyway
        "trusted_schema = OFF",
        "temp_store = MEMORY",
        "foreign_keys = ON",
        "recursive_triggers = ON",  # else INSERT OR REPLACE slips past the append-only triggers
        f"cache_size = -{_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def create_database(folder: Path, key: bytearray) -> Connection:
    """Make the database and return its writing connection."""
    path = folder / DATABASE_FILE
    connection = _connect(path, key)
    _make_writer(connection)
    path.chmod(OWNER_ONLY_FILE)
    connection.executescript(
        f"BEGIN IMMEDIATE; {schema.LEDGER} {schema.DOCUMENTS} {schema.DRAFTED} {schema.PROJECTIONS} {schema.SEARCH}"
        f" PRAGMA user_version = {schema.SCHEMA_VERSION}; COMMIT;"
    )
    return connection


def open_writer(folder: Path, key: bytearray) -> Connection:
    """Open the writing connection.

    Raises:
        SecurityError: ``vault.damaged``; ``vault.format`` where a newer program wrote it.
    """
    connection = _open(folder, key, schema.OLDER_VERSIONS)
    try:
        with translated():
            _make_writer(connection)
    except SecurityError:
        connection.close()
        raise
    return connection


def open_reader(folder: Path, key: bytearray) -> Connection:
    """Open a connection that can't write; raises as ``open_writer`` does."""
    connection = _open(folder, key)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _open(folder: Path, key: bytearray, older: frozenset[int] = frozenset()) -> Connection:
    path = folder / DATABASE_FILE
    if not path.is_file() or path.stat().st_size == 0:  # SQLite would make an empty one
        raise database_damaged()
    connection = _connect(path, key)
    try:
        with translated():
            (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version not in {schema.SCHEMA_VERSION, *older}:
            raise SecurityError("vault.format") if version > schema.SCHEMA_VERSION else database_damaged()
    except (SecurityError, UserFacingError):
        connection.close()
        raise
    return connection


def _make_writer(connection: Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")


def new_memory_database(*, ledger: bool = False) -> Connection:
    """Make a database in memory with the projections' tables: for comparing, never for keeping.

    Args:
        ledger: Whether it has the ledger's own tables, too.
    """
    connection = dbapi2.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.executescript(schema.LEDGER + schema.PROJECTIONS if ledger else schema.PROJECTIONS)
    return connection
