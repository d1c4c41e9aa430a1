"""An account number whose first and last characters stand out: what people compare."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QTextCharFormat, QTextLayout

from countersign.ui.theme.look import look
from countersign.ui.widgets.labels import PlainLabel

_STRONG: Final = 4


class StrongEndsLabel(PlainLabel):
    """Show a number whole, its first four and last four characters bold; to be made with ``ltr``."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the lines."""
        box = self.contentsRect()
        layout = QTextLayout(self.text(), self.font())
        counted = [place for place, letter in enumerate(self.text()) if not letter.isspace()]
        if len(counted) > 2 * _STRONG:
            end = counted[-1] + 1
            layout.setFormats([self._bold(0, counted[_STRONG]), self._bold(counted[-_STRONG], end)])
        layout.beginLayout()
        top = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(box.width())
            line.setPosition(QPointF(0, top))
            top += line.height()
        layout.endLayout()
        painter = QPainter(self)
        painter.setPen(QColor(look().palette.text))
        layout.draw(painter, QPointF(box.x(), box.y() + (box.height() - top) / 2))

    @staticmethod
    def _bold(start: int, end: int) -> QTextLayout.FormatRange:
        bold = QTextCharFormat()
        bold.setFontWeight(700)
        found = QTextLayout.FormatRange()
        found.start, found.length, found.format = start, end - start, bold
        return found
