"""A file that appears as a whole or not at all, for its owner only; and one that is read line by line."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from countersign.adapters.system import export_file
from countersign.adapters.system.export_file import NewExport, export_at
from countersign.domain.errors import UserFacingError
from countersign.domain.workspace_export import LINE_LIMIT, event_line
from tests.unit.domain.test_workspace_export import EVENT, OPENING


def test_it_appears_once_all_of_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "audit.csexport"
    path.write_bytes(b"before")
    file = NewExport(path)
    file.write(b"one ")
    file.write(b"two")
    assert path.read_bytes() == b"before"
    file.finish()
    assert path.read_bytes() == b"one two"
    assert list(tmp_path.iterdir()) == [path]
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    file.finish()
    file.discard()
    assert path.read_bytes() == b"one two"


def test_nothing_is_left_of_what_was_stopped(tmp_path: Path) -> None:
    path = tmp_path / "audit.csexport"
    file = NewExport(path)
    file.write(b"one")
    file.discard()
    file.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_link_at_its_place_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"mine")
    path = tmp_path / "audit.csexport"
    path.symlink_to(other)
    file = NewExport(path)
    file.write(b"new")
    file.finish()
    assert other.read_bytes() == b"mine"
    assert not path.is_symlink()


def _raising(number: int) -> Callable[..., int]:
    def raise_(*_arguments: object, **_named: object) -> int:
        raise OSError(number, os.strerror(number))

    return raise_


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "export.disk_full"),
        (errno.EDQUOT, "export.disk_full"),
        (errno.EIO, "export.not_written"),
        (errno.EROFS, "export.no_permission"),
    ],
)
def test_what_keeps_it_from_being_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    file = NewExport(tmp_path / "audit.csexport")
    file.write(b"one")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", _raising(number))
        with pytest.raises(UserFacingError) as refusal:
            file.finish()
    assert refusal.value.code == code
    file.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_disk_that_is_full_is_told_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = str(tmp_path / "x.part")
    Path(name).touch()
    monkeypatch.setattr(tempfile, "mkstemp", lambda **_named: (os.open("/dev/full", os.O_WRONLY), name))
    file = NewExport(tmp_path / "audit.csexport")
    with pytest.raises(UserFacingError, match=r"export\.disk_full"):
        file.write(b"x" * 1_000_000)
    file.discard()
    assert not Path(name).exists()


def test_where_nobody_may_write_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "mkstemp", _raising(errno.EACCES))
    with pytest.raises(UserFacingError, match=r"export\.no_permission"):
        NewExport(tmp_path / "audit.csexport")
    monkeypatch.undo()
    with pytest.raises(UserFacingError, match=r"export\.not_written"):
        NewExport(tmp_path / "gone" / "audit.csexport")


def test_an_export_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "audit.csexport"
    path.write_bytes(OPENING.line + event_line(EVENT) + b"cut")
    file = export_at(path)
    assert file is not None
    with file:
        assert list(file.lines()) == [
            (0, OPENING.line),
            (len(OPENING.line), event_line(EVENT)),
            (len(OPENING.line) + len(event_line(EVENT)), b"cut"),
        ]
        assert file.line_at(len(OPENING.line)) == event_line(EVENT)


def test_a_line_without_end_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "audit.csexport"
    path.write_bytes(OPENING.line + b"x" * (LINE_LIMIT + 9))
    file = export_at(path)
    assert file is not None
    with file:
        assert [len(line) for _place, line in file.lines()][1:] == [LINE_LIMIT + 1, 8]


def test_what_claims_to_be_none_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "evidence.json").write_bytes(b'{"document":"countersign.evidence"}')
    assert export_at(tmp_path / "evidence.json") is None
    assert export_at(tmp_path / "nothing") is None
    assert export_at(tmp_path) is None
    large = tmp_path / "large"
    large.write_bytes(OPENING.line)
    monkeypatch.setattr(export_file, "EXPORT_LIMIT", 9)
    with pytest.raises(UserFacingError, match=r"receipt\.too_large"):
        export_at(large)
