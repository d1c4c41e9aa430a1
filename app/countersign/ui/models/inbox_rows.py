"""Orders of the inbox as a list model: read-only, fetched piece by piece as they are scrolled to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from countersign.presentation.inbox_state import InboxRow
from countersign.presentation.messages import _

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT: Final = QModelIndex()
ROW: Final = int(Qt.ItemDataRole.UserRole)
MARKED: Final = int(Qt.ItemDataRole.UserRole) + 1


class InboxRows(QAbstractListModel):
    """Hold the orders that were read so far, and which of them are marked.

    Args:
        wants_more: called when the view nears the end and more orders exist.
        parent: owner.
    """

    def __init__(self, wants_more: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wants_more = wants_more
        self._rows: list[InboxRow] = []
        self._more = False
        self._marked: frozenset[str] = frozenset()

    def set_rows(self, rows: Sequence[InboxRow], *, more: bool) -> None:
        """Show other orders."""
        self.beginResetModel()
        self._rows, self._more = list(rows), more
        self.endResetModel()

    def add_rows(self, rows: Sequence[InboxRow], *, more: bool) -> None:
        """Append a piece."""
        self._more = more
        if not rows:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows.extend(rows)
        self.endInsertRows()

    def set_marked(self, marked: frozenset[str]) -> None:
        """Say which orders are marked."""
        if marked == self._marked:
            return
        self._marked = marked
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def row_of(self, index: _Index) -> InboxRow | None:
        """Return the order at an index; None outside the list."""
        return self._rows[index.row()] if index.isValid() and 0 <= index.row() < len(self._rows) else None

    def place_of(self, order: str) -> int:
        """Return where an order stands; -1 where it isn't listed."""
        return next((place for place, row in enumerate(self._rows) if row.order == order), -1)

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return how many orders were read."""
        return 0 if parent.isValid() else len(self._rows)

    def canFetchMore(self, parent: _Index) -> bool:
        """Tell whether more orders exist."""
        return not parent.isValid() and self._more

    def fetchMore(self, parent: _Index) -> None:
        """Ask for the next piece; it comes later, through ``add_rows``."""
        if not parent.isValid() and self._more:
            self._wants_more()

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return an order, or what is said of it."""
        row = self.row_of(index)
        if row is None:
            return None
        marked = row.order in self._marked
        if role == ROW:
            return row
        if role == MARKED:
            return marked
        if role == Qt.ItemDataRole.DisplayRole:
            return row.payee
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _("{row}. Selected").format(row=row.spoken) if marked else row.spoken
        return None
