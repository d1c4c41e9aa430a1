"""Envelopes as files that people carry."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from countersign.adapters.relays import envelope_file
from countersign.adapters.relays.envelope_file import CARRIED_LIMIT, read_carried_file, write_envelope_file
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger.envelope import MAGIC

CONTENT = MAGIC + b"sealed"


def test_a_file_is_written_and_read_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / "messages.countersign"
    write_envelope_file(path, CONTENT)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    renamed = path.rename(tmp_path / "Invoice (1).pdf")
    assert read_carried_file(renamed) == CONTENT


def test_the_old_file_stands_where_the_new_one_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.countersign"
    write_envelope_file(path, CONTENT)

    def full(_descriptor: int) -> None:
        raise OSError(28, "made up")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserFacingError, match=r"^envelope\.file_unwritable$"):
        write_envelope_file(path, CONTENT + b"longer")
    assert path.read_bytes() == CONTENT
    with pytest.raises(UserFacingError, match=r"^envelope\.file_unwritable$"):
        write_envelope_file(tmp_path / "missing" / "x.countersign", CONTENT)


def test_nothing_huge_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.countersign"
    with path.open("wb") as file:
        file.write(MAGIC)
        file.truncate(CARRIED_LIMIT + 1)
    with pytest.raises(SecurityError, match=r"^envelope\.too_large$"):
        read_carried_file(path)


def test_nothing_is_written_that_nobody_would_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope_file, "CARRIED_LIMIT", 10)
    write_envelope_file(tmp_path / "x.countersign", b"0123456789")
    with pytest.raises(SecurityError, match=r"^envelope\.too_large$"):
        write_envelope_file(tmp_path / "x.countersign", b"01234567890")
    assert (tmp_path / "x.countersign").read_bytes() == b"0123456789"


def test_what_is_no_file_can_not_be_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe"):
        with pytest.raises(UserFacingError, match=r"^envelope\.file_unreadable$"):
            read_carried_file(path)
