"""Pictures as what reads codes wants them: grey, as a portable greymap. Any thread: no window is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QImageReader

from countersign.domain.errors import SecurityError

EDGE_LIMIT: Final = 8_000
"""Pixels: a larger picture is no photograph of a screen, and may be made to fill the memory."""


def read_picture(path: Path) -> bytes:
    """Read a picture from a file.

    Raises:
        SecurityError: ``qr.no_picture``.
    """
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    size: QSize = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > EDGE_LIMIT:
        raise SecurityError("qr.no_picture")
    return grey_map(reader.read())


def grey_map(picture: QImage) -> bytes:
    """Return a picture as a portable greymap (binary, 8 bits); empty where there is none.

    Raises:
        SecurityError: ``qr.no_picture``: it is too large.
    """
    if picture.isNull():
        return b""
    if max(picture.width(), picture.height()) > EDGE_LIMIT:
        raise SecurityError("qr.no_picture")
    grey = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    width, height, line = grey.width(), grey.height(), grey.bytesPerLine()
    pixels = bytes(grey.constBits())
    rows = b"".join(pixels[at * line : at * line + width] for at in range(height))
    return f"P5\n{width} {height}\n255\n".encode() + rows
