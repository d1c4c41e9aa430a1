"""Read a list of payments from a spreadsheet (ECMA-376, Office Open XML), row by row.

A spreadsheet is a ZIP archive of XML and untrusted: what it would unpack to is held to limits before anything is
parsed, and again by the archive's own directory while it is read. Formulas are never evaluated, not even their last
results are taken; links to other files, macros, pictures and comments are not opened.
"""

from __future__ import annotations

import codecs
import os
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final

from countersign.adapters.banks.files.lists.columns import (
    SEARCHED_LINES,
    Columns,
    as_chosen,
    columns_of,
    named_columns,
)
from countersign.adapters.banks.files.lists.csv_list import PREVIEWED, is_total, mark_of
from countersign.adapters.banks.files.lists.row import AccountsRead, read_row
from countersign.application.ports.bank_files import FileHead, FileKind, FilePart, ListColumns, ListPreview, Reading
from countersign.domain.errors import UserFacingError

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

LARGEST: Final = 64 * 1024 * 1024  # bytes of the archive; 100 000 payments have some 5 MB
_UNPACKED: Final = 512 * 1024 * 1024  # bytes of all sheets
_TEXTS: Final = 24 * 1024 * 1024  # bytes of the table of texts, which is held in memory
_OTHER: Final = 2 * 1024 * 1024  # bytes of any other part that is: styles, the table of contents
_RATIO: Final = 40  # bytes for one: spreadsheets pack by ten to twenty
_SMALL: Final = 1024 * 1024  # bytes that a part may have, however well it packs
_ANY: Final = 8 * 1024 * 1024  # and all parts together
_MARKS: Final = 50_000  # of elements in a part, however well they pack
_MARKS_IN_SHEETS: Final = 6  # for each byte that they are packed to
_MARKS_IN_TEXTS: Final = 3
_STRINGS: Final = "xl/sharedStrings.xml"
_DECLARED: Final = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")
_HEAD: Final = 512
_CHUNK: Final = 64 * 1024
_MARK_LENGTH: Final = 16
_LONGEST_TEXT: Final = 128 * 1024  # bytes; a cell holds 32 767 characters
_PARTS: Final = 400
_SHEETS: Final = 8  # that are searched for a table
_COLUMNS: Final = 64
_ROWS: Final = 1_048_576  # a sheet has no more
_CELL: Final = 1_000  # characters
_BLANK_ROWS: Final = 20_000  # one after the other: after so many nothing more is expected
_ALL_BLANK: Final = 100_000
_PROGRESS_EVERY: Final = 500  # rows
_EXACT_DIGITS: Final = 15  # a spreadsheet keeps no more of a number


def read_xlsx(path: Path, progress: Reading | None = None, chosen: ListColumns | None = None) -> Iterator[FilePart]:
    """Read a list part by part: one ``FileHead``, then one ``FilePayment`` for each row of the first table.

    Args:
        path: The file; untrusted.
        progress: Called every 500 rows with rows, not bytes; what it raises ends the reading.
        chosen: Which column is what, where a person has said so.

    Raises:
        UserFacingError: ``file.unknown_kind`` (no head with an account and an amount), ``file.unreadable``
            (``reason``: ``spreadsheet``), ``file.too_large``, ``file.forbidden``.
    """
    with _opened(path) as book:
        table = _table(book, guess=chosen is not None)
        columns = as_chosen(table.columns, chosen) if chosen is not None else table.columns
        sample = list(islice((cells for _line, cells in _rows(book, table.sheet, columns.line)), SEARCHED_LINES))
        mark = mark_of(sample, columns.places["amount"])
        yield FileHead(FileKind.XLSX, "XLSX", "", "")
        known: AccountsRead = {}
        total = max(table.rows, columns.line)
        for count, (line, cells) in enumerate(_rows(book, table.sheet, columns.line), 1):
            if count % _PROGRESS_EVERY == 0 and progress is not None:
                progress(min(line, total), total)
            if not is_total(cells):
                yield read_row(cells, columns, mark, line, known)
        if progress is not None:
            progress(total, total)


def preview_xlsx(path: Path) -> ListPreview:
    """Return how a list begins.

    Raises:
        UserFacingError: As ``read_xlsx``.
    """
    with _opened(path) as book:
        table = _table(book, guess=True)
        columns = table.columns
        rows = tuple(
            cells[: columns.width] for _line, cells in islice(_rows(book, table.sheet, columns.line), PREVIEWED)
        )
        return ListPreview(FileKind.XLSX, table.head, rows, ListColumns(columns.places, columns.currency))


@dataclass(frozen=True, slots=True)
class _Table:
    """The first table of a workbook: its sheet, its head, and how many rows the sheet says that it has."""

    sheet: int
    head: tuple[str, ...]
    columns: Columns
    rows: int


def _table(book: Workbook, *, guess: bool) -> _Table:
    first: _Table | None = None
    for place, sheet in enumerate(book.worksheets[:_SHEETS]):
        if sheet.sheet_state != "visible":
            continue  # what nobody sees is not paid
        rows = sheet.max_row if isinstance(sheet.max_row, int) else 0
        for line, cells in _rows(book, place, 0, SEARCHED_LINES):
            found = columns_of(cells, line)
            if found is not None:
                return _Table(place, cells, found, rows)
            if first is None and sum(bool(cell.strip()) for cell in cells) > 1:
                first = _Table(place, cells, named_columns(cells, line), rows)
    if first is None or not guess:
        raise UserFacingError("file.unknown_kind", version="")
    return first


