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
_BETWEEN_INTERRUPTS = 0.02  # seconds


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
            if self._connection is None or self.closing():
                raise UserFacingError("vault.locked")
            try:
                with translated():
                    yield self._connection
            except SecurityError as error:
                cause = error.__cause__
                if isinstance(cause, dbapi2.Error) and getattr(cause, "sqlite_errorcode", 0) == _SQLITE_INTERRUPT:
                    raise UserFacingError("vault.locked" if self.closing() else "vault.interrupted") from error
                raise

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """Ask one question; raises as ``use`` does."""
        with self.use() as connection:
            return connection.execute(sql, parameters).fetchall()

    def closing(self) -> bool:
        """Tell whether ``close`` was called."""
        return self._closing

    def interrupt(self) -> None:
        """Stop the question under way, from any thread."""
        connection = self._connection
        if connection is not None:
            connection.interrupt()

    def close(self) -> None:
        """Stop the question under way, refuse the next, and close."""
        self._closing = True
        while not self._lock.acquire(timeout=_BETWEEN_INTERRUPTS):
            self.interrupt()  # again: it stops what runs now, and whoever holds the lock may ask once more
        try:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
        finally:
            self._lock.release()
