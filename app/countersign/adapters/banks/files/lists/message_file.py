"""Read a message that was saved as a text file, whole: its length is bounded."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from countersign.application.use_cases.check_details import MESSAGE_LIMIT
from countersign.domain.errors import UserFacingError

_LARGEST: Final = 4 * MESSAGE_LIMIT  # bytes: four for a character at most
_MARKS: Final = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_OLD: Final = ("gb18030", "big5hkscs", "cp1252")


def read_message(path: Path) -> str:
    """Read a text in UTF-8, UTF-16 with its mark, or what Windows writes in China, Taiwan and the West.

    Raises:
        UserFacingError: ``file.absent``; ``file.unknown_kind`` (no text); ``file.too_large``.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
    except OSError as error:
        raise UserFacingError("file.absent", reason=error.strerror or "") from error
    return decode_message(raw)


def decode_message(raw: bytes) -> str:
    """Decode a text; as ``read_message``.

    Raises:
        UserFacingError: ``file.unknown_kind``, ``file.too_large``.
    """
    if len(raw) > _LARGEST:
        raise UserFacingError("file.too_large", what="file")
    marked = next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), "")
    if b"\0" in raw and not marked:
        raise UserFacingError("file.unknown_kind", version="")
    for encoding in (marked,) if marked else ("utf-8", *_OLD):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UserFacingError("file.unknown_kind", version="")
