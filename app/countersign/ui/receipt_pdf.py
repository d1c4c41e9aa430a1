"""The receipt on paper: one A4 page like a bank's letter, with the evidence attached.

Painted with fixed sizes, whatever the window's text size and theme: paper is paper. No widget is touched, so that it
runs in a worker's lane.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPointF, QRectF, QSaveFile, Qt
from PySide6.QtGui import QColor, QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QPen

from countersign.application.flows.script import Script, on_network, on_vault, run_script
from countersign.application.session import Session
from countersign.application.use_cases.export_receipt import receipt_ground, record_export
from countersign.domain.errors import UserFacingError
from countersign.presentation.messages import _
from countersign.presentation.receipt import ReceiptRow, ReceiptSection, ReceiptState, receipt_state
from countersign.ui.theme.fonts import Weight, families, is_chinese
from countersign.ui.theme.tokens import PALETTES, Palette, Theme, Tone

EVIDENCE_NAME: Final = "evidence.json"
_UNIT: Final = 12  # device pixels to one of ours: 96 of ours are an inch
_MARGIN_MM: Final = 18
_INK: Final[Palette] = PALETTES[Theme.LIGHT]
_LABEL_SHARE: Final = 0.32
_GAP: Final = 14.0
_ONE_LINE: Final = 32.0  # a row lower than this has one line, and both its sides stand in the middle of it


def write_receipt(path: Path, state: ReceiptState, evidence: bytes) -> None:
    """Write the receipt as a PDF, as a whole or not at all, readable by its owner only.

    Raises:
        UserFacingError: ``receipt.not_written``: the disk is full, or the place may not be written to.
    """
    content = receipt_bytes(state, evidence)
    file = QSaveFile(str(path))
    owner = QSaveFile.Permission.ReadOwner | QSaveFile.Permission.WriteOwner
    opened = file.open(QIODevice.OpenModeFlag.WriteOnly)
    if not opened or file.write(content) != len(content) or not file.setPermissions(owner) or not file.commit():
        raise UserFacingError("receipt.not_written", reason=file.errorString())


def receipt_bytes(state: ReceiptState, evidence: bytes) -> bytes:
    """Return the receipt as a PDF."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPdfVersion(QPdfWriter.PdfVersion.PdfVersion_1_6)
    writer.setResolution(96 * _UNIT)
    writer.setTitle(state.subject)
    writer.setCreator("Countersign")
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM - 4, _MARGIN_MM, _MARGIN_MM - 4)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    writer.setDocumentXmpMetadata(QByteArray(_xmp(state).encode()))
    writer.addFileAttachment(EVIDENCE_NAME, QByteArray(evidence), "application/json")
    painter = QPainter(writer)
    painter.scale(_UNIT, _UNIT)
    _Sheet(painter, writer, state).paint()
    painter.end()
    buffer.close()
    return bytes(buffer.data().data())


