"""Draw a QR code."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from countersign.ui.widgets.accessible import Picture

if TYPE_CHECKING:
    from typing_extensions import Buffer

_QUIET = 4
"""Modules of white round the code (ISO/IEC 18004, 6.3.8)."""


def qr_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules of the QR code of ``text``, row by row, without quiet zone."""
    import qrcode  # noqa: PLC0415 - brings an imaging library along, and few pages show a code

    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def frame_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules of a long code, row by row, without quiet zone, fifty times as fast as ``qr_matrix``.

    Letters and digits only. Error correction level M.
    """
    import zxingcpp  # noqa: PLC0415 - a large library, and few pages show such a code

    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    pixels = memoryview(cast("Buffer", made.to_image(scale=1, add_hrt=False, add_quiet_zones=False))).tobytes()
    edge = isqrt(len(pixels))  # a square with one byte for each module
    return tuple(tuple(pixels[at + x] == 0 for x in range(edge)) for at in range(0, len(pixels), edge))


class QrView(Picture):
    """Show a QR code, black on white in every theme so that cameras read it.

    Args:
        name: what it is for, for screen readers; the text itself stands beside it.
        rows: modules as bools, True is black.
        edge: least edge in device-independent pixels.
    """

    def __init__(
        self,
        name: str,
        rows: Sequence[Sequence[bool]] = (),
        parent: QWidget | None = None,
        *,
        edge: int = 200,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._edge = edge
        self._rows: tuple[tuple[bool, ...], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_rows(rows)

    def set_rows(self, rows: Sequence[Sequence[bool]]) -> None:
        """Show other modules; none leaves the square white."""
        self._rows = tuple(tuple(row) for row in rows)
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square in which every module has the same whole number of pixels."""
        count = len(self._rows) + 2 * _QUIET
        module = max(-(-self._edge // count), 2)
        return QSize(module * count, module * count)

    def minimumSizeHint(self) -> QSize:
        """Return the same square."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the white square and the black modules."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#FFFFFF"))
        if not self._rows:
            return
        module = min(self.width(), self.height()) // (len(self._rows) + 2 * _QUIET)
        edge = module * (len(self._rows) + 2 * _QUIET)
        across, down = (self.width() - edge) // 2, (self.height() - edge) // 2
        black = QColor("#000000")
        for y, row in enumerate(self._rows):
            for x, dark in enumerate(row):
                if dark:
                    left, top = across + (x + _QUIET) * module, down + (y + _QUIET) * module
                    painter.fillRect(QRectF(left, top, module, module), black)
