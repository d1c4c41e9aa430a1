"""Orders of the inbox as a model of a list: read-only, fetched piece by piece as they are scrolled to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QObject, Qt

from countersign.presentation.inbox_state import InboxRow
from countersign.presentation.messages import _
from countersign.ui.models.paged_rows import Index, PagedRows

ROW: Final = int(Qt.ItemDataRole.UserRole)
MARKED: Final = int(Qt.ItemDataRole.UserRole) + 1


class InboxRows(PagedRows[InboxRow]):
    """Hold the orders that were read so far, and which of them are marked; see ``PagedRows``."""

    def __init__(self, wants_more: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(wants_more, parent)
        self._marked: frozenset[str] = frozenset()

    def set_marked(self, marked: frozenset[str]) -> None:
        """Say which orders are marked."""
        if marked == self._marked:
            return
        self._marked = marked
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, 0))

    def place_of(self, order: str) -> int:
        """Return where an order stands; -1 where it isn't listed."""
        return next((place for place, row in enumerate(self._rows) if row.order == order), -1)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
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
