"""MT940 in fields: splits the lines of a file, counts them, and has the library read one field or one entry at a time.

The library (``mt-940``) reads whole files into memory and writes what it can't read to its log. Here it sees one entry
of limited size at a time, says nothing, and whatever it raises becomes the refusal of the file with its line.

Source: SWIFT Standards MT, Category 9, MT940 Customer Statement Message.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from countersign.adapters.banks.files.hardened_xml import MAX_BYTES, unreadable
from countersign.application.ports.bank_files import Reading
from countersign.domain.errors import UserFacingError

MAX_LINE: Final = 2_000
MAX_FIELD_LINES: Final = 100
"""Field 86 has six lines by the standard; German banks send up to 27."""
_TAG: Final = re.compile(r":([0-9]{2}[A-Z]?|NS):")
_BEGINS: Final = re.compile(r"(?:^|[\r\n]|\{4:)[ \t]{0,3}:20:")
_EVERY: Final = 1_000
_TAGS: Final = frozenset({
    "13", "13D", "20", "21", "25", "25P", "28", "28C", "34F", "60F", "60M", "61", "62F", "62M", "64", "65", "86", "90C",
    "90D", "NS",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Field:
    """A field such as ``:61:``.

    Attributes:
        tag: Without colons: ``60F``.
        line: On which it begins, from 1.
        lines: Its text by lines, without line ends; the first one after the tag.
    """

    tag: str
    line: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return its lines joined by line feeds."""
        return "\n".join(self.lines)


def looks_like_mt940(head: bytes) -> bool:
    """Tell whether a file's beginning holds a field 20 at the start of a line, and an account or a balance after it."""
    text = head.decode("latin-1").removeprefix("\u00ef\u00bb\u00bf")
    found = _BEGINS.search(text)
    return found is not None and re.search(r"[\r\n]:(?:25P?|28C?|60[FM]|61|34F|13D?):", text[found.end() :]) is not None


def fields(stream: BinaryIO, total: int, progress: Reading | None) -> Iterator[Field]:
    """Split a file into fields. What stands around messages (SWIFT's blocks, lines with a dash) is left out.

    Raises:
        UserFacingError: ``file.unreadable``: ``long_text``; ``file.too_large``.
    """
    tag, begun, lines = "", 0, []
    for number, line in _lines(stream, total, progress):
        found = _TAG.match(line)
        if found is not None and tag and found[1] not in _TAGS:
            found = None  # a text may begin like a field
        ends = line in {"-", "-}"} or line.startswith(("{", "-}{"))
        if found is None and not ends:
            if tag:
                lines.append(line)
                if len(lines) > MAX_FIELD_LINES:
                    raise unreadable(number, "long_text", f":{tag}:")
            elif line.strip():
                raise unreadable(number, "form", "")
            continue
        if tag:
            yield Field(tag, begun, tuple(lines))
        tag, begun, lines = (found[1], number, [line[found.end() :]]) if found is not None else ("", 0, [])
    if tag:
        yield Field(tag, begun, tuple(lines))


def _lines(stream: BinaryIO, total: int, progress: Reading | None) -> Iterator[tuple[int, str]]:
    number, read = 0, 0
    while line := stream.readline(MAX_LINE + 2):
        number += 1
        read += len(line)
        if read > MAX_BYTES:
            raise UserFacingError("file.too_large", what="file")
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            raise unreadable(number, "long_text")
        if progress is not None and number % _EVERY == 1:
            progress(read, total)
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        text = _text(line).rstrip("\r\n \x03\x1a")
        # SWIFT's blocks stand before the first field: {1:…}{2:…}{4:
        yield number, text.removeprefix("{4:")
    if progress is not None:
        progress(read, total)


def _text(line: bytes) -> str:
    """Decode a line: banks send ASCII, UTF-8 or ISO 8859-1, and no file says which."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def read_by_library(*found: Field) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """Have the library read a few fields that belong together.

    Returns:
        What it found of the statement, and of the one entry among them.

    Raises:
        UserFacingError: ``file.unreadable``, ``form``, with the line of the first of them.
    """
    from mt940.models import Transactions  # noqa: PLC0415 - not before such a file is read
    from mt940.options import Options  # noqa: PLC0415

    # It logs what it can't read, account numbers and all.
    logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)
    read = Transactions(options=Options.all())
    # A line that begins like a field was judged to be none.
    text = "\n".join(f":{field.tag}:" + field.text.replace("\n:", "\n :") for field in found)
    try:
        read.parse(text)
    except (RuntimeError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError):
        raise unreadable(found[0].line, "form", f":{found[0].tag}:") from None
    if len(read.transactions) > 1:
        raise unreadable(found[0].line, "form", f":{found[0].tag}:")
    return read.data, read.transactions[0].data if read.transactions else {}
