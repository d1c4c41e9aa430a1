"""Lines of a list as a table model: only those in sight are ever asked for, however long the list."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from countersign.presentation.batch_state import LineRow
from countersign.presentation.messages import _
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Tone, TypeSize
from countersign.ui.widgets import isolate_ltr

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT: Final = QModelIndex()
_TRAILING: Final = int(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
_LEADING: Final = int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)


class Column(IntEnum):
    """The columns, in their order."""

    LINE = 0
    PAYEE = 1
    WHAT = 2
    STATE = 3
    AMOUNT = 4


class BatchRows(QAbstractTableModel):
    """Show as many lines as there are.

    Args:
        ask: returns the line at a place, None while it is read; ``changed`` tells when it is there.
        parent: owner.
    """

    def __init__(self, ask: Callable[[int], LineRow | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._count = 0

    def set_count(self, count: int) -> None:
        """List other lines."""
        self.beginResetModel()
        self._count = count
        self.endResetModel()

    def changed(self, first: int, last: int) -> None:
        """Have the lines at these places shown anew."""
        if self._count:
            self.dataChanged.emit(self.index(first, 0), self.index(min(last, self._count - 1), len(Column) - 1))

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return how many lines are listed."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return a cell."""
        if not index.isValid() or not 0 <= index.row() < self._count:
            return None
        column = Column(index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _TRAILING if column in {Column.AMOUNT, Column.LINE} else _LEADING
        if role == Qt.ItemDataRole.FontRole and column in {Column.PAYEE, Column.AMOUNT}:
            return font(TypeSize.BODY, Weight.MEDIUM)
        if role not in {
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
            Qt.ItemDataRole.ForegroundRole,
        }:
            return None
        row = self._ask(index.row())
        if row is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and column is Column.PAYEE else None
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(look().palette.tone(Tone(row.tone))[0]) if column is Column.STATE else None
        if role == Qt.ItemDataRole.AccessibleTextRole and column is Column.PAYEE:
            return row.spoken
        return (row.line, row.payee, row.what or row.reference, row.state, isolate_ltr(row.amount))[column]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return a title."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _TRAILING if section in {Column.AMOUNT, Column.LINE} else _LEADING
        titles = (_("Line"), _("Payee"), _("Noticed"), _("State"), _("Amount"))
        return titles[section] if role == Qt.ItemDataRole.DisplayRole else None
