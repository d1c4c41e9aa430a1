"""Read back what will happen, row by row, each with its way to change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets.cards import Chip, Divider
from countersign.ui.widgets.labels import PlainLabel, Variant, first_line
from countersign.ui.widgets.link_buttons import LinkButton
from countersign.ui.widgets.painting import follow_look
from countersign.ui.widgets.refill import refill
from countersign.ui.widgets.strong_ends import StrongEndsLabel


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a read-back.

    Attributes:
        key: what the program calls it; comes back with ``change_pressed``.
        label: what it is.
        value: what it will be; foreign text is welcome.
        chip: state beside the value, with its tone.
        detail: a second, quieter line.
        change: text of the link at the end, such as "Change"; none where empty.
        change_name: accessible name of the link, such as "Change payee".
        ltr: an amount, account or code.
        strong_ends: an account number to be compared: its first and last four characters stand out.
    """

    key: str
    label: str
    value: str
    chip: str = ""
    tone: Tone = Tone.NEUTRAL
    detail: str = ""
    change: str = ""
    change_name: str = ""
    ltr: bool = False
    strong_ends: bool = False


class _RowView(QWidget):
    """Lay out one row; label above value where it is narrow."""

    def __init__(self, row: Row) -> None:
        super().__init__()
        self._outer = QHBoxLayout(self)
        self._outer.setContentsMargins(0, Space.S, 0, Space.S)
        self._outer.setSpacing(Space.L)
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pair.setSpacing(Space.XS)
        self._end, self._state = QVBoxLayout(), QVBoxLayout()
        self.label = PlainLabel(row.label, Variant.MUTED)
        top = Qt.AlignmentFlag.AlignTop
        self._pair.addWidget(self.label, 0, top)
        self._middle = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._middle.setSpacing(Space.M)
        make = StrongEndsLabel if row.strong_ends else PlainLabel
        self.value = make(row.value, Variant.LEAD, selectable=not row.strong_ends, ltr=row.ltr)
        self.value.setAccessibleName(f"{row.label}: {row.value}")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.value)
        if row.detail:
            words.addWidget(PlainLabel(row.detail, Variant.CAPTION))
        self._middle.addLayout(words, 1)
        self._chip = Chip(row.chip, row.tone) if row.chip else None
        if self._chip is not None:
            side = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading
            self._state.addWidget(self._chip, 0, side)
            self._middle.addLayout(self._state)
        self._pair.addLayout(self._middle, 1)
        self._outer.addLayout(self._pair, 1)
        self.link = LinkButton(row.change, name=row.change_name or None) if row.change else None
        if self.link is not None:
            self._end.addWidget(self.link, 0, top)
            self._outer.addLayout(self._end)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def set_stacked(self, stacked: bool, label_width: int, chip_below: bool) -> None:
        """Put the label above the value, or beside it in a column of its own."""
        flow = QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight
        if self._pair.direction() != flow:
            self._pair.setDirection(flow)
        if stacked:
            self.label.setMinimumWidth(0)
            self.label.setMaximumWidth(16_777_215)
        else:
            self.label.setFixedWidth(label_width)
        below = QBoxLayout.Direction.TopToBottom if chip_below else QBoxLayout.Direction.LeftToRight
        if self._middle.direction() != below:
            self._middle.setDirection(below)
        self._align(stacked)

    def _align(self, stacked: bool) -> None:
        """Put label, value, chip and link on one base line."""
        ascents = {label: label.first_ascent() - label.contentsMargins().top() for label in (self.label, self.value)}
        link = 0
        if self.link is not None:
            ascent, height = first_line(self.link.text(), self.link.font())
            link = (self.link.sizeHint().height() - height) // 2 + ascent
        chip = (self._chip.sizeHint().height() + self._chip.fontMetrics().ascent()) // 2 if self._chip else 0
        below = self._middle.direction() == QBoxLayout.Direction.TopToBottom
        base = max(link, ascents[self.value], 0 if below else chip)
        for label in (self.label, self.value):
            above = stacked and label is self.value
            label.setContentsMargins(0, 0 if above else base - ascents[label], 0, 0)
        self._end.setContentsMargins(0, base - link, 0, 0)
        self._state.setContentsMargins(0, 0 if below else base - chip, 0, 0)

    def chip_wants_line(self, room: int) -> bool:
        """Tell whether value and chip don't fit beside each other."""
        if self._chip is None:
            return False
        value = self.value.fontMetrics().horizontalAdvance(self.value.text())
        return value + Space.M + self._chip.sizeHint().width() > room

    def link_width(self) -> int:
        """Return the room the link takes."""
        return self.link.sizeHint().width() + Space.L if self.link is not None else 0


class KeyValueRows(QWidget):
    """Show rows of label, value, chip and a link to change it.

    Signals:
        change_pressed(str): the link of the row with this key was pressed.
    """

    change_pressed = Signal(str)

    def __init__(self, rows: Sequence[Row] = (), parent: QWidget | None = None) -> None:
        """Make the rows."""
        super().__init__(parent)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(0)
        self._views: dict[str, _RowView] = {}
        self._rows: tuple[Row, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.set_rows(rows)
        follow_look(self._arrange)

    def rows(self) -> tuple[Row, ...]:
        """Return the rows shown."""
        return self._rows

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; the same ones are left alone."""
        if tuple(rows) == self._rows:
            return
        self._rows = tuple(rows)
        self._views = {row.key: _RowView(row) for row in self._rows}
        parts: list[QWidget] = []
        for key, view in self._views.items():
            if view.link is not None:
                view.link.activated.connect(partial(self.change_pressed.emit, key))
            parts += [Divider(), view] if parts else [view]
        refill(self._body, parts)
        self._arrange()

    def change_link(self, key: str) -> LinkButton | None:
        """Return the link of a row, None where it has none.

        Raises:
            KeyError: there is no such row.
        """
        return self._views[key].link

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stack labels over values where the page is narrow."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        if not self._views:
            return
        views = self._views.values()
        label = min(
            max(v.label.fontMetrics().horizontalAdvance(v.label.text()) for v in views) + Space.M,
            look().px(160),
        )
        label = max(label, look().px(104))
        stacked = self.width() < look().px(400)
        for view in views:
            room = self.width() - view.link_width() - (0 if stacked else label + Space.XS)
            view.set_stacked(stacked, label, view.chip_wants_line(room))
