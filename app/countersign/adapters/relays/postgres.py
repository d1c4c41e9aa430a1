"""A relay in a PostgreSQL database, 13 or newer, or in a distributed one that speaks its protocol. NETWORK lane.

Plain SQL with one unique constraint; nothing that only one server has is needed. Commits may become visible in another
order than their times, so a mark always looks back further than a commit can last. Where LISTEN and NOTIFY prove to
work they shorten the wait; where they don't, or where a server takes them and does nothing, the table is looked at.

The server is not trusted. It must prove its name by a certificate of the given authority (TLS, verify-full; the
practice world may use a server on this computer without), and is never given the password itself (SCRAM-SHA-256,
RFC 7677). Import this module only where a database is used: the driver takes its time to load.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, TypeVar

import psycopg
from psycopg import errors, sql

from countersign.adapters.relays.parcels import NAME, fitting, genuine, parcel_name, workspace_tag
from countersign.adapters.relays.postgres_faults import translated
from countersign.adapters.relays.postgres_line import Line, connect
from countersign.adapters.relays.postgres_settings import PostgresSettings
from countersign.adapters.relays.postgres_watch import Watch
from countersign.application.failpoints import failpoint
from countersign.application.ports.relay import PARCEL_LIMIT
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError

TABLE: Final = "countersign_parcels"
OVERLAP: Final = timedelta(minutes=2)
"""A statement may last 30 seconds; what was begun before a listing may become visible that much after it."""
POLL_MS: Final = 1_000
_MADE_ALREADY: Final = (errors.UniqueViolation, errors.DuplicateTable, errors.DuplicateObject)
"""What IF NOT EXISTS answers where another device makes the same at the same moment."""
NAMES_LIMIT: Final = 2_000_000
_ATTEMPTS: Final = 4
_CREATE: Final = """
    CREATE TABLE IF NOT EXISTS {table} (
        workspace_tag text NOT NULL,
        name text NOT NULL,
        content bytea NOT NULL,
        stored_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (workspace_tag, name)
    )"""
_INDEX: Final = "CREATE INDEX IF NOT EXISTS {index} ON {table} (workspace_tag, stored_at, name)"
_SHAPE: Final = "SELECT workspace_tag, name, content, stored_at FROM {table} LIMIT 0"
_PUT: Final = (
    "INSERT INTO {table} (workspace_tag, name, content) VALUES (%s, %s, %s)"
    " ON CONFLICT (workspace_tag, name) DO NOTHING"
)
_PROBE: Final = "INSERT INTO {table} (workspace_tag, name, content) SELECT '', '', ''::bytea WHERE 1 = 0"
"""Adds nothing, and is refused to whoever may not add."""
_GET: Final = (
    "SELECT octet_length(content), CASE WHEN octet_length(content) <= %s THEN content END"
    " FROM {table} WHERE workspace_tag = %s AND name = %s"
)
_DROP: Final = "DELETE FROM {table} WHERE workspace_tag = %s AND name = %s"
_NAMES: Final = "SELECT name FROM {table} WHERE workspace_tag = %s ORDER BY stored_at, name"
_NAMES_SINCE: Final = "SELECT name FROM {table} WHERE workspace_tag = %s AND stored_at >= %s ORDER BY stored_at, name"
_LOOK: Final = "SELECT count(*), max(stored_at) FROM {table} WHERE workspace_tag = %s AND stored_at >= %s"

T = TypeVar("T")


class PostgresRelay:
    """Implements the ``Relay`` port.

    Args:
        settings: How the database is reached.
        workspace: 32 hex digits; the store sees only ``workspace_tag``.
        poll_ms: How often ``wait`` looks where the server tells of nothing by itself.

    Raises:
        UserFacingError: ``relay.settings``, ``relay.ca_file``.
    """

    def __init__(self, settings: PostgresSettings, workspace: str, poll_ms: int = POLL_MS) -> None:
        settings.check()
        self._settings = settings
        self._tag = workspace_tag(workspace)
        schema = (settings.schema,) if settings.schema else ()
        self._table = sql.Identifier(*schema, TABLE)
        self._lock = Lock()
        self._line: Line | None = None
        self._seen: tuple[datetime, object] | None = None
        self._may_drop = True
        self._watch = Watch(lambda: connect(settings), f"countersign_{self._tag}", self._anything_new, poll_ms)

    @property
    def identity(self) -> str:
        """The database and our part of it."""
        where = self._settings
        return f"postgresql://{where.host}:{where.port}/{where.database}/{where.schema}#{self._tag}"

    def put(self, content: bytes) -> str:
        """Leave a parcel.

        Raises:
            ConnectorError: ``relay.unreachable``, ``relay.full``, ``relay.refused``; see ``postgres_faults``.
            SecurityError: ``relay.too_large``; ``relay.altered``: other bytes lie under its name. Seal it anew.
        """
        name = parcel_name(fitting(content))
        failpoint("relay.postgres.before")
        fresh = self._run(lambda line: line.execute(self._sql(_PUT), (self._tag, name, content)).rowcount > 0)
        if fresh:
            self._run(self._watch.tell)
        elif self.get(name) is None:
            raise ConnectorError(FailureKind.RETRYABLE, "relay.unreachable")  # taken away in between
        failpoint("relay.postgres.after")
        return name

    def probe(self) -> None:
        """Ask the server whether we may add.

        Raises:
            ConnectorError: See ``put``.
        """
        self._run(lambda line: line.execute(self._sql(_PROBE)))

    def names(self, mark: str = "") -> tuple[Sequence[str], str]:
        """List parcels, oldest first by the server's clock; with a mark those since then and a while before.

        Raises:
            ConnectorError: See ``put``.
        """
        return self._run(lambda line: self._names(line, _time(mark)))

    def get(self, name: str) -> bytes | None:
        """Read a parcel.

        Raises:
            ConnectorError: See ``put``.
            SecurityError: ``relay.altered``, ``relay.too_large``.
        """
        if not NAME.fullmatch(name):
            return None
        row = self._run(
            lambda line: line.execute(self._sql(_GET), (PARCEL_LIMIT, self._tag, name), binary=True).fetchone()
        )
        if row is None:
            return None
        size, content = row
        if not isinstance(content, bytes):
            raise SecurityError("relay.too_large", size=int(size))
        return genuine(name, content)

    def drop(self, name: str) -> None:
        """Take a parcel away; where our role may not, nothing happens, and it isn't tried again.

        Raises:
            ConnectorError: See ``put``.
        """
        if self._may_drop and NAME.fullmatch(name):
            self._run(lambda line: self._drop(line, name))

    def _drop(self, line: Line, name: str) -> None:
        try:
            line.execute(self._sql(_DROP), (self._tag, name))
        except errors.InsufficientPrivilege:
            self._may_drop = False

    def wait(self, timeout_ms: int) -> bool:
        """Wait until the server tells of something, or something is seen; out of reach there is nothing to see."""
        return self._watch.wait(timeout_ms)

    def wake(self) -> None:
        """End a wait, or the next one where none is under way. Never waits for the server."""
        self._watch.wake()

    def close(self) -> None:
        """Hang up."""
        self._watch.close()
        with self._lock:
            self._hang_up()

    def __repr__(self) -> str:
        """Name the store; no password."""
        return f"PostgresRelay({self.identity})"

    def _names(self, line: Line, since: datetime | None) -> tuple[Sequence[str], str]:
        now = _moment(line.execute("SELECT now()").fetchone())
        self._seen = (now - OVERLAP, self._look(line, now - OVERLAP))
        query, values = (_NAMES, (self._tag,)) if since is None else (_NAMES_SINCE, (self._tag, since - OVERLAP))
        found: list[str] = []
        for (name,) in line.cursor().stream(self._sql(query), values):
            if isinstance(name, str) and NAME.fullmatch(name):
                found.append(name)
            if len(found) > NAMES_LIMIT:
                raise ConnectorError(FailureKind.TERMINAL, "relay.foreign_table")
        return found, now.isoformat()

    def _anything_new(self) -> bool:
        """Tell whether the table differs from what was listed last."""
        if self._seen is None:
            return True
        since, seen = self._seen
        return self._run(lambda line: self._look(line, since) != seen)

    def _look(self, line: Line, since: datetime) -> object:
        return line.execute(self._sql(_LOOK), (self._tag, since)).fetchone()

    def _sql(self, text: str) -> sql.Composed:
        return sql.SQL(text).format(table=self._table, index=sql.Identifier(f"{TABLE}_by_time"))

    def _run(self, work: Callable[[Line], T]) -> T:
        """Do something that may be done twice, on the line that is open or on a new one."""
        with self._lock:
            for attempt in range(_ATTEMPTS):
                kept = self._line is not None
                try:
                    with translated():
                        return work(self._open_line())
                except ConnectorError as error:
                    conflict = isinstance(error.__cause__, errors.SerializationFailure | errors.DeadlockDetected)
                    if not conflict:
                        self._hang_up()
                    again = conflict or (kept and attempt == 0 and error.kind is FailureKind.RETRYABLE)
                    if not again or attempt == _ATTEMPTS - 1:
                        raise
                except BaseException:
                    self._hang_up()  # a half-read answer must not be taken for the next one
                    raise
        raise ConnectorError(FailureKind.RETRYABLE, "relay.unreachable")

    def _open_line(self) -> Line:
        if self._line is None:
            line = connect(self._settings)
            try:
                self._prepare(line)
            except BaseException:
                line.close()
                raise
            self._line = line
        return self._line

    def _prepare(self, line: Line) -> None:
        """Make the table where there is none and we may; look that it is ours where there is one."""
        try:
            line.execute(self._sql(_SHAPE))
        except errors.UndefinedTable:
            for made in (_CREATE, _INDEX):
                with suppress(*_MADE_ALREADY):
                    line.execute(self._sql(made))
            line.execute(self._sql(_SHAPE))

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def _moment(row: psycopg.rows.TupleRow | None) -> datetime:
    if row is None or not isinstance(row[0], datetime) or row[0].tzinfo is None:
        raise ConnectorError(FailureKind.TERMINAL, "relay.foreign_table")
    return row[0]


def _time(mark: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(mark)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
