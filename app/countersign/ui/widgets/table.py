"""Dress tables: padded cells, no grid, one soft line between rows, hover."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.style import Dress, dress
from countersign.ui.theme.tokens import Space, TypeSize
from countersign.ui.widgets.painting import follow_look

_Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """Paint cells as plain text with room around them.

    Honours the model's ``DisplayRole``, ``TextAlignmentRole``, ``FontRole`` and
    ``ForegroundRole``.
    """

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one cell."""
        now = look()
        view = option.widget
        hover = isinstance(view, KitTable) and view.hover_row() == index.row()
        state = option.state
        rect: QRect = option.rect
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected or hover:
            painter.fillRect(rect, QColor(now.palette.accent_soft if selected else now.palette.sunken))
        line = rect.adjusted(0, rect.height() - 1, 0, 0)
        painter.fillRect(line, QColor(now.palette.border))
        if selected and isinstance(view, KitTable) and view.hasFocus():
            painter.setPen(QColor(now.palette.focus))
            for y in (rect.top(), rect.top() + 1, rect.bottom() - 1, rect.bottom()):
                painter.drawLine(rect.left(), y, rect.right(), y)
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        given = index.data(Qt.ItemDataRole.FontRole)
        painter.setFont(given if given is not None else font(TypeSize.BODY))
        ink = index.data(Qt.ItemDataRole.ForegroundRole)
        colour = ink.color() if hasattr(ink, "color") else ink
        painter.setPen(QColor(colour) if colour is not None else QColor(now.palette.text))
        flags = index.data(Qt.ItemDataRole.TextAlignmentRole)
        align = Qt.AlignmentFlag(int(flags)) if flags is not None else Qt.AlignmentFlag.AlignLeading
        inside = rect.adjusted(Space.M, 0, -Space.M, 0)
        shown = painter.fontMetrics().elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, inside.width())
        align = QStyle.visualAlignment(option.direction, align)
        single = int(align | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute) | int(
            Qt.TextFlag.TextSingleLine
        )
        painter.drawText(inside, single, shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Return the size of a cell with its padding."""
        hint = super().sizeHint(option, index)
        return QSize(hint.width() + 2 * Space.M, max(look().px(44), hint.height() + Space.L))


class KitTable(QTableView):
    """Show rows to read and open; whole rows are selected, Enter opens.

    Signals:
        row_opened(int): a row was double-clicked, or Enter pressed on it.
    """

    row_opened = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Make a table; ``name`` is for screen readers."""
        super().__init__(parent)
        self._hover = -1
        self.setAccessibleName(name)
        self.setItemDelegate(RowDelegate(self))
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        self.doubleClicked.connect(self._on_opened)
        follow_look(self._restyle)

    def hover_row(self) -> int:
        """Return the row under the mouse, -1 for none."""
        return self._hover

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse with the hover state."""
        super().mouseMoveEvent(event)
        self._set_hover(self.indexAt(event.position().toPoint()).row())

    def leaveEvent(self, event: QEvent) -> None:
        """End the hover state."""
        super().leaveEvent(event)
        self._set_hover(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the current row with Enter."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.row_opened.emit(self.currentIndex().row())
            event.accept()
            return
        super().keyPressEvent(event)

    def _set_hover(self, row: int) -> None:
        if row != self._hover:
            self._hover = row
            self.viewport().update()

    def _on_opened(self, index: QModelIndex) -> None:
        self.row_opened.emit(index.row())

    def _restyle(self) -> None:
        dress(self, Dress.TABLE)
        self.setFont(font(TypeSize.BODY))
        header = self.horizontalHeader()
        header.setFont(font(TypeSize.SMALL, Weight.MEDIUM))
        header.setMinimumHeight(look().px(40))
        self.verticalHeader().setDefaultSectionSize(look().px(44))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, QColor(look().palette.surface))
        self.setPalette(palette)
        self.viewport().update()
