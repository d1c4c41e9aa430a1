"""The comparison with the last payment: two columns, or one where it is narrow; changed cells stand out."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from countersign.presentation.inbox_state import ChangeRow, Changes
from countersign.presentation.messages import _
from countersign.ui.theme.icons import paint_icon
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets import PlainLabel, Variant
from countersign.ui.widgets.labels import first_line
from countersign.ui.widgets.painting import follow_look, is_mirrored, mirrored_rect, rounded

_SIDE = 8
_ICON = 16
_LEADING = Qt.AlignmentFlag.AlignLeading
_NARROW = 470


class MarkedLabel(PlainLabel):
    """Show a value that changed: on amber ground, with a sign before it."""

    def __init__(self, text: str, *, ltr: bool = False) -> None:
        """Make the label."""
        super().__init__(text, Variant.STRONG, ltr=ltr, ink="warn")
        self.setAccessibleName(_("{value}, changed").format(value=text))

    def _restyle(self) -> None:
        super()._restyle()
        side, lead = look().px(_SIDE), look().px(_SIDE + _ICON + 6)
        mirrored = is_mirrored(self)
        self.setContentsMargins(side if mirrored else lead, look().px(3), lead if mirrored else side, look().px(3))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, the sign and the words."""
        now = look()
        painter = QPainter(self)
        rounded(painter, QRectF(self.rect()), 6, now.palette.warn_soft, now.palette.warn)
        edge = now.px(_ICON)
        line = first_line(self.text(), self.font())[1]
        where = QRectF(now.px(_SIDE), now.px(3) + (line - edge) / 2, edge, edge)
        paint_icon(painter, "warning", mirrored_rect(self, where), now.palette.warn)
        painter.end()
        super().paintEvent(event)


class ChangeTable(QWidget):
    """Show what is different from the last payment to this payee."""

    def __init__(self, changes: Changes) -> None:
        """Make the table."""
        super().__init__()
        self.setAccessibleName(changes.title)
        self._changes = changes
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(Space.L)
        self._grid.setVerticalSpacing(Space.S)
        self._narrow: bool | None = None
        self._sides: list[tuple[PlainLabel, PlainLabel]] = []
        self._heads = (
            PlainLabel(_("Last payment"), Variant.CAPTION),
            PlainLabel(_("This payment"), Variant.CAPTION),
        )
        self._rows = [(self._label(row), self._value(row, row.before), self._now(row)) for row in changes.rows]
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        follow_look(self._arrange)

    @staticmethod
    def _label(row: ChangeRow) -> PlainLabel:
        return PlainLabel(row.label, Variant.CAPTION)

    @staticmethod
    def _value(row: ChangeRow, text: str) -> PlainLabel:
        label = PlainLabel(text, Variant.BODY, ltr=row.ltr and any(letter.isdigit() for letter in text))
        label.setAccessibleName(f"{row.label}: {text}")
        return label

    def _now(self, row: ChangeRow) -> PlainLabel:
        if row.changed:
            label = MarkedLabel(row.now, ltr=row.ltr)
            label.setObjectName(f"inbox.changed.{row.key}")
            return label
        return self._value(row, row.now)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose columns or lines."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        narrow = self.width() < look().px(_NARROW)
        if narrow == self._narrow:
            return
        self._narrow = narrow
        while self._grid.takeAt(0) is not None:
            pass  # the widgets stay, and are put elsewhere
        for column in range(3):
            self._grid.setColumnStretch(column, 0)
        (self._in_lines if narrow else self._in_columns)()

    def _in_columns(self) -> None:
        before = self._changes.has_before
        for side in (side for both in self._sides for side in both):
            side.hide()
        for place, head in enumerate(self._heads):
            head.setVisible(before)
            if before:
                self._grid.addWidget(head, 0, place + 1)
        top = Qt.AlignmentFlag.AlignTop
        for line, (label, then, now) in enumerate(self._rows, 1):
            then.setVisible(before)
            self._grid.addWidget(label, line, 0, top)
            if before:
                self._grid.addWidget(then, line, 1, top)
            self._grid.addWidget(now, line, 2, top | Qt.AlignmentFlag.AlignLeading)
        self._grid.setColumnStretch(1, 1 if before else 0)
        self._grid.setColumnStretch(2, 1)

    def _in_lines(self) -> None:
        for head in self._heads:
            head.hide()
        before, top = self._changes.has_before, Qt.AlignmentFlag.AlignTop
        if before and not self._sides:
            self._sides = [(_side(_("Last payment")), _side(_("This payment"))) for _row in self._rows]
        for place, (label, then, now) in enumerate(self._rows):
            line = 3 * place
            self._grid.addWidget(label, line, 0, 1, 2)
            then.setVisible(before)
            if before:
                for step, (side, value) in enumerate(zip(self._sides[place], (then, now), strict=True), 1):
                    side.show()
                    self._grid.addWidget(side, line + step, 0, top)
                    self._grid.addWidget(value, line + step, 1, top | _LEADING if value is now else top)
            else:
                self._grid.addWidget(now, line + 1, 0, 1, 2, top | _LEADING)
        self._grid.setColumnStretch(1, 1)


def _side(text: str) -> PlainLabel:
    """Return what says of which payment a line is, a step in from what the line is about."""
    label = PlainLabel(text, Variant.CAPTION, wrap=False)
    label.setContentsMargins(Space.M, 0, Space.M, 0)
    return label
