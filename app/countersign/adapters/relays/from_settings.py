"""The way to a store, from what is kept of it in the vault. NETWORK lane."""

from __future__ import annotations

from pathlib import Path

from countersign.adapters.relays.folder import FolderRelay
from countersign.adapters.relays.postgres_settings import PostgresSettings
from countersign.application.ports.relay import Relay
from countersign.domain.canonical import JsonObject
from countersign.domain.secret import SecretText


def relay_from_settings(workspace: str, settings: JsonObject, *, practice: bool) -> Relay:
    """Make the way.

    Args:
        workspace: 32 hex digits.
        settings: ``kind`` is ``folder`` (with ``folder``) or ``postgres`` (with ``host``, ``port``, ``database``,
            ``user``, ``password``, ``ca_file``).
        practice: Whether this is the practice world: then a server on this computer may do without TLS.

    Raises:
        UserFacingError: ``relay.settings``, ``relay.ca_file``.
    """
    if settings["kind"] == "folder":
        return FolderRelay(Path(str(settings["folder"])), workspace)
    from countersign.adapters.relays.postgres import PostgresRelay  # noqa: PLC0415 - the driver takes its time

    ca_file = str(settings["ca_file"])
    reached = PostgresSettings(
        host=str(settings["host"]),
        database=str(settings["database"]),
        user=str(settings["user"]),
        password=SecretText(str(settings.get("password", ""))),
        ca_file=Path(ca_file) if ca_file else None,
        port=int(str(settings["port"])),
        practice=practice,
    )
    return PostgresRelay(reached, workspace)
