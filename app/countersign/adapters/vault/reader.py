"""The READ lane's connection: it can't write, can be interrupted, and holds no snapshot between questions."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlcipher3 import dbapi2

from countersign.adapters.vault.database import Connection, translated
from countersign.domain.errors import SecurityError, UserFacingError

_SQLITE_INTERRUPT = 9


class Reader:
    """One reading connection, used by one thread at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Connection | None = connection
        self._lock = threading.Lock()
        self._closing = False

    @contextmanager
    def use(self) -> Iterator[Connection]:
        """Lend the connection for one question. Every cursor must be read to its end within it.

        Raises:
            UserFacingError: ``vault.locked``, or ``vault.interrupted`` where ``interrupt`` was called meanwhile.
            SecurityError: ``vault.damaged``.
        """
        with self._lock:
            if self._connection is None:
                raise UserFacingError("vault.locked")
            try:
                with translated():
                    yield self._connection
            except SecurityError as error:
                cause = error.__cause__
                if isinstance(cause, dbapi2.Error) and getattr(cause, "sqlite_errorcode", 0) == _SQLITE_INTERRUPT:
                    raise UserFacingError("vault.locked" if self._closing else "vault.interrupted") from error
                raise

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Ask one question; raises as ``use`` does."""
        with self.use() as connection:
            return connection.execute(sql, parameters).fetchall()

    def interrupt(self) -> None:
        """Stop the question under way, from any thread."""
        connection = self._connection
        if connection is not None:
            connection.interrupt()

    def close(self) -> None:
        """Stop the question under way, refuse the next, and close."""
        self._closing = True
        self.interrupt()
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
