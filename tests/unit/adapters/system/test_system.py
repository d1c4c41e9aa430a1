"""Files, folders, locks and the process itself, as the operating system has them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.adapters.system.durable_file import remove_durably, write_durably
from countersign.adapters.system.failpoint_trigger import VARIABLE, KillAt, arm_from_environment
from countersign.adapters.system.instance_lock import InstanceLock
from countersign.adapters.system.keyring_store import FolderStore, SecretStoreError
from countersign.adapters.system.paths import HOME_VARIABLE, ProfilePaths
from countersign.application import failpoints
from countersign.domain.errors import UserFacingError


def mode(path: Path) -> int:
    """Return the permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_profiles_have_folders_of_their_own_for_their_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    one, other = ProfilePaths.of("mei"), ProfilePaths.of("tom")
    assert one.vault != other.vault
    for folder in (one.vault, one.state, one.practice, one.vault.parent):
        assert mode(folder) == 0o700
    assert ProfilePaths.of("mei", tmp_path / "elsewhere").vault.is_relative_to(tmp_path / "elsewhere")


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "a b", "con", "com1", "x" * 33, "-a", "é", "a\n"])
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserFacingError) as refused:
        ProfilePaths.of(name, tmp_path)
    assert refused.value.code == "profile.name"


def test_a_file_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    write_durably(file, b"one", point="test")
    write_durably(file, b"two", point="test")
    assert file.read_bytes() == b"two"
    assert mode(file) == 0o600

    def fail(_descriptor: int) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="no space"):
        write_durably(file, b"three", point="test")
    assert file.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [file]
    monkeypatch.undo()
    remove_durably(file, point="test")
    remove_durably(file, point="test")
    assert not file.exists()


def test_passing_a_failpoint_costs_nothing_and_is_named_when_armed(tmp_path: Path) -> None:
    passed: list[str] = []
    failpoints.arm(passed.append)
    try:
        write_durably(tmp_path / "file", b"", point="test")
    finally:
        failpoints.arm(None)
    write_durably(tmp_path / "file", b"", point="test")
    assert passed == ["test.before", "test.after"]


def test_the_nth_passage_is_the_one_that_kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = tmp_path / "order"
    order.write_text("here 2\n", "ascii")
    killed: list[int] = []
    monkeypatch.setattr(os, "kill", lambda _pid, number: killed.append(number))
    trigger = KillAt(order)
    for name in ("here", "there"):
        trigger(name)
    assert not killed
    trigger("here")
    assert len(killed) == 1
    assert (tmp_path / "order.fired").read_text("ascii") == "here"


def test_an_order_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    arm_from_environment()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    with pytest.raises(UserFacingError) as refused:
        arm_from_environment()
    assert refused.value.code == "failpoint.order"


def test_a_lock_is_held_once_and_let_go_when_its_holder_dies(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    first, second = InstanceLock(file), InstanceLock(file)
    first.acquire()
    first.acquire()
    with pytest.raises(UserFacingError) as refused:
        second.acquire()
    assert refused.value.code == "vault.in_use"
    first.release()
    first.release()
    program = (
        "import sys, pathlib; from countersign.adapters.system.instance_lock import InstanceLock;"
        "lock = InstanceLock(pathlib.Path(sys.argv[1])); lock.acquire(); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UserFacingError):
            second.acquire()
        holder.kill()
    second.acquire()
    second.release()


@pytest.mark.skipif(sys.platform != "linux", reason="prctl(2) is Linux's")
def test_a_hardened_process_leaves_no_core_and_cannot_be_traced() -> None:
    program = (
        "import ctypes, resource; from countersign.adapters.system.hardening import harden_process;"
        "print(*harden_process(), *resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30)
    assert result.stdout.split() == ["no_core", "not_dumpable", "0", "0", "0"]


def test_the_folder_that_stands_in_for_a_keyring(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "keyring")
    assert store.available()
    assert not store.protected
    assert store.read("a") is None
    store.write("a", "text")
    assert store.read("a") == "text"
    assert mode(tmp_path / "keyring" / "a") == 0o600
    store.remove("a")
    assert store.read("a") is None
    (tmp_path / "keyring" / "b").mkdir()
    with pytest.raises(SecretStoreError):
        store.read("b")


def test_time_goes_on_and_chance_differs() -> None:
    clock = SystemClock()
    assert clock.now_ms() > 1_700_000_000_000
    assert clock.monotonic_ms() <= clock.monotonic_ms()
    assert len({SystemEntropy().token_bytes(16) for _ in range(8)}) == 8
