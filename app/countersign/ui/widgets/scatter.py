"""Draw the amounts of several payments as dots, and name those that lie far from the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone, TypeSize
from countersign.ui.widgets.accessible import Picture
from countersign.ui.widgets.charts import ChartWithTable
from countersign.ui.widgets.labels import isolate_ltr
from countersign.ui.widgets.painting import follow_look, is_mirrored

_LABELS: Final = 3  # more would lie over each other


@dataclass(frozen=True, slots=True)
class ScatterDot:
    """One payment: its amount in minor units, whom it goes to, its amount in words; ``outlier`` is labelled."""

    value: int
    label: str
    text: str
    outlier: bool = False


class _ScatterCanvas(Picture):
    """Paint dots over a base line, in their sequence; outliers larger, as rings, and with their names."""

    accessible_role = QAccessible.Role.Chart

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.dots: tuple[ScatterDot, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow_look(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(look().px(280), look().px(150))

    def minimumSizeHint(self) -> QSize:
        return QSize(look().px(160), look().px(150))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.dots:
            return
        now, painter = look(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        head = self.fontMetrics().height() + Space.S
        base, inset = self.height() - 3.0, now.px(10)
        room = base - head - now.px(6)
        top_value = max(*(dot.value for dot in self.dots), 1)
        painter.setPen(QPen(QColor(now.palette.border_strong), 1))
        painter.drawLine(QPointF(0, base), QPointF(self.width(), base))
        wide = max(self.width() - 2 * inset, 1)
        steps = max(len(self.dots) - 1, 1)
        labelled = sorted((dot.value for dot in self.dots if dot.outlier), reverse=True)[:_LABELS]
        for place, dot in enumerate(self.dots):
            across = wide * place / steps if len(self.dots) > 1 else wide / 2
            x = self.width() - inset - across if is_mirrored(self) else inset + across
            at = QPointF(x, base - now.px(6) - room * dot.value / top_value)
            self._dot(painter, at, dot)
            if dot.outlier and dot.value in labelled:
                self._name(painter, at, dot)

    def _dot(self, painter: QPainter, at: QPointF, dot: ScatterDot) -> None:
        now = look()
        if dot.outlier:
            ink = now.palette.tone(Tone.WARN)[0]
            painter.setPen(QPen(QColor(ink), 3))
            painter.setBrush(QColor(now.palette.surface))
            painter.drawEllipse(at, now.px(6), now.px(6))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.palette.accent))
        painter.drawEllipse(at, now.px(4), now.px(4))

    def _name(self, painter: QPainter, at: QPointF, dot: ScatterDot) -> None:
        painter.setFont(font(TypeSize.CAPTION, Weight.SEMIBOLD))
        painter.setPen(QColor(look().palette.text))
        metrics = painter.fontMetrics()
        text = metrics.elidedText(f"{dot.label} {isolate_ltr(dot.text)}", Qt.TextElideMode.ElideMiddle, self.width())
        wide, high = metrics.horizontalAdvance(text) + 2, metrics.height()
        gap = look().px(12)
        left = at.x() + gap if at.x() + gap + wide <= self.width() else at.x() - gap - wide
        left = min(max(left, 0), max(self.width() - wide, 0))
        where = QRectF(left, max(at.y() - high / 2, 0), wide, high)
        painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), text)

    def _restyle(self) -> None:
        self.setFont(font(TypeSize.CAPTION))
        self.updateGeometry()
        self.update()


class ScatterChart(ChartWithTable):
    """Show the amounts of several payments beside each other.

    Args:
        title: shown above.
        sentence: what it shows, for screen readers.
        dots: in the sequence of the list.
        headers: of the table's two columns.
    """

    def __init__(
        self,
        title: str,
        sentence: str,
        dots: Sequence[ScatterDot],
        parent: QWidget | None = None,
        *,
        headers: tuple[str, str],
    ) -> None:
        canvas = _ScatterCanvas()
        super().__init__(title, canvas, sentence, headers, parent)
        canvas.dots = tuple(dots)
        self._fill([(dot.label, dot.text) for dot in dots])
