"""Against a real Secret Service daemon, a locked one, and none: each in a session of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import chainer, fail, null

from countersign.adapters.system.keyring_store import NoStore, SecretStoreError, SystemKeyring, protected_backend

_TOOLS = ("dbus-run-session", "gnome-keyring-daemon")

_ROUND_TRIP = """
import sys
from pathlib import Path
from countersign.adapters.system.keyring_store import SystemKeyring
from countersign.domain.secret import SecretText
from tests.integration.vault.story import PASSPHRASE, Place

store = SystemKeyring()
assert store.available(), "no keyring"
place = Place(Path(sys.argv[1]))
door = place.door(store)
vault = place.create(door)
assert door.summary().keyring
name = vault.identity.vault
assert len(store.read(f"{name}.device")) == 32
assert name in store.read(f"{name}.anchor")
door.lock()
vault = place.door(SystemKeyring()).unlock(SecretText(PASSPHRASE))
assert vault.may_sign
assert vault.anchor_state == "agrees", vault.anchor_state
assert store.read("nothing") is None
store.remove("nothing")
store.remove(f"{name}.anchor")
assert store.read(f"{name}.anchor") is None
print("kept")
"""

_LOCKED = """
from countersign.adapters.system.keyring_store import SecretStoreError, SystemKeyring
store = SystemKeyring()
assert not store.available()
try:
    store.write("a", "b")
except SecretStoreError:
    print("refused")
"""


def in_session(script: str, home: Path, project_root: Path, before: str) -> str:
    """Run a script in a message bus of its own, after a shell command; returns what it printed."""
    if not all(shutil.which(tool) for tool in _TOOLS):
        pytest.skip(f"not installed: {', '.join(tool for tool in _TOOLS if not shutil.which(tool))}")
    program = home / "script.py"
    program.write_text(script, "utf-8")
    dropped = {"PYTHON_KEYRING_BACKEND", "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"}
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    environment |= {
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_RUNTIME_DIR": str(home),
        "PYTHONPATH": str(project_root),
    }
    command = f'{before} exec "$@"'
    result = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", command, "bash", sys.executable, str(program), str(home)],
        env=environment,
        cwd=project_root,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_a_real_secret_service_keeps_device_secret_and_anchor(tmp_path: Path, project_root: Path) -> None:
    unlock = "printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 &&"
    assert in_session(_ROUND_TRIP, tmp_path, project_root, unlock) == "kept"
    kept = (tmp_path / "data" / "keyrings" / "login.keyring").read_bytes()
    assert b"chains" not in kept, "the anchor is not in clear in the keyring's file"


def test_a_locked_secret_service_counts_as_none(tmp_path: Path, project_root: Path) -> None:
    start = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1;"
    assert in_session(_LOCKED, tmp_path, project_root, start) == "refused"


def test_without_a_bus_there_is_no_keyring(tmp_path: Path, project_root: Path) -> None:
    program = tmp_path / "script.py"
    program.write_text(_LOCKED, "utf-8")
    dropped = {"PYTHON_KEYRING_BACKEND", "DISPLAY", "WAYLAND_DISPLAY"}
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    environment |= {
        "HOME": str(tmp_path),
        "PYTHONPATH": str(project_root),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={tmp_path / 'none'}",
    }
    result = subprocess.run(
        [sys.executable, str(program)],
        env=environment,
        cwd=project_root,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (result.returncode, result.stdout.strip()) == (0, "refused"), result.stderr


def made(name: str, base: type[KeyringBackend], **members: object) -> KeyringBackend:
    """Make a backend of some module."""
    kind: Callable[[], KeyringBackend] = type("Keyring", (base,), {"__module__": name, **members})
    return kind()


def test_only_keyrings_that_the_system_protects_are_used() -> None:
    for refused in (fail.Keyring, null.Keyring):
        assert protected_backend(made(refused.__module__, refused)) is None
    plain = made("keyrings.alt.file", null.Keyring)
    assert protected_backend(plain) is None
    good = made("keyring.backends.SecretService", null.Keyring)
    assert protected_backend(made("chain", chainer.ChainerBackend, backends=(plain, good))) is good
    assert protected_backend(made("chain", chainer.ChainerBackend, backends=(plain,))) is None


def test_what_a_keyring_drops_without_a_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    store = SystemKeyring()
    assert not store.available(), "tests run with the failing keyring"
    # The null keyring takes everything and keeps nothing.
    monkeypatch.setattr(store, "_backend", made("keyring.backends.SecretService", null.Keyring))
    with pytest.raises(SecretStoreError):
        store.write("a", "b")
    assert not NoStore().available()
