"""Draw the few charts of the program; every one can be read as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone, TypeSize
from countersign.ui.widgets.accessible import Picture
from countersign.ui.widgets.labels import PlainLabel, Variant, isolate_ltr
from countersign.ui.widgets.link_buttons import LinkButton
from countersign.ui.widgets.painting import follow_look, is_mirrored, leading

_THINNEST: Final = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        value: its height, an integer not below 0 (minor units of one currency).
        label: what it stands for in the table, such as a date and a payee.
        text: its value, ready to show.
        highlight: this is the one to look at.
    """

    value: int
    label: str
    text: str
    highlight: bool = False


class _BarCanvas(Picture):
    """Paint bars on a base line, the highlighted one with its value above."""

    accessible_role = QAccessible.Role.Chart

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: tuple[Bar, ...] = ()
        self.usual = ""
        self.tone = Tone.WARN
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        follow_look(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(look().px(280), look().px(140))

    def minimumSizeHint(self) -> QSize:
        return QSize(look().px(160), look().px(120))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.bars:
            return
        now = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        head = metrics.height() + Space.XS
        base = self.height() - 2
        room = base - head
        top_value = max(*(bar.value for bar in self.bars), 1)
        cell = self.width() / len(self.bars)
        wide = max(min(cell * 0.66, now.px(26)), 2.0)
        mirrored = is_mirrored(self)
        ink = now.palette.tone(self.tone)[0]
        tallest_usual = 0.0
        for index, bar in enumerate(self.bars):
            place = len(self.bars) - 1 - index if mirrored else index
            high = max(room * bar.value / top_value, _THINNEST if bar.value else 1)
            left = place * cell + (cell - wide) / 2
            box = QRectF(left, base - high, wide, high)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ink if bar.highlight else now.palette.border_strong))
            path = QPainterPath()
            radius = min(3.0, high / 2)
            path.addRoundedRect(box, radius, radius)
            painter.drawPath(path)
            if bar.highlight:
                self._draw_value(painter, box, bar.text)
            else:
                tallest_usual = max(tallest_usual, high)
        painter.setPen(QPen(QColor(now.palette.border_strong), 1))
        painter.drawLine(QPointF(0, base + 0.5), QPointF(self.width(), base + 0.5))
        if self.usual:
            painter.setPen(QColor(now.palette.muted))
            painter.setFont(self.font())
            high = metrics.height()
            y = base - tallest_usual - high - Space.XS
            where = QRectF(0, y, self.width(), high)
            painter.drawText(where, leading(self), isolate_ltr(self.usual))

    def _draw_value(self, painter: QPainter, box: QRectF, text: str) -> None:
        painter.setFont(font(TypeSize.SMALL, Weight.SEMIBOLD))
        painter.setPen(QColor(look().palette.text))
        wide = painter.fontMetrics().horizontalAdvance(text) + 4
        left = min(max(box.center().x() - wide / 2, 0), self.width() - wide)
        high = painter.fontMetrics().height()
        where = QRectF(left, box.y() - high - 2, wide, high)
        painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), isolate_ltr(text))

    def _restyle(self) -> None:
        self.setFont(font(TypeSize.CAPTION))
        self.updateGeometry()
        self.update()


class ChartWithTable(QWidget):
    """Hold a picture, its title, and the same facts as a table on request."""

    def __init__(
        self, title: str, canvas: Picture, sentence: str, headers: tuple[str, str], parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self.canvas = canvas
        self._headers = headers
        self._rows: tuple[tuple[str, str], ...] = ()
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(Space.S)
        self.title_label = PlainLabel(title, Variant.MUTED)
        self.title_label.setVisible(bool(title))
        body.addWidget(self.title_label)
        body.addWidget(canvas, 1)
        self._table = QWidget(self)
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.XS)
        self._table.hide()
        body.addWidget(self._table)
        self.toggle = LinkButton(_("Show as table"))
        self.toggle.activated.connect(self._on_toggle)
        body.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeading)
        self.set_sentence(sentence)

    def set_sentence(self, sentence: str) -> None:
        """Say what the picture shows, for screen readers."""
        self.canvas.setAccessibleName(sentence)

    def table_shown(self) -> bool:
        """Tell whether the table stands in the place of the picture."""
        return not self._table.isHidden()

    def show_table(self, shown: bool) -> None:
        """Show the table or the picture."""
        if shown:
            self._build_table()
        self._table.setVisible(shown)
        self.canvas.setVisible(not shown)
        self.toggle.setText(_("Show as chart") if shown else _("Show as table"))

    def _fill(self, rows: Sequence[tuple[str, str]]) -> None:
        self._rows = tuple(rows)
        self.toggle.setVisible(bool(rows))
        if self.table_shown():
            self._build_table()

    def _build_table(self) -> None:
        """Make the table's labels: only once somebody asks for it, since a year of days has hundreds."""
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        right = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignTop
        for line, pair in enumerate((self._headers, *self._rows)):
            variant = Variant.BODY if line else Variant.CAPTION
            self._grid.addWidget(PlainLabel(pair[0], variant), line, 0)
            self._grid.addWidget(PlainLabel(pair[1], variant, wrap=False), line, 1, right)
        self._grid.setColumnStretch(0, 1)

    def _on_toggle(self) -> None:
        self.show_table(not self.table_shown())


