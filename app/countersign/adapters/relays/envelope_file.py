"""Envelopes as files that people carry, by mail or on a stick, under any name."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from countersign.adapters.system.durable_file import write_durably
from countersign.domain.errors import SecurityError, UserFacingError

CARRIED_LIMIT: Final = 256 * 1024 * 1024
"""Several envelopes may be in one file, each with the documents of a payment."""

_READING: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def write_envelope_file(path: Path, content: bytes) -> None:
    """Write a file as a whole, and return once it is on disk.

    Raises:
        UserFacingError: ``envelope.file_unwritable``; a file that was there before still is.
        SecurityError: ``envelope.too_large``: nobody would read it.
    """
    if len(content) > CARRIED_LIMIT:
        raise SecurityError("envelope.too_large")
    try:
        write_durably(path, content, point="envelope.file")
    except OSError as error:
        raise UserFacingError("envelope.file_unwritable") from error


def read_carried_file(path: Path) -> bytes:
    """Read a file that may hold anything; nothing larger than what people carry is read, and nothing but a file.

    Raises:
        UserFacingError: ``envelope.file_unreadable``.
        SecurityError: ``envelope.too_large``.
    """
    try:
        with os.fdopen(os.open(path, _READING), "rb") as file:
            ordinary = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            content = file.read(CARRIED_LIMIT + 1) if ordinary else b""
    except OSError as error:
        raise UserFacingError("envelope.file_unreadable") from error
    if not ordinary:
        raise UserFacingError("envelope.file_unreadable")
    if len(content) > CARRIED_LIMIT:
        raise SecurityError("envelope.too_large")
    return content
