"""The recovery kit on paper: one page with twelve numbered words and what they are for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSaveFile, Qt
from PySide6.QtGui import QFont, QPagedPaintDevice, QPageLayout, QPageSize, QPainter, QPdfWriter

from countersign.domain.errors import UserFacingError
from countersign.presentation.messages import _
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.tokens import TypeSize

_DPI = 96  # fonts are sized in pixels of this size
_COLUMNS = 3
_MARGIN_MM = 20


def write_kit(path: Path, words: Sequence[str], name: str) -> None:
    """Write the kit as a PDF, as a whole or not at all, readable by its owner only, whatever was there before.

    Raises:
        UserFacingError: ``kit.not_written``: the disk is full, or the place may not be written to.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(_DPI)
    writer.setTitle(_("Recovery kit"))
    paint_kit(writer, words, name)
    buffer.close()
    content = bytes(buffer.data().data())
    file = QSaveFile(str(path))
    owner = QSaveFile.Permission.ReadOwner | QSaveFile.Permission.WriteOwner
    opened = file.open(QIODevice.OpenModeFlag.WriteOnly) and file.setPermissions(owner)
    if not opened or file.write(content) != len(content) or not file.commit():
        raise UserFacingError("kit.not_written", reason=file.errorString())


def paint_kit(device: QPagedPaintDevice, words: Sequence[str], name: str) -> None:
    """Paint the kit onto a page: a PDF or a printer."""
    device.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    device.setPageMargins(QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM), QPageLayout.Unit.Millimeter)
    painter = QPainter(device)
    width, top = painter.viewport().width(), 0.0
    top = _text(painter, _("Countersign recovery kit"), font(TypeSize.HEADING, Weight.SEMIBOLD), top, width)
    top = _text(painter, name, font(TypeSize.TITLE, Weight.MEDIUM), top + 12, width)
    lead = _(
        "With these twelve words the vault can be read where its passphrase is lost. They can't send money. "
        "Keep this page away from the computer, where you would keep a passport."
    )
    top = _text(painter, lead, font(TypeSize.BODY, Weight.REGULAR), top + 12, width) + 36
    rows = -(-len(words) // _COLUMNS)
    height = painter.fontMetrics().height() * 2.4
    painter.setFont(font(TypeSize.TITLE, Weight.MEDIUM))
    for place, word in enumerate(words):
        area = QRectF(place // rows * width / _COLUMNS, top + place % rows * height, width / _COLUMNS, height)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, f"{place + 1}.  {word}")
    painter.end()


def _text(painter: QPainter, text: str, face: QFont, top: float, width: int) -> float:
    painter.setFont(face)
    area = QRectF(0, top, width, painter.viewport().height() - top)
    flags = Qt.TextFlag.TextWordWrap
    used = painter.boundingRect(area, flags, text)
    painter.drawText(area, flags, text)
    return used.bottom()
