"""The way to a store is made from what the vault keeps of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from countersign.adapters.relays.folder import FolderRelay
from countersign.adapters.relays.from_settings import relay_from_settings
from countersign.adapters.relays.postgres import PostgresRelay
from countersign.domain.canonical import JsonObject
from countersign.domain.errors import UserFacingError

WORKSPACE = "22" * 16
SERVER: JsonObject = {
    "kind": "postgres",
    "host": "localhost",
    "port": 5432,
    "database": "team",
    "user": "mei",
    "password": "secret",
    "ca_file": "",
}


def test_a_folder_is_reached(tmp_path: Path) -> None:
    relay = relay_from_settings(WORKSPACE, {"kind": "folder", "folder": str(tmp_path)}, practice=True)
    assert isinstance(relay, FolderRelay)
    assert not relay.names()[0]
    relay.close()


def test_a_server_on_this_computer_may_do_without_tls_in_practice_only() -> None:
    relay = relay_from_settings(WORKSPACE, SERVER, practice=True)
    assert isinstance(relay, PostgresRelay)
    relay.close()
    with pytest.raises(UserFacingError, match=r"relay\.ca_file"):
        relay_from_settings(WORKSPACE, SERVER, practice=False)


@pytest.mark.parametrize(("field", "value"), [("host", ""), ("password", ""), ("user", ""), ("port", 0)])
def test_what_is_missing_is_refused(field: str, value: str | int) -> None:
    with pytest.raises(UserFacingError, match=r"relay\.settings"):
        relay_from_settings(WORKSPACE, {**SERVER, field: value}, practice=True)
