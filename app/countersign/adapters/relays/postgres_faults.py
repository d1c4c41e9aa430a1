"""Says in our codes what a database said. Its own words are untrusted, and stay here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import errors

from countersign.domain.errors import ConnectorError, FailureKind

# By SQLSTATE, or its class of two letters (PostgreSQL, appendix A).
_BY_STATE: Final = {
    "28": "relay.credentials",
    "53100": "relay.full",
    "53200": "relay.full",
    "42501": "relay.refused",
    "3D": "relay.refused",
    "3F": "relay.refused",
    "25006": "relay.refused",
    "42": "relay.foreign_table",
    "22": "relay.foreign_table",
    "23": "relay.foreign_table",
}
# While connecting there is no SQLSTATE: libpq's own words, and those that a server says in English.
_BY_WORDS: Final = (
    ("root certificate file", "relay.ca_file"),
    ("does not support ssl", "relay.encryption"),
    ("does not match host name", "relay.certificate"),
    ("certificate", "relay.certificate"),
    ("authentication", "relay.credentials"),
    ("scram", "relay.credentials"),
    ("permission denied", "relay.refused"),
    ("does not exist", "relay.refused"),
    ("pg_hba", "relay.refused"),
)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the driver's errors into ours.

    Raises:
        ConnectorError: ``relay.unreachable`` (retryable); ``relay.credentials``, ``relay.certificate``,
            ``relay.encryption``, ``relay.ca_file``, ``relay.refused``, ``relay.full``, ``relay.foreign_table``.
    """
    try:
        yield
    except psycopg.Error as error:
        code = _code(error)
        kind = FailureKind.RETRYABLE if code == "relay.unreachable" else FailureKind.TERMINAL
        raise ConnectorError(kind, code) from error
    except UnicodeDecodeError as error:  # a database without an encoding, with somebody else's rows in our table
        raise ConnectorError(FailureKind.TERMINAL, "relay.foreign_table") from error
    except OSError as error:  # a name that can't be looked up
        raise ConnectorError(FailureKind.RETRYABLE, "relay.unreachable") from error


def _code(error: psycopg.Error) -> str:
    state = error.sqlstate or ""
    if state:
        return _BY_STATE.get(state) or _BY_STATE.get(state[:2]) or "relay.unreachable"
    if not isinstance(error, errors.OperationalError):
        return "relay.unreachable"
    said = str(error).lower()
    return next((code for words, code in _BY_WORDS if words in said), "relay.unreachable")
