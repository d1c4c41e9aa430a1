"""What a window vets with: the UK's table is loaded once, when it is needed, and files are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from countersign.application.ports.bank_files import FileHead, FileKind, FilePart, FilePayment, Reading
from countersign.application.use_cases.check_file import ReadParts
from countersign.application.use_cases.vetter import Vetter
from countersign.domain.errors import UserFacingError
from countersign.domain.national_accounts import ModulusTable
from countersign.domain.national_accounts.uk_modulus import Method, WeightRow
from countersign.domain.vetting import Subject, Verdict

TABLE = ModulusTable((WeightRow("089000", "089999", Method.MOD10, (0, 0, 0, 0, 0, 0, 7, 1, 3, 7, 1, 3, 7, 1)),), {})
FAULTY = "08-99-99 66374959"


def files(*parts: FilePart, refuses: str = "") -> ReadParts:
    """Give parts, or refuse."""

    def read(_path: Path, progress: Reading | None) -> Iterator[FilePart]:
        yield from parts
        if progress is not None:
            progress(1, 1)
        if refuses:
            raise UserFacingError(refuses, line=7)

    return read


def read_message(path: Path) -> str:
    if path.name == "binary":
        raise UserFacingError("file.unknown_kind", version="")
    return f"pay {FAULTY}"


def nothing(_done: int, _total: int) -> None:
    """Be told nothing."""


def test_the_table_is_loaded_once_and_used_everywhere() -> None:
    loaded: list[int] = []

    def load() -> ModulusTable:
        loaded.append(1)
        return TABLE

    vetter = Vetter(files(refuses="file.unknown_kind"), read_message, load)
    assert loaded == []
    assert vetter.details(FAULTY, "", "").verdict is Verdict.STOP
    assert vetter.message(f"pay {FAULTY}").verdict is Verdict.STOP
    assert vetter.file(Path("letter"), nothing).verdict is Verdict.STOP
    assert loaded == [1]


def test_a_table_that_cannot_be_read_is_no_table() -> None:
    def load() -> ModulusTable:
        raise UserFacingError("modulus_table.unreadable", name="x", line=1)

    check = Vetter(files(), read_message, load).details(FAULTY, "", "")
    assert check.verdict is Verdict.CLEAR
    assert [found.rule for found in check.findings] == ["account.uk.modulus.not_loaded"]


@pytest.mark.parametrize(
    ("read", "name", "fault"),
    [
        (files(refuses="file.unreadable"), "list", "file.unreadable"),
        (files(refuses="file.unknown_kind"), "binary", "file.unknown_kind"),
        (files(FileHead(FileKind.CSV, "CSV", "", ""), refuses="file.too_large"), "list", "file.too_large"),
        (files(FileHead(FileKind.CSV, "CSV", "", "")), "list", "file.no_payments"),
    ],
)
def test_what_cannot_be_read_says_why(read: ReadParts, name: str, fault: str) -> None:
    check = Vetter(read, read_message, lambda: None).file(Path(name), nothing)
    assert (check.subject, check.verdict, check.fault) == (Subject.FILE, Verdict.UNREADABLE, fault)


def test_what_progress_raises_ends_the_reading() -> None:
    read = files(FileHead(FileKind.CSV, "CSV", "", ""), FilePayment(2, "", "", None))

    def cancel(_done: int, _total: int) -> None:
        raise KeyError

    with pytest.raises(KeyError):
        Vetter(read, read_message, lambda: None).file(Path("list"), cancel)
