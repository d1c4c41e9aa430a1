"""What a file is decides its content, never its name; and reading it can be watched and stopped."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from countersign.adapters.banks.files import bank_files
from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.application.ports.bank_files import BankFiles, FileHead, FileKind, StatementEntry
from countersign.domain.errors import UserFacingError
from tests.benchmarks.made_files import write_camt053, write_pain001
from tests.security.fuzz_seeds import GERMAN_MT940, NAME_CHECK, RECALL_ANSWER

READER: BankFiles = LocalBankFiles()
CSV = "name;iban;amount;currency\nAtelier Verhoeven;NL91ABNA0417164300;12,50;EUR\n"


def made(path: Path, kind: FileKind) -> Path:
    if kind is FileKind.CAMT_053:
        write_camt053(path, 2)
    elif kind is FileKind.PAIN_001:
        write_pain001(path, 2)
    else:
        texts = {
            FileKind.PAIN_002: NAME_CHECK,
            FileKind.CAMT_029: RECALL_ANSWER,
            FileKind.MT940: GERMAN_MT940,
            FileKind.CSV: CSV,
        }
        path.write_text(texts[kind], "utf-8")
    return path


@pytest.mark.parametrize(
    "kind",
    [FileKind.PAIN_001, FileKind.PAIN_002, FileKind.CAMT_029, FileKind.CAMT_053, FileKind.MT940, FileKind.CSV],
)
@pytest.mark.parametrize("name", ["file.xml", "file.pdf", "file"])
def test_a_kind_is_recognised_by_what_a_file_holds(tmp_path: Path, kind: FileKind, name: str) -> None:
    head = next(iter(READER.read(made(tmp_path / name, kind))))
    assert isinstance(head, FileHead)
    assert head.kind is kind


def test_a_list_in_utf_16_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(CSV.encode("utf-16"))
    head = next(iter(READER.read(path)))
    assert isinstance(head, FileHead)
    assert head.kind is FileKind.CSV


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        b"%PDF-1.7\n\0\0",
        b"PK\x03\x04\0",
        b"\x89PNG\r\n\x1a\n\0",
        b'{"a": 1}',
        b"just words\n",
        b"\0" * 9_000,
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "statement.xml"
    path.write_bytes(content)
    with pytest.raises(UserFacingError) as refused:
        list(READER.read(path))
    assert refused.value.code == "file.unknown_kind"


@pytest.mark.parametrize(
    "root",
    ["<Invoice/>", "<html><body/></html>", '<Document xmlns="urn:x"><A/></Document>', "<Document><A/></Document>"],
)
def test_other_xml_is_refused(tmp_path: Path, root: str) -> None:
    path = tmp_path / "statement.xml"
    path.write_text(root, "utf-8")
    with pytest.raises(UserFacingError) as refused:
        list(READER.read(path))
    assert refused.value.code == "file.unknown_kind"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.xml", tmp_path):
        with pytest.raises(UserFacingError) as refused:
            list(READER.read(path))
        assert refused.value.code == "file.absent"


def test_a_file_that_is_too_large_is_not_opened_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bank_files, "MAX_BYTES", 1_000)
    with pytest.raises(UserFacingError) as refused:
        list(READER.read(made(tmp_path / "a.xml", FileKind.CAMT_053)))
    assert refused.value.code == "file.too_large"


@pytest.mark.parametrize("kind", [FileKind.CAMT_053, FileKind.PAIN_001, FileKind.MT940])
def test_reading_is_watched_to_the_end(tmp_path: Path, kind: FileKind) -> None:
    path = made(tmp_path / "a", kind)
    told: list[tuple[int, int]] = []
    list(READER.read(path, lambda done, total: told.append((done, total))))
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_reading_stops_where_the_watcher_says_so(tmp_path: Path) -> None:
    class StoppedError(Exception):
        """Somebody pressed Cancel."""

    path = tmp_path / "long.xml"
    write_camt053(path, 1_000)

    def stop(done: int, total: int) -> None:
        if done * 2 > total:
            raise StoppedError

    seen: list[object] = []
    with pytest.raises(StoppedError):
        seen.extend(READER.read(path, stop))
    found = sum(isinstance(part, StatementEntry) for part in seen)
    assert 100 < found < 900


def test_nothing_heavy_is_loaded_before_a_file_is_read() -> None:
    program = (
        "import sys; import countersign.adapters.banks.files.bank_files;"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'lxml', 'mt940', 'holidays', 'csv'}))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert ast.literal_eval(said) == []
