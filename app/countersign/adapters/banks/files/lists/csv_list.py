"""Read a list of payments in CSV as spreadsheets and accounting programs write it (RFC 4180, and what goes beyond it).

The signs between columns, the encoding, the head and the decimal mark are recognised. Line by line: memory doesn't
grow with the file.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from countersign.adapters.banks.files.lists.columns import Columns, as_chosen, count_known, find_columns, guess_head
from countersign.adapters.banks.files.lists.row import AccountsRead, read_row
from countersign.application.ports.bank_files import (
    FileHead,
    FileKind,
    FilePart,
    ListColumns,
    ListPreview,
    Reading,
)
from countersign.domain.amount_input import DecimalMark
from countersign.domain.errors import UserFacingError

LARGEST: Final = 512 * 1024 * 1024
"""Bytes; a million payments have some 150 MB."""

PREVIEWED: Final = 5  # rows
_SAMPLE: Final = 64 * 1024  # bytes that are looked at first
_LONGEST_LINE: Final = 64 * 1024  # characters
_PROGRESS_EVERY: Final = 500  # rows
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WESTERN: Final = ("cp1252", "gb18030", "big5hkscs")
_EASTERN: Final = ("gb18030", "big5hkscs", "cp1252")
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
TOTAL_ROWS: Final = frozenset({"total", "totals", "sum", "summe", "gesamt", "合计", "合計", "总计", "總計"})
_AFTER_COMMA: Final = re.compile(r"[0-9],[0-9]{2}$")
_AFTER_POINT: Final = re.compile(r"[0-9]\.[0-9]{2}$")


def read_csv(path: Path, progress: Reading | None = None, chosen: ListColumns | None = None) -> Iterator[FilePart]:
    """Read a list part by part: one ``FileHead``, then one ``FilePayment`` for each row.

    Cells are text and stay text: one that a spreadsheet would take for a formula is a fault of its row.

    Args:
        path: The file; untrusted.
        progress: Called every 500 rows; what it raises ends the reading.
        chosen: Which column is what, where a person has said so.

    Raises:
        UserFacingError: ``file.unknown_kind`` (no head with an account and an amount), ``file.unreadable`` (``line``,
            ``reason``: ``line_too_long``, ``quotes``, ``absent``), ``file.too_large``.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            yield from _parts(file, size, progress, chosen)
    except OSError as error:
        raise UserFacingError("file.unreadable", line=0, reason="absent") from error


def preview_csv(path: Path) -> ListPreview:
    """Return how a list begins.

    Raises:
        UserFacingError: ``file.unknown_kind`` where no line has several cells; ``file.unreadable``.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_SAMPLE)
    except OSError as error:
        raise UserFacingError("file.unreadable", line=0, reason="absent") from error
    sample = _decoded(raw, _encoding_of(raw)).removeprefix("\ufeff")
    columns = find_columns(sample) or guess_head(sample)
    if columns is None:
        raise UserFacingError("file.unknown_kind", version="")
    head: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    reader = csv.reader(sample.splitlines(keepends=True), delimiter=columns.delimiter)
    try:
        for cells in reader:
            if reader.line_num == columns.line:
                head = tuple(cells)
            elif reader.line_num > columns.line and any(cell.strip() for cell in cells):
                rows.append(tuple(cells[: columns.width]))
            if len(rows) == PREVIEWED:
                break
    except csv.Error:
        pass  # the reading itself says so, with its line
    return ListPreview(FileKind.CSV, head, tuple(rows), ListColumns(columns.places, columns.currency))


def _parts(file: BinaryIO, size: int, progress: Reading | None, chosen: ListColumns | None) -> Iterator[FilePart]:
    if size > LARGEST:
        raise UserFacingError("file.too_large")
    raw = file.read(_SAMPLE)
    encoding = _encoding_of(raw)
    sample = _decoded(raw, encoding)
    columns = find_columns(sample)
    if columns is None and chosen is not None:
        columns = guess_head(sample)
    if columns is None:
        raise UserFacingError("file.unknown_kind", version="")
    if chosen is not None:
        columns = as_chosen(columns, chosen)
    yield FileHead(FileKind.CSV, "CSV", "", "")
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")

    def tell(done: int, _all: int) -> None:
        if progress is not None:
            progress(min(done, size), size)

    try:
        yield from _payments(file, text, columns, _mark_of(sample, columns), tell)
    finally:
        text.detach()
    tell(size, size)


def _payments(
    file: BinaryIO, text: io.TextIOWrapper, columns: Columns, mark: DecimalMark, tell: Reading
) -> Iterator[FilePart]:
    known: AccountsRead = {}
    reader = csv.reader(_lines(text), delimiter=columns.delimiter)
    for count in itertools.count(1):
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:  # a quotation mark that never ends, most of the time
            raise UserFacingError("file.unreadable", line=line, reason="quotes") from error
        if cells is None:
            return
        if count % _PROGRESS_EVERY == 0:
            tell(file.tell(), 0)
        if line > columns.line and any(cell.strip() for cell in cells) and not is_total(cells):
            yield read_row(cells, columns, mark, line, known)


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield lines that fit into memory."""
    number = 0
    while line := text.readline(_LONGEST_LINE + 1):
        number += 1
        if len(line) > _LONGEST_LINE:
            raise UserFacingError("file.unreadable", line=number, reason="line_too_long")
        yield line


def _encoding_of(raw: bytes) -> str:
    """Tell how a file is written: by its mark, as UTF-8, else by the encoding in which the head has known words."""
    marked = next((encoding for bom, encoding in _BOMS if raw.startswith(bom)), "")
    if marked:
        return marked
    try:
        raw[: len(raw) - 4].decode() if len(raw) == _SAMPLE else raw.decode()
    except UnicodeDecodeError as error:
        if len(raw) != _SAMPLE or error.start < len(raw) - 8:
            return max(_offered(raw), key=lambda encoding: count_known(_decoded(raw, encoding)))
    return "utf-8"


def _offered(raw: bytes) -> tuple[str, ...]:
    """Order the old encodings: umlauts stand alone between other letters, the bytes of ideographs in rows."""
    runs = [len(run[0]) for run in _HIGH.finditer(raw)]
    return _EASTERN if sum(run for run in runs if run > 1) * 2 > sum(runs) else _WESTERN


def _decoded(raw: bytes, encoding: str) -> str:
    return raw.decode(encoding, "replace")


def _mark_of(sample: str, columns: Columns) -> DecimalMark:
    """Tell the decimal mark of a list by its first amounts; a point where they don't say."""
    lines = sample.splitlines(keepends=True)[columns.line :]
    return mark_of(csv.reader(lines, delimiter=columns.delimiter), columns.places["amount"])


def mark_of(rows: Iterable[Sequence[str]], place: int) -> DecimalMark:
    """Tell the decimal mark of a list by its first rows; a point where they don't say."""
    commas = points = 0
    try:
        for cells in rows:
            amount = cells[place].strip() if place < len(cells) else ""
            commas += bool(_AFTER_COMMA.search(amount))
            points += bool(_AFTER_POINT.search(amount))
    except csv.Error:
        pass  # the reading itself says so, with its line
    return "," if commas > points else "."


def is_total(cells: Sequence[str]) -> bool:
    """Tell whether a row is a sum under a list."""
    first = next((cell.strip().casefold().rstrip(":") for cell in cells if cell.strip()), "")
    return first in TOTAL_ROWS
