"""Pictures as challenges (PHOTO_OTP): a QR symbol as a PNG, written with the standard library."""

from __future__ import annotations

import struct
import zlib

LARGEST = 512 * 1024
"""At most so many bytes are shown as ``challengeData.image`` (NextGenPSD2 IG section 14.13)."""

_SCALE = 6
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREYSCALE = 0
_ONE_BIT = 1


def draw(text: str) -> bytes:
    """Return a PNG with a QR symbol of a text, quiet zone included; ``LARGEST`` bytes at most."""
    # Takes long to import, and most banks never draw one.
    from qrcode import constants  # noqa: PLC0415
    from qrcode.main import QRCode  # noqa: PLC0415

    symbol = QRCode(error_correction=constants.ERROR_CORRECT_M, border=4)
    symbol.add_data(text.encode())
    symbol.make(fit=True)
    return write_png([[bool(module) for module in row] for row in symbol.get_matrix()])


def write_png(modules: list[list[bool]]) -> bytes:
    """Write dark and light modules as a PNG of one bit a pixel (ISO/IEC 15948).

    Args:
        modules: Rows of modules, all of one length; true is dark.
    """
    width, height = len(modules[0]) * _SCALE, len(modules) * _SCALE
    lines = b"".join(_line(row) * _SCALE for row in modules)
    header = struct.pack(">IIBBBBB", width, height, _ONE_BIT, _GREYSCALE, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")


def _line(row: list[bool]) -> bytes:
    """Return one line of pixels: no filter, then a bit for each, dark is 0."""
    bits = "".join(("0" if dark else "1") * _SCALE for dark in row)
    bits += "0" * (-len(bits) % 8)
    return b"\x00" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
