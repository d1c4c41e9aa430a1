"""The UK tables are read from a folder that the user fills, and only from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from countersign.adapters.accounts.modulus_files import load_modulus_table, tables_folder
from countersign.domain.errors import UserFacingError

LINE = "089000 089999 MOD10 0 0 0 0 0 0 7 1 3 7 1 3 7 1\n"


def test_no_folder_and_no_files_are_no_table(tmp_path: Path) -> None:
    assert load_modulus_table(tmp_path) is None
    assert load_modulus_table(tmp_path / "absent") is None


def test_the_newest_table_is_taken(tmp_path: Path) -> None:
    (tmp_path / "valacdos-v630.txt").write_text("broken")
    (tmp_path / "valacdos-v640.txt").write_text(LINE)
    (tmp_path / "scsubtab.txt").write_text("938173 938017\n")
    table = load_modulus_table(tmp_path)
    assert table is not None
    assert len(table.rows) == 1
    assert table.substitutions == {"938173": "938017"}


@pytest.mark.parametrize(("content", "line"), [(b"hello there\n", 1), (b"\xff\xfe", 0), (LINE.encode() + b"x", 2)])
def test_another_file_is_refused_with_its_line(tmp_path: Path, content: bytes, line: int) -> None:
    (tmp_path / "valacdos.txt").write_bytes(content)
    with pytest.raises(UserFacingError) as refused:
        load_modulus_table(tmp_path)
    assert refused.value.code == "modulus_table.unreadable"
    assert refused.value.params == {"name": "valacdos.txt", "line": line}


def test_the_folder_lies_beside_the_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_HOME", str(tmp_path))
    assert tables_folder() == tmp_path / "tables"
    monkeypatch.delenv("COUNTERSIGN_HOME")
    assert tables_folder().name == "tables"
