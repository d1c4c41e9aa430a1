"""Month bars that act as a filter: each bar is a button of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLayout, QSizePolicy, QWidget

from countersign.presentation.history import Month
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Radius, TypeSize
from countersign.ui.widgets.painting import FOCUS_WIDTH, follow_look, plain_tool_tip, rounded

_THINNEST = 3
_ROOM = 44  # the tallest bar at 100 %


class MonthBar(QAbstractButton):
    """One month: a bar on a base line with its name below; pressed once it narrows, pressed again it widens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._month: Month | None = None
        self._share = 0.0
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        follow_look(self._restyle)

    def show_month(self, month: Month, highest: int) -> None:
        """Show a month beside others of which the highest has this sum."""
        self._month, self._share = month, month.minor / max(highest, 1)
        self.setText(month.label)
        self.setAccessibleName(month.name)
        self.setToolTip(plain_tool_tip(month.name))
        self.setObjectName(f"history.month.{month.key}")
        self.setChecked(month.chosen)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for the bar and its name."""
        text = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(max(look().px(40), text + 8), look().px(_ROOM) + self.fontMetrics().height() + look().px(16))

    def minimumSizeHint(self) -> QSize:
        """Return the least room."""
        return QSize(max(24, self.fontMetrics().horizontalAdvance(self.text()) + 4), self.sizeHint().height())

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar, its name, and the states: chosen, under the mouse, focused."""
        now, painter, box = look(), QPainter(self), QRectF(self.rect())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked() or self.underMouse():
            fill = now.palette.accent_soft if self.isChecked() else now.palette.sunken
            rounded(painter, box.adjusted(1, 1, -1, -1), Radius.CONTROL, fill, None)
        name = self.fontMetrics().height()
        base = box.height() - name - now.px(8)
        high = max((base - now.px(8)) * self._share, _THINNEST if self._share else 1)
        wide = min(box.width() * 0.5, now.px(28))
        bar = QPainterPath()
        bar.addRoundedRect(QRectF((box.width() - wide) / 2, base - high, wide, high), 2, 2)
        painter.fillPath(bar, QColor(now.palette.accent if self.isChecked() else now.palette.border_strong))
        painter.setPen(QColor(now.palette.text if self.isChecked() else now.palette.muted))
        painter.setFont(font(TypeSize.CAPTION, Weight.SEMIBOLD if self.isChecked() else Weight.REGULAR))
        words = QRectF(0, box.height() - name - now.px(4), box.width(), name)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignCenter), self.text())
        if self.hasFocus():
            rounded(painter, box, Radius.CONTROL, None, now.palette.focus, FOCUS_WIDTH)

    def _restyle(self) -> None:
        self.setFont(font(TypeSize.CAPTION))
        self.updateGeometry()
        self.update()


class MonthBars(QWidget):
    """The bars in a row, oldest first.

    Args:
        name: what they are, for screen readers.
        pressed: called with the month's key.
    """

    def __init__(self, name: str, pressed: Callable[[str], None]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._pressed = pressed
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2)
        self._row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._bars: dict[str, MonthBar] = {}

    def show_months(self, months: Sequence[Month]) -> None:
        """Show months; bars that stay keep the focus."""
        highest = max((month.minor for month in months), default=0)
        keys = {month.key for month in months}
        for key in [key for key in self._bars if key not in keys]:
            gone = self._bars.pop(key)
            self._row.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, month in enumerate(months):
            bar = self._bars.get(month.key)
            if bar is None:
                bar = self._bars[month.key] = MonthBar(self)
                bar.clicked.connect(partial(self._on_pressed, month.key))
                self._row.insertWidget(place, bar)
            bar.show_month(month, highest)
        self._keep_what_fits()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many of the newest months as fit."""
        super().resizeEvent(event)
        self._keep_what_fits()

    def sizeHint(self) -> QSize:
        """Return the room for a whole year."""
        return QSize(look().px(480), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Ask for no width of their own: the oldest months give way."""
        return QSize(0, max((bar.sizeHint().height() for bar in self._bars.values()), default=0))

    def _keep_what_fits(self) -> None:
        bars = [self._bars[key] for key in sorted(self._bars)]
        widest = max((bar.minimumSizeHint().width() for bar in bars), default=1) + self._row.spacing()
        first = len(bars) - max(3, self.width() // widest)
        for place, bar in enumerate(bars):
            bar.setVisible(place >= first)

    def bar(self, key: str) -> MonthBar:
        """Return the bar of a month."""
        return self._bars[key]

    def _on_pressed(self, key: str, _checked: bool = False) -> None:  # noqa: FBT002 - Qt's signal
        self._pressed(key)