class _Sheet:
    """Put the parts one under the other; a new page begins where one does not fit."""

    def __init__(self, painter: QPainter, writer: QPdfWriter, state: ReceiptState) -> None:
        self._painter, self._writer, self._state = painter, writer, state
        self._width = writer.width() / _UNIT
        self._height = writer.height() / _UNIT
        self._top = 0.0
        self._families = list(families(state.language))
        self._chinese = is_chinese(state.language)

    def paint(self) -> None:
        """Paint everything."""
        self._head()
        self._amount()
        for section in self._state.sections:
            self._section(section)
        self._claims()
        self._foot()

    # — parts —

    def _head(self) -> None:
        ink = QColor(_INK.side)
        self._mark(0, 2, 26)
        self._text("Countersign", 17, ink, Weight.SEMIBOLD, left=36, top=2)
        title = self._height_of(self._state.title, 13, Weight.MEDIUM, self._width)
        self._draw(
            self._state.title, QRectF(0, 6, self._width, title), 13, QColor(_INK.muted), Weight.MEDIUM, trailing=True
        )
        self._top = 36
        self._painter.fillRect(QRectF(0, self._top, self._width, 1.6), ink)
        self._top += 12
        if self._state.world:
            high = self._height_of(self._state.world, 11, Weight.SEMIBOLD, self._width - 24) + 10
            self._box(QRectF(0, self._top, self._width, high), _INK.accent_soft, _INK.accent)
            self._text(self._state.world, 11, QColor(_INK.accent), Weight.SEMIBOLD, left=12, top=self._top + 5)
            self._top += high + 10

    def _amount(self) -> None:
        self._text(self._state.amount, 30, QColor(_INK.text), Weight.SEMIBOLD, top=self._top)
        self._chip(self._state.status, Tone(self._state.tone), self._top + 9)
        self._top += self._height_of(self._state.amount, 30, Weight.SEMIBOLD, self._width) + 2
        words = _("{label}: {value}").format(label=self._state.words_label, value=self._state.words)
        self._top += self._text(words, 12, QColor(_INK.text), top=self._top) + 4
        self._top += self._text(self._state.status_text, 12, QColor(_INK.muted), top=self._top) + _GAP

    def _section(self, section: ReceiptSection) -> None:
        if not section.rows:
            return
        heights = [self._row_height(row) for row in section.rows]
        self._need(sum(heights) + 26)
        self._top += self._text(section.title, 12, QColor(_INK.accent), Weight.SEMIBOLD, top=self._top) + 4
        for row, high in zip(section.rows, heights, strict=True):
            self._painter.fillRect(QRectF(0, self._top, self._width, 0.6), QColor(_INK.border))
            left = self._width * _LABEL_SHARE
            weight = Weight.SEMIBOLD if row.strong else Weight.REGULAR
            tall = self._height_of(row.label, 11, Weight.REGULAR, left - 12)
            middle = self._top + (high - tall) / 2 if high < _ONE_LINE else self._top + 5
            self._text(row.label, 11, QColor(_INK.muted), top=middle, width=left - 12)
            tall = self._height_of(row.value, 12, weight, self._width - left)
            middle = self._top + (high - tall) / 2 if high < _ONE_LINE else self._top + 4.5
            self._text(row.value, 12, QColor(_INK.text), weight, left=left, top=middle)
            self._top += high
        self._top += _GAP

    def _claims(self) -> None:
        state = self._state
        column = (self._width - 24) / 2
        sides = (
            (state.proven_title, state.proven, "ok", 0.0),
            (state.unproven_title, state.unproven, "warn", column + 24),
        )
        high = max(self._claim(title, points, 0, column, None) for title, points, _tone, _left in sides) + 16
        self._need(high)
        for title, points, tone, left in sides:
            ink, fill = _INK.tone(Tone(tone))
            self._box(QRectF(left, self._top, column, high), fill, ink)
            self._claim(title, points, left, column, QColor(ink))
        self._top += high + _GAP

    def _claim(self, title: str, points: Sequence[str], left: float, width: float, ink: QColor | None) -> float:
        """Paint one side, or only measure it where there is no ink; return its height."""
        top, inside = 8.0, width - 24
        for text, size, weight in ((title, 11, Weight.SEMIBOLD), *((point, 10, Weight.REGULAR) for point in points)):
            indent = 0 if text is title else 10
            if ink is not None:
                if indent:
                    self._text("•", size, ink, weight, left=left + 12, top=self._top + top)
                colour = QColor(_INK.text) if indent else ink
                where = self._top + top
                self._text(text, size, colour, weight, left=left + 12 + indent, top=where, width=inside - indent)
            top += self._height_of(text, size, weight, inside - indent) + 3
        return top

    def _foot(self) -> None:
        text = self._state.foot
        high = self._height_of(text, 10, Weight.REGULAR, self._width)
        self._need(high + 10)
        top = max(self._top, self._height - high)
        self._text(text, 10, QColor(_INK.muted), top=top)

    # — strokes —

    def _need(self, high: float) -> None:
        if self._top + high > self._height:
            self._writer.newPage()
            self._top = 0.0

    def _row_height(self, row: ReceiptRow) -> float:
        left = self._width * _LABEL_SHARE
        weight = Weight.SEMIBOLD if row.strong else Weight.REGULAR
        value = self._height_of(row.value, 12, weight, self._width - left)
        label = self._height_of(row.label, 11, Weight.REGULAR, left - 12)
        return max(value, label) + 9

    def _face(self, size: float, weight: Weight) -> QFont:
        made = QFont()
        made.setFamilies(self._families)
        made.setPixelSize(round(size * _UNIT))
        bold = weight is Weight.SEMIBOLD or (weight is Weight.MEDIUM and not self._chinese)
        made.setWeight(QFont.Weight(weight if bold else Weight.REGULAR))
        # No tabular figures and no contextual shapes here: they have no characters of their own, and text copied from
        # the page would lose its digits and colons.
        made.clearFeatures()  # those of the program's own font would be taken over
        made.setFeature(QFont.Tag("calt"), 0)
        made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return made

    def _height_of(self, text: str, size: float, weight: Weight, width: float) -> float:
        self._painter.save()
        self._painter.resetTransform()
        self._painter.setFont(self._face(size, weight))
        area = QRectF(0, 0, width * _UNIT, 10_000 * _UNIT)
        used = self._painter.boundingRect(area, int(Qt.TextFlag.TextWordWrap), text)
        self._painter.restore()
        return used.height() / _UNIT

    def _text(
        self,
        text: str,
        size: float,
        ink: QColor,
        weight: Weight = Weight.REGULAR,
        *,
        left: float = 0,
        top: float,
        width: float = 0,
    ) -> float:
        wide = width or self._width - left
        high = self._height_of(text, size, weight, wide)
        self._draw(text, QRectF(left, top, wide, high), size, ink, weight)
        return high

    def _draw(
        self, text: str, area: QRectF, size: float, ink: QColor, weight: Weight, *, trailing: bool = False
    ) -> None:
        side = Qt.AlignmentFlag.AlignRight if trailing else Qt.AlignmentFlag.AlignLeft
        self._painter.save()
        self._painter.resetTransform()
        self._painter.setFont(self._face(size, weight))
        self._painter.setPen(ink)
        scaled = QRectF(area.x() * _UNIT, area.y() * _UNIT, area.width() * _UNIT + _UNIT, area.height() * _UNIT + _UNIT)
        self._painter.drawText(scaled, int(Qt.TextFlag.TextWordWrap) | int(side), text)
        self._painter.restore()

    def _chip(self, text: str, tone: Tone, top: float) -> None:
        ink, fill = _INK.tone(tone)
        self._painter.save()
        self._painter.resetTransform()
        self._painter.setFont(self._face(12, Weight.SEMIBOLD))
        wide = self._painter.fontMetrics().horizontalAdvance(text) / _UNIT
        self._painter.restore()
        high = self._height_of(text, 12, Weight.SEMIBOLD, self._width)
        box = QRectF(self._width - wide - 26, top, wide + 26, high + 8)
        self._box(box, fill, ink, box.height() / 2)
        self._text(text, 12, QColor(ink), Weight.SEMIBOLD, left=box.x() + 13, top=top + 4)

    def _box(self, box: QRectF, fill: str, line: str, radius: float = 6) -> None:
        self._painter.setPen(QPen(QColor(line), 0.8))
        self._painter.setBrush(QColor(fill))
        self._painter.drawRoundedRect(box, radius, radius)

    def _mark(self, left: float, top: float, edge: float) -> None:
        """Draw the program's mark: two ticks in a square, one for each pair of eyes."""
        painter, ink = self._painter, QColor(_INK.side)
        painter.setPen(QPen(ink, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(left + 1, top + 1, edge - 2, edge - 2), 6, 6)
        painter.setPen(QPen(ink, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        for shift in (0.0, 0.22):
            x, y = left + edge * (0.2 + shift), top
            painter.drawPolyline([QPointF(x, y + edge * 0.52), QPointF(x + edge * 0.13, y + edge * 0.66)])
            painter.drawPolyline([QPointF(x + edge * 0.13, y + edge * 0.66), QPointF(x + edge * 0.38, y + edge * 0.36)])


@dataclass(slots=True)
class ReceiptExporter:
    """Exports receipts: for the page of an order, and for the tour.

    Attributes:
        session: The unlocked work.
        words: The list that fingerprint phrases are made from.
    """

    session: Session
    words: Sequence[str]

    def export(self, order: str, path: Path, done: Callable[[Path], None], failed: Callable[[Exception], None]) -> None:
        """Write the receipt of an order; exactly one of ``done`` and ``failed`` is called, on the window's thread."""
        run_script(self.session.tasks, self._export(order, path), done, failed)

    def _export(self, order: str, path: Path) -> Script[Path]:
        session = self.session
        ground = yield from on_vault(partial(receipt_ground, session.vault, order))
        state = receipt_state(ground, self.words, session.zone)
        # On record before it leaves the vault; a file that then can't be written is the smaller error.
        yield from on_vault(partial(record_export, session.vault, session.entropy, order, ground.content))
        yield from on_network(partial(write_receipt, path, state, ground.content))
        return path


def _xmp(state: ReceiptState) -> str:
    """Return the document's metadata (ISO 16684-1, XMP)."""
    tag = state.language.replace("_", "-")
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(state.subject)}</rdf:li></rdf:Alt></dc:title>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(state.title)}</rdf:li></rdf:Alt></dc:description>
   <dc:language><rdf:Bag><rdf:li>{escape(tag)}</rdf:li></rdf:Bag></dc:language>
   <xmp:CreatorTool>Countersign</xmp:CreatorTool>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
