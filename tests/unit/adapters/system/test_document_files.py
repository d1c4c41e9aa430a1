"""Documents as files: read with care, opened as private copies that are taken away."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from countersign.adapters.system.document_files import PrivateCopies
from countersign.domain.documents import DOCUMENT_BYTES
from countersign.domain.errors import UserFacingError


@pytest.fixture
def copies(tmp_path: Path) -> PrivateCopies:
    (tmp_path / "base").mkdir()
    return PrivateCopies(tmp_path / "vault", tmp_path / "base")


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(UserFacingError) as caught:
        act()
    return caught.value.code


def never() -> bool:
    return False


def test_a_file_is_read_whole(copies: PrivateCopies, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 700_000)
    assert copies.read(path, never) == b"x" * 700_000
    path.write_bytes(b"")
    assert copies.read(path, never) == b""


def test_a_large_one_is_not_read(copies: PrivateCopies, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(DOCUMENT_BYTES + 1)
    assert code_of(lambda: copies.read(path, never)) == "document.too_large"


def test_one_that_grows_meanwhile_is_not_read_on(copies: PrivateCopies, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x")

    def grow() -> bool:
        with path.open("ab") as file:
            file.truncate(DOCUMENT_BYTES + 2)
        return False

    assert code_of(lambda: copies.read(path, grow)) == "document.too_large"


def test_reading_can_be_stopped(copies: PrivateCopies, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 700_000)
    asked: list[bool] = []

    def second_time() -> bool:
        asked.append(True)
        return len(asked) > 1

    assert code_of(lambda: copies.read(path, second_time)) == "document.stopped"


def test_what_is_no_file_is_not_read(copies: PrivateCopies, tmp_path: Path) -> None:
    assert code_of(lambda: copies.read(tmp_path, never)) == "document.unreadable"
    assert code_of(lambda: copies.read(tmp_path / "none", never)) == "document.unreadable"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_does_not_hold_it_up(copies: PrivateCopies, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert code_of(lambda: copies.read(tmp_path / "pipe", never)) == "document.unreadable"


def test_a_copy_is_for_its_owner_alone_and_is_taken_away(copies: PrivateCopies) -> None:
    first, second = copies.lay_out("a.pdf", b"one"), copies.lay_out("a.pdf", b"two")
    assert (first.read_bytes(), second.read_bytes(), first.name) == (b"one", b"two", "a.pdf")
    if sys.platform != "win32":
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (first, first.parent, copies.folder)]
        assert modes == [0o600, 0o700, 0o700]
    copies.clear()
    assert not copies.folder.exists()
    copies.clear()


def test_what_a_killed_program_left_is_found(copies: PrivateCopies, tmp_path: Path) -> None:
    copies.lay_out("a.pdf", b"one")
    other = PrivateCopies(tmp_path / "other vault", tmp_path / "base")
    assert copies.folder.exists()
    again = PrivateCopies(tmp_path / "vault", tmp_path / "base")
    assert again.folder == copies.folder != other.folder
    assert not copies.folder.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="temporary files are a person's own there")
def test_a_folder_that_somebody_else_can_look_into_is_not_used(copies: PrivateCopies, tmp_path: Path) -> None:
    copies.folder.mkdir(mode=0o777)
    copies.folder.chmod(0o777)
    (copies.folder / "kept").write_text("mine", "ascii")
    assert code_of(lambda: copies.lay_out("a.pdf", b"one")) == "document.unwritable"
    copies.clear()
    assert (copies.folder / "kept").exists()
    (copies.folder / "kept").unlink()
    copies.folder.rmdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    copies.folder.symlink_to(elsewhere)
    assert code_of(lambda: copies.lay_out("a.pdf", b"one")) == "document.unwritable"
    copies.clear()
    assert elsewhere.exists()


def test_where_nothing_can_be_written_it_is_said(copies: PrivateCopies, tmp_path: Path) -> None:
    assert code_of(lambda: copies.lay_out("a\x00.pdf", b"one")) == "document.unwritable"
    assert code_of(lambda: copies.save(tmp_path / "none" / "a.pdf", b"one")) == "document.unwritable"
    copies.save(tmp_path / "a.pdf", b"one")
    assert (tmp_path / "a.pdf").read_bytes() == b"one"


def test_by_itself_it_finds_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert PrivateCopies(tmp_path).folder.parent == tmp_path
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "none"))
    assert PrivateCopies(tmp_path).folder.parent != tmp_path / "none"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert PrivateCopies(tmp_path).folder.parent.is_dir()
