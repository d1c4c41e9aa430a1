"""Lines of history as a table model: read-only, fetched page by page as they are scrolled to."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from countersign.presentation.history import Line
from countersign.presentation.messages import _
from countersign.ui.models.paged_rows import Index, PagedRows
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Tone, TypeSize
from countersign.ui.widgets import isolate_ltr


class Column(IntEnum):
    """The columns, in their order."""

    DAY = 0
    COUNTERPARTY = 1
    REFERENCE = 2
    STATE = 3
    AMOUNT = 4


_TRAILING: Final = int(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
_LEADING: Final = int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)


class HistoryRows(PagedRows[Line]):
    """Hold the lines that were fetched so far; see ``PagedRows``."""

    columns = len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401 - Qt's own
        """Return a cell."""
        line = self.row_of(index)
        if line is None:
            return None
        column = Column(index.column())
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
