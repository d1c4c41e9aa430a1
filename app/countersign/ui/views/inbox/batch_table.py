"""The payments of a large batch as a table: only those in sight are ever made, and each can be opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent

from countersign.presentation.inbox_state import BatchItem
from countersign.presentation.messages import _
from countersign.ui.theme.look import look
from countersign.ui.widgets import KitTable, isolate_ltr

_Index = QModelIndex | QPersistentModelIndex
_NO_PARENT: Final = QModelIndex()
_COLUMNS: Final = 3
_AMOUNT: Final = 2
_TRAILING: Final = int(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
_LEADING: Final = int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
_HEIGHT: Final = 320
_ACCOUNT_WIDTH: Final = 205  # of an IBAN of most countries: what is signed is not cut
_AMOUNT_WIDTH: Final = 125
_LEAST: Final = 110


class _Items(QAbstractTableModel):
    """Payee, account and amount of each payment."""

    def __init__(self, items: Sequence[BatchItem], parent: QObject) -> None:
        super().__init__(parent)
        self.items = items

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return how many payments there are."""
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: _Index = _NO_PARENT) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else _COLUMNS

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return a cell."""
        if not index.isValid() or not 0 <= index.row() < len(self.items):
            return None
        item, column = self.items[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _TRAILING if column == _AMOUNT else _LEADING
        if role == Qt.ItemDataRole.AccessibleTextRole and not column:
            return _("Open: {amount} to {payee}").format(amount=item.amount, payee=item.payee)
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return (item.payee, isolate_ltr(item.account), isolate_ltr(item.amount))[column]
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return a title."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < _COLUMNS:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _TRAILING if section == _AMOUNT else _LEADING
        return (_("Payee"), _("Account"), _("Amount"))[section] if role == Qt.ItemDataRole.DisplayRole else None


class ItemsTable(KitTable):
    """List payments; Enter or a double click opens one.

    Signals:
        opened(str): the person wants to see this order.
    """

    opened = Signal(str)

    def __init__(self, items: Sequence[BatchItem]) -> None:
        """Make the table."""
        super().__init__(_("Payments of the batch"))
        self._items = _Items(items, self)
        self.setModel(self._items)
        self.horizontalHeader().setStretchLastSection(False)
        self.setFixedHeight(look().px(_HEIGHT))
        self.row_opened.connect(self._open)

    def _open(self, row: int) -> None:
        if 0 <= row < len(self._items.items):
            self.opened.emit(self._items.items[row].order)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the columns."""
        super().resizeEvent(event)
        account, amount = look().px(_ACCOUNT_WIDTH), look().px(_AMOUNT_WIDTH)
        payee = max(self.viewport().width() - account - amount, look().px(_LEAST))
        for column, width in enumerate((payee, account, amount)):
            self.setColumnWidth(column, width)