def _rows(book: Workbook, place: int, after: int, until: int = _ROWS) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows of a sheet that hold something, each with its line, as texts."""
    sheet = book.worksheets[place]
    blank = skipped = 0
    found = sheet.iter_rows(min_row=after + 1, max_row=until, max_col=_COLUMNS, values_only=True)
    for line, values in enumerate(_read(iter(found)), after + 1):
        cells = () if values.count(None) == len(values) else tuple(map(_text, values))
        if not any(cells):
            blank, skipped = blank + 1, skipped + 1
            if blank > _BLANK_ROWS:
                return
            if skipped > _ALL_BLANK:
                raise _too_large()
            continue
        blank = 0
        yield line, _trimmed(cells)


def _trimmed(cells: tuple[str, ...]) -> tuple[str, ...]:
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _text(value: object) -> str:
    """Return what a cell says. A number that a spreadsheet can't have kept whole is written as the rounded one it is.

    Doubles are written with the 15 digits that a spreadsheet shows: 0.1 + 0.2 is 0.3 there.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:_CELL].strip()
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value) if len(str(abs(value))) <= _EXACT_DIGITS else f"{value:.14e}"
    if isinstance(value, float):
        return format(value, f".{_EXACT_DIGITS}g")
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)[:_CELL].strip()


@contextmanager
def _opened(path: Path) -> Iterator[Workbook]:
    """Open a workbook for reading, whatever its file is called."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise UserFacingError("file.absent", reason=error.strerror or "") from None
    with stream:
        try:
            _inspect(stream)
        except zipfile.BadZipFile as error:  # no archive at all
            raise UserFacingError("file.unknown_kind", version="") from error
        except (OSError, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
            raise _unreadable() from error
        book = _load(stream)
        try:
            yield book
        finally:
            book.close()


def _load(stream: BinaryIO) -> Workbook:
    from openpyxl import load_workbook  # noqa: PLC0415 - half a second, for this only

    # What it does not know of a workbook is nothing that is read here. Rows are read later, in any worker.
    warnings.filterwarnings("ignore", module=r"openpyxl(\..*)?$")
    try:
        return load_workbook(stream, read_only=True, keep_links=False)
    except Exception as error:  # what a library raises over a broken file has no end
        raise _unreadable() from error


def _read(rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """Yield rows; whatever is wrong with a sheet in there is one refusal."""
    while True:
        try:
            values = next(rows, None)
        except Exception as error:  # see above
            raise _unreadable() from error
        if values is None:
            return
        yield values


def _unreadable() -> UserFacingError:
    return UserFacingError("file.unreadable", line=0, reason="spreadsheet")


def _inspect(stream: BinaryIO) -> None:
    """Hold an archive to its limits before anything of it is parsed."""
    size = stream.seek(0, os.SEEK_END)
    if size > LARGEST:
        raise _too_large()
    with zipfile.ZipFile(stream) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > _PARTS or unpacked > min(_UNPACKED, max(_RATIO * size, _ANY)):
            raise _too_large()
        names = [part.filename for part in parts]
        if len(set(names)) != len(names) or "xl/workbook.xml" not in names:
            raise UserFacingError("file.unknown_kind", version="")
        for part in parts:
            if part.flag_bits & 1:
                raise _unreadable()
            if part.file_size > _SMALL and part.file_size > _RATIO * max(part.compress_size, 1):
                raise _too_large()
            sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
            if not sheet and part.file_size > (_TEXTS if part.filename == _STRINGS else _OTHER):
                raise _too_large()
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as content:
                    _walk(content, _MARKS + (_MARKS_IN_SHEETS if sheet else _MARKS_IN_TEXTS) * part.compress_size)


def _walk(content: IO[bytes], most: int) -> None:
    """Look through a part before it is parsed: what it is written in, and how many elements it would become.

    An element takes some hundred bytes and some microseconds, and packs to a hundredth of a byte where all are alike. A
    payment's are not: each of its texts is another one.

    Args:
        content: Unpacked while it is read.
        most: How many marks "<" it may have.
    """
    chunk, end, marks, bare = content.read(_CHUNK), b"", 0, 0
    _require_encoding(chunk)
    while chunk:
        seen = end + chunk
        if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or b"\0" in chunk:
            raise UserFacingError("file.forbidden", what="doctype")  # nor an encoding in which one could hide
        found = chunk.count(b"<")
        marks, bare = marks + found, 0 if found else bare + len(chunk)
        if marks > most or bare > _LONGEST_TEXT:
            raise _too_large()
        end, chunk = seen[-_MARK_LENGTH:], content.read(_CHUNK)


def _require_encoding(start: bytes) -> None:
    declared = _DECLARED.match(start[:_HEAD].removeprefix(codecs.BOM_UTF8))
    if declared is not None and declared[1].lower() not in {b"utf-8", b"us-ascii"}:
        raise UserFacingError("file.forbidden", what="doctype")


def _too_large() -> UserFacingError:
    return UserFacingError("file.too_large", what="file")
