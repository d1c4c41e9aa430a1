"""Recognises a file by what it holds, and hands it to who can read it: the port ``BankFiles``."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from countersign.adapters.banks.files.hardened_xml import MAX_BYTES, looks_like_xml, open_xml
from countersign.adapters.banks.files.one_thread import in_one_thread
from countersign.application.ports.bank_files import FileKind, FilePart, ListColumns, ListPreview, Reading
from countersign.domain.errors import UserFacingError

_HEAD: Final = 4_096
_ZIP: Final = b"PK\x03\x04"

_ListReader: TypeAlias = tuple[
    Callable[[Path], ListPreview], Callable[[Path, Reading | None, ListColumns | None], Iterator[FilePart]]
]


class LocalBankFiles:
    """Reads files of this computer. Any lane but VAULT. What reads a kind is loaded when a file of it is met."""

    def read(self, path: Path, progress: Reading | None = None) -> Iterator[FilePart]:
        """Recognise a file by its content and read it part by part.

        Parts that come before a refusal were given already: use nothing of a file that wasn't read to its end.

        Args:
            path: The file.
            progress: Called with every 64 KiB; what it raises ends the reading.

        Raises:
            UserFacingError: As the port says.
        """
        try:
            with path.open("rb") as stream:
                yield from _read(path, stream, progress)
        except OSError as error:
            raise UserFacingError("file.absent", reason=error.strerror or "") from None

    @staticmethod
    def preview(path: Path) -> ListPreview | None:
        """Return how a list begins; None where the file is none."""
        reader = _list_reader(path)
        return reader[0](path) if reader else None

    @staticmethod
    def read_list(path: Path, columns: ListColumns, progress: Reading | None = None) -> Iterator[FilePart]:
        """Read a list by chosen columns."""
        reader = _list_reader(path)
        if reader is None:
            raise UserFacingError("file.unknown_kind", version="")
        yield from reader[1](path, progress, columns)

    @staticmethod
    def fingerprint(path: Path) -> str:
        """Return a file's SHA-256 in hex."""
        try:
            with path.open("rb") as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError as error:
            raise UserFacingError("file.absent", reason=error.strerror or "") from None


def _list_reader(path: Path) -> _ListReader | None:
    """Return what previews and what reads a list; None where the file is of another kind."""
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except OSError as error:
        raise UserFacingError("file.absent", reason=error.strerror or "") from None
    if head.startswith(_ZIP):
        from countersign.adapters.banks.files.lists.xlsx_list import preview_xlsx, read_xlsx  # noqa: PLC0415

        return preview_xlsx, read_xlsx
    from countersign.adapters.banks.files.reading.mt940 import looks_like_mt940  # noqa: PLC0415

    if looks_like_xml(head) or looks_like_mt940(head):
        return None
    _require_text(head)
    from countersign.adapters.banks.files.lists.csv_list import preview_csv, read_csv  # noqa: PLC0415

    return preview_csv, read_csv


def _require_text(head: bytes) -> None:
    wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if (b"\0" in head and not wide) or not head.strip():
        raise UserFacingError("file.unknown_kind", version="")


def _read(path: Path, stream: BinaryIO, progress: Reading | None) -> Iterator[FilePart]:
    total = path.stat().st_size
    if total > MAX_BYTES:
        raise UserFacingError("file.too_large", what="file")
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(_ZIP):
        from countersign.adapters.banks.files.lists.xlsx_list import read_xlsx  # noqa: PLC0415

        yield from read_xlsx(path, progress)
        return
    if looks_like_xml(head):
        yield from in_one_thread(partial(_read_xml, stream, total), progress)
        return
    from countersign.adapters.banks.files.reading.mt940 import looks_like_mt940, read_mt940  # noqa: PLC0415

    if looks_like_mt940(head):
        yield from read_mt940(stream, total, progress)
        return
    _require_text(head)
    from countersign.adapters.banks.files.lists.csv_list import read_csv  # noqa: PLC0415

    yield from read_csv(path, progress)


def _read_xml(stream: BinaryIO, total: int, progress: Reading | None) -> Generator[FilePart, None, None]:
    from countersign.adapters.banks.files.reading.account_report import read_account_report  # noqa: PLC0415
    from countersign.adapters.banks.files.reading.messages import message_of  # noqa: PLC0415
    from countersign.adapters.banks.files.reading.recall_answer import read_recall_answer  # noqa: PLC0415
    from countersign.adapters.banks.files.reading.status_report import read_status_report  # noqa: PLC0415

    document = open_xml(stream, total)
    kind, version = message_of(document)
    if kind is FileKind.PAIN_001:
        from countersign.adapters.banks.files.pain001.reader import read_document  # noqa: PLC0415

        yield from read_document(document, progress)
    elif kind is FileKind.PAIN_002:
        yield from read_status_report(document, version, progress)
    elif kind is FileKind.CAMT_029:
        yield from read_recall_answer(document, version, progress)
    else:
        yield from read_account_report(document, kind, version, progress)
