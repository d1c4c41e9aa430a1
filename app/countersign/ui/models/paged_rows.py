"""What is read piece by piece as it is scrolled to: the rows so far, and whether more exist."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex

T = TypeVar("T")

Index = QModelIndex | QPersistentModelIndex
NO_PARENT: Final = QModelIndex()


class PagedRows(QAbstractTableModel, Generic[T]):
    """Hold the rows that were read so far; a child says what its columns show, and in ``data`` how.

    Args:
        wants_more: called when the view nears the end and more rows exist; they come later, through ``add_rows``.
        parent: owner.
    """

    columns = 1

    def __init__(self, wants_more: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wants_more = wants_more
        self._rows: list[T] = []
        self._more = False

    def set_rows(self, rows: Sequence[T], *, more: bool) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows, self._more = list(rows), more
        self.endResetModel()

    def add_rows(self, rows: Sequence[T], *, more: bool) -> None:
        """Append a piece."""
        self._more = more
        if not rows:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(rows) - 1)
        self._rows.extend(rows)
        self.endInsertRows()

    def row_of(self, index: Index) -> T | None:
        """Return the row at an index; None outside."""
        return self._rows[index.row()] if index.isValid() and 0 <= index.row() < len(self._rows) else None

    def rowCount(self, parent: Index = NO_PARENT) -> int:
        """Return how many rows were read."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_PARENT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else self.columns

    def canFetchMore(self, parent: Index) -> bool:
        """Tell whether more rows exist."""
        return not parent.isValid() and self._more

    def fetchMore(self, parent: Index) -> None:
        """Ask for the next piece."""
        if not parent.isValid() and self._more:
            self._wants_more()
