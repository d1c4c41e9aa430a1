"""How a database that carries envelopes is reached. Cheap to import: the driver isn't needed for it."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from countersign.domain.errors import UserFacingError
from countersign.domain.secret import SecretText

CONNECT_SECONDS: Final = 10
STATEMENT_MS: Final = 30_000
_MOST_PORT: Final = 65_535
_MOST_NAME: Final = 63  # bytes, PostgreSQL's NAMEDATALEN - 1


@dataclass(frozen=True, slots=True)
class PostgresSettings:
    """Where the database is, and who we are there.

    Attributes:
        host: A name, an address, or the folder of a socket.
        database: Its name.
        user: The role.
        password: Never written anywhere by this program but into the vault.
        ca_file: Certificates (PEM) of the authority that the server's certificate must come from.
        port: 1 to 65535.
        schema: Where the table is; empty for the role's own search path.
        practice: Whether this is the practice world: then a server on this computer may do without TLS.
    """

    host: str
    database: str
    user: str
    password: SecretText
    ca_file: Path | None = None
    port: int = 5432
    schema: str = ""
    practice: bool = False

    @property
    def is_here(self) -> bool:
        """Whether the server is on this computer: a socket, or a loopback address."""
        if self.host.startswith("/") or self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def encrypts(self) -> bool:
        """Whether the connection is encrypted and the server proves its name."""
        return not (self.practice and self.is_here)

    def check(self) -> None:
        """Check what can be checked without the server.

        Raises:
            UserFacingError: ``relay.settings`` with the ``field``; ``relay.ca_file``.
        """
        wanted = {"host": self.host, "database": self.database, "user": self.user, "password": self.password.reveal()}
        for field, value in wanted.items():
            if not value or "\x00" in value:
                raise UserFacingError("relay.settings", field=field)
        if any(sign in self.host for sign in " ,\t\n"):  # a comma would make it several hosts
            raise UserFacingError("relay.settings", field="host")
        if not 1 <= self.port <= _MOST_PORT:
            raise UserFacingError("relay.settings", field="port")
        if "\x00" in self.schema or len(self.schema.encode()) > _MOST_NAME:
            raise UserFacingError("relay.settings", field="schema")
        if self.encrypts and (self.ca_file is None or not self.ca_file.is_file()):
            raise UserFacingError("relay.ca_file")

    def parameters(self) -> dict[str, str | int]:
        """Return what the driver is told.

        Everything that it would otherwise take from the environment or from the person's own files is said here.
        """
        tls: dict[str, str | int] = {"sslmode": "disable"}
        if self.encrypts:
            tls = {"sslmode": "verify-full", "sslrootcert": str(self.ca_file), "ssl_min_protocol_version": "TLSv1.2"}
        return {
            "host": self.host,
            "port": self.port,
            "dbname": self.database,
            "user": self.user,
            "password": self.password.reveal(),
            "require_auth": "scram-sha-256",  # the server learns no password, whatever it asks for
            "sslcertmode": "disable",
            "gssencmode": "disable",
            "options": "",
            "application_name": "countersign",
            "client_encoding": "utf8",
            "target_session_attrs": "any",
            "connect_timeout": CONNECT_SECONDS,
            "keepalives": 1,
            "keepalives_idle": 15,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": STATEMENT_MS,
            **tls,
        }
