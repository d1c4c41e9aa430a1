"""Spreadsheets as lists of payments: what is read, what is refused, and which column is what."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.application.ports.bank_files import FileHead, FileKind, FilePayment, ListColumns
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money

IBAN = "DE89370400440532013000"
FILES = LocalBankFiles()


def saved(tmp_path: Path, *rows: list[object], name: str = "list.bin") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    path = tmp_path / name
    book.save(path)
    return path


def payments(path: Path) -> list[FilePayment]:
    return [part for part in FILES.read(path) if isinstance(part, FilePayment)]


def test_a_table_under_a_title_is_found_and_read(tmp_path: Path) -> None:
    head: list[object] = ["Beneficiary", "IBAN", "Amount EUR", "Reference", "Date"]
    day = dt.date(2026, 12, 1)
    path = saved(
        tmp_path, ["March"], head, ["ACME", IBAN, 1234.5, "INV 1", day], ["B", IBAN, 7, "", None], ["Total", None, 9]
    )
    first, *rest = list(FILES.read(path))
    assert first == FileHead(FileKind.XLSX, "XLSX", "", "")
    found = [part for part in rest if isinstance(part, FilePayment)]
    assert [part.line for part in found] == [3, 4]
    assert found[0].payment is not None
    assert found[0].payment.instructed_amount == Money(123_450, "EUR")
    assert found[0].payment.requested_execution_date == "2026-12-01"


def test_doubles_are_read_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    (found,) = payments(saved(tmp_path, ["Name", "IBAN", "Amount EUR"], ["A", IBAN, 0.1 + 0.2]))
    assert found.payment is not None
    assert found.payment.instructed_amount == Money(30, "EUR")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["A", IBAN, "=1+1"], ("instructed_amount", "formula")),
        (["=A1", IBAN, 1], ("creditor_name", "formula")),
        (["A", "=A1", 1], ("creditor_account", "formula")),
        (["A", 12345678901234567890, 1], ("creditor_account", "rounded")),
        (["A", 1234567890123456, 1], ("creditor_account", "rounded")),
    ],
)
def test_formulas_and_rounded_numbers_are_faults(tmp_path: Path, row: list[object], fault: tuple[str, str]) -> None:
    (found,) = payments(saved(tmp_path, ["Name", "IBAN", "Amount EUR"], row))
    assert fault in found.faults


def test_the_preview_says_what_was_taken_for_what_and_a_person_may_choose_otherwise(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Who", "Where", "How much"], ["ACME", IBAN, 5], ["B", IBAN, 6])
    preview = FILES.preview(path)
    assert preview is not None
    assert (preview.kind, preview.head) == (FileKind.XLSX, ("Who", "Where", "How much"))
    assert preview.rows == (("ACME", IBAN, "5"), ("B", IBAN, "6"))
    assert preview.columns.places == {}
    with pytest.raises(UserFacingError) as unknown:
        payments(path)
    assert unknown.value.code == "file.unknown_kind"
    chosen = ListColumns({"name": 0, "account": 1, "amount": 2}, "EUR")
    found = [part for part in FILES.read_list(path, chosen) if isinstance(part, FilePayment)]
    assert [part.payment.instructed_amount for part in found if part.payment] == [Money(500, "EUR"), Money(600, "EUR")]
    with pytest.raises(UserFacingError):
        list(FILES.read_list(path, ListColumns({"name": 0, "account": 1, "amount": 9}, "EUR")))


def test_the_preview_of_a_csv_says_the_same(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"Who;Where;How much\nACME;{IBAN};5,00\n", "utf-8")
    preview = FILES.preview(path)
    assert preview is not None
    assert (preview.kind, preview.head, preview.rows) == (
        FileKind.CSV,
        ("Who", "Where", "How much"),
        (("ACME", IBAN, "5,00"),),
    )
    chosen = ListColumns({"name": 0, "account": 1, "amount": 2}, "EUR")
    found = [part for part in FILES.read_list(path, chosen) if isinstance(part, FilePayment)]
    assert found[0].payment is not None
    assert found[0].payment.instructed_amount == Money(500, "EUR")


def test_other_files_have_no_columns_to_choose(tmp_path: Path) -> None:
    path = tmp_path / "list.xml"
    path.write_text("<Document/>", "utf-8")
    assert FILES.preview(path) is None
    with pytest.raises(UserFacingError):
        list(FILES.read_list(path, ListColumns({})))
    with pytest.raises(UserFacingError) as absent:
        FILES.preview(tmp_path / "absent")
    assert absent.value.code == "file.absent"


def test_what_nobody_sees_is_not_paid(tmp_path: Path) -> None:
    book = Workbook()
    hidden, shown = book.active, book.create_sheet("Shown")
    assert hidden is not None
    for sheet, name in ((hidden, "Hidden"), (shown, "Shown")):
        sheet.append(["Name", "IBAN", "Amount EUR"])
        sheet.append([name, IBAN, 1])
    hidden.sheet_state = "hidden"
    book.active = 1
    path = tmp_path / "list.xlsx"
    book.save(path)
    assert [part.payment.creditor_name for part in payments(path) if part.payment] == ["Shown"]


def rewritten(path: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    parts[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    return path


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("xl/sharedStrings.xml", b"<sst>" + b" " * 9_000_000, "file.too_large"),
        ("xl/worksheets/sheet1.xml", b"<!DOCTYPE x><x/>", "file.forbidden"),
        ("xl/workbook.xml", "<workbook/>".encode("utf-16"), "file.forbidden"),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c", "file.unreadable"),
        ("xl/workbook.xml", b"<nothing/>", "file.unknown_kind"),
    ],
)
def test_a_hostile_or_broken_archive_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    path = rewritten(saved(tmp_path, ["Name", "IBAN", "Amount EUR"], ["A", IBAN, 1]), name, content)
    with pytest.raises(UserFacingError) as refused:
        payments(path)
    assert refused.value.code == code


def test_what_progress_raises_ends_the_reading(tmp_path: Path) -> None:
    path = saved(tmp_path, ["Name", "IBAN", "Amount EUR"], *[["A", IBAN, number + 1] for number in range(1_200)])

    class StopError(Exception):
        pass

    def stop(_done: int, _total: int) -> None:
        raise StopError

    with pytest.raises(StopError):
        list(FILES.read(path, stop))
