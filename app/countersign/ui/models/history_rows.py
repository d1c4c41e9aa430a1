"""Lines of history as a table model: read-only, fetched page by page as they are scrolled to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from countersign.presentation.history import Line
from countersign.presentation.messages import _
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Tone, TypeSize
from countersign.ui.widgets import isolate_ltr

_Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """The columns, in their order."""

    DAY = 0
    COUNTERPARTY = 1
    REFERENCE = 2
    STATE = 3
    AMOUNT = 4


_NO_PARENT: Final = QModelIndex()
_TRAILING: Final = int(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
_LEADING: Final = int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)


class HistoryRows(QAbstractTableModel):
    """Hold the lines that were fetched so far.

    Args:
        wants_more: called when the view nears the end and more lines exist.
        parent: owner.
    """

    def __init__(self, wants_more: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wants_more = wants_more
        self._lines: list[Line] = []
        self._more = False

    def set_lines(self, lines: Sequence[Line], *, more: bool) -> None:
        """Show other lines."""
        self.beginResetModel()
        self._lines, self._more = list(lines), more
        self.endResetModel()

    def add_lines(self, lines: Sequence[Line], *, more: bool) -> None:
        """Append a page."""
        self._more = more
        if not lines:
            return
        first = len(self._lines)
        self.beginInsertRows(QModelIndex(), first, first + len(lines) - 1)
        self._lines.extend(lines)
        self.endInsertRows()

    def line(self, row: int) -> Line:
        """Return a line."""
        return self._lines[row]

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return how many lines were fetched."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def canFetchMore(self, parent: _Index) -> bool:
        """Tell whether older lines exist."""
        return not parent.isValid() and self._more

    def fetchMore(self, parent: _Index) -> None:
        """Ask for the next page; it comes later, through ``add_lines``."""
        if not parent.isValid() and self._more:
            self._wants_more()

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return a cell."""
        if not index.isValid() or not 0 <= index.row() < len(self._lines):
            return None
        line, column = self._lines[index.row()], Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return _texts(line)[column]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _texts(line)[column]
        if role == Qt.ItemDataRole.ToolTipRole and column is Column.COUNTERPARTY:
            return isolate_ltr(line.account)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _TRAILING if column is Column.AMOUNT else _LEADING
        if role == Qt.ItemDataRole.FontRole and column in {Column.COUNTERPARTY, Column.AMOUNT}:
            return font(TypeSize.BODY, Weight.MEDIUM)
        if role == Qt.ItemDataRole.ForegroundRole and column is Column.STATE:
            return QColor(look().palette.tone(Tone(line.tone))[0])
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return a title."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(Column):
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _TRAILING if section == Column.AMOUNT else _LEADING
        titles = (_("Date"), _("Payee or payer"), _("Reference"), _("State"), _("Amount"))
        return titles[section] if role == Qt.ItemDataRole.DisplayRole else None


def _texts(line: Line) -> tuple[str, ...]:
    return (line.day, line.counterparty, line.reference, line.state, isolate_ltr(line.amount))
