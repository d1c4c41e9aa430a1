"""Choose one of a few filters, as chips in a line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from countersign.ui.theme.icons import paint_icon
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets.buttons import KitButton, Paint
from countersign.ui.widgets.flow_layout import FlowLayout
from countersign.ui.widgets.painting import FOCUS_WIDTH, mirrored_rect, rounded


class _FilterChip(KitButton):
    """Be one filter: a pill, filled and ticked where it is in force."""

    padding = 14

    def paint_state(self) -> Paint:
        """Return the colours of the state."""
        colours = look().palette
        if self.isChecked():
            return Paint(colours.accent_soft, colours.text, colours.accent, colours.focus)
        line = colours.text if self.hot() else colours.border_strong
        return Paint(colours.surface, colours.text, line, colours.focus)

    def _height(self) -> int:
        return look().px(34)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the pill and its word."""
        state, painter, box = self.paint_state(), QPainter(self), QRectF(self.rect())
        radius = int(box.height() / 2)
        rounded(painter, box, radius, state.fill, state.line, 2 if self.isChecked() else 1)
        if self.hasFocus():
            rounded(painter, box, radius, None, state.ring, FOCUS_WIDTH + 1)
        icon_box, text_box = self.content_rects()
        if self._icon:
            paint_icon(painter, self._icon, mirrored_rect(self, icon_box), state.ink)
        self.draw_text(painter, mirrored_rect(self, text_box), state.ink)


class FilterChips(QWidget):
    """Show filters of which one is in force.

    Signals:
        chosen(str): the person wants the filter with this key.
    """

    chosen = Signal(str)

    def __init__(self, name: str, prefix: str, parent: QWidget | None = None) -> None:
        """Make an empty line; ``name`` is for screen readers, ``prefix`` begins the names of the chips."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self._prefix = prefix
        self._row = FlowLayout(self, Space.S)
        self._chips: dict[str, _FilterChip] = {}

    def set_filters(self, filters: Sequence[tuple[str, str, bool]]) -> None:
        """Show filters as (key, words, in force)."""
        for key, words, in_force in filters:
            chip = self._chips.get(key)
            if chip is None:
                chip = self._chips[key] = _FilterChip(words)
                chip.setObjectName(f"{self._prefix}.{key}")
                chip.setCheckable(True)
                chip.activated.connect(partial(self._pressed, key))
                self._row.addWidget(chip)
            chip.setText(words)
            chip.set_icon("check" if in_force else None)
            chip.setChecked(in_force)
        for first, second in pairwise(self._chips.values()):
            QWidget.setTabOrder(first, second)

    def _pressed(self, key: str) -> None:
        self._chips[key].setChecked(True)  # pressing it again does not take it away
        self.chosen.emit(key)
