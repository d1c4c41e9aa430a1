"""A connection to a database that never waits for ever."""

from __future__ import annotations

from typing import Final, TypeVar

import psycopg
from psycopg import sql
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow, tuple_row

from countersign.adapters.relays.postgres_settings import STATEMENT_MS, PostgresSettings

_PATIENCE: Final = STATEMENT_MS / 1000 + 5
"""Seconds. The server ends a statement before that; one that only keeps the line open is left."""

RV = TypeVar("RV")


class Line(psycopg.Connection[TupleRow]):
    """A connection whose every wait ends."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for the server, at most so long."""
        return super().wait(gen, interval, _PATIENCE if timeout is None else timeout)


def connect(settings: PostgresSettings) -> Line:
    """Open a connection on which each statement is a transaction of its own.

    Raises:
        psycopg.Error: The server is out of reach, is not who it should be, or refuses us.
    """
    told = make_conninfo("", **settings.parameters())
    line = Line.connect(told, autocommit=True, prepare_threshold=None, row_factory=tuple_row)
    try:
        line.execute(sql.SQL("SET statement_timeout = {}").format(sql.Literal(STATEMENT_MS)))
    except BaseException:
        line.close()
        raise
    return line