class BarChart(ChartWithTable):
    """Compare this payment with the last ones.

    Args:
        title: shown above, such as "Your last 12 payments and this one".
        sentence: what it shows, for screen readers.
        bars: oldest first.
        headers: of the table's two columns, ``(label, value)``.
        usual: text beside the usual bars, such as "≈ 6,000".
        tone: colour of the highlighted bar.
    """

    def __init__(
        self,
        title: str,
        sentence: str,
        bars: Sequence[Bar] = (),
        parent: QWidget | None = None,
        *,
        headers: tuple[str, str],
        usual: str = "",
        tone: Tone = Tone.WARN,
    ) -> None:
        canvas = _BarCanvas()
        super().__init__(title, canvas, sentence, headers, parent)
        self._bars = canvas
        self._bars.tone = tone
        self.set_bars(bars, sentence, usual=usual)

    def set_bars(self, bars: Sequence[Bar], sentence: str, *, usual: str = "") -> None:
        """Show other bars, with their sentence."""
        self._bars.bars = tuple(bars)
        self._bars.usual = usual
        self._fill([(bar.label, bar.text) for bar in bars])
        self.set_sentence(sentence)
        self._bars.update()


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a line: its integer value, and how the table names and shows it."""

    value: int
    label: str
    text: str


class _LineCanvas(Picture):
    """Paint a line with its last point marked."""

    accessible_role = QAccessible.Role.Chart

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points: tuple[Point, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow_look(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(look().px(160), look().px(44))

    def minimumSizeHint(self) -> QSize:
        return QSize(look().px(80), look().px(44))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.points:
            return
        now = look()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        low = min(point.value for point in self.points)
        span = max(max(point.value for point in self.points) - low, 1)
        inset, steps = 5.0, max(len(self.points) - 1, 1)
        wide, high = self.width() - 2 * inset, self.height() - 2 * inset
        dots = []
        for index, point in enumerate(self.points):
            across = wide * index / steps
            x = self.width() - inset - across if is_mirrored(self) else inset + across
            dots.append(QPointF(x, inset + high * (1 - (point.value - low) / span)))
        line = QPainterPath(dots[0])
        for dot in dots[1:]:
            line.lineTo(dot)
        ground = QPainterPath(line)
        ground.lineTo(dots[-1].x(), self.height())
        ground.lineTo(dots[0].x(), self.height())
        ground.closeSubpath()
        painter.fillPath(ground, QColor(now.palette.accent_soft))
        pen = QPen(QColor(now.palette.accent), 2)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(line)
        painter.setBrush(QColor(now.palette.accent))
        painter.drawEllipse(dots[-1], 3, 3)

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


class Sparkline(ChartWithTable):
    """Show how a balance went.

    Args:
        sentence: what it shows, for screen readers.
        points: oldest first.
        headers: of the table's two columns.
        title: shown above, may be empty.
    """

    def __init__(
        self,
        sentence: str,
        points: Sequence[Point] = (),
        parent: QWidget | None = None,
        *,
        headers: tuple[str, str],
        title: str = "",
    ) -> None:
        canvas = _LineCanvas()
        super().__init__(title, canvas, sentence, headers, parent)
        self._line = canvas
        self.set_points(points, sentence)

    def set_points(self, points: Sequence[Point], sentence: str) -> None:
        """Show other points, with their sentence."""
        self._line.points = tuple(points)
        self._fill([(point.label, point.text) for point in points])
        self.set_sentence(sentence)
        self._line.update()
